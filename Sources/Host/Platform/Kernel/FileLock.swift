import CKernel
import Glibc

/// An exclusive lock on a file, for as long as the value lives; the kernel frees it when the process dies.
public struct FileLock: ~Copyable, Sendable {
  private let descriptor: Int32

  private init(descriptor: Int32) { self.descriptor = descriptor }

  deinit { close(descriptor) }

  /// Waits for the lock.
  public static func acquire(_ path: String) throws(KernelError) -> FileLock { try acquire(path, O_RDWR | O_CREAT, "open the lock") }

  /// Waits for the lock of a file that is there; the right to read it is enough.
  public static func acquire(existing path: String) throws(KernelError) -> FileLock { try acquire(path, O_RDONLY, "open") }

  private static func acquire(_ path: String, _ flags: Int32, _ opening: String) throws(KernelError) -> FileLock {
    let descriptor = qe_open(path, flags, 0o644)
    guard descriptor >= 0 else { throw KernelError(opening, path) }
    while flock(descriptor, LOCK_EX) != 0 {
      if errno == EINTR { continue }
      let error = KernelError("lock", path)
      close(descriptor)
      throw error
    }
    return FileLock(descriptor: descriptor)
  }

  /// Nil when somebody else holds it.
  public static func tryAcquire(_ path: String) throws(KernelError) -> FileLock? { try tryAcquire(path, O_RDWR | O_CREAT) }

  /// On a folder itself, whose lock goes with no file in it; nil when somebody else holds it.
  public static func tryAcquire(folder: String) throws(KernelError) -> FileLock? { try tryAcquire(folder, O_RDONLY | O_DIRECTORY) }

  private static func tryAcquire(_ path: String, _ flags: Int32) throws(KernelError) -> FileLock? {
    let descriptor = qe_open(path, flags, 0o644)
    guard descriptor >= 0 else { throw KernelError("open the lock", path) }
    if flock(descriptor, LOCK_EX | LOCK_NB) == 0 { return FileLock(descriptor: descriptor) }
    let error = KernelError("lock", path)
    close(descriptor)
    if error.code == EWOULDBLOCK { return nil }
    throw error
  }
}
