import Glibc
import Kernel

/// A file that whole rows are appended to: what the disk takes of a row is all of it or nothing.
struct StoredFile: ~Copyable {
  let path: String
  let identity: FileIdentity
  private let descriptor: Int32
  private(set) var size: Int64 = 0

  /// - Throws: also when it is there already.
  init(creating path: String) throws(KernelError) {
    descriptor = try Files.createNew(path, mode: 0o644)
    self.path = path
    // Where the kernel does not say, it is nobody's: then it is never removed.
    identity = Files.identity(descriptor) ?? FileIdentity(inode: 0, bornNanoseconds: 0)
  }

  deinit { close(descriptor) }

  mutating func append(_ bytes: UnsafeRawBufferPointer) throws(KernelError) {
    var offset = 0
    while offset < bytes.count {
      let count = write(descriptor, bytes.baseAddress! + offset, bytes.count - offset)
      if count < 0 {
        if errno == EINTR { continue }
        let error = KernelError("write", path)
        // Half a row is nobody's.
        if offset > 0 { ftruncate(descriptor, off_t(size)) }
        throw error
      }
      offset += count
    }
    size += Int64(bytes.count)
  }

  /// Whether its name still leads to it: nobody has moved or removed it.
  var isInPlace: Bool { Files.identity(at: path) == identity }

  func sync() throws(KernelError) {
    guard fdatasync(descriptor) == 0 else { throw KernelError("sync", path) }
  }
}
