import Cryptography
import TestKit
import Testing

@Suite struct Ed25519Tests {
  private func bytes(_ hex: String) -> [UInt8] {
    let digits = Array(hex)
    return stride(from: 0, to: digits.count, by: 2).map { UInt8(String(digits[$0...($0 + 1)]), radix: 16)! }
  }

  /// RFC 8032, section 7.1, test 2.
  @Test func `It verifies the standard's own signature`() {
    let key = bytes("3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c")
    let signature = bytes(
      "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00")
    #expect(Ed25519.isValid(signature, of: [0x72], by: key))
    #expect(!Ed25519.isValid(signature, of: [0x73], by: key))
  }

  @Test func `What is signed is valid, and no bit of it may differ`() throws {
    let (pem, publicKey) = try Ed25519.makeKey()
    var chance = Chance.seeded("ed25519")
    for size in [0, 1, 63, 1000] {
      let message = (0..<size).map { _ in UInt8(truncatingIfNeeded: chance.next()) }
      let signature = try Ed25519.sign(message, withPEM: pem)
      #expect(try Ed25519.publicKey(ofPEM: pem) == publicKey)
      #expect(Ed25519.isValid(signature, of: message, by: publicKey))
      for bit in 0..<(signature.count * 8) {
        var other = signature
        other[bit / 8] ^= 1 << UInt8(bit % 8)
        #expect(!Ed25519.isValid(other, of: message, by: publicKey), "bit \(bit)")
      }
      #expect(!Ed25519.isValid(signature, of: message + [0], by: publicKey))
      #expect(!Ed25519.isValid(Array(signature.dropLast()), of: message, by: publicKey))
      #expect(!Ed25519.isValid(signature, of: message, by: try Ed25519.makeKey().publicKey))
    }
  }

  @Test func `What is no key is said`() throws {
    for text in ["", "no key", "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n"] {
      #expect(throws: Ed25519.Failure.self) { try Ed25519.publicKey(ofPEM: Array(text.utf8)) }
    }
  }
}
