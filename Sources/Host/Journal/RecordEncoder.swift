/// Writes the fields of one record, one after another, little-endian.
public struct RecordEncoder {
  // Unsafe: the room that was asked for, owned by whoever lent it; every put is within the size that the record was made with.
  let base: UnsafeMutableRawPointer
  /// Bytes that were put so far, with where it began.
  public private(set) var offset: Int

  public init(at base: UnsafeMutableRawPointer, offset: Int = 0) {
    self.base = base
    self.offset = offset
  }

  @inline(__always)
  public mutating func put<Value: FixedWidthInteger & BitwiseCopyable>(_ value: Value) {
    base.storeBytes(of: value.littleEndian, toByteOffset: offset, as: Value.self)
    offset &+= MemoryLayout<Value>.size
  }

  public mutating func put(_ value: Int128) {
    put(UInt64(truncatingIfNeeded: value))
    put(Int64(truncatingIfNeeded: value >> 64))
  }

  mutating func put(_ bytes: ArraySlice<UInt8>) {
    bytes.withUnsafeBytes { if let start = $0.baseAddress { (base + offset).copyMemory(from: start, byteCount: $0.count) } }
    offset += bytes.count
  }

  /// Bytes that were copied by hand.
  mutating func skip(_ count: Int) { offset += count }
}

/// Reads them back. A record that is too short gives zeros and is told as damaged.
public struct RecordDecoder {
  private let bytes: UnsafeRawBufferPointer
  public private(set) var offset = 0
  /// More was asked for than there is.
  public private(set) var isShort = false

  public init(_ bytes: UnsafeRawBufferPointer) { self.bytes = bytes }

  public var remaining: Int { bytes.count - offset }

  public mutating func take<Value: FixedWidthInteger & BitwiseCopyable>(_ type: Value.Type = Value.self) -> Value {
    guard offset + MemoryLayout<Value>.size <= bytes.count else {
      isShort = true
      return 0
    }
    defer { offset += MemoryLayout<Value>.size }
    return Value(littleEndian: bytes.loadUnaligned(fromByteOffset: offset, as: Value.self))
  }

  public mutating func take(count: Int) -> [UInt8] {
    guard count >= 0, offset + count <= bytes.count else {
      isShort = true
      return []
    }
    defer { offset += count }
    return Array(bytes[offset..<offset + count])
  }

  public mutating func takeWide() -> Int128 {
    let low = take(UInt64.self)
    return Int128(take(Int64.self)) << 64 | Int128(low)
  }
}
