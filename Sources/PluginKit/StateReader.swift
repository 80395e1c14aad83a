/// Reads what a `StateWriter` wrote, in the same order.
public struct StateReader: ~Copyable {
  private let bytes: UnsafeRawBufferPointer
  private var offset = 0

  init(_ bytes: UnsafeRawBufferPointer) { self.bytes = bytes }

  /// Bytes not read yet. Bound a count that the state names with it before allocating.
  public var remaining: Int { bytes.count - offset }

  /// - Throws: `Refusal` at the end of the bytes; likewise below.
  public mutating func read<T: FixedWidthInteger>(_ type: T.Type = T.self) throws -> T {
    let size = MemoryLayout<T>.size
    guard remaining >= size else { throw Refusal("the state ends after \(bytes.count) bytes") }
    let value = bytes.loadUnaligned(fromByteOffset: offset, as: T.self)
    offset += size
    return T(littleEndian: value)
  }

  public mutating func readDouble() throws -> Double { Double(bitPattern: try read(UInt64.self)) }

  /// - Throws: `Refusal` for NaN and infinity too.
  public mutating func readFinite() throws -> Double {
    let value = try readDouble()
    guard value.isFinite else { throw Refusal("the state has \(value) where a number must be") }
    return value
  }

  /// - Throws: `Refusal` for a byte that is neither 0 nor 1 too.
  public mutating func readBool() throws -> Bool {
    let byte = try read(UInt8.self)
    guard byte <= 1 else { throw Refusal("the state has \(byte) where 0 or 1 must be") }
    return byte == 1
  }
}
