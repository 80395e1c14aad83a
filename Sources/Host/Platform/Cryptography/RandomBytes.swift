import CLibCrypto

/// OpenSSL's random numbers, for salts and nonces.
public enum RandomBytes {
  public static func make(_ count: Int) throws(CryptographyError) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: count)
    guard RAND_bytes(&bytes, Int32(count)) == 1 else { throw CryptographyError("no random bytes") }
    return bytes
  }
}
