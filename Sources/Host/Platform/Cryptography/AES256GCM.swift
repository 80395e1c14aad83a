import CLibCrypto

/// AES-256 in Galois/Counter mode (NIST SP 800-38D): encrypts, and authenticates what is encrypted together with bytes that
/// are not. A nonce must never come twice under one key.
public enum AES256GCM {
  public static let keyByteCount = 32
  public static let nonceByteCount = 12
  public static let tagByteCount = 16

  /// The ciphertext, as long as the plaintext, and the tag after it.
  public static func seal(
    _ plaintext: SecureBytes, key: SecureBytes, nonce: [UInt8], authenticating header: [UInt8]
  ) throws(CryptographyError) -> [UInt8] {
    precondition(key.count == keyByteCount && nonce.count == nonceByteCount, "AES-256-GCM has a key of 32 bytes and a nonce of 12")
    guard let context = EVP_CIPHER_CTX_new() else { throw CryptographyError("no AES-256-GCM") }
    // It holds the key's schedule, and zeroes it when freed.
    defer { EVP_CIPHER_CTX_free(context) }
    var sealed = [UInt8](repeating: 0, count: plaintext.count + tagByteCount)
    var (count, rest): (Int32, Int32) = (0, 0)
    let isDone = key.withBytes { key in
      plaintext.withBytes { plaintext in
        sealed.withUnsafeMutableBytes { sealed in
          // Unsafe: OpenSSL writes as many bytes as it reads, and the tag into the 16 after them.
          let output = sealed.baseAddress!.assumingMemoryBound(to: UInt8.self)
          return EVP_EncryptInit_ex(context, EVP_aes_256_gcm(), nil, key.octets, nonce) == 1
            && (header.isEmpty || EVP_EncryptUpdate(context, nil, &rest, header, Int32(header.count)) == 1)
            && (plaintext.isEmpty || EVP_EncryptUpdate(context, output, &count, plaintext.octets, Int32(plaintext.count)) == 1)
            && EVP_EncryptFinal_ex(context, output + Int(count), &rest) == 1 && rest == 0 && Int(count) == plaintext.count
            && EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_GET_TAG, Int32(tagByteCount), output + Int(count)) == 1
        }
      }
    }
    guard isDone else { throw CryptographyError("AES-256-GCM does not encrypt") }
    return sealed
  }

  /// The plaintext; nil when anything is not as it was sealed: key, nonce, header, ciphertext or tag.
  ///
  /// - Parameter sealed: as `seal` gave it.
  public static func open(
    _ sealed: [UInt8], key: SecureBytes, nonce: [UInt8], authenticating header: [UInt8]
  ) throws(CryptographyError) -> SecureBytes? {
    precondition(key.count == keyByteCount && nonce.count == nonceByteCount, "AES-256-GCM has a key of 32 bytes and a nonce of 12")
    let length = sealed.count - tagByteCount
    guard length >= 0 else { return nil }
    guard let context = EVP_CIPHER_CTX_new() else { throw CryptographyError("no AES-256-GCM") }
    defer { EVP_CIPHER_CTX_free(context) }
    var tag = Array(sealed[length...])
    var isAuthentic = false
    let plaintext = try SecureBytes(capacity: length) { space throws(CryptographyError) in
      var (count, rest): (Int32, Int32) = (0, 0)
      // Unsafe: OpenSSL writes as many bytes as it reads, which is the room there is.
      let output = space.baseAddress!.assumingMemoryBound(to: UInt8.self)
      let isRead = key.withBytes { key in
        EVP_DecryptInit_ex(context, EVP_aes_256_gcm(), nil, key.octets, nonce) == 1
          && (header.isEmpty || EVP_DecryptUpdate(context, nil, &rest, header, Int32(header.count)) == 1)
          && (length == 0 || EVP_DecryptUpdate(context, output, &count, sealed, Int32(length)) == 1) && Int(count) == length
          && EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_SET_TAG, Int32(tagByteCount), &tag) == 1
      }
      guard isRead else { throw CryptographyError("AES-256-GCM does not decrypt") }
      isAuthentic = EVP_DecryptFinal_ex(context, output + Int(count), &rest) == 1 && rest == 0
      ERR_clear_error()
      return isAuthentic ? length : 0
    }
    return isAuthentic ? plaintext : nil
  }
}

extension UnsafeRawBufferPointer {
  /// The bytes as C functions want them.
  var octets: UnsafePointer<UInt8>? { baseAddress?.assumingMemoryBound(to: UInt8.self) }
}
