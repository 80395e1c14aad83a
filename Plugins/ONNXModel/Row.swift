/// The memory of one row of features, and the names that a run is asked with: made once, at fixed addresses.
struct Row: ~Copyable {
  let bytes: UnsafeMutableRawPointer
  let count: Int
  let element: ORT.Element
  /// [1, count]
  let shape: UnsafeMutablePointer<Int64>
  let inputNames: UnsafeMutablePointer<UnsafePointer<CChar>?>
  let outputNames: UnsafeMutablePointer<UnsafePointer<CChar>?>

  init(_ input: Port, count: Int, element: ORT.Element, output: Port) {
    self.count = count
    self.element = element
    // Unsafe: owned here until deinit; the runtime reads the row in place.
    bytes = .allocate(byteCount: count * element.bytes, alignment: 16)
    bytes.initializeMemory(as: UInt8.self, repeating: 0, count: count * element.bytes)
    shape = .allocate(capacity: 2)
    shape.initialize(to: 1)
    (shape + 1).initialize(to: Int64(count))
    inputNames = Self.list(input.name)
    outputNames = Self.list(output.name)
  }

  deinit {
    bytes.deallocate()
    shape.deallocate()
    Self.free(inputNames)
    Self.free(outputNames)
  }

  /// - Precondition: as many as the row has.
  func write(_ features: Span<Double>) {
    if element == .float {
      let target = bytes.assumingMemoryBound(to: Float.self)
      for index in 0..<count { target[index] = Float(features[index]) }
    } else {
      let target = bytes.assumingMemoryBound(to: Double.self)
      for index in 0..<count { target[index] = features[index] }
    }
  }

  /// A list of one C string.
  private static func list(_ name: String) -> UnsafeMutablePointer<UnsafePointer<CChar>?> {
    let bytes = name.utf8CString
    let text = UnsafeMutablePointer<CChar>.allocate(capacity: bytes.count)
    for (index, byte) in bytes.enumerated() { (text + index).initialize(to: byte) }
    let list = UnsafeMutablePointer<UnsafePointer<CChar>?>.allocate(capacity: 1)
    list.initialize(to: UnsafePointer(text))
    return list
  }

  private static func free(_ list: UnsafeMutablePointer<UnsafePointer<CChar>?>) {
    list[0]?.deallocate()
    list.deallocate()
  }
}
