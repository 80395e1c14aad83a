import Cryptography
import Kernel

/// Libraries by digest, `store/<sha256>/<file name>`: what a journal names stays there, whatever is published later.
public struct ArtefactStore: Sendable {
  public let folder: String

  public init(runtimePath: String) { folder = "\(runtimePath)/store" }

  /// Keeps a library; nothing is done for one that is there.
  public func keep(_ file: PluginFile) throws(PluginError) {
    let home = "\(folder)/\(file.digest.hex)"
    let path = "\(home)/\(file.fileName)"
    // A file of another content under this digest is no use, and is replaced.
    if let known = try? PluginFile.read(path), known.digest == file.digest { return }
    do throws(KernelError) {
      try Files.createFolders(home)
      try Files.writeAtomically(file.bytes, to: path, mode: 0o444)
    } catch { throw PluginError(.storeFailed(error.action), error.path, error.description) }
  }

  /// - Throws: `file_missing` where it was never kept, `sha_mismatch` where it is another now.
  public func file(_ digest: Digest, name: String) throws(PluginError) -> PluginFile {
    let path = "\(folder)/\(digest.hex)/\(name)"
    guard Files.isPresent(path) else { throw PluginError(.notFound, path, "a journal names it, and it is not kept; copy the library there") }
    return try PluginFile.read(path, expected: digest)
  }
}
