import CKernel
import Glibc

extension Files {
  /// Two names change places in one step, whatever each of them is.
  ///
  /// - Throws: `isUnsupported` where the file system cannot.
  public static func exchange(_ path: String, _ other: String) throws(KernelError) {
    guard qe_rename_exchange(path, other) == 0 else { throw KernelError("exchange", path) }
    syncFolder(of: path)
    syncFolder(of: other)
  }

  /// Removes a folder with all that is in it; links are removed, not followed.
  public static func removeTree(_ path: String) throws(KernelError) {
    if symlinkTarget(path) == nil, isFolder(path) {
      for name in try names(in: path) { try removeTree("\(path)/\(name)") }
      guard rmdir(path) == 0 else { throw KernelError("remove", path) }
    } else {
      try remove(path)
    }
  }
}

extension KernelError {
  /// The kernel or the file system does not know the call.
  public var isUnsupported: Bool { code == EINVAL || code == ENOSYS || code == EOPNOTSUPP }
}
