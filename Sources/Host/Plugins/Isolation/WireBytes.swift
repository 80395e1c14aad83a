/// Writes values of the worker's protocol one after the other; host and worker are the same executable on one machine.
struct WireWriter {
  private(set) var bytes: [UInt8] = []

  mutating func write(_ value: some FixedWidthInteger) { withUnsafeBytes(of: value) { bytes.append(contentsOf: $0) } }
  mutating func write(_ value: Double) { write(value.bitPattern) }
  mutating func write(_ value: Bool) { bytes.append(value ? 1 : 0) }
  mutating func write(_ text: String) {
    write(UInt32(text.utf8.count))
    bytes.append(contentsOf: text.utf8)
  }
}

/// Reads them back. The bytes may be anything: whatever is not there throws.
struct WireReader {
  struct Garbled: Error {}

  private let bytes: [UInt8]
  private var position = 0

  init(_ bytes: [UInt8]) { self.bytes = bytes }

  mutating func read<Value: FixedWidthInteger>(_ type: Value.Type = Value.self) throws(Garbled) -> Value {
    let size = MemoryLayout<Value>.size
    guard bytes.count - position >= size else { throw Garbled() }
    defer { position += size }
    return bytes.withUnsafeBytes { $0.loadUnaligned(fromByteOffset: position, as: Value.self) }
  }

  mutating func read() throws(Garbled) -> Double { Double(bitPattern: try read(UInt64.self)) }
  mutating func read() throws(Garbled) -> Bool { try read(UInt8.self) != 0 }

  mutating func read() throws(Garbled) -> String {
    let count = Int(try read(UInt32.self))
    guard count <= bytes.count - position else { throw Garbled() }
    defer { position += count }
    return String(decoding: bytes[position..<(position + count)], as: UTF8.self)
  }

  /// - Parameter limit: of elements; more are garbled.
  mutating func readCount(limit: Int) throws(Garbled) -> Int {
    let count = Int(try read(UInt32.self))
    guard count <= limit else { throw Garbled() }
    return count
  }
}
