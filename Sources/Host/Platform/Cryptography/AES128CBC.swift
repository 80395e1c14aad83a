import CLibCrypto

/// AES-128 in cipher block chaining with PKCS #7 padding, as Fernet has it. It authenticates nothing: check first, then decrypt.
public enum AES128CBC {
  public static let keyByteCount = 16
  public static let blockByteCount = 16

  /// The plaintext without its padding; nil for a length that no ciphertext has, or a padding that none has.
  public static func decrypt(_ ciphertext: [UInt8], key: SecureBytes, initializationVector: [UInt8]) throws(CryptographyError) -> SecureBytes? {
    precondition(key.count == keyByteCount && initializationVector.count == blockByteCount, "AES-128-CBC has a key and a vector of 16 bytes")
    guard !ciphertext.isEmpty, ciphertext.count % blockByteCount == 0 else { return nil }
    guard let context = EVP_CIPHER_CTX_new() else { throw CryptographyError("no AES-128-CBC") }
    defer { EVP_CIPHER_CTX_free(context) }
    var isPadded = false
    // One block more than it needs: what EVP_DecryptUpdate may ask for.
    let plaintext = try SecureBytes(capacity: ciphertext.count + blockByteCount) { space throws(CryptographyError) in
      var (count, rest): (Int32, Int32) = (0, 0)
      // Unsafe: both calls together write at most the ciphertext's length and a block.
      let output = space.baseAddress!.assumingMemoryBound(to: UInt8.self)
      let isRead = key.withBytes { key in
        EVP_DecryptInit_ex(context, EVP_aes_128_cbc(), nil, key.octets, initializationVector) == 1
          && EVP_DecryptUpdate(context, output, &count, ciphertext, Int32(ciphertext.count)) == 1
      }
      guard isRead else { throw CryptographyError("AES-128-CBC does not decrypt") }
      isPadded = EVP_DecryptFinal_ex(context, output + Int(count), &rest) == 1
      ERR_clear_error()
      return isPadded ? Int(count) + Int(rest) : 0
    }
    return isPadded ? plaintext : nil
  }
}
