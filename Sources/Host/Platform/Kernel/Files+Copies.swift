import CKernel
import Glibc

extension Files {
  /// What a copy is called until it is whole, behind the name that it then gets.
  public static let partialSuffix = ".quantumedge-partial"

  /// Whether a regular file stands there, or a link to one.
  public static func isFile(_ path: String) -> Bool {
    var status = stat()
    return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFREG
  }

  /// Copies a regular file in pieces, with its time, under a name that must be free; nobody else gets the right to write the copy.
  ///
  /// - Returns: how many bytes it has.
  /// - Throws: EISDIR for what is no regular file, EEXIST where the name is taken; then nothing is left.
  public static func copyNew(_ path: String, to other: String) throws(KernelError) -> Int64 {
    let source = qe_open(path, O_RDONLY | O_NONBLOCK, 0)
    guard source >= 0 else { throw KernelError("open", path) }
    defer { close(source) }
    var status = stat()
    guard fstat(source, &status) == 0 else { throw KernelError("look at", path) }
    guard status.st_mode & S_IFMT == S_IFREG else { throw KernelError("read", path, code: EISDIR) }
    let partial = other + partialSuffix
    let target = qe_open(partial, O_WRONLY | O_CREAT | O_EXCL, Int32(status.st_mode & 0o755) | 0o600)
    guard target >= 0 else { throw KernelError("create", other) }
    var total: Int64 = 0
    do throws(KernelError) {
      defer { close(target) }
      var piece = [UInt8](repeating: 0, count: 1 << 20)
      while true {
        let count = Glibc.read(source, &piece, piece.count)
        if count < 0 {
          if errno == EINTR { continue }
          throw KernelError("read", path)
        }
        if count == 0 { break }
        var offset = 0
        while offset < count {
          // Unsafe: what is left of the bytes that were just read, within the array.
          let written = piece.withUnsafeBytes { write(target, $0.baseAddress! + offset, count - offset) }
          if written < 0 {
            if errno == EINTR { continue }
            throw KernelError("write", other)
          }
          offset += written
        }
        total += Int64(count)
      }
      guard futimens(target, [status.st_atim, status.st_mtim]) == 0 else { throw KernelError("set the time of", other) }
      guard fsync(target) == 0 else { throw KernelError("sync", other) }
      guard qe_rename_new(partial, other) == 0 else { throw KernelError("create", other) }
    } catch {
      unlink(partial)
      throw error
    }
    syncFolder(of: other)
    return total
  }
}
