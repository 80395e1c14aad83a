/// Reads JSON text: strict, bounded in depth, with Python's words for numbers that are none.
public struct JSONReader {
  /// What is wrong, and at which byte.
  public struct Failure: Error, Equatable {
    public var what: String
    public var offset: Int
  }

  /// Lists and objects in one another.
  static let depthLimit = 64

  private let bytes: [UInt8]
  private var position = 0
  private var depth = 0

  private init(_ bytes: [UInt8]) { self.bytes = bytes }

  public static func read(_ bytes: [UInt8]) throws(Failure) -> JSONNode {
    var reader = JSONReader(bytes)
    let node = try reader.value()
    reader.skipSpace()
    guard reader.position == bytes.count else { throw reader.failure("something stands behind its end") }
    return node
  }

  /// The member at the end of a path of names, without building anything else; what stands behind it is not read.
  ///
  /// - Returns: nil where it is not there, or what stands before it is no JSON: that is for whoever reads the whole to say.
  public static func member(_ path: [String], in bytes: [UInt8]) -> JSONNode? {
    var reader = JSONReader(bytes)
    return try? reader.member(path[...])
  }

  private mutating func member(_ path: ArraySlice<String>) throws(Failure) -> JSONNode? {
    guard let wanted = path.first else { return try value() }
    skipSpace()
    guard take("{") else { return nil }
    skipSpace()
    if take("}") { return nil }
    while true {
      skipSpace()
      guard next == UInt8(ascii: "\"") else { throw failure("a member's name is wanted") }
      let name = try string()
      skipSpace()
      guard take(":") else { throw failure("a colon is wanted") }
      if name == wanted { return try member(path.dropFirst()) }
      try pass()
      skipSpace()
      guard take(",") else { return nil }
    }
  }

  /// Goes behind a value by its brackets alone.
  private mutating func pass() throws(Failure) {
    var open = 0
    skipSpace()
    repeat {
      guard let byte = next else { throw failure("it is cut short") }
      switch byte {
      case UInt8(ascii: "{"), UInt8(ascii: "["): open += 1
      case UInt8(ascii: "}"), UInt8(ascii: "]"): open -= 1
      case UInt8(ascii: "\""): try passText()
      // A number or a word alone: it ends before what cannot be in it.
      default: if open == 0 { return passWord() }
      }
      position += 1
    } while open > 0
  }

  /// To its closing quote.
  private mutating func passText() throws(Failure) {
    position += 1
    while let byte = next, byte != UInt8(ascii: "\"") { position += byte == UInt8(ascii: "\\") ? 2 : 1 }
    if next == nil { throw failure("a text has no end") }
  }

  private mutating func passWord() {
    while let byte = next, byte != UInt8(ascii: ","), byte != UInt8(ascii: "}"), byte != UInt8(ascii: "]"), byte > 0x20 { position += 1 }
  }

  private func failure(_ what: String) -> Failure { Failure(what: what, offset: position) }

  private var next: UInt8? { position < bytes.count ? bytes[position] : nil }

  private mutating func skipSpace() {
    while let byte = next, byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 { position += 1 }
  }

  private mutating func take(_ character: Unicode.Scalar) -> Bool {
    guard next == UInt8(ascii: character) else { return false }
    position += 1
    return true
  }

  private mutating func take(word: StaticString) -> Bool {
    let length = word.utf8CodeUnitCount
    guard bytes.count - position >= length else { return false }
    let isThere = word.withUTF8Buffer { $0.elementsEqual(bytes[position..<(position + length)]) }
    if isThere { position += length }
    return isThere
  }

  private mutating func value() throws(Failure) -> JSONNode {
    skipSpace()
    guard let byte = next else { throw failure("it is cut short") }
    switch byte {
    case UInt8(ascii: "{"): return try nested(Self.object)
    case UInt8(ascii: "["): return try nested(Self.array)
    case UInt8(ascii: "\""): return .text(try string())
    case UInt8(ascii: "t") where take(word: "true"): return .boolean(true)
    case UInt8(ascii: "f") where take(word: "false"): return .boolean(false)
    case UInt8(ascii: "n") where take(word: "null"): return .null
    case UInt8(ascii: "N") where take(word: "NaN"): return .number("NaN")
    case UInt8(ascii: "I") where take(word: "Infinity"): return .number("Infinity")
    case UInt8(ascii: "-") where take(word: "-Infinity"): return .number("-Infinity")
    case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return try number()
    default: throw failure("no value begins like this")
    }
  }

