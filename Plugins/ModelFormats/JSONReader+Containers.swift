extension JSONReader {
  /// An object that is being read.
  struct Object {
    let what: String
    fileprivate var seen: Set<String> = []
    fileprivate init(_ what: String) { self.what = what }
  }

  /// An array that is being read.
  struct Array {
    let what: String
    /// Items begun so far.
    fileprivate(set) var count = 0
    /// What the reader is before.
    var item: String { "\(what)[\(count - 1)]" }
    fileprivate init(_ what: String) { self.what = what }
  }

  mutating func enterObject(_ what: String) throws(MalformedFile) -> Object {
    try enter(0x7B, "the object \(what)")
    return Object(what)
  }

  /// The next key, with the reader before its value; nil at the object's end.
  mutating func nextKey(_ object: inout Object) throws(MalformedFile) -> String? {
    let isFirst = object.seen.isEmpty
    var byte = try next("the next key of \(object.what)")
    if byte == 0x7D {
      leave()
      return nil
    }
    if !isFirst {
      guard byte == 0x2C else { throw unexpected("a comma or the end of \(object.what)") }
      position += 1
      byte = try next("the next key of \(object.what)")
    }
    guard byte == 0x22 else { throw unexpected("a key of \(object.what)") }
    let place = position
    let key = try text("a key of \(object.what)")
    guard object.seen.count < JSONReader.keyLimit else {
      throw MalformedFile(at: place, "\(object.what) has more than \(JSONReader.keyLimit) keys")
    }
    guard object.seen.insert(key).inserted else { throw MalformedFile(at: place, "\(object.what) has the key '\(key)' twice") }
    try expect(0x3A, "the colon after '\(key)'")
    return key
  }

  mutating func enterArray(_ what: String) throws(MalformedFile) -> Array {
    try enter(0x5B, "the array \(what)")
    return Array(what)
  }

  /// Whether an item follows; then the reader is before it.
  mutating func nextItem(_ array: inout Array) throws(MalformedFile) -> Bool {
    let byte = try next("the end of \(array.what)")
    if byte == 0x5D {
      leave()
      return false
    }
    if array.count > 0 {
      guard byte == 0x2C else { throw unexpected("a comma or the end of \(array.what)") }
      position += 1
      // A comma before the end is no item.
      guard try next("an item of \(array.what)") != 0x5D else { throw unexpected("an item of \(array.what)") }
    }
    array.count += 1
    return true
  }

  private mutating func enter(_ mark: UInt8, _ what: @autoclosure () -> String) throws(MalformedFile) {
    try expect(mark, what())
    depth += 1
    guard depth <= JSONReader.depthLimit else {
      position -= 1
      throw fault("nested deeper than \(JSONReader.depthLimit) levels")
    }
  }

  private mutating func leave() {
    position += 1
    depth -= 1
  }
}
