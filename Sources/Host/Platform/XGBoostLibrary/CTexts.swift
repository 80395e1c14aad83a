/// Texts as C wants a list of them.
enum CTexts {
  static func lend(
    _ texts: [String], _ body: (UnsafeMutablePointer<UnsafePointer<CChar>?>?) throws(XGBoostError) -> Void
  ) throws(XGBoostError) {
    // Unsafe: C strings in memory of this call; whoever is lent them copies them.
    let list = UnsafeMutableBufferPointer<UnsafePointer<CChar>?>.allocate(capacity: texts.count)
    let copies = texts.map { text in
      let bytes = text.utf8CString
      let copy = UnsafeMutableBufferPointer<CChar>.allocate(capacity: bytes.count)
      _ = copy.initialize(from: bytes)
      return copy
    }
    defer {
      for copy in copies { copy.deallocate() }
      list.deallocate()
    }
    for (index, copy) in copies.enumerated() { list.initializeElement(at: index, to: UnsafePointer(copy.baseAddress)) }
    try body(list.baseAddress)
  }
}
