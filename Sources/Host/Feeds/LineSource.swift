import Compression
import Glibc

/// Hands out regions of whole lines from one reused buffer.
///
/// Every line in `cursor..<end` ends in a newline, and 32 readable bytes follow `end`: a parser needs no bounds checks
/// of its own and may load eight bytes at a time.
final class LineSource {
  enum Refill {
    /// There is at least one more line.
    case lines
    /// A line without end was passed over; the cursor is behind it.
    case overlongLine
    case end
  }

  /// Longest row of a tick file, its newline not counted.
  static let tickRowBytes = 64 * 1024
  private static let padding = 32

  /// The next unread byte.
  var cursor: UnsafePointer<UInt8>
  /// Behind the last newline of the region.
  private(set) var end: UnsafePointer<UInt8>
  /// The file's last line has no newline of its own; one was added behind it.
  private(set) var isUnterminated = false

  let reader: ByteReader
  /// Longest line, its newline not counted.
  let maximumLineBytes: Int
  private var base: UnsafeMutablePointer<UInt8>
  private var capacity: Int
  private var filled = 0
  private var isAtEnd = false

  init(path: String, bufferBytes: Int, maximumLineBytes: Int) throws(CompressionError) {
    self.maximumLineBytes = maximumLineBytes
    let reader = try ByteReader(path: path, bufferBytes: bufferBytes)
    self.reader = reader
    capacity = bufferBytes
    base = LineSource.allocate(bufferBytes)
    cursor = UnsafePointer(base)
    end = cursor
  }

  deinit { base.deallocate() }

  /// Whether the line at `lineEnd` (its newline) is the unterminated last one.
  func isLast(newline: UnsafePointer<UInt8>) -> Bool { isUnterminated && newline + 1 == end }

  /// Reads on. - Precondition: all lines of the region are used.
  func refill() throws(CompressionError) -> Refill {
    precondition(cursor == end, "lines of the last region are left")
    // What is left is the beginning of one line.
    let tail = filled - (end - UnsafePointer(base))
    if tail > 0 { memmove(base, end, tail) }
    filled = tail
    restart()
    while true {
      if filled == capacity {
        if capacity > maximumLineBytes { return try discardLine() }
        grow()
      }
      let count = try read()
      if count == 0 {
        guard filled > 0 else { return .end }
        base[filled] = 0x0A
        filled += 1
        isUnterminated = true
        end = UnsafePointer(base + filled)
        return .lines
      }
      if takeLines(from: filled - count) { return .lines }
    }
  }

  /// Passes over the rest of a line that does not fit, and keeps what follows its newline.
  private func discardLine() throws(CompressionError) -> Refill {
    while true {
      filled = 0
      let count = try read()
      if count == 0 { break }
      guard let newline = memchr(base, 0x0A, count) else { continue }
      let used = newline.assumingMemoryBound(to: UInt8.self) + 1 - base
      memmove(base, base + used, count - used)
      filled = count - used
      restart()
      _ = takeLines(from: 0)
      return .overlongLine
    }
    restart()
    return .overlongLine
  }

  private func restart() {
    cursor = UnsafePointer(base)
    end = cursor
  }

  /// Ends the region behind the last newline at or after `offset`; false if there is none.
  private func takeLines(from offset: Int) -> Bool {
    var last = filled
    while last > offset, base[last - 1] != 0x0A { last -= 1 }
    guard last > offset else { return false }
    end = UnsafePointer(base + last)
    return true
  }

  private func read() throws(CompressionError) -> Int {
    if isAtEnd { return 0 }
    let count = try reader.read(into: UnsafeMutableRawBufferPointer(start: base + filled, count: capacity - filled))
    filled += count
    isAtEnd = count == 0
    return count
  }

  private func grow() {
    let larger = min(capacity * 2, maximumLineBytes + 2)
    let memory = LineSource.allocate(larger)
    memcpy(memory, base, filled)
    base.deallocate()
    base = memory
    capacity = larger
    restart()
  }

  private static func allocate(_ bytes: Int) -> UnsafeMutablePointer<UInt8> {
    let memory = UnsafeMutablePointer<UInt8>.allocate(capacity: bytes + padding)
    memory.initialize(repeating: 0, count: bytes + padding)
    return memory
  }
}
