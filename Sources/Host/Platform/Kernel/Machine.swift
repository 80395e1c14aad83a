import CKernel
import Glibc

/// What isolation needs of the kernel.
public struct KernelFeatures: Sendable {
  public var hasLandlock: Bool
  public var hasSeccomp: Bool
  public var hasSealedMemoryFiles: Bool

  public static var current: KernelFeatures {
    let bits = qe_kernel_features()
    return KernelFeatures(hasLandlock: bits & 1 != 0, hasSeccomp: bits & 2 != 0, hasSealedMemoryFiles: bits & 4 != 0)
  }
}

public enum Machine {
  /// Its own name, for people.
  public static var name: String {
    var bytes = [CChar](repeating: 0, count: 256)
    guard gethostname(&bytes, bytes.count - 1) == 0 else { return "host" }
    let text = String(decoding: bytes.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    return text.isEmpty ? "host" : text
  }
}

public enum KernelClock {
  /// Whether an NTP client keeps it; nil when the kernel does not say.
  public static var isSynchronised: Bool? {
    switch qe_clock_is_synchronised() {
    case 1: true
    case 0: false
    default: nil
    }
  }
}

/// The bounds that this process was started with.
public enum ProcessLimits {
  public static var maximumOpenFiles: UInt64 { limit(Int32(RLIMIT_NOFILE.rawValue)) }
  public static var maximumCoreBytes: UInt64 { limit(Int32(RLIMIT_CORE.rawValue)) }

  private static func limit(_ resource: Int32) -> UInt64 {
    var value = rlimit()
    return getrlimit(resource, &value) == 0 ? UInt64(value.rlim_cur) : 0
  }
}

/// The first thing that a program of ours does.
public enum ProcessStart {
  /// Closed standard streams stay closed, whatever is opened next, and a reader that goes away (`| head`) is an error of the write, not a death without a word.
  public static func prepare() {
    qe_open_standard_streams()
    signal(SIGPIPE, SIG_IGN)
  }

  /// The same for a file that reaches its bound (`ulimit -f`). Not for those who run plugins in a box: there it is an end.
  public static func surviveFileBounds() { signal(SIGXFSZ, SIG_IGN) }
}

public enum CLibrary {
  /// "glibc 2.36"
  public static var version: String { "glibc \(String(cString: qe_libc_version()))" }
}

public enum ProcessMemory {
  /// From now on no other process of this user may look into this one, and it leaves no core file. What it starts is as others are.
  public static func hide() throws(KernelError) {
    guard qe_process_hide() == 0 else { throw KernelError("hide the memory of", "this process") }
  }
}

/// Room below a folder that may not be there yet.
public struct DiskSpace: Sendable {
  /// The nearest one that is there.
  public var folder: String
  public var freeBytes: UInt64
  public var isWritable: Bool
  /// By users who are neither the owner nor of its group, without the sticky bit.
  public var isWritableByAll: Bool

  public static func nearest(to path: String) -> DiskSpace? {
    var folder = path
    while !Files.isFolder(folder.isEmpty ? "." : folder) {
      guard let slash = folder.lastIndex(of: "/") else {
        folder = "."
        break
      }
      folder = slash == folder.startIndex && folder.count > 1 ? "/" : String(folder[..<slash])
    }
    if folder.isEmpty { folder = "." }
    var space = statvfs()
    var status = stat()
    guard statvfs(folder, &space) == 0, stat(folder, &status) == 0 else { return nil }
    return DiskSpace(
      folder: folder, freeBytes: UInt64(space.f_bavail) * UInt64(space.f_frsize), isWritable: access(folder, W_OK | X_OK) == 0,
      isWritableByAll: status.st_mode & 0o002 != 0 && status.st_mode & 0o1000 == 0)
  }
}
