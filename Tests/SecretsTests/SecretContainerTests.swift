import Cryptography
import Foundation
import Secrets
import TestKit
import Testing

@Suite struct SecretContainerTests {
  static func sample() throws -> [UInt8] {
    try SecretContainer.seal(SecretContents(["BINANCE_DEMO_API_KEY": "first", "OTHER": "second"]), passphrase: Secret("p"), scrypt: .cheap)
  }

  @Test func `Any names and values come back as they were`() throws {
    var chance = Chance.seeded("container round trip")
    for _ in 0..<40 {
      var values: [String: String] = [:]
      for _ in 0..<Int.random(in: 0...6, using: &chance) {
        let letters = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_0123456789")
        let name = String((0..<Int.random(in: 1...64, using: &chance)).map { letters[Int.random(in: 0..<($0 == 0 ? 53 : 63), using: &chance)] })
        values[name] = String(String.UnicodeScalarView((0..<Int.random(in: 1...80, using: &chance)).map { _ in Self.scalar(&chance) }))
      }
      let passphrase = String(String.UnicodeScalarView((0..<Int.random(in: 1...30, using: &chance)).map { _ in Self.scalar(&chance) }))
      let bytes = try SecretContainer.seal(SecretContents(values), passphrase: Secret(passphrase), scrypt: .cheap)
      let opened = try SecretContainer.open(bytes: bytes, passphrase: Secret(passphrase))
      #expect(opened.contents.texts == values)
      #expect(opened.format == .version1(.cheap))
    }
  }

  /// One that a value may hold, with quotes and backslashes among them more often than by chance.
  private static func scalar(_ chance: inout Chance) -> Unicode.Scalar {
    while true {
      let value =
        chance.chance(30) ? [0x22, 0x5C, 0x2F, 0x7B][Int.random(in: 0...3, using: &chance)] : UInt32.random(in: 0x20...0x10FFFF, using: &chance)
      if value != 0x7F, let scalar = Unicode.Scalar(value) { return scalar }
    }
  }

