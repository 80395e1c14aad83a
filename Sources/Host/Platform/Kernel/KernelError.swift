import Glibc

/// A call to the kernel that failed: what was tried, on what, and why.
public struct KernelError: Error, Equatable, CustomStringConvertible {
  public let action: String
  public let path: String
  /// errno.
  public let code: Int32

  public init(_ action: String, _ path: String, code: Int32 = errno) {
    self.action = action
    self.path = path
    self.code = code
  }

  public var isMissing: Bool { code == ENOENT || code == ENOTDIR }
  public var isThere: Bool { code == EEXIST }
  /// The disk, or what this user may have of it, is full.
  public var isFull: Bool { code == ENOSPC || code == EDQUOT || code == EFBIG }
  public var isRefused: Bool { code == ECONNREFUSED }
  public var isDenied: Bool { code == EACCES || code == EPERM }
  public var description: String { "\(path): cannot \(action): \(String(cString: strerror(code)))" }
}
