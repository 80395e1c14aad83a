import YAMLDocument

/// Any bytes are a document or a refusal with a place, in bounded memory; nothing else.
@c public func LLVMFuzzerTestOneInput(_ data: UnsafePointer<UInt8>, _ size: Int) -> Int32 {
  // Unsafe: libFuzzer lends `size` bytes for the call; they are copied.
  let bytes = Array(UnsafeBufferPointer(start: data, count: size))
  do throws(YAMLError) {
    let document = try YAMLDocument(bytes: bytes, path: "f.yaml")
    if let root = document.root { precondition(count(root) <= size + 1, "more nodes than bytes") }
    for duplicate in document.duplicates { precondition(duplicate.second.line >= duplicate.first.line) }
  } catch {
    precondition(error.mark.line >= 1 && error.mark.column >= 1 && !error.reason.isEmpty, "a refusal without a place")
  }
  return 0
}

private func count(_ node: YAMLNode) -> Int {
  switch node.content {
  case .scalar: 1
  case .sequence(let items): items.reduce(1) { $0 + count($1) }
  case .mapping(let entries): entries.reduce(1) { $0 + count($1.value) }
  }
}
