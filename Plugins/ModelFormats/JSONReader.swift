/// Reads JSON front to back in one pass, out of lent bytes. Nothing is kept of what is skipped, so that memory is what the
/// caller keeps, and nothing recurses deeper than `depthLimit`.
///
/// Two liberties beyond RFC 8259, because XGBoost writes them: `NaN`, and `Infinity` with or without a minus, are numbers.
/// What a model may not have there is its reader's to refuse.
struct JSONReader {
  /// A model file of XGBoost nests to 7.
  static let depthLimit = 32
  /// Of one object. What people write into a model's attributes stays below it.
  static let keyLimit = 4096
  /// Bytes of a key, or of a text that is read; skipped ones have no limit but the file.
  static let textLimit = 512

  // Unsafe: lent for the life of the reader; every access is behind `peek` or a checked range.
  let bytes: UnsafeRawBufferPointer
  var position = 0
  var depth = 0

  init(_ bytes: UnsafeRawBufferPointer) { self.bytes = bytes }

  /// The next byte, nil at the end.
  var peek: UInt8? { position < bytes.count ? bytes[position] : nil }

  func fault(_ reason: String) -> MalformedFile { MalformedFile(at: position, reason) }

  /// Steps over white space and gives the byte that a value, a mark or an end begins with.
  mutating func next(_ what: @autoclosure () -> String) throws(MalformedFile) -> UInt8 {
    while let byte = peek {
      guard byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 else { return byte }
      position += 1
    }
    throw fault("the file ends where \(what()) should be")
  }

  mutating func expect(_ mark: UInt8, _ what: @autoclosure () -> String) throws(MalformedFile) {
    guard try next(what()) == mark else { throw unexpected(what()) }
    position += 1
  }

  /// Steps over a mark if it is next.
  mutating func opens(_ mark: UInt8, _ what: @autoclosure () -> String) throws(MalformedFile) -> Bool {
    guard try next(what()) == mark else { return false }
    position += 1
    return true
  }

  /// After the last value: nothing but white space.
  mutating func end() throws(MalformedFile) {
    while let byte = peek {
      guard byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 else { throw fault("there is more after the end of the model") }
      position += 1
    }
  }

  /// For the byte at `position`.
  func unexpected(_ what: String) -> MalformedFile {
    guard let byte = peek else { return fault("the file ends where \(what) should be") }
    let seen = (0x21...0x7E).contains(byte) ? "'\(Character(UnicodeScalar(byte)))'" : "byte value \(byte)"
    return fault("\(seen) where \(what) should be")
  }

  /// Steps over a value of any kind, and still refuses what is not JSON.
  mutating func skip(_ what: @autoclosure () -> String) throws(MalformedFile) {
    switch try next(what()) {
    case 0x7B:  // {
      var object = try enterObject(what())
      while try nextKey(&object) != nil { try skip(what()) }
    case 0x5B: _ = try skipArray(what())
    case 0x22: try skipText()
    case 0x74: try word("true", what())
    case 0x66: try word("false", what())
    case 0x6E: try word("null", what())
    default: _ = try number(what())
    }
  }

  /// Steps over an array. - Returns: how many items it has.
  mutating func skipArray(_ what: @autoclosure () -> String) throws(MalformedFile) -> Int {
    var array = try enterArray(what())
    while try nextItem(&array) { try skip(what()) }
    return array.count
  }

  mutating func word(_ word: StaticString, _ what: @autoclosure () -> String) throws(MalformedFile) {
    let start = position
    for index in 0..<word.utf8CodeUnitCount {
      guard let byte = peek, byte == word.utf8Start[index] else {
        // A cut word is told by where the file ends, a wrong one by where it begins.
        if peek != nil { position = start }
        throw unexpected(what())
      }
      position += 1
    }
  }
}
