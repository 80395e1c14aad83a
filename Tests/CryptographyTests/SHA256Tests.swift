import Cryptography
import TestKit
import Testing

@Suite struct SHA256Tests {
  // FIPS 180-4 examples.
  @Test(arguments: [
    ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
    ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
    ("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq", "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"),
  ])
  func matchesTheStandardsExamples(text: String, hex: String) {
    #expect(SHA256Hasher.digest(of: Array(text.utf8)).hex == hex)
  }

  @Test func aMillionAsInPiecesEqualsTheStandardsExample() {
    var chance = Chance.seeded("sha256 pieces")
    var hasher = SHA256Hasher()
    var left = 1_000_000
    while left > 0 {
      let count = min(left, Int.random(in: 1...5000, using: &chance))
      [UInt8](repeating: 0x61, count: count).withUnsafeBytes { hasher.update($0) }
      left -= count
    }
    let copy = hasher.copy()
    let expected = "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0"
    #expect(hasher.finalize().hex == expected)
    #expect(copy.finalize().hex == expected)
  }

  @Test func aDigestReadsItsOwnTextAndNothingElse() {
    let digest = SHA256Hasher.digest(of: [1, 2, 3])
    #expect(Digest(hex: digest.hex) == digest)
    #expect(Digest(hex: digest.hex.uppercased()) == nil)
    #expect(Digest(hex: String(digest.hex.dropLast())) == nil)
    #expect(Digest(hex: digest.hex + "0") == nil)
    #expect(Digest(hex: String(repeating: "g", count: 64)) == nil)
  }
}
