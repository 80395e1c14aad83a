import FoundationEssentials
import Kernel

/// Why a host ended itself, in `last-stop.json` of its state folder: for people, and for who restarts it.
struct LastStop: Codable {
  static let fileName = "last-stop.json"

  var version = 1
  /// UTC.
  var at: String
  var hostProcess: Int
  var exitCode: Int
  var reason: String
  /// The one that was in call; nil when that cannot be told.
  var instance: String?

  enum CodingKeys: String, CodingKey {
    case version, at, reason, instance
    case hostProcess = "host_pid"
    case exitCode = "exit_code"
  }

  func write(folder: String) throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    try Files.writeAtomically(Array(try encoder.encode(self)) + [UInt8(ascii: "\n")], to: "\(folder)/\(Self.fileName)")
  }
}