  private mutating func nested(_ read: (inout JSONReader) throws(Failure) -> JSONNode) throws(Failure) -> JSONNode {
    guard depth < Self.depthLimit else { throw failure("more than \(Self.depthLimit) lists and objects in one another") }
    depth += 1
    position += 1
    let node = try read(&self)
    depth -= 1
    return node
  }

  private static func object(_ reader: inout JSONReader) throws(Failure) -> JSONNode {
    var members: [String: JSONNode] = [:]
    reader.skipSpace()
    if reader.take("}") { return .object(members) }
    while true {
      reader.skipSpace()
      guard reader.next == UInt8(ascii: "\"") else { throw reader.failure("a member's name is wanted") }
      let place = reader.position
      let name = try reader.string()
      reader.skipSpace()
      guard reader.take(":") else { throw reader.failure("a colon is wanted") }
      // Readers differ in which of two they take: neither is.
      guard members.updateValue(try reader.value(), forKey: name) == nil else { throw Failure(what: "a member comes twice", offset: place) }
      reader.skipSpace()
      if reader.take("}") { return .object(members) }
      guard reader.take(",") else { throw reader.failure("a comma or the end of an object is wanted") }
    }
  }

  private static func array(_ reader: inout JSONReader) throws(Failure) -> JSONNode {
    var elements: [JSONNode] = []
    reader.skipSpace()
    if reader.take("]") { return .array(elements) }
    while true {
      elements.append(try reader.value())
      reader.skipSpace()
      if reader.take("]") { return .array(elements) }
      guard reader.take(",") else { throw reader.failure("a comma or the end of a list is wanted") }
    }
  }

  // MARK: Numbers and texts

  private mutating func number() throws(Failure) -> JSONNode {
    let start = position
    _ = take("-")
    if !take("0") { try digits() }
    if take(".") { try digits() }
    if let byte = next, byte | 0x20 == UInt8(ascii: "e") {
      position += 1
      if !take("+") { _ = take("-") }
      try digits()
    }
    return .number(String(decoding: bytes[start..<position], as: UTF8.self))
  }

  /// At least one.
  private mutating func digits() throws(Failure) {
    let start = position
    while let byte = next, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) { position += 1 }
    guard position > start else { throw failure("a digit is wanted") }
  }

  private mutating func string() throws(Failure) -> String {
    position += 1
    var text: [UInt8] = []
    while true {
      guard let byte = next else { throw failure("a text has no end") }
      switch byte {
      case UInt8(ascii: "\""):
        position += 1
        guard let valid = String(validating: text, as: UTF8.self) else { throw failure("a text is no UTF-8") }
        return valid
      case UInt8(ascii: "\\"):
        position += 1
        try escape(into: &text)
      case 0..<0x20: throw failure("a text has a control character")
      default:
        text.append(byte)
        position += 1
      }
    }
  }

  private mutating func escape(into text: inout [UInt8]) throws(Failure) {
    guard let byte = next else { throw failure("a text has no end") }
    position += 1
    switch byte {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): text.append(byte)
    case UInt8(ascii: "b"): text.append(0x08)
    case UInt8(ascii: "f"): text.append(0x0C)
    case UInt8(ascii: "n"): text.append(0x0A)
    case UInt8(ascii: "r"): text.append(0x0D)
    case UInt8(ascii: "t"): text.append(0x09)
    case UInt8(ascii: "u"):
      var code = try fourDigits()
      if code & 0xFC00 == 0xD800 {
        guard take(word: "\\u") else { throw failure("half a character") }
        let low = try fourDigits()
        guard low & 0xFC00 == 0xDC00 else { throw failure("half a character") }
        code = 0x10000 + (code & 0x3FF) << 10 + low & 0x3FF
      }
      guard let scalar = Unicode.Scalar(code) else { throw failure("half a character") }
      text.append(contentsOf: String(Character(scalar)).utf8)
    default: throw failure("a text has an unknown escape")
    }
  }

  private mutating func fourDigits() throws(Failure) -> UInt32 {
    guard bytes.count - position >= 4 else { throw failure("a text has no end") }
    var code: UInt32 = 0
    for byte in bytes[position..<(position + 4)] {
      switch byte {
      case UInt8(ascii: "0")...UInt8(ascii: "9"): code = code << 4 | UInt32(byte - UInt8(ascii: "0"))
      case UInt8(ascii: "a")...UInt8(ascii: "f"), UInt8(ascii: "A")...UInt8(ascii: "F"):
        code = code << 4 | (UInt32(byte | 0x20) - UInt32(UInt8(ascii: "a")) + 10)
      default: throw failure("four hexadecimal digits are wanted")
      }
    }
    position += 4
    return code
  }
}
