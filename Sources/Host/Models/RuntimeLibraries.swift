import Cryptography
import Kernel
import Plugins
import Synchronization

/// Runtime libraries in sealed memory files, for the life of the process: the same bytes once, however many models want them.
enum RuntimeLibraries {
  private struct Sealed: @unchecked Sendable {
    // Unchecked: mapped memory that nobody can change and nobody unmaps.
    let descriptor: Int32
    let bytes: UnsafeRawBufferPointer
  }

  private static let sealed = Mutex<[Digest: Sealed]>([:])

  /// Checks what it needs, and lends it.
  ///
  /// - Throws: `dependency_not_allowed:<soname>`, `compat_mismatch:<what>`; no code of it has run.
  static func lend(_ runtime: ResolvedModel.Runtime) throws(PluginError) -> LentFile {
    let file = runtime.file
    if let known = sealed.withLock({ $0[file.digest] }) { return lent(known, runtime.name) }
    try file.prepareRuntime()
    let made: Sealed
    do throws(KernelError) {
      let memory = try SealedMemoryFile(name: "quantumedge:\(file.fileName)", bytes: file.bytes)
      made = Sealed(descriptor: memory.descriptor, bytes: try memory.mapped(count: file.bytes.count))
    } catch { throw PluginError(.compatMismatch("memory file"), file.path, error.description) }
    // Of two that come at once the first stays: the loader knows files by their number.
    let kept = sealed.withLock { table in
      table[file.digest] = table[file.digest] ?? made
      return table[file.digest] ?? made
    }
    return lent(kept, runtime.name)
  }

  private static func lent(_ sealed: Sealed, _ name: String) -> LentFile {
    LentFile(name: name, bytes: sealed.bytes, descriptor: sealed.descriptor)
  }
}
