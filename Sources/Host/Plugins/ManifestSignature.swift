import Cryptography

/// An Ed25519 signature over a manifest. It says who vouches for what stands in there; whether that one is trusted, the
/// settings say.
public struct ManifestSignature: Sendable, Equatable {
  public static let algorithm = "ed25519"

  /// 64 hexadecimal digits.
  public var publicKey: String
  /// 128 hexadecimal digits.
  public var value: String

  package init(publicKey: String, value: String) {
    self.publicKey = publicKey
    self.value = value
  }

  /// As a manifest has it.
  ///
  /// - Parameter path: of the manifest, for the error.
  package init(algorithm: String, publicKey: String, value: String, _ path: String) throws(PluginError) {
    guard algorithm == Self.algorithm, Hexadecimal.bytes(publicKey, count: Ed25519.keySize) != nil,
      Hexadecimal.bytes(value, count: Ed25519.signatureSize) != nil
    else { throw PluginError(.signatureInvalid("unreadable"), path, "algorithm ed25519, 64 and 128 lower-case hexadecimal digits are wanted") }
    self.init(publicKey: publicKey, value: value)
  }

  /// - Parameter pem: a private key.
  package init(signing message: [UInt8], withPEM pem: [UInt8], of subject: String) throws(PluginError) {
    do throws(Ed25519.Failure) {
      self.init(
        publicKey: Hexadecimal.text(try Ed25519.publicKey(ofPEM: pem)), value: Hexadecimal.text(try Ed25519.sign(message, withPEM: pem)))
    } catch { throw PluginError(.signatureInvalid("not signed"), subject, error.description) }
  }

  /// What is signed is read in one way alone: a member that the signature did not cover would change these bytes.
  ///
  /// - Parameters:
  ///   - bytes: of the file.
  ///   - encoded: what would be written for what was read.
  ///   - unsigned: the same without the signature.
  package func check(_ bytes: [UInt8], encoded: [UInt8], unsigned: [UInt8], _ path: String) throws(PluginError) {
    guard encoded == bytes else {
      throw PluginError(.signatureInvalid("not as it was signed"), path, "somebody has changed it since; sign it again if that was you")
    }
    guard isValid(of: unsigned) else {
      throw PluginError(.signatureInvalid("wrong signature"), path, "it is not what the owner of key \(publicKey.prefix(16)) signed")
    }
  }

  func isValid(of message: [UInt8]) -> Bool {
    guard let key = Hexadecimal.bytes(publicKey, count: Ed25519.keySize), let bytes = Hexadecimal.bytes(value, count: Ed25519.signatureSize) else {
      return false
    }
    return Ed25519.isValid(bytes, of: message, by: key)
  }
}

/// Whose plugins may run.
public struct TrustPolicy: Sendable {
  /// 64 hexadecimal digits each.
  public var trustedKeys: Set<String>
  /// Whether a strategy without a trusted signature is refused.
  public var requiresSignature: Bool

  public init(trustedKeys: [String] = [], requiresSignature: Bool = false) {
    self.trustedKeys = Set(trustedKeys)
    self.requiresSignature = requiresSignature
  }

  public func trusts(_ signature: ManifestSignature?) -> Bool { signature.map { trustedKeys.contains($0.publicKey) } ?? false }

  /// - Parameter signature: nil where nobody vouches: an unsigned manifest, or a bare library.
  /// - Throws: `signature_invalid`.
  package func check(_ signature: ManifestSignature?, _ path: String) throws(PluginError) {
    guard requiresSignature, !trusts(signature) else { return }
    guard let signature else {
      throw PluginError(
        .signatureInvalid("missing"), path,
        "plugins.require_signature is on; publish it with --key, or sign its manifest with: quantumedge plugin sign")
    }
    throw PluginError(
      .signatureInvalid("not trusted"), path, "it is signed by \(signature.publicKey), which plugins.trusted_keys does not have")
  }
}

/// Bytes as lower-case hexadecimal digits.
enum Hexadecimal {
  static func text(_ bytes: [UInt8]) -> String {
    let digits = Array("0123456789abcdef")
    return String(bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] })
  }

  /// nil for anything but `count` bytes.
  static func bytes(_ text: String, count: Int) -> [UInt8]? {
    let digits = text.utf8.map { (byte: UInt8) -> UInt8 in
      switch byte {
      case 0x30...0x39: byte - 0x30
      case 0x61...0x66: byte - 0x61 + 10
      default: 0xFF
      }
    }
    guard digits.count == 2 * count, !digits.contains(0xFF) else { return nil }
    return (0..<count).map { digits[2 * $0] << 4 | digits[2 * $0 + 1] }
  }
}
