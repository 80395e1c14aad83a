import Cryptography
import TestKit
import Testing

@Suite struct CipherTests {
  /// The examples 13, 14 and 16 of "The Galois/Counter Mode of Operation" (McGrew, Viega).
  @Test(arguments: [
    (String(repeating: "00", count: 32), "000000000000000000000000", "", "", "530f8afbc74536b9a963b4f1c4cb738b"),
    (
      String(repeating: "00", count: 32), "000000000000000000000000", "00000000000000000000000000000000", "",
      "cea7403d4d606b6e074ec5d3baf39d18d0d1c8a799996bf0265b98b5d48ab919"
    ),
    (
      "feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308", "cafebabefacedbaddecaf888",
      "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a721c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b39",
      "feedfacedeadbeeffeedfacedeadbeefabaddad2",
      "522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f662"
        + "76fc6ece0f4e1768cddf8853bb2d551b"
    ),
  ])
  func `AES-256-GCM seals and opens the standard's examples`(key: String, nonce: String, plaintext: String, header: String, sealed: String) throws {
    let (secret, nonce, header, sealed) = (SecureBytes(hex(key)), hex(nonce), hex(header), hex(sealed))
    #expect(try AES256GCM.seal(SecureBytes(hex(plaintext)), key: secret, nonce: nonce, authenticating: header) == sealed)
    #expect(try AES256GCM.open(sealed, key: secret, nonce: nonce, authenticating: header)?.array == hex(plaintext))
  }

  @Test func `AES-256-GCM opens nothing of which a bit differs`() throws {
    var chance = Chance.seeded("AES-256-GCM")
    func some(_ count: Int) -> [UInt8] { (0..<count).map { _ in UInt8(truncatingIfNeeded: chance.next()) } }
    for size in [0, 1, 15, 16, 17, 100] {
      let (key, nonce, header, plaintext) = (some(32), some(12), some(size), some(size))
      let sealed = try AES256GCM.seal(SecureBytes(plaintext), key: SecureBytes(key), nonce: nonce, authenticating: header)
      #expect(sealed.count == size + 16)
      let parts = [sealed, key, nonce, header]
      for part in 0..<4 {
        for bit in 0..<(parts[part].count * 8) {
          var changed = parts
          changed[part][bit / 8] ^= 1 << UInt8(bit % 8)
          let opened = try AES256GCM.open(changed[0], key: SecureBytes(changed[1]), nonce: changed[2], authenticating: changed[3])
          #expect(opened == nil, "part \(part), bit \(bit) of size \(size)")
        }
      }
      for cut in 0..<sealed.count {
        #expect(try AES256GCM.open(Array(sealed[..<cut]), key: SecureBytes(key), nonce: nonce, authenticating: header) == nil)
      }
      #expect(try AES256GCM.open(sealed + [0], key: SecureBytes(key), nonce: nonce, authenticating: header) == nil)
      #expect(try AES256GCM.open(sealed, key: SecureBytes(key), nonce: nonce, authenticating: header)?.array == plaintext)
    }
  }

  /// The example of the Fernet specification (verify.json): its token's ciphertext, its vector, the second half of its key.
  @Test func `AES-128-CBC decrypts the specification's example`() throws {
    let key = SecureBytes(hex("f790b0a226bc96a92de49b5e9c05e1ee"))
    let (vector, ciphertext) = (hex("000102030405060708090a0b0c0d0e0f"), hex("2d36d5ca46556299fde13008633804b2"))
    #expect(try AES128CBC.decrypt(ciphertext, key: key, initializationVector: vector)?.array == Array("hello".utf8))
    // A padding that is none, and lengths that no ciphertext has.
    var other = vector
    other[15] ^= 0x80
    #expect(try AES128CBC.decrypt(ciphertext, key: key, initializationVector: other) == nil)
    for count in 0..<16 { #expect(try AES128CBC.decrypt(Array(ciphertext[..<count]), key: key, initializationVector: vector) == nil) }
    #expect(try AES128CBC.decrypt(ciphertext + [0], key: key, initializationVector: vector) == nil)
  }
}
