import Glibc
import Kernel

/// A file that lines are appended to, and that becomes `name.1`, `name.2`, ... by its size. One process has it.
struct LogFile: ~Copyable {
  struct Options: Sendable {
    var path: String
    /// It is moved away before it would grow over this.
    var maximumBytes: Int
    /// How many old ones stay; 0 = none.
    var kept: Int
  }

  let options: Options
  private var descriptor: Int32
  private var size: Int
  /// A line was cut by a full disk: the next one begins anew.
  private var isTorn = false
  /// Below this size no rotation is tried again after one that failed.
  private var nextRotation: Int

  /// - Throws: when it cannot be written, is no regular file, or another host has it.
  init(_ options: Options) throws(LogFileError) {
    self.options = options
    nextRotation = options.maximumBytes
    if let slash = options.path.lastIndex(of: "/"), slash != options.path.startIndex {
      do throws(KernelError) { try Files.createFolders(String(options.path[..<slash])) } catch { throw LogFileError(options.path, error) }
    }
    (descriptor, size) = try Self.open(options.path, isNew: false)
  }

  deinit { close(descriptor) }

  /// - Returns: why a rotation that was due did not work; the line is in the file all the same.
  /// - Throws: the line was lost.
  mutating func append(_ line: String) throws(LogFileError) -> LogFileError? {
    var bytes = Array(line.utf8)
    bytes.append(0x0A)
    var trouble: LogFileError?
    if size > 0, size + bytes.count > nextRotation {
      do throws(LogFileError) {
        try rotate()
        nextRotation = options.maximumBytes
      } catch {
        // It goes on in the old file, and is not tried with each line.
        nextRotation = size + options.maximumBytes
        trouble = error
      }
    }
    if isTorn { bytes.insert(0x0A, at: 0) }
    var offset = 0
    while offset < bytes.count {
      let left = bytes.count - offset
      // Unsafe: the array's own bytes, for one call.
      let count = bytes.withUnsafeBytes { write(descriptor, $0.baseAddress! + offset, left) }
      if count < 0 {
        if errno == EINTR { continue }
        let error = LogFileError(options.path, KernelError("write", options.path))
        if offset > 0 { isTorn = true }
        size += offset
        throw error
      }
      offset += count
    }
    isTorn = false
    size += bytes.count
    return trouble
  }

  /// Past all that the writer holds, for the last words of a process: one append.
  borrowing func appendDirectly(_ line: String) {
    let bytes = Array((line + "\n").utf8)
    // Unsafe: the array's own bytes, for one call.
    _ = bytes.withUnsafeBytes { write(descriptor, $0.baseAddress!, $0.count) }
  }

  // MARK: -

  private mutating func rotate() throws(LogFileError) {
    let path = options.path
    if options.kept > 0 {
      for number in stride(from: options.kept - 1, through: 1, by: -1) { try move("\(path).\(number)", to: "\(path).\(number + 1)") }
      try move(path, to: "\(path).1")
    } else if unlink(path) != 0, errno != ENOENT {
      throw LogFileError(path, KernelError("remove", path))
    }
    let next = try Self.open(path, isNew: true)
    close(descriptor)
    (descriptor, size) = next
    isTorn = false
  }

  private func move(_ old: String, to new: String) throws(LogFileError) {
    // What somebody has taken away meanwhile is not missed.
    if rename(old, new) != 0, errno != ENOENT { throw LogFileError(options.path, KernelError("rename to \(new)", old)) }
  }

  private static func open(_ path: String, isNew: Bool) throws(LogFileError) -> (descriptor: Int32, size: Int) {
    // Not blocking: a pipe without a reader would hold the host for ever before it is seen to be no file.
    let descriptor = Glibc.open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NONBLOCK | O_NOCTTY, 0o640)
    guard descriptor >= 0 else { throw LogFileError(path, KernelError("open", path)) }
    var status = stat()
    var reason: String?
    if fstat(descriptor, &status) != 0 {
      reason = KernelError("look at", path).description
    } else if status.st_mode & S_IFMT != S_IFREG {
      reason = "is no regular file; name one, or null for standard error alone"
    } else if flock(descriptor, LOCK_EX | LOCK_NB) != 0 {
      reason = errno == EWOULDBLOCK ? "another host writes it; give each host a file of its own" : KernelError("lock", path).description
    }
    guard let reason else { return (descriptor, Int(status.st_size)) }
    close(descriptor)
    throw LogFileError(path, reason)
  }
}
