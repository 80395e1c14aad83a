import Glibc

/// An open file that closes itself. Every call is retried after a signal.
final class FileDescriptor {
  let number: Int32

  init(owning number: Int32) { self.number = number }
  // The result of close is of use after writing alone, and there `ByteWriter` has called fsync before.
  deinit { close(number) }

  /// Up to `count` bytes; 0 at the end of the file, -1 with errno.
  func read(_ address: UnsafeMutableRawPointer, _ count: Int) -> Int {
    while true {
      let result = Glibc.read(number, address, count)
      if result >= 0 || errno != EINTR { return result }
    }
  }

  /// All bytes, or false with errno.
  func write(_ bytes: UnsafeRawBufferPointer) -> Bool {
    var offset = 0
    while offset < bytes.count {
      let result = Glibc.write(number, bytes.baseAddress! + offset, bytes.count - offset)
      if result < 0 {
        if errno == EINTR { continue }
        return false
      }
      offset += result
    }
    return true
  }
}

/// The system's words for the last error.
func systemReason() -> String { String(cString: strerror(errno)) }
