import Cryptography
import Kernel
import Plugins

/// A model's bytes, read once and hashed: what an adapter is lent is what was hashed.
public struct ModelFile: Sendable {
  public let digest: Digest
  /// Where the bytes came from.
  public let path: String
  public let bytes: [UInt8]
  public var fileName: String { path.lastIndex(of: "/").map { String(path[path.index(after: $0)...]) } ?? path }

  public static let sizeLimit = 256 << 20

  /// Bytes that were made here.
  ///
  /// - Parameter path: what they are to be called.
  public init(path: String, bytes: [UInt8]) {
    self.init(digest: SHA256Hasher.digest(of: bytes), path: path, bytes: bytes)
  }

  /// Nothing is hashed.
  init(digest: Digest, path: String, bytes: [UInt8]) {
    self.digest = digest
    self.path = path
    self.bytes = bytes
  }

  /// - Parameter expected: the digest that a manifest promises; nil = none is promised.
  /// - Throws: `model_missing`, `sha_mismatch`.
  public static func read(_ path: String, expected: Digest? = nil) throws(PluginError) -> ModelFile {
    let bytes: [UInt8]
    do { bytes = try Files.read(path, limit: sizeLimit) } catch {
      throw PluginError(.modelMissing, path, error.isMissing ? "there is no such file; publish it again" : error.description)
    }
    let digest = SHA256Hasher.digest(of: bytes)
    if let expected, expected != digest {
      throw PluginError(.shaMismatch, path, "the manifest promises \(expected), the file is \(digest); publish it again if the change is yours")
    }
    return ModelFile(digest: digest, path: path, bytes: bytes)
  }
}
