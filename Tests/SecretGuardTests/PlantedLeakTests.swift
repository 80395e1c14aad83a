import Foundation
import Secrets
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
    var planted = 0
    var missed: [String] = []
    for kind in KeyKind.all {
      let carriers = kind.tellsItself ? Carrier.named + Carrier.bare : Carrier.named
      for round in 0..<400 {
        let carrier = carriers[round % carriers.count]
        let value = kind.make(&chance)
        let name = Carrier.names.randomElement(using: &chance) ?? ""
        let text = carrier.write(name, value)
        planted += 1
        if !Self.isFound(value, carrier, text) { missed.append("\(kind.name), \(carrier.name), \(name): \(value)") }
      }
    }
    print("planted leaks: \(planted) planted, \(planted - missed.count) found")
    // Chance writes what looks like words or a stand-in: not once in a million times, and so seldom twice in one run.
    #expect(missed.count <= 1, "\(missed.joined(separator: "; "))")
    #expect(planted == 400 * KeyKind.all.count)
  }

  @Test func `a key that spells the name of a digest by chance is one all the same`() {
    let value = "ee4DLuMQ4TfayHkLbvyvXBw5gMQBisvr7yWoXjp" + "MD54="
    let leaks = Self.leaks("curl -H \"X-client-secret: \(value)\" https://api.test/v1\n", file: "call.sh")
    #expect(leaks.count == 1)
  }

  @Test func `what chance writes like a word or a stand-in is a key all the same`() {
    for (file, text) in [
      ("load.py", "value = os.environ.get(\"access_token\", \"" + "glp" + "at-" + "xxx_HQj7lJKI" + "5exn9ht-" + "\")\n"),
      ("Dockerfile", "ENV SUPERVISOR_API_TOKEN " + "AI" + "zal-QlIXEnPmhP" + "wCdkyB3J2i7p3" + "Bcfy5O-Xxx" + "\n"),
      ("Note.swift", "// old: bingx_secret_key = \"" + "678788496657951624844" + "dea28875587" + "\"\n"),
      ("load.py", "value = os.environ.get(\"signing_key\", \"" + "Xcsxgmuqhvhu" + "iqfme2JwxVov" + "\")\n"),
      ("load.py", "value = os.environ.get(\"signing_key\", \"" + "ZhicdgpzIfjf" + "kDmoLbxgiXyt" + "\")\n"),
      ("a.yaml", "SECRET_KEY: " + "MAS3c3OFP9sADg" + "Flq3tC9dZ7AkJEn" + "5cKlAmfaT0Pk" + "XXXxXMCxAgYBE5" + "w7PWzQiYw" + "\n"),
      ("url.sh", "export api_key=postgres://" + "trader:" + "Pcegdth90wulXxxXx" + "@db.internal:5432/ticks\n"),
    ] {
      #expect(Self.leaks(text, file: file).count == 1, "\(text)")
    }
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

  /// Words as dice draw them.
  private static let dice = [
    "acorn", "amber", "badge", "basil", "cedar", "comet", "dusk", "ember", "fjord", "gecko", "glider", "hazel", "igloo", "jigsaw", "kayak", "lilac",
    "magnet", "nectar", "otter", "pebble", "quartz", "raven", "saddle", "sings", "sonnet", "tulip", "umbra", "velvet", "violet", "walnut", "yodel",
    "zebra",
  ]

  /// What people make of such words.
  private static func phrase(_ form: Int, _ chance: inout Chance) -> String {
    let words = dice.shuffled(using: &chance)
    switch form {
    case 0: return "\(words[0])-\(words[1])-\(Int.random(in: 0...99, using: &chance))"
    case 1: return words[..<4].joined(separator: "-")
    case 2: return "\(words[0])\(Int.random(in: 2...9, using: &chance))!"
    case 3: return "my-\(words[0])-9"
    case 4: return words[..<3].joined(separator: " ")
    default: return words[..<4].joined(separator: " ") + " \(Int.random(in: 10...99, using: &chance))"
    }
  }

  @Test func `passphrases of words are found`() {
    var chance = Chance.seeded("passphrases of words")
    typealias Writer = (file: String, write: (_ name: String, _ value: String) -> String)
    // Where a value needs quotes to have spaces; then those where it has them.
    let bare: [Writer] = [
      ("prod.env", { "\($0)=\($1)\n" }), ("start.sh", { "export \($0)=\($1)\n" }), ("a.yaml", { "env:\n  \($0): \($1)\n" }),
      ("README.md", { "    \($0)=\($1) quantumedge run\n" }),
    ]
    let quoted: [Writer] = [
      ("prod.env", { "\($0)=\"\($1)\"\n" }), ("start.sh", { "export \($0)='\($1)'\n" }),
      ("host.service", { "[Service]\nEnvironment=\"\($0)=\($1)\"\n" }), ("a.yaml", { "env:\n  \($0): '\($1)'\n" }),
      ("a.json", { "{\"\($0)\": \"\($1)\"}\n" }), ("a.swift", { "environment[\"\($0)\"] = \"\($1)\"\n" }), ("a.py", { "\($0) = \"\($1)\"\n" }),
    ]
    let program: [Writer] = [("b.py", { "run(env=[\"\($0)=\($1)\"])\n" })]
    var (planted, found) = (0, 0)
    let cases: [(names: [String], writers: [Writer])] = [
      (OwnName.passphrases.sorted(), bare + quoted + program), (["password", "DB_PASSWORD", "walletPassphrase"], [bare[0]] + quoted),
    ]
    for (names, writers) in cases {
      for name in names {
        for writer in writers {
          for form in 0...5 where form < 4 || bare.allSatisfy({ $0.write("n", "v") != writer.write("n", "v") }) {
            let value = Self.phrase(form, &chance)
            planted += 1
            if Self.leaks(writer.write(name, value), file: writer.file).contains(where: { $0.rule == .assignedPassword }) {
              found += 1
            } else {
              Issue.record("\(writer.file): \(writer.write(name, value))")
            }
          }
        }
      }
    }
    print("passphrases of words: \(planted) planted, \(found) found")
    #expect(found == planted && planted == 266)
  }

  @Test func `what stands under one of our own names is found, however it looks`() {
    #expect(OwnName.keys == Set(SecretName.allCases.map(\.rawValue)))
    #expect(OwnName.passphrases == [PassphraseSource.variable, PassphraseSource.newVariable])
    for name in OwnName.keys.sorted() {
      #expect(Self.leaks("export \(name)=otter-otter\n", file: "a.sh").count == 1, "\(name)")
      #expect(Self.leaks("export \(name)=short\nx = \"\(name): what a sentence says\"\n", file: "a.sh").isEmpty, "\(name)")
    }
  }

  @Test func `two keys of an exchange side by side need no word, and one alone is none`() {
    var chance = Chance.seeded("two keys")
    // Without vowels chance spells none of the words that would make one a finding.
    let alphabet = KeyKind.alphanumeric.filter { !"aeiouAEIOU".contains($0) }
    for _ in 0..<50 {
      let (one, other) = (KeyKind.text(alphabet, 64, &chance), KeyKind.text(alphabet, 64, &chance))
      for text in ["let c = Client(\"\(one)\", \"\(other)\")\n", "K=\"\(one)\" S=\"\(other)\"\n"] {
        #expect(Self.leaks(text, file: "a.swift").map(\.rule) == [.exchangeKey, .exchangeKey], "\(text)")
      }
      #expect(Self.leaks("let c = Client(\"\(one)\")\n", file: "a.swift").isEmpty, "\(one)")
    }
  }

  @Test func `an encrypted container is found under any name, and in base64`() throws {
    var chance = Chance.seeded("containers")
    let folder = try TemporaryFolder()
    let ours = Data("QESECRET".utf8) + Data([1, 1, 1, 17, 0, 0, 0, 8]) + KeyKind.bytes(120, &chance)
    let old = KeyKind.bytes(16, &chance) + Data("gAAAAA".utf8) + Data(KeyKind.text(KeyKind.urlSafe, 114, &chance).utf8)
    for (name, bytes) in [
      ("a.bin", ours), ("b.dat", old), ("c.txt", Data("kept: \(ours.base64EncodedString())\n".utf8)),
      ("d.txt", Data(String(repeating: "QESECRET, then a version. ", count: 8).utf8)),
    ] { try bytes.write(to: folder.url.appendingPathComponent(name)) }
    let report = try SecretGuard.check(.init(folder: folder.url.path))
    #expect(
      report.findings.filter { $0.rule == .secretContainer }.map { "\($0.path.text):\($0.line):\($0.column)" } == [
        "a.bin:1:1", "b.dat:1:1", "c.txt:1:7",
      ],
      "\(report.findings)")
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
