import Cryptography
import Foundation
import Secrets
import TestKit
import Testing

extension Secret {
  /// Of a test's text; a value of the program never is one.
  init(_ text: String) {
    var bytes = Array(text.utf8)
    self.init(taking: &bytes)
  }

  /// For comparing in a test.
  var text: String { withBytes { String(decoding: $0, as: UTF8.self) } }
}

extension SecretContents {
  init(_ values: [String: String]) throws {
    self.init()
    for (name, value) in values { try set(name, to: Secret(value)) }
  }

  var texts: [String: String] { Dictionary(uniqueKeysWithValues: names.map { ($0, self[$0]!.text) }) }
}

extension Scrypt {
  /// The cheapest that the reader takes: 2 MiB, a few milliseconds.
  static let cheap = Scrypt(cost: SecretContainer.minimumCost, blockSize: 1, parallelism: 1)!
}

extension TemporaryFolder {
  func put(_ bytes: [UInt8], at name: String, mode: Int = 0o600) throws -> String {
    try Data(bytes).write(to: url.appendingPathComponent(name))
    try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: path(name))
    return path(name)
  }

  func bytes(_ name: String) -> [UInt8]? { (try? Data(contentsOf: url.appendingPathComponent(name))).map { [UInt8]($0) } }

  func mode(_ name: String) -> Int? {
    (try? FileManager.default.attributesOfItem(atPath: path(name)))?[.posixPermissions] as? Int
  }

  var names: [String] { ((try? FileManager.default.contentsOfDirectory(atPath: url.path)) ?? []).sorted() }
}

/// The refusal of bytes, or a failure of the test.
func refusal(_ bytes: [UInt8], _ passphrase: String = "p", at location: SourceLocation = #_sourceLocation) -> SecretContainer.Refusal? {
  do {
    _ = try SecretContainer.open(bytes: bytes, passphrase: Secret(passphrase))
    Issue.record("a container that must not open did", sourceLocation: location)
    return nil
  } catch { return error }
}
