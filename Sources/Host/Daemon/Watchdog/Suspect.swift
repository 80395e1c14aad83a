import Cryptography
import Models
import Plugins
import Session

/// A plugin that could be the cause: what the quarantine needs to know of an instance.
public struct Suspect: Sendable, Equatable {
  /// SHA-256 of its library, 64 hexadecimal digits.
  public var digest: String
  /// `EMACross`.
  public var name: String
  /// `EMACross@BTCUSDT/0`.
  public var instance: String

  public init(digest: String, name: String, instance: String) {
    self.digest = digest
    self.name = name
    self.instance = instance
  }

  init(_ instance: any HostedStrategy) {
    self.init(digest: instance.digest.hex, name: instance.facts.name, instance: instance.id)
  }

  /// A model: its file is what could be the cause, not the adapter that others share.
  init?(_ place: ModelPlace) {
    guard let model = place.model else { return nil }
    self.init(digest: model.digest.hex, name: model.adapterName, instance: model.id)
  }

  /// Of an empty place.
  static let nobody = Suspect(digest: String(repeating: "0", count: 64), name: "nobody", instance: "nobody")

  /// Reads `text`; nil for what is none. None of the three has a space in it.
  init?(_ text: String) {
    let words = text.split(separator: " ").map(String.init)
    guard words.count == 3, words[0].utf8.count == 64 else { return nil }
    self.init(digest: words[0], name: words[1], instance: words[2])
  }

  /// One line for a crash note.
  var text: String { "\(digest) \(name) \(instance)" }
}
