import Cryptography

/// The reference system's container: 16 bytes of salt, then a Fernet token in URL-safe base64 (github.com/fernet/spec).
enum Fernet {
  static let saltByteCount = 16
  private static let iterations = 200_000
  private static let version: UInt8 = 0x80
  /// Version, time, vector before the ciphertext.
  private static let headByteCount = 1 + 8 + 16

  /// Whether what follows the salt can be a token: its version is the first letter of all of them.
  static func isLikely(_ bytes: [UInt8]) -> Bool {
    bytes.count > saltByteCount && bytes[saltByteCount] == UInt8(ascii: "g")
      && bytes[saltByteCount...].allSatisfy { Base64URL.value($0) != nil || $0 == Base64URL.padding }
  }

  static func open(_ bytes: [UInt8], _ passphrase: Secret) throws(SecretContainer.Refusal) -> SecretContents {
    guard let token = Base64URL.decode(bytes[saltByteCount...]) else { throw .truncated }
    let tail = HMACSHA256.byteCount
    guard token.count >= headByteCount + AES128CBC.blockByteCount + tail, (token.count - headByteCount - tail) % AES128CBC.blockByteCount == 0 else {
      throw .truncated
    }
    guard token[0] == version else { throw .notAContainer }
    let plaintext: SecureBytes?
    do {
      let keys = try PBKDF2.deriveKey(from: passphrase.secureBytes, salt: Array(bytes[..<saltByteCount]), iterations: iterations, byteCount: 32)
      let signed = Array(token[..<(token.count - tail)])
      // Checked before anything is decrypted: padding that answers questions is how CBC was broken.
      guard try HMACSHA256.isValid(Array(token[signed.count...]), of: signed, key: keys.part(0..<16)) else {
        throw SecretContainer.Refusal.passphraseWrongOrChanged
      }
      plaintext = try AES128CBC.decrypt(
        Array(signed[headByteCount...]), key: keys.part(16..<32), initializationVector: Array(signed[9..<headByteCount]))
    } catch let refusal as SecretContainer.Refusal { throw refusal } catch { throw .cipherFailed("\(error)") }
    guard let plaintext else { throw .contentInvalid("its padding is none") }
    return try SecretContainer.contents(of: plaintext, in: .fernet)
  }
}

/// Base64 with `-` and `_`, padded, in its one canonical writing.
enum Base64URL {
  static let padding = UInt8(ascii: "=")

  /// Nil for any other length, letter or padding, and for bits that stand for nothing and are not zero.
  static func decode(_ text: ArraySlice<UInt8>) -> [UInt8]? {
    guard text.count % 4 == 0, !text.isEmpty else { return nil }
    let padded = text.suffix(2).reversed().prefix { $0 == padding }.count
    var bytes: [UInt8] = []
    bytes.reserveCapacity(text.count / 4 * 3)
    var (buffer, bits) = (0, 0)
    for letter in text.dropLast(padded) {
      guard let value = value(letter) else { return nil }
      buffer = (buffer << 6 | value) & 0xFFFF
      bits += 6
      if bits >= 8 {
        bits -= 8
        bytes.append(UInt8(truncatingIfNeeded: buffer >> bits))
      }
    }
    guard buffer & (1 << bits - 1) == 0 else { return nil }
    return bytes
  }

  static func value(_ letter: UInt8) -> Int? {
    switch letter {
    case 0x41...0x5A: Int(letter) - 0x41
    case 0x61...0x7A: Int(letter) - 0x61 + 26
    case 0x30...0x39: Int(letter) - 0x30 + 52
    case UInt8(ascii: "-"): 62
    case UInt8(ascii: "_"): 63
    default: nil
    }
  }
}
