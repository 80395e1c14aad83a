import Cryptography
import Kernel

/// A plugin's bytes, read once and hashed. None of them has run.
public struct PluginFile: Sendable {
  public let digest: Digest
  /// Where the bytes came from.
  public let path: String
  public let bytes: [UInt8]
  /// `libEMACross.so`.
  public var fileName: String { String(path[(path.lastIndex(of: "/").map(path.index(after:)) ?? path.startIndex)...]) }

  /// Of which file it was, and no more.
  package var withoutBytes: PluginFile { PluginFile(digest: digest, path: path, bytes: []) }

  public static let sizeLimit = 256 << 20

  /// Reads a file, and holds it to what is promised.
  ///
  /// - Parameter expected: the digest that a manifest promises; nil = none is promised.
  /// - Throws: `file_missing`, `sha_mismatch`, `compat_mismatch` for what is no shared library of this machine.
  public static func read(_ path: String, expected: Digest? = nil) throws(PluginError) -> PluginFile {
    let bytes: [UInt8]
    do { bytes = try Files.read(path, limit: sizeLimit) } catch { throw .reading(path, error) }
    let digest = SHA256Hasher.digest(of: bytes)
    if let expected, expected != digest {
      throw PluginError(.shaMismatch, path, "the manifest promises \(expected), the file is \(digest); publish it again if the change is yours")
    }
    if let reason = ElfHeader.objection(bytes) { throw PluginError(.compatMismatch("not an ELF shared library"), path, reason) }
    return PluginFile(digest: digest, path: path, bytes: bytes)
  }
}
