import CKernel
import Glibc

/// A file of a fixed size that is written through memory. Its room on the disk is taken for real when it is made: a write through the
/// mapping cannot meet a full disk, which would end the process by SIGBUS.
public final class MappedFile: @unchecked Sendable {
  // Unchecked: who writes where and when is agreed between its users, one writer for each byte at a time.
  public let path: String
  public let size: Int
  /// Valid while this object lives.
  public let base: UnsafeMutableRawPointer
  private let descriptor: Int32

  /// What a name ends with while room is taken for the file: who is killed meanwhile leaves it, and no file that is too short.
  public static let unfinishedSuffix = ".new"

  /// A new one, all zero, and its name on the disk.
  ///
  /// - Throws: also when it is there already, or when the disk has no room for all of it; nothing is left then.
  public init(creating path: String, size: Int, mode: Int32 = 0o600) throws(KernelError) {
    let unfinished = path + Self.unfinishedSuffix
    descriptor = qe_open(unfinished, O_RDWR | O_CREAT | O_EXCL, mode)
    guard descriptor >= 0 else { throw KernelError("create", path) }
    (self.path, self.size) = (path, size)
    let code = posix_fallocate(descriptor, 0, off_t(size))
    let memory = code == 0 ? mmap(nil, size, PROT_READ | PROT_WRITE, MAP_SHARED, descriptor, 0) : nil
    // Unsafe: MAP_FAILED is the address -1; anything else is `size` mapped bytes.
    guard let memory, Int(bitPattern: memory) != -1 else {
      let reason = code == 0 ? errno : code
      close(descriptor)
      unlink(unfinished)
      throw KernelError(code == 0 ? "map" : "take room for", path, code: reason)
    }
    guard qe_rename_new(unfinished, path) == 0 else {
      let reason = errno
      munmap(memory, size)
      close(descriptor)
      unlink(unfinished)
      throw KernelError("create", path, code: reason)
    }
    base = memory
    Files.syncFolder(of: path)
  }

  deinit {
    munmap(base, size)
    close(descriptor)
  }

  /// Has the kernel give memory to these bytes, so that whoever writes them first does not wait for it.
  public func touch(_ range: Range<Int>) {
    // MADV_POPULATE_WRITE, Linux 5.14: where the kernel does not know it, the writer pays for its own page faults.
    _ = madvise(base + range.lowerBound, range.count, 23)
  }

  /// What was written so far is on the disk afterwards.
  public func sync() throws(KernelError) {
    // A shared mapping's dirty pages belong to the file: fdatasync writes them.
    guard fdatasync(descriptor) == 0 else { throw KernelError("sync", path) }
  }

  /// Cuts the file off; nothing beyond may be touched through the mapping afterwards.
  public func truncate(to count: Int) throws(KernelError) {
    guard ftruncate(descriptor, off_t(count)) == 0 else { throw KernelError("truncate", path) }
  }
}
