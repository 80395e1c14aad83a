/// Writes an instance's state as little-endian bytes.
///
/// The same `save` also counts and compares: without memory the writer only counts, and given bytes it compares.
public struct StateWriter: ~Copyable {
  private let target: UnsafeMutableRawBufferPointer?
  private let expected: UnsafeRawBufferPointer?
  private var differs = false
  /// Bytes written, or that would have been.
  public private(set) var count = 0

  /// Counts.
  init() {
    target = nil
    expected = nil
  }

  /// Writes as far as there is room.
  init(_ target: UnsafeMutableRawBufferPointer) {
    self.target = target
    expected = nil
  }

  init(comparing expected: UnsafeRawBufferPointer) {
    target = nil
    self.expected = expected
  }

  /// After comparing: exactly the expected bytes were written.
  var isEqual: Bool { !differs && count == expected?.count }

  public mutating func write<T: FixedWidthInteger>(_ value: T) {
    withUnsafeBytes(of: value.littleEndian) { write(bytes: $0) }
  }

  /// Bit for bit, NaN payloads included.
  public mutating func write(_ value: Double) { write(value.bitPattern) }
  public mutating func write(_ value: Bool) { write(UInt8(value ? 1 : 0)) }

  public mutating func write(bytes: UnsafeRawBufferPointer) {
    let end = count + bytes.count
    if let target, end <= target.count {
      UnsafeMutableRawBufferPointer(rebasing: target[count..<end]).copyMemory(from: bytes)
    }
    if let expected {
      differs = differs || end > expected.count || !expected[count..<end].elementsEqual(bytes)
    }
    count = end
  }
}
