import CLibCrypto
import Cryptography
import Foundation
import Secrets
import Testing

/// A container of the reference system, made here as the Fernet specification says.
enum OldContainer {
  static func make(_ json: String, passphrase: String, salt: [UInt8] = (0..<16).map { $0 }) throws -> [UInt8] {
    var secret = Array(passphrase.utf8)
    let keys = try PBKDF2.deriveKey(from: SecureBytes(taking: &secret), salt: salt, iterations: 200_000, byteCount: 32)
    let vector = [UInt8](16..<32)
    var token: [UInt8] = [0x80] + [0, 0, 0, 0, 0x65, 0x53, 0xF1, 0x00] + vector
    token += try encrypt(Array(json.utf8), key: keys.part(16..<32), vector: vector)
    token += try HMACSHA256.code(of: token, key: keys.part(0..<16))
    return salt + base64(token)
  }

  static func base64(_ bytes: [UInt8]) -> [UInt8] {
    Array(Data(bytes).base64EncodedString().replacingOccurrences(of: "+", with: "-").replacingOccurrences(of: "/", with: "_").utf8)
  }

  /// AES-128-CBC with padding, which the program itself only decrypts.
  private static func encrypt(_ plaintext: [UInt8], key: SecureBytes, vector: [UInt8]) throws -> [UInt8] {
    let context = try #require(EVP_CIPHER_CTX_new())
    defer { EVP_CIPHER_CTX_free(context) }
    var output = [UInt8](repeating: 0, count: plaintext.count + 32)
    var (count, rest): (Int32, Int32) = (0, 0)
    let isReady = key.withBytes {
      EVP_EncryptInit_ex(context, EVP_aes_128_cbc(), nil, $0.baseAddress?.assumingMemoryBound(to: UInt8.self), vector) == 1
    }
    try #require(isReady && EVP_EncryptUpdate(context, &output, &count, plaintext, Int32(plaintext.count)) == 1)
    let isDone = output.withUnsafeMutableBufferPointer { EVP_EncryptFinal_ex(context, $0.baseAddress! + Int(count), &rest) == 1 }
    try #require(isDone)
    return Array(output[..<Int(count + rest)])
  }
}
