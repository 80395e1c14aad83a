import Cryptography
import Foundation
import TestKit
import Testing

@testable import Secrets

@Suite struct OldContainerTests {
  private func open(_ bytes: [UInt8], _ passphrase: String = "old") throws -> [String: String] {
    let container = try SecretContainer.open(bytes: bytes, passphrase: Secret(passphrase))
    #expect(container.format == .fernet)
    return container.contents.texts
  }

  @Test func `It opens, with names that nobody here knows`() throws {
    // In pieces: the guard holds a value beside one of our own names for a secret.
    let (words, name) = (["correct", "horse"].joined(separator: " "), ["BINANCE", "API", "KEY"].joined(separator: "_"))
    let bytes = try OldContainer.make(#"{"BINGX_DEMO_API_KEY":"k-demo","\#(name)":"é\"\\ud83d"}"#, passphrase: words)
    #expect(try open(bytes, words) == ["BINGX_DEMO_API_KEY": "k-demo", name: "é\"\\ud83d"])
    #expect(try open(try OldContainer.make("{}", passphrase: "ü"), "ü").isEmpty)
  }

  /// `str()` of what json.loads makes of them, by Python 3.
  @Test(arguments: [
    ("1", "1"), ("0", "0"), ("-0", "0"), ("-17", "-17"), ("123456789012345680000", "123456789012345680000"), ("true", "True"), ("false", "False"),
    ("0.1", "0.1"), ("1.50", "1.5"), ("100.0", "100.0"), ("0.0", "0.0"), ("-0.0", "-0.0"), ("-2.5E+3", "-2500.0"), ("1e15", "1000000000000000.0"),
    ("1e16", "1e+16"), ("12e15", "1.2e+16"), ("12345678901234567.0", "1.2345678901234568e+16"), ("9007199254740993.0", "9007199254740992.0"),
    ("1e-4", "0.0001"), ("1e-5", "1e-05"), ("1.25e-7", "1.25e-07"), ("1e22", "1e+22"), ("5e-324", "5e-324"),
    ("1.7976931348623157e308", "1.7976931348623157e+308"),
  ])
  func `Values that are no strings are what Python makes of them`(json: String, text: String) throws {
    var plaintext = Array(#"{"A":\#(json)}"#.utf8)
    let contents = try SecretJSON.read(SecureBytes(taking: &plaintext), dialect: .python)
    #expect(contents.texts == ["A": text])
  }

  @Test(arguments: [
    "null", "[]", "{}", "01", "-", "+1", "1.", ".5", "1e", "NaN", "Infinity", "1e999", "tru", "truex", "0x10", "1 2",
    String(repeating: "1", count: 401),
  ])
  func `What Python's text would be no use of is refused`(json: String) {
    var plaintext = Array(#"{"A":\#(json)}"#.utf8)
    #expect(throws: SecretJSON.Fault.self) { try SecretJSON.read(SecureBytes(taking: &plaintext), dialect: .python) }
  }

  @Test func `An empty value is none`() throws {
    #expect(try open(try OldContainer.make(#"{"A":"","B":"b"}"#, passphrase: "old")) == ["B": "b"])
  }

  @Test func `Sixteen bytes or fewer are an integrity error`() {
    for count in 1...16 { #expect(refusal([UInt8](repeating: 0x67, count: count)) == .truncated) }
    #expect(refusal([]) == .empty)
  }

  /// The token's bytes each with one bit changed, and the salt's: the code is checked before anything is decrypted. A derivation
  /// takes its time, so one of each byte's bits is tried.
  @Test func `Every single-byte change is refused by name`() throws {
    var chance = Chance.seeded("old container, single-byte changes")
    let bytes = try OldContainer.make(#"{"A":"1"}"#, passphrase: "old")
    #expect(try open(bytes) == ["A": "1"])
    for place in bytes.indices {
      var changed = bytes
      changed[place] ^= 1 << UInt8.random(in: 0...7, using: &chance)
      let name = refusal(changed, "old")
      #expect([.passphraseWrongOrChanged, .notAContainer, .truncated].contains(name), "byte \(place): \(String(describing: name))")
    }
    for count in 17..<bytes.count {
      #expect([.truncated, .passphraseWrongOrChanged].contains(refusal(Array(bytes[..<count]), "old")), "\(count) bytes")
    }
    for more in ["=", "A", "====", "AAAA", "\n", " "] {
      #expect([.truncated, .notAContainer, .passphraseWrongOrChanged].contains(refusal(bytes + Array(more.utf8), "old")), "'\(more)'")
    }
    #expect(refusal(bytes, "Old") == .passphraseWrongOrChanged)
  }

  @Test func `A right code over a content that is none is refused by name`() throws {
    for json in ["", "[]", #"{"A":null}"#, #"{"A":"1","A":"1"}"#, #"{"A":"x\ny"}"#] {
      guard case .contentInvalid = refusal(try OldContainer.make(json, passphrase: "old"), "old") else {
        #expect(Bool(false), "\(json)")
        continue
      }
    }
  }

  @Test func `Base64 is read in its one writing`() {
    func decode(_ text: String) -> [UInt8]? { Base64URL.decode(Array(text.utf8)[...]) }
    #expect(decode("-_-_") == [0xFB, 0xFF, 0xBF] && decode("QQ==") == [0x41] && decode("QUI=") == [0x41, 0x42])
    for text in ["", "Q", "QQ", "QQ=", "QQ===", "====", "Q===", "QR==", "QUJ=", "Q=Q=", "QQ==QQ==", "+/+/", "QQ\n="] {
      #expect(decode(text) == nil, "\(text)")
    }
    var chance = Chance.seeded("base64")
    for _ in 0..<500 {
      let bytes = (0..<Int.random(in: 1...50, using: &chance)).map { _ in UInt8(truncatingIfNeeded: chance.next()) }
      #expect(Base64URL.decode(OldContainer.base64(bytes)[...]) == bytes)
    }
  }

  @Test(.enabled(if: Workplace.shared != nil, Comment(rawValue: Workplace.sharedIsAbsent)))
  func `The reference system's own container opens`() throws {
    let folder = try #require(Workplace.shared).appendingPathComponent("data/golden")
    let lines = try String(contentsOf: folder.appendingPathComponent("golden_secrets.txt"), encoding: .utf8).split(separator: "\n")
    func value(_ key: String) throws -> String { String(try #require(lines.first { $0.hasPrefix("\(key)=") }).dropFirst(key.count + 1)) }
    let bytes = [UInt8](try Data(contentsOf: folder.appendingPathComponent("golden_secrets.enc")))
    let expected = try #require(try JSONSerialization.jsonObject(with: Data(try value("plain").utf8)) as? [String: String])
    #expect(try open(bytes, try value("passphrase")) == expected)
  }

  // MARK: - Moving over

  @Test func `Migrating writes ours and keeps the old one, both for the owner alone`() throws {
    let folder = try TemporaryFolder()
    let old = try OldContainer.make(#"{"BINGX_API_KEY":"k","PORT":8765}"#, passphrase: "old")
    let path = try folder.put(old, at: "secrets.enc", mode: 0o644)
    let file = try SecretFile.read(path)
    #expect(file.warnings.count == 1 && file.warnings[0].contains("others may read it"))
    #expect(try SecretMigration.run(file, passphrase: Secret("old"), scrypt: .cheap).texts == ["BINGX_API_KEY": "k", "PORT": "8765"])
    #expect(folder.names == ["secrets.enc", "secrets.enc.fernet"])
    #expect(folder.bytes("secrets.enc.fernet") == old && folder.mode("secrets.enc.fernet") == 0o600 && folder.mode("secrets.enc") == 0o600)
    let new = try SecretFile.read(path)
    #expect(new.format == .version1(.cheap) && new.warnings.isEmpty)
    #expect(try new.open(Secret("old")).contents.texts == ["BINGX_API_KEY": "k", "PORT": "8765"])
    // Twice is once.
    let again = #expect(throws: SecretsError.self) { try SecretMigration.run(new, passphrase: Secret("old"), scrypt: .cheap) }
    #expect(again?.code == .containerInTheWay)
  }

  @Test func `Whenever it breaks off, the old container is whole, and it can be done again`() throws {
    for stop in 0...2 {
      let folder = try TemporaryFolder()
      let old = try OldContainer.make(#"{"A":"1"}"#, passphrase: "old")
      let path = try folder.put(old, at: "secrets.enc")
      var written: [String] = []
      func run(upTo count: Int) throws {
        _ = try SecretMigration.run(SecretFile.read(path), passphrase: Secret("old"), scrypt: .cheap) { bytes, target throws(SecretsError) in
          guard written.count < count else { throw SecretsError(.containerNotWritten, "broken off") }
          written.append(String(target.dropFirst(folder.url.path.count + 1)))
          try SecretFile.write(bytes, to: target)
        }
      }
      if stop < 2 { #expect(throws: SecretsError.self) { try run(upTo: stop) } } else { try run(upTo: stop) }
      #expect(written == Array(["secrets.enc.fernet", "secrets.enc"].prefix(stop)), "the old one is kept first")
      #expect([folder.bytes("secrets.enc"), folder.bytes("secrets.enc.fernet")].contains(old))
      #expect(try SecretFile.read(path).open(Secret("old")).contents.texts == ["A": "1"], "a start finds its secrets")
      if stop < 2 {
        try run(upTo: 9)
        #expect(folder.bytes("secrets.enc.fernet") == old)
      }
    }
  }

  @Test func `A wrong passphrase or another kept container changes nothing`() throws {
    let folder = try TemporaryFolder()
    let old = try OldContainer.make(#"{"A":"1"}"#, passphrase: "old")
    let file = try SecretFile.read(try folder.put(old, at: "secrets.enc"))
    let wrong = #expect(throws: SecretsError.self) { try SecretMigration.run(file, passphrase: Secret("no"), scrypt: .cheap) }
    #expect(wrong?.code == .container(.passphraseWrongOrChanged) && wrong?.kind.exitCode == 77)
    #expect(folder.names == ["secrets.enc"] && folder.bytes("secrets.enc") == old)
    _ = try folder.put([1, 2, 3], at: "secrets.enc.fernet")
    let other = #expect(throws: SecretsError.self) { try SecretMigration.run(file, passphrase: Secret("old"), scrypt: .cheap) }
    #expect(other?.code == .containerInTheWay)
    #expect(folder.bytes("secrets.enc.fernet") == [1, 2, 3] && folder.bytes("secrets.enc") == old)
  }
}
