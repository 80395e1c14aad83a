import Foundation
import TestKit
import Testing

@testable import SecretGuard

/// Every planted leak is found, where it was planted.
@Suite struct PlantedLeakTests {
  static func leaks(_ text: String, file: String) -> [ContentScan.Leak] {
    let bytes = Array(text.utf8)
    return ContentScan.leaks(in: bytes, kind: FileKind(FilePath(file).name))
  }

  /// Whether a leak covers part of the value, or what became of it.
  static func isFound(_ value: String, _ carrier: Carrier, _ text: String) -> Bool {
    let found = leaks(text, file: carrier.file)
    let encoded = Data(value.utf8).base64EncodedString()
    return found.contains { leak in
      let text = String(decoding: leak.value, as: UTF8.self)
      return value.contains(text) || text.contains(value) || encoded.contains(text) || text.hasSuffix(value.suffix(value.count / 2))
    }
  }

  @Test func `keys of every kind are found in every carrier`() {
    var chance = Chance.seeded("keys of every kind")
    var (planted, found) = (0, 0)
    for kind in KeyKind.all {
      let carriers = kind.tellsItself ? Carrier.named + Carrier.bare : Carrier.named
      for round in 0..<400 {
        let carrier = carriers[round % carriers.count]
        let value = kind.make(&chance)
        let name = Carrier.names.randomElement(using: &chance) ?? ""
        let text = carrier.write(name, value)
        planted += 1
        if Self.isFound(value, carrier, text) { found += 1 } else { Issue.record("\(kind.name), \(carrier.name), \(name): \(value)") }
      }
    }
    print("planted leaks: \(planted) planted, \(found) found")
    #expect(found == planted)
    #expect(planted == 400 * KeyKind.all.count)
  }

  @Test func `a key that spells the name of a digest by chance is one all the same`() {
    let value = "ee4DLuMQ4TfayHkLbvyvXBw5gMQBisvr7yWoXjp" + "MD54="
    let leaks = Self.leaks("curl -H \"X-client-secret: \(value)\" https://api.test/v1\n", file: "call.sh")
    #expect(leaks.count == 1)
  }

  @Test func `a password of several words is found in quotes, and a sentence is none`() {
    var chance = Chance.seeded("a password of several words")
    var (planted, found) = (0, 0)
    for (file, front, back) in [
      ("prod.env", "SCALPER_SECRETS_PASSPHRASE=\"", "\"\n"), ("host.service", "[Service]\nEnvironment=\"SCALPER_SECRETS_PASSPHRASE=", "\"\n"),
      ("settings.yaml", "db:\n  password: '", "'\n"), ("Venue.swift", "let password = \"", "\"\n"),
    ] {
      for _ in 0..<100 {
        let words = (0..<3).map { _ in
          KeyKind.text(KeyKind.lower, 1, &chance) + KeyKind.text(KeyKind.upper, 2, &chance) + "!" + KeyKind.text(KeyKind.digits, 2, &chance)
        }
        let password = words.joined(separator: " ")
        planted += 1
        if Self.leaks(front + password + back, file: file).contains(where: { $0.rule == .assignedPassword }) {
          found += 1
        } else {
          Issue.record("\(file): \(password)")
        }
      }
    }
    print("passwords of several words: \(planted) planted, \(found) found")
    #expect(planted == 400 && found == planted)
    for sentence in [
      "at least 12 characters, one Upper case", "see RFC7617, section 2.1 of it", "Use SHA256 or better", "your Password here 123!",
      "the 1st of 2 Words",
    ] {
      for (file, front, back) in [
        ("prod.env", "PASSWORD=\"", "\"\n"), ("help.yaml", "password: '", "'\n"), ("Words.swift", "let password = \"", "\"\n"),
      ] {
        #expect(Self.leaks(front + sentence + back, file: file).isEmpty, "\(file): \(sentence)")
      }
    }
  }

  @Test func `passwords are found where they are assigned`() {
    var chance = Chance.seeded("passwords")
    var (planted, found) = (0, 0)
    let carriers = Carrier.named.filter { !["comment", "header", "Java call", "Python default"].contains($0.name) }
    for round in 0..<1000 {
      let carrier = carriers[round % carriers.count]
      // A digit and a letter of each case, as every rule for passwords wants them.
      let password =
        KeyKind.text(KeyKind.upper, 1, &chance) + KeyKind.text(KeyKind.alphanumeric, Int.random(in: 7...20, using: &chance), &chance)
        + KeyKind.text(KeyKind.digits, 1, &chance) + KeyKind.text(KeyKind.lower, 1, &chance)
      let name = ["DB_PASSWORD", "password", "smtp_passwd", "SCALPER_SECRETS_PASSPHRASE"].randomElement(using: &chance) ?? ""
      planted += 1
      if Self.isFound(password, carrier, carrier.write(name, password)) { found += 1 } else { Issue.record("\(carrier.name), \(name): \(password)") }
    }
    print("planted passwords: \(planted) planted, \(found) found")
    #expect(found == planted)
  }

