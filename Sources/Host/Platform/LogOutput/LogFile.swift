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
  /// Half a line stands at the end, and cannot be taken back: the next one begins anew.
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
    (descriptor, size) = try Self.open(options.path)
    isTorn = Self.isTorn(options.path, size)
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
        if offset > 0 { takeBack(offset) }
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

  /// Half a line is nobody's: what the disk still took of it is cut off, where nothing has been appended behind it since.
  private mutating func takeBack(_ count: Int) {
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { return isTorn = true }
    let end = Int(status.st_size)
    let isLast = size + count == end
    if isLast, ftruncate(descriptor, off_t(size)) == 0 { return }
    isTorn = isLast
    size = end
  }

  private mutating func rotate() throws(LogFileError) {
    let path = options.path
    if !Self.stands(at: path, descriptor) {
      // Somebody has moved ours away already: what stands there now is not ours to move.
    } else if options.kept > 0 {
      for number in stride(from: options.kept - 1, through: 1, by: -1) { try move("\(path).\(number)", to: "\(path).\(number + 1)") }
      try move(path, to: "\(path).1")
    } else if unlink(path) != 0, errno != ENOENT {
      throw LogFileError(path, KernelError("remove", path))
    }
    let next = try Self.open(path)
    close(descriptor)
    (descriptor, size) = next
    isTorn = Self.isTorn(path, size)
  }

  private func move(_ old: String, to new: String) throws(LogFileError) {
    // What somebody has taken away meanwhile is not missed.
    if rename(old, new) != 0, errno != ENOENT { throw LogFileError(options.path, KernelError("rename to \(new)", old)) }
  }

  /// Whether the file at the path is the open one.
  private static func stands(at path: String, _ descriptor: Int32) -> Bool {
    var (there, ours) = (stat(), stat())
    return stat(path, &there) == 0 && fstat(descriptor, &ours) == 0 && there.st_ino == ours.st_ino && there.st_dev == ours.st_dev
  }

  /// Whether a file of a former life ends in the middle of a line.
  private static func isTorn(_ path: String, _ size: Int) -> Bool {
    guard size > 0 else { return false }
    let descriptor = Glibc.open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return false }
    defer { close(descriptor) }
    var last: UInt8 = 0
    return pread(descriptor, &last, 1, off_t(size - 1)) == 1 && last != 0x0A
  }

  private static func open(_ path: String) throws(LogFileError) -> (descriptor: Int32, size: Int) {
    // The file may be moved away between opening and locking it; then the one that stands there is meant.
    for _ in 0..<8 {
      let opened = try lock(path)
      if stands(at: path, opened.descriptor) { return opened }
      close(opened.descriptor)
    }
    throw LogFileError(path, "is moved away again and again; give each host a file of its own")
  }

  private static func lock(_ path: String) throws(LogFileError) -> (descriptor: Int32, size: Int) {
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