  @Test func `Sealed twice it shares nothing but what is fixed`() throws {
    let (one, other) = (try Self.sample(), try Self.sample())
    #expect(one.count == other.count && one[..<24] == other[..<24])
    for part in [24..<56, 56..<88, 88..<100, 100..<one.count] { #expect(one[part] != other[part], "\(part)") }
    // Nothing of a name or a value is readable.
    let text = String(decoding: one, as: UTF8.self)
    for word in ["BINANCE", "OTHER", "first", "second"] { #expect(!text.contains(word)) }
  }

  /// The layout that docs/SECRETS.md shows; other programs may rely on it.
  @Test func `The header is as documented`() throws {
    let bytes = try Self.sample()
    #expect(Array(bytes[..<24]) == Array("QESECRET".utf8) + [1, 1, 1, 14, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, UInt8(bytes.count - 116)])
    let plaintext = #"{"BINANCE_DEMO_API_KEY":"first","OTHER":"second"}"#
    #expect(bytes.count == 116 + plaintext.utf8.count)
    // And with nothing but the ciphers: salt to scrypt, the first half is the key, the second half the check value.
    let keys = try Scrypt.cheap.deriveKey(from: Self.secure("p"), salt: Array(bytes[24..<56]), byteCount: 64)
    #expect(keys.part(32..<64).withBytes { Array($0) } == Array(bytes[56..<88]))
    let opened = try AES256GCM.open(
      Array(bytes[100...]), key: keys.part(0..<32), nonce: Array(bytes[88..<100]), authenticating: Array(bytes[..<100]))
    #expect(opened?.withBytes { String(decoding: $0, as: UTF8.self) } == plaintext)
  }

  private static func secure(_ text: String) -> SecureBytes {
    var bytes = Array(text.utf8)
    return SecureBytes(taking: &bytes)
  }

  // MARK: - Refusals

  /// Every byte, each of its bits and one more value by chance: refused, by the name that fits the place.
  @Test func `Every single-byte change is refused by name`() throws {
    var chance = Chance.seeded("single-byte changes")
    let bytes = try Self.sample()
    #expect(try SecretContainer.open(bytes: bytes, passphrase: Secret("p")).contents.count == 2)
    for place in bytes.indices {
      for change in (0..<8).map({ UInt8(1) << UInt8($0) }) + [UInt8.random(in: 1...255, using: &chance)] {
        var changed = bytes
        changed[place] ^= change
        // A random r or p may be allowed and slow; its bits have been tried one by one.
        if (12..<20).contains(place), change.nonzeroBitCount > 1 { continue }
        let name = refusal(changed)
        let isExpected =
          switch place {
          case 0..<8: name == .notAContainer
          case 8: name == .versionUnsupported(changed[8])
          case 9, 10: name == .algorithmUnsupported
          case 11..<20: name == .parametersRefused || name == .passphraseWrong
          case 20..<24: name == .tooLarge || name == .truncated || name == .trailingBytes
          case 24..<88: name == .passphraseWrong
          default: name == .changed
          }
        #expect(isExpected, "byte \(place) ^ \(change): \(String(describing: name))")
      }
    }
  }

  @Test func `Every shorter file and every longer one is refused by name`() throws {
    let bytes = try Self.sample()
    #expect(refusal([]) == .empty)
    for count in 1..<bytes.count { #expect(refusal(Array(bytes[..<count])) == .truncated, "\(count) bytes") }
    for more: [UInt8] in [[0], [10], [UInt8](repeating: 7, count: 1000)] { #expect(refusal(bytes + more) == .trailingBytes) }
    #expect(refusal(bytes + [UInt8](repeating: 0, count: SecretContainer.maximumByteCount)) == .tooLarge)
  }

  @Test func `A wrong passphrase is told from a changed file`() throws {
    let bytes = try Self.sample()
    // Not with a zero after it: HMAC does not tell that apart, which is why no passphrase may hold one.
    for wrong in ["", "P", "p ", "pp"] { #expect(refusal(bytes, wrong) == .passphraseWrong, "'\(wrong)'") }
    var changed = bytes
    changed[bytes.count - 1] ^= 1
    #expect(refusal(changed, "wrong") == .passphraseWrong && refusal(changed) == .changed)
    let message = SecretContainer.Refusal.passphraseWrong.description
    #expect(message.contains("wrong passphrase") && message.contains("were changed"), "it says what it cannot know")
  }

  /// N as its logarithm, r, p: none of these is derived with, and none is allocated for.
  @Test(arguments: [
    (13, 8, 1), (0, 8, 1), (1, 8, 1), (21, 8, 1), (31, 8, 1), (32, 8, 1), (63, 8, 1), (64, 8, 1), (255, 8, 1), (14, 0, 1), (14, 8, 0),
    (14, 129, 1), (14, 0xFFFF_FFFF, 1), (14, 8, 0xFFFF_FFFF), (14, 0x8000_0000, 0x8000_0000), (17, 8, 5), (18, 8, 1),
    (16, 1, 1), (17, 1, 1),
  ])
  func `Absurd scrypt parameters are refused before anything is derived`(logarithm: Int, blockSize: Int, parallelism: Int) throws {
    var bytes = try Self.sample()
    bytes[11] = UInt8(logarithm)
    for (place, number) in [(12, blockSize), (16, parallelism)] {
      for index in 0..<4 { bytes[place + index] = UInt8(truncatingIfNeeded: number >> (24 - 8 * index)) }
    }
    #expect(throws: SecretContainer.Refusal.parametersRefused) { try SecretContainer.format(of: bytes) }
    #expect(refusal(bytes) == .parametersRefused)
  }

  @Test func `A later version is refused as one, whatever follows`() throws {
    for tail: [UInt8] in [[], [1], [UInt8](repeating: 0, count: 500)] {
      #expect(refusal(Array("QESECRET".utf8) + [2] + tail) == .versionUnsupported(2))
    }
    #expect(SecretContainer.Refusal.versionUnsupported(2).description.contains("version 2"))
  }

  /// Sealed with the right key, so that the content alone is wrong.
  @Test(arguments: [
    ("", "no JSON object"), ("[]", "no JSON object"), ("null", "no JSON object"), ("{", "no name"), ("{}x", "follows"), (#"{"A":"1""#, "no ','"),
    (#"{"A":"1","A":"2"}"#, "A is there twice"), (#"{"A":"1",}"#, "no name"), (#"{"A" "1"}"#, "no ':'"), (#"{"A":1}"#, "A is no string"),
    (#"{"A":true}"#, "A is no string"), (#"{"A":null}"#, "A is no string"), (#"{"A":["1"]}"#, "A is no string"),
    (#"{"A":{"B":"1"}}"#, "A is no string"),
    (#"{"A":""}"#, "A is empty"), (#"{"A":"a\nb"}"#, "line break"), (#"{"A":"a\u0000b"}"#, "control character"),
    ("{\"A\":\"a\nb\"}", "control character"),
    (#"{"A":"\ud800"}"#, "half a character"), (#"{"A":"\ud800\u0041"}"#, "half a character"), (#"{"A":"\udc00"}"#, "half a character"),
    (#"{"A":"\x"}"#, "needs none"), (#"{"A":"\u12g4"}"#, "four hexadecimal"), (#"{"A":"\u12"}"#, "four hexadecimal"), (#"{"A":"\"}"#, "does not end"),
    (#"{"A":"1"#, "does not end"), (#"{"A B":"1"}"#, "a name is none"), (#"{"":"1"}"#, "a name is none"), (#"{"1A":"1"}"#, "a name is none"),
    (#"{"A":'1'}"#, "A is no string"), ("\u{FEFF}{}", "no JSON object"), (String(repeating: "{\"A\":", count: 5000), "A is no string"),
  ])
  func `What is sealed and no table of secrets is refused by name`(json: String, words: String) throws {
    let bytes = try Self.sealed(Array(json.utf8))
    guard case .contentInvalid(let what) = refusal(bytes) else { return #expect(Bool(false), "\(String(describing: refusal(bytes)))") }
    #expect(what.contains(words), "\(what)")
  }

  @Test func `Escapes and space that other writers use are read`() throws {
    let json = "\t{ \"A\" :\r\n\"\\u0041\\/\\\\\\\"\\ud83d\\ude00\\u00e9é😀\" , \"B\":\"b\" } \n"
    #expect(try SecretContainer.open(bytes: Self.sealed(Array(json.utf8)), passphrase: Secret("p")).contents.texts == ["A": "A/\\\"😀éé😀", "B": "b"])
    guard case .contentInvalid(let what) = refusal(try Self.sealed([0x7B, 0x22, 0xFF, 0x22, 0x7D])) else { return #expect(Bool(false)) }
    #expect(what.contains("UTF-8"))
    #expect(try SecretContainer.open(bytes: Self.sealed(Array("{}".utf8)), passphrase: Secret("p")).contents.count == 0)
  }

  /// A plaintext of our own choice behind a valid header, made with the ciphers alone.
  static func sealed(_ plaintext: [UInt8]) throws -> [UInt8] {
    var plaintext = plaintext
    let size = plaintext.count
    let salt = [UInt8](repeating: 3, count: 32)
    let keys = try Scrypt.cheap.deriveKey(from: secure("p"), salt: salt, byteCount: 64)
    let length = stride(from: 24, through: 0, by: -8).map { UInt8(truncatingIfNeeded: size >> $0) }
    let nonce = [UInt8](repeating: 5, count: 12)
    let header = Array("QESECRET".utf8) + [1, 1, 1, 14, 0, 0, 0, 1, 0, 0, 0, 1] + length + salt + keys.part(32..<64).withBytes { Array($0) } + nonce
    return header + (try AES256GCM.seal(SecureBytes(taking: &plaintext), key: keys.part(0..<32), nonce: nonce, authenticating: header))
  }

  /// Whatever the bytes are: an answer, and never a container.
  @Test func `Any bytes are refused`() {
    var chance = Chance.seeded("any bytes")
    for _ in 0..<2000 {
      var bytes = (0..<Int.random(in: 1...300, using: &chance)).map { _ in UInt8(truncatingIfNeeded: chance.next()) }
      if chance.chance(50) { bytes = Array("QESECRET".utf8) + bytes }
      // A random header that is allowed takes seconds to derive: what it allows is tried elsewhere.
      if bytes.count > 11, bytes.starts(with: Array("QESECRET".utf8)) { bytes[11] = UInt8.random(in: 20...255, using: &chance) }
      #expect(refusal(bytes) != nil)
    }
  }

  /// Valid texts with some bytes changed, and bytes of JSON's own alphabet: an answer each time.
  @Test func `Any plaintext is read or refused`() {
    var chance = Chance.seeded("any plaintext")
    let sample = Array(#"{"A":"x\\\"\ud83d\ude00é","PORT":-12.5e-3,"ON":true,"B_1":"\u0041"}"#.utf8)
    let alphabet = Array(#"{}[]:,"\/ubnrt0123456789-+.eEAtrufalsn "#.utf8) + [0x00, 0x0A, 0x80, 0xC3, 0xED, 0xFF]
    var readCount = 0
    for _ in 0..<20_000 {
      var bytes = chance.chance(70) ? sample : (0..<Int.random(in: 0...40, using: &chance)).map { _ in alphabet.randomElement(using: &chance)! }
      for _ in 0..<Int.random(in: 0...3, using: &chance) where !bytes.isEmpty {
        let place = Int.random(in: 0..<bytes.count, using: &chance)
        switch Int.random(in: 0...2, using: &chance) {
        case 0: bytes[place] = alphabet.randomElement(using: &chance)!
        case 1: bytes.remove(at: place)
        default: bytes.insert(alphabet.randomElement(using: &chance)!, at: place)
        }
      }
      for format in [SecretContainer.Format.fernet, .version1(.cheap)] {
        var copy = bytes
        guard let contents = try? SecretContainer.contents(of: SecureBytes(taking: &copy), in: format) else { continue }
        readCount += 1
        // What was read can be written, and reads the same.
        guard readCount % 100 == 1 else { continue }
        let sealed = try? SecretContainer.seal(contents, passphrase: Secret("p"), scrypt: .cheap)
        #expect((try? SecretContainer.open(bytes: sealed ?? [], passphrase: Secret("p")))?.contents == contents)
      }
    }
    #expect(readCount > 1000)
  }

  @Test func `What is too much for a container is not written`() throws {
    var contents = SecretContents()
    for index in 0..<9 { try contents.set("N\(index)", to: Secret(String(repeating: "x", count: Secret.maximumByteCount))) }
    #expect(throws: SecretContainer.Refusal.tooLarge) { try SecretContainer.seal(contents, passphrase: Secret("p"), scrypt: .cheap) }
    var most = SecretContents()
    for index in 0..<7 { try most.set("N\(index)", to: Secret(String(repeating: "\"", count: 8 << 10))) }
    let bytes = try SecretContainer.seal(most, passphrase: Secret("p"), scrypt: .cheap)
    #expect(try SecretContainer.open(bytes: bytes, passphrase: Secret("p")).contents == most)
  }
}