  @Test func `private key blocks are found in files, strings and binaries`() {
    var chance = Chance.seeded("private key blocks")
    let labels = [
      "PRIVATE KEY", "RSA PRIVATE KEY", "EC PRIVATE KEY", "DSA PRIVATE KEY", "OPENSSH PRIVATE KEY", "ENCRYPTED PRIVATE KEY", "PGP PRIVATE KEY BLOCK",
    ]
    var (planted, found) = (0, 0)
    for label in labels {
      for _ in 0..<50 {
        let block = KeyKind.privateKeyBlock(label, &chance)
        let escaped = block.replacingOccurrences(of: "\n", with: "\\n")
        let lines = block.split(separator: "\n")
        let texts = [
          block, block.replacingOccurrences(of: "\n", with: "\r\n"), "{\"private_key\": \"\(escaped)\"}", "KEY=\"\(escaped)\"",
          "  key: |\n" + lines.map { "    \($0)\n" }.joined(), lines.map { "// \($0)\n" }.joined(),
          "let key =\n" + lines.map { "  \"\($0)\\n\"" }.joined(separator: " +\n"), "x: \(Data(block.utf8).base64EncodedString())",
        ]
        for text in texts {
          planted += 1
          let leaks = Self.leaks(text, file: "a.yaml")
          if leaks.contains(where: { $0.rule == .privateKey || $0.rule == .encodedSecret }) { found += 1 } else { Issue.record("\(label): \(text)") }
        }
        planted += 1
        let binary = [0, 1, 2] + Array(block.utf8) + [0]
        if ContentScan.leaks(in: binary, kind: .code, isBinary: true).map(\.rule) == [.privateKey] { found += 1 }
      }
    }
    print("planted key blocks: \(planted) planted, \(found) found")
    #expect(found == planted)
  }

  @Test func `a name and password for Basic, a Bearer, seed words and PuTTY's format are found`() {
    var chance = Chance.seeded("others")
    for _ in 0..<200 {
      let password = KeyKind.text(KeyKind.alphanumeric, 12, &chance)
      let basic = Data("trader:\(password)7x".utf8).base64EncodedString()
      #expect(!Self.leaks("Authorization: Basic \(basic)\n", file: "a.http").isEmpty, "\(basic)")
      let token = KeyKind.text(KeyKind.alphanumeric, 40, &chance)
      #expect(!Self.leaks("curl -H 'Authorization: Bearer \(token)'", file: "a.sh").isEmpty, "\(token)")
      #expect(!Self.leaks("headers = {\"Authorization\": \"Bearer \(token)\"}", file: "a.py").isEmpty, "\(token)")
      #expect(!Self.leaks("https://api.test/v1?symbol=BTCUSDT&api_key=\(token)&x=1", file: "a.md").isEmpty, "\(token)")
    }
    let words = "abandon ability able about above absent absorb abstract absurd abuse access accident"
    #expect(Self.leaks("mnemonic = \"\(words)\"", file: "a.py").map(\.rule) == [.seedPhrase])
    #expect(Self.leaks("mnemonic = \"eleven words are not enough\"", file: "a.py").isEmpty)
    let putty =
      "PuTTY-User-Key-" + "File-3: ssh-ed25519\nComment: me\nPrivate-Lines: 1\n\(KeyKind.text(KeyKind.base64, 48, &chance))\nPrivate-MAC: 00\n"
    #expect(Self.leaks(putty, file: "a.txt").map(\.rule) == [.privateKey])
  }

  @Test func `a leak is found in UTF-16 of both kinds, with and without a mark, and behind a mark in UTF-8`() throws {
    var chance = Chance.seeded("encodings")
    let folder = try TemporaryFolder()
    for round in 0..<50 {
      let text = "[venue]\r\napi_key=\(KeyKind.text(KeyKind.alphanumeric, 64, &chance))\r\n"
      let units = Array(text.utf16)
      let little = units.flatMap { [UInt8($0 & 0xFF), UInt8($0 >> 8)] }
      let big = units.flatMap { [UInt8($0 >> 8), UInt8($0 & 0xFF)] }
      for (index, bytes) in [[0xFF, 0xFE] + little, [0xFE, 0xFF] + big, little, big, [0xEF, 0xBB, 0xBF] + Array(text.utf8)].enumerated() {
        try Data(bytes).write(to: folder.url.appendingPathComponent("\(round)-\(index).ini"))
      }
    }
    let report = try SecretGuard.check(.init(folder: folder.url.path))
    #expect(report.files == 250)
    #expect(report.findings.count == 250)
    #expect(report.findings.allSatisfy { $0.line == 2 && $0.column == 9 && $0.rule == .exchangeKey })
  }
}
