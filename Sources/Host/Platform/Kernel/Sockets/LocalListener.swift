import CKernel
import Glibc

/// A socket in the file system that programs of this machine connect to.
///
/// The file stays when the process dies: the next one that listens there takes it away.
public final class LocalListener: Sendable {
  /// The folder, open: the name is bound relative to it, because a socket's path has at most 107 bytes and a folder's has not.
  private let folder: Int32
  private let name: String
  let descriptor: Int32

  /// Listens at `folder/name`, which only this user may open. What stands there is removed: whoever calls holds a lock that says
  /// that nobody else listens there.
  ///
  /// - Throws: EEXIST for something that is no socket.
  public init(folder path: String, name: String) throws(KernelError) {
    let folder = qe_open(path, O_RDONLY | O_DIRECTORY, 0)
    guard folder >= 0 else { throw KernelError("open", path) }
    do throws(KernelError) { descriptor = try Self.listen(folder, name, "\(path)/\(name)") } catch {
      close(folder)
      throw error
    }
    self.folder = folder
    self.name = name
  }

  /// The same name once more, for a socket whose file somebody removed; the old one is to be let go.
  ///
  /// - Throws: also when something stands there.
  public func again() throws(KernelError) -> LocalListener {
    let folder = fcntl(folder, F_DUPFD_CLOEXEC, 0)
    guard folder >= 0 else { throw KernelError("open", name) }
    return try LocalListener(owning: folder, name: name)
  }

  private init(owning folder: Int32, name: String) throws(KernelError) {
    do throws(KernelError) { descriptor = try Self.listen(folder, name, name) } catch {
      close(folder)
      throw error
    }
    self.folder = folder
    self.name = name
  }

  /// Whether nobody can connect any more, because the name is gone.
  public var isUnlinked: Bool {
    var status = stat()
    return fstatat(folder, name, &status, AT_SYMLINK_NOFOLLOW) != 0 && errno == ENOENT
  }

  private static func listen(_ folder: Int32, _ name: String, _ path: String) throws(KernelError) -> Int32 {
    var status = stat()
    if fstatat(folder, name, &status, AT_SYMLINK_NOFOLLOW) == 0 {
      guard status.st_mode & S_IFMT == S_IFSOCK else { throw KernelError("make a socket at", path, code: EEXIST) }
      guard unlinkat(folder, name, 0) == 0 else { throw KernelError("remove the stale socket", path) }
    }
    let descriptor = qe_listen("/proc/self/fd/\(folder)/\(name)", 0o600, 16)
    guard descriptor >= 0 else { throw KernelError("listen at", path) }
    return descriptor
  }

  deinit {
    close(descriptor)
    close(folder)
  }

  /// Takes the name out of its folder: nobody connects any more.
  public func remove() { unlinkat(folder, name, 0) }

  /// The next client that waits; nil when none does, or when it has gone again.
  public func accept() -> LocalConnection? {
    let client = qe_accept(descriptor)
    return client >= 0 ? LocalConnection(descriptor: client) : nil
  }
}
