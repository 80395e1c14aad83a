import CLibCrypto

/// SHA-256 by OpenSSL's EVP, fed in pieces. No allocation per update.
public struct SHA256Hasher: ~Copyable {
  private let context: OpaquePointer

  public init() {
    guard let context = EVP_MD_CTX_new(), EVP_DigestInit_ex(context, EVP_sha256(), nil) == 1 else {
      preconditionFailure("OpenSSL has no SHA-256 or no memory: \(Self.lastError())")
    }
    self.context = context
  }

  private init(context: OpaquePointer) { self.context = context }

  deinit { EVP_MD_CTX_free(context) }

  public mutating func update(_ bytes: UnsafeRawBufferPointer) {
    guard bytes.count > 0 else { return }
    precondition(EVP_DigestUpdate(context, bytes.baseAddress, bytes.count) == 1, "SHA-256 update failed")
  }

  /// A second hasher that goes on from the same point.
  public func copy() -> SHA256Hasher {
    guard let other = EVP_MD_CTX_new(), EVP_MD_CTX_copy_ex(other, context) == 1 else {
      preconditionFailure("SHA-256 copy failed: \(Self.lastError())")
    }
    return SHA256Hasher(context: other)
  }

  /// The digest of all that was fed.
  public consuming func finalize() -> Digest {
    var bytes = [UInt8](repeating: 0, count: Digest.byteCount)
    precondition(EVP_DigestFinal_ex(context, &bytes, nil) == 1, "SHA-256 final failed")
    return Digest(bytes: bytes)
  }

  /// The digest of `bytes` in one call.
  public static func digest(of bytes: UnsafeRawBufferPointer) -> Digest {
    var hasher = SHA256Hasher()
    hasher.update(bytes)
    return hasher.finalize()
  }

  public static func digest(of bytes: [UInt8]) -> Digest { bytes.withUnsafeBytes { digest(of: $0) } }

  private static func lastError() -> String {
    var text = [CChar](repeating: 0, count: 256)
    ERR_error_string_n(ERR_get_error(), &text, text.count)
    return String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }
}
