import CLibCrypto

/// Signatures over short texts. Keys are 32 bytes; a private one exists as a PEM text alone and is never shown.
public enum Ed25519 {
  public static let keySize = 32
  public static let signatureSize = 64

  public struct Failure: Error, CustomStringConvertible {
    public let description: String
  }

  /// A new pair: the private key as PKCS#8 PEM.
  public static func makeKey() throws(Failure) -> (pem: [UInt8], publicKey: [UInt8]) {
    guard let key = EVP_PKEY_Q_keygen_ed25519() else { throw Failure(description: "OpenSSL makes no Ed25519 key") }
    defer { EVP_PKEY_free(key) }
    guard let memory = BIO_new(BIO_s_mem()) else { throw Failure(description: "OpenSSL has no memory") }
    defer { BIO_free(memory) }
    guard PEM_write_bio_PKCS8PrivateKey(memory, key, nil, nil, 0, nil, nil) == 1 else { throw Failure(description: "OpenSSL writes no PEM") }
    var pem = [UInt8](repeating: 0, count: 4096)
    let count = BIO_read(memory, &pem, Int32(pem.count))
    guard count > 0 else { throw Failure(description: "OpenSSL writes no PEM") }
    return (Array(pem[..<Int(count)]), try publicKey(key))
  }

  /// The public half of a private key.
  public static func publicKey(ofPEM pem: [UInt8]) throws(Failure) -> [UInt8] {
    let key = try read(pem)
    defer { EVP_PKEY_free(key) }
    return try publicKey(key)
  }

  public static func sign(_ message: [UInt8], withPEM pem: [UInt8]) throws(Failure) -> [UInt8] {
    let key = try read(pem)
    defer { EVP_PKEY_free(key) }
    guard let context = EVP_MD_CTX_new() else { throw Failure(description: "OpenSSL has no memory") }
    defer { EVP_MD_CTX_free(context) }
    var signature = [UInt8](repeating: 0, count: signatureSize)
    var count = signature.count
    guard EVP_DigestSignInit(context, nil, nil, nil, key) == 1, EVP_DigestSign(context, &signature, &count, message, message.count) == 1,
      count == signatureSize
    else { throw Failure(description: "OpenSSL does not sign") }
    return signature
  }

  /// False for whatever is no signature of exactly this message by this key.
  public static func isValid(_ signature: [UInt8], of message: [UInt8], by publicKey: [UInt8]) -> Bool {
    guard signature.count == signatureSize, publicKey.count == keySize,
      let key = EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nil, publicKey, keySize)
    else { return false }
    defer { EVP_PKEY_free(key) }
    guard let context = EVP_MD_CTX_new() else { return false }
    defer { EVP_MD_CTX_free(context) }
    return EVP_DigestVerifyInit(context, nil, nil, nil, key) == 1
      && EVP_DigestVerify(context, signature, signature.count, message, message.count) == 1
  }

  private static func EVP_PKEY_Q_keygen_ed25519() -> OpaquePointer? {
    guard let context = EVP_PKEY_CTX_new_id(EVP_PKEY_ED25519, nil) else { return nil }
    defer { EVP_PKEY_CTX_free(context) }
    var key: OpaquePointer?
    guard EVP_PKEY_keygen_init(context) == 1, EVP_PKEY_keygen(context, &key) == 1 else { return nil }
    return key
  }

  private static func read(_ pem: [UInt8]) throws(Failure) -> OpaquePointer {
    let memory = pem.withUnsafeBytes { BIO_new_mem_buf($0.baseAddress, Int32($0.count)) }
    guard let memory else { throw Failure(description: "OpenSSL has no memory") }
    defer { BIO_free(memory) }
    // An empty password: an encrypted key is refused rather than asked for on the terminal.
    var none: CChar = 0
    guard let key = PEM_read_bio_PrivateKey(memory, nil, nil, &none) else { throw Failure(description: "it is no private key in PEM") }
    guard EVP_PKEY_get_base_id(key) == EVP_PKEY_ED25519 else {
      EVP_PKEY_free(key)
      throw Failure(description: "it is no Ed25519 key")
    }
    return key
  }

  private static func publicKey(_ key: OpaquePointer) throws(Failure) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: keySize)
    var count = bytes.count
    guard EVP_PKEY_get_raw_public_key(key, &bytes, &count) == 1, count == keySize else { throw Failure(description: "OpenSSL gives no public key") }
    return bytes
  }
}
