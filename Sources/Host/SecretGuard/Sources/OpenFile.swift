import Glibc

/// A file that is open for reading.
final class OpenFile {
  enum Refusal: Error, Equatable {
    /// errno.
    case system(Int32)
    case symlink
    case folder
    /// A pipe, a socket, a device.
    case notAFile
  }

  let descriptor: Int32
  /// When it was opened.
  let byteCount: Int

  /// Never through a symlink, and never waiting for a pipe.
  init(_ path: FilePath) throws(Refusal) {
    let descriptor = path.withCString { open($0, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC) }
    guard descriptor >= 0 else { throw errno == ELOOP ? .symlink : .system(errno) }
    var status = stat()
    let code = fstat(descriptor, &status) == 0 ? 0 : errno
    let kind = status.st_mode & S_IFMT
    guard code == 0, kind == S_IFREG else {
      close(descriptor)
      throw code != 0 ? .system(code) : kind == S_IFDIR ? .folder : .notAFile
    }
    self.descriptor = descriptor
    byteCount = Int(status.st_size)
  }

  deinit { close(descriptor) }

  /// Up to `count` bytes; fewer at the end of the file.
  static func read(_ descriptor: Int32, at offset: Int, count: Int) throws(Refusal) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: count)
    var filled = 0
    while filled < count {
      let left = count - filled
      let result = bytes.withUnsafeMutableBytes { pread(descriptor, $0.baseAddress! + filled, left, off_t(offset + filled)) }
      if result < 0, errno == EINTR { continue }
      guard result >= 0 else { throw .system(errno) }
      if result == 0 { break }
      filled += result
    }
    bytes.removeLast(count - filled)
    return bytes
  }
}

extension FilePath {
  func withCString<Result>(_ body: (UnsafePointer<CChar>) -> Result) -> Result {
    (bytes + [0]).withUnsafeBufferPointer { buffer in
      // Unsafe: bytes and C characters are the same in memory; the zero is the last of them.
      buffer.withMemoryRebound(to: CChar.self) { body($0.baseAddress!) }
    }
  }
}
