import CLibCrypto

/// HMAC with SHA-256 (RFC 2104).
public enum HMACSHA256 {
  public static let byteCount = 32

  public static func code(of message: [UInt8], key: SecureBytes) throws(CryptographyError) -> [UInt8] {
    var code = [UInt8](repeating: 0, count: byteCount)
    var count = 0
    let isDone = key.withBytes { key in
      EVP_Q_mac(nil, "HMAC", nil, "SHA256", nil, key.baseAddress, key.count, message, message.count, &code, code.count, &count) != nil
    }
    guard isDone, count == byteCount else { throw CryptographyError("no HMAC-SHA256") }
    return code
  }

  /// Whether `code` is that of the message, in a time that does not depend on where they differ.
  public static func isValid(_ code: [UInt8], of message: [UInt8], key: SecureBytes) throws(CryptographyError) -> Bool {
    let expected = try Self.code(of: message, key: key)
    return code.count == byteCount && CRYPTO_memcmp(expected, code, byteCount) == 0
  }
}
