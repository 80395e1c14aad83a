import CLibCrypto

/// PBKDF2 with HMAC-SHA256 (RFC 8018).
public enum PBKDF2 {
  public static func deriveKey(from passphrase: SecureBytes, salt: [UInt8], iterations: Int, byteCount: Int) throws(CryptographyError) -> SecureBytes
  {
    try SecureBytes(capacity: byteCount) { space throws(CryptographyError) in
      let isDone = passphrase.withBytes { passphrase in
        PKCS5_PBKDF2_HMAC(
          // Unsafe: bytes as characters, which is what C calls them.
          passphrase.baseAddress!.assumingMemoryBound(to: CChar.self), Int32(passphrase.count), salt, Int32(salt.count), Int32(iterations),
          EVP_sha256(),
          Int32(byteCount), space.baseAddress!.assumingMemoryBound(to: UInt8.self)) == 1
      }
      guard isDone else { throw CryptographyError("PBKDF2 derives no key") }
      return byteCount
    }
  }
}
