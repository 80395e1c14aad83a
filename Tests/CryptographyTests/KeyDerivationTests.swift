import Cryptography
import TestKit
import Testing

@Suite struct KeyDerivationTests {
  /// RFC 7914, section 12; its fourth example takes 1 GiB, and is over the limit.
  @Test(arguments: [
    (
      "", "", 16, 1, 1,
      "77d6576238657b20 3b19ca42c18a0497 f16b4844e3074ae8 dfdffa3fede21442 fcd0069ded0948f8 326a753a0fc81f17 e8d3e0fb2e0d3628 cf35e20c38d18906"
    ),
    (
      "password", "NaCl", 1024, 8, 16,
      "fdbabe1c9d347200 7856e7190d01e9fe 7c6ad7cbc8237830 e77376634b373162 2eaf30d92e22a388 6ff109279d9830da c727afb94a83ee6d 8360cbdfa2cc0640"
    ),
    (
      "pleaseletmein", "SodiumChloride", 16384, 8, 1,
      "7023bdcb3afd7348 461c06cd81fd38eb fda8fbba904f8e3e a9b543f6545da1f2 d5432955613f0fcf 62d49705242a9af9 e61e85dc0d651e40 dfcf017b45575887"
    ),
  ])
  func `scrypt gives the standard's keys`(passphrase: String, salt: String, cost: Int, blockSize: Int, parallelism: Int, key: String) throws {
    let scrypt = try #require(Scrypt(cost: cost, blockSize: blockSize, parallelism: parallelism))
    #expect(try scrypt.deriveKey(from: SecureBytes(passphrase), salt: Array(salt.utf8), byteCount: 64).array == hex(key))
  }

  @Test func `scrypt's parameters are bounded in memory and work, whatever they are`() {
    #expect(Scrypt(cost: 1 << 20, blockSize: 8, parallelism: 1) == nil, "the standard's fourth example: 1 GiB")
    for (cost, blockSize, parallelism) in [
      (0, 8, 1), (1, 8, 1), (-2, 8, 1), (3, 8, 1), (16384, 0, 1), (16384, 8, 0), (16384, -8, 1), (16384, 8, -1), (.max, 8, 1), (1 << 62, 8, 1),
      (16384, .max, 1), (16384, 8, .max), (.max, .max, .max), (1 << 18, 8, 1), (1 << 17, 8, 5), (2, 1 << 20, 1), (2, 1, 1 << 30),
    ] {
      #expect(Scrypt(cost: cost, blockSize: blockSize, parallelism: parallelism) == nil, "N=\(cost) r=\(blockSize) p=\(parallelism)")
    }
    #expect(Scrypt(cost: 1 << 17, blockSize: 8, parallelism: 4) != nil)
    #expect(Scrypt.standard.memoryByteCount == 128 << 20 | 128 * 8 * 3)
    var chance = Chance.seeded("scrypt parameters")
    var accepted = 0
    for _ in 0..<200_000 {
      let cost = 1 << Int.random(in: 0...62, using: &chance)
      let blockSize = Int.random(in: 0...(1 << Int.random(in: 0...31, using: &chance)), using: &chance)
      let parallelism = Int.random(in: 0...(1 << Int.random(in: 0...31, using: &chance)), using: &chance)
      guard let scrypt = Scrypt(cost: cost, blockSize: blockSize, parallelism: parallelism) else { continue }
      accepted += 1
      // In doubles: no product of these overflows there.
      #expect(128 * (Double(cost) * Double(blockSize) + Double(blockSize) * Double(parallelism)) <= 256 * 1024 * 1024)
      #expect(Double(cost) * Double(blockSize) * Double(parallelism) <= 4_194_304)
      #expect(scrypt.memoryByteCount <= 256 << 20)
    }
    #expect(accepted > 100)
  }

  /// What is accepted, OpenSSL accepts too: at every bound of memory, work and shape.
  @Test func `The largest parameters still derive a key`() throws {
    #expect(Scrypt(cost: 1 << 16, blockSize: 1, parallelism: 1) == nil, "the standard's N < 2^(16 r)")
    for (cost, blockSize, parallelism) in [(1 << 18, 7, 1), (1 << 15, 1, 128), (2, 1 << 18, 1)] {
      let scrypt = try #require(Scrypt(cost: cost, blockSize: blockSize, parallelism: parallelism), "N=\(cost) r=\(blockSize) p=\(parallelism)")
      #expect(try scrypt.deriveKey(from: SecureBytes("p"), salt: [1], byteCount: 64).count == 64)
    }
  }

  /// RFC 7914, section 11.
  @Test(arguments: [
    (
      "passwd", "salt", 1,
      "55ac046e56e3089f ec1691c22544b605 f94185216dde0465 e68b9d57c20dacbc 49ca9cccf179b645 991664b39d77ef31 7c71b845b1e30bd5 09112041d3a19783"
    ),
    (
      "Password", "NaCl", 80000,
      "4ddcd8f60b98be21 830cee5ef22701f9 641a4418d04c0414 aeff08876b34ab56 a1d425a122583354 9adb841b51c9b317 6a272bdebba1d078 478f62b397f33c8d"
    ),
  ])
  func `PBKDF2 gives the standard's keys`(passphrase: String, salt: String, iterations: Int, key: String) throws {
    let derived = try PBKDF2.deriveKey(from: SecureBytes(passphrase), salt: Array(salt.utf8), iterations: iterations, byteCount: 64)
    #expect(derived.array == hex(key))
  }

  /// RFC 4231, test cases 1, 2 and 6.
  @Test(arguments: [
    (hex("0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b"), "Hi There", "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"),
    (Array("Jefe".utf8), "what do ya want for nothing?", "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"),
    (
      [UInt8](repeating: 0xAA, count: 131), "Test Using Larger Than Block-Size Key - Hash Key First",
      "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54"
    ),
  ])
  func `HMAC gives the standard's codes, and no other is valid`(key: [UInt8], message: String, code: String) throws {
    let (message, code, key) = (Array(message.utf8), hex(code), SecureBytes(key))
    #expect(try HMACSHA256.code(of: message, key: key) == code)
    #expect(try HMACSHA256.isValid(code, of: message, key: key))
    #expect(try !HMACSHA256.isValid(code, of: message + [0], key: key))
    #expect(try !HMACSHA256.isValid(Array(code.dropLast()), of: message, key: key))
    #expect(try !HMACSHA256.isValid([], of: message, key: key))
    for bit in 0..<256 {
      var other = code
      other[bit / 8] ^= 1 << UInt8(bit % 8)
      #expect(try !HMACSHA256.isValid(other, of: message, key: key), "bit \(bit)")
    }
  }

  @Test func `Random bytes are as many as asked for, and others each time`() throws {
    #expect(try RandomBytes.make(0).isEmpty)
    let draws = try (0..<100).map { _ in try RandomBytes.make(16) }
    #expect(draws.allSatisfy { $0.count == 16 } && Set(draws).count == 100)
  }
}
