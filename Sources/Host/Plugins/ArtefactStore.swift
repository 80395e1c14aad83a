import Cryptography
import Kernel

/// Libraries by digest, `store/<sha256>/<file name>`: what a journal names stays there, whatever is published later.
public struct ArtefactStore: Sendable {
  public let folder: String

  public init(runtimePath: String) { folder = "\(runtimePath)/store" }

  /// Keeps a library; where it is already, nothing is written.
  ///
  /// - Returns: its path.
  @discardableResult
  public func keep(_ file: PluginFile) throws(PluginError) -> String { try keep(file.bytes, file.digest, name: file.fileName, mode: 0o755) }

  /// The same for a file that is no library.
  @discardableResult
  package func keep(_ bytes: [UInt8], _ digest: Digest, name: String, mode: Int32 = 0o644) throws(PluginError) -> String {
    let path = path(digest, name)
    do throws(KernelError) {
      try Files.createFolders("\(folder)/\(digest.hex)")
      // What stands there must be what its folder's name says; a damaged copy is replaced.
      if (try? Files.read(path, limit: PluginFile.sizeLimit)) != bytes { try Files.writeAtomically(bytes, to: path, mode: mode) }
    } catch { throw PluginError(.storeFailed(error.action), error.path, error.description) }
    return path
  }

  /// - Throws: `strategy_missing` where it was never kept, `sha_mismatch` where it is another now.
  public func file(_ digest: Digest, name: String) throws(PluginError) -> PluginFile {
    let path = path(digest, name)
    guard Files.isPresent(path) else { throw PluginError(.notFound, path, "a journal names it, and it is not kept; copy the library there") }
    return try PluginFile.read(path, expected: digest)
  }

  /// Where a file stands, kept or not.
  package func place(_ digest: Digest, name: String) -> String { path(digest, name) }

  private func path(_ digest: Digest, _ name: String) -> String { "\(folder)/\(digest.hex)/\(name)" }
}
