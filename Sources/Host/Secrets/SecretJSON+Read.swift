import Cryptography

extension SecretJSON {
  /// What is wrong with a container's text: words, with at most a name from it.
  struct Fault: Error {
    let description: String
    init(_ description: String) { self.description = description }
  }

  /// How values that are no strings are taken.
  enum Dialect {
    /// Not at all.
    case strict
    /// As the reference system takes them: Python's `str()` of numbers and booleans.
    case python
  }

  /// One flat object; anything else is a fault. Total: every input ends, without recursion.
  static func read(_ plaintext: SecureBytes, dialect: Dialect) throws(Fault) -> SecretContents {
    try plaintext.withBytes { bytes throws(Fault) in
      guard UTF8Check.isValid(bytes) else { throw Fault("it is not UTF-8") }
      var reader = Reader(bytes: bytes)
      return try reader.object(dialect)
    }
  }
}

/// The position in a text that is known to be UTF-8.
private struct Reader {
  typealias Fault = SecretJSON.Fault

  let bytes: UnsafeRawBufferPointer
  var position = 0

  init(bytes: UnsafeRawBufferPointer) { self.bytes = bytes }

  mutating func object(_ dialect: SecretJSON.Dialect) throws(Fault) -> SecretContents {
    var contents = SecretContents()
    try expect("{", "it is no JSON object")
    skipSpace()
    if !take("}") {
      repeat {
        let name = try self.name()
        try expect(":", "no ':' after the name \(name)")
        guard contents[name] == nil else { throw Fault("\(name) is there twice") }
        let value = try self.value(of: name, dialect)
        // An entry without a value says nothing; the reference system takes it for none.
        if value.isEmpty, dialect == .python { continue }
        do { try contents.set(name, to: value) } catch { throw Fault(error.description) }
      } while try another()
    }
    skipSpace()
    guard position == bytes.count else { throw Fault("something follows the JSON object") }
    return contents
  }

  /// Whether a comma follows, or the end.
  private mutating func another() throws(Fault) -> Bool {
    skipSpace()
    if take(",") { return true }
    guard take("}") else { throw Fault("no ',' or '}' after a value") }
    return false
  }

  private mutating func name() throws(Fault) -> String {
    skipSpace()
    guard take("\"") else { throw Fault("no name where one must be") }
    let bytes = try string()
    let name = bytes.withBytes { SecretName.isValid($0) ? String(decoding: $0, as: UTF8.self) : nil }
    guard let name else { throw Fault("a name is none: letters, digits and _, at most 64, no digit first") }
    return name
  }

  private mutating func value(of name: String, _ dialect: SecretJSON.Dialect) throws(Fault) -> Secret {
    skipSpace()
    if take("\"") { return Secret(try string()) }
    guard dialect == .python else { throw Fault("the value of \(name) is no string") }
    for (word, text) in [("true", "True"), ("false", "False")] where takeWord(word) { return Secret(SecureBytes(text)) }
    return Secret(try number(of: name))
  }

  /// A string's bytes, after its opening quote. Unescaped it is never longer than it is written.
  private mutating func string() throws(Fault) -> SecureBytes {
    var end = position
    while end < bytes.count, bytes[end] != SecretJSON.quote { end += bytes[end] == SecretJSON.backslash ? 2 : 1 }
    guard end < bytes.count else { throw Fault("a string does not end") }
    defer { position = end + 1 }
    return try SecureBytes(capacity: end - position) { space throws(Fault) in
      var filled = 0
      while position < end {
        let byte = bytes[position]
        position += 1
        guard byte >= 0x20 else { throw Fault("a control character in a string") }
        if byte != SecretJSON.backslash {
          space[filled] = byte
          filled += 1
        } else {
          for byte in UTF8.encode(try escape(end))! {
            space[filled] = byte
            filled += 1
          }
        }
      }
      return filled
    }
  }

  /// What stands after a backslash.
  private mutating func escape(_ end: Int) throws(Fault) -> Unicode.Scalar {
    guard position < end else { throw Fault("a string does not end") }
    let byte = bytes[position]
    position += 1
    switch byte {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): return Unicode.Scalar(byte)
    case UInt8(ascii: "b"): return "\u{8}"
    case UInt8(ascii: "f"): return "\u{C}"
    case UInt8(ascii: "n"): return "\n"
    case UInt8(ascii: "r"): return "\r"
    case UInt8(ascii: "t"): return "\t"
    case UInt8(ascii: "u"):
      let first = try unit(end)
      if UTF16.isLeadSurrogate(first), position + 1 < end, bytes[position] == SecretJSON.backslash, bytes[position + 1] == UInt8(ascii: "u") {
        position += 2
        let second = try unit(end)
        guard UTF16.isTrailSurrogate(second) else { throw Fault("half a character in a string") }
        return Unicode.Scalar(0x10000 + (UInt32(first) - 0xD800) << 10 + (UInt32(second) - 0xDC00))!
      }
      guard let scalar = Unicode.Scalar(first) else { throw Fault("half a character in a string") }
      return scalar
    default: throw Fault("a '\\' before what needs none in a string")
    }
  }

  /// The four digits after `\u`.
  private mutating func unit(_ end: Int) throws(Fault) -> UInt16 {
    var unit: UInt16 = 0
    for _ in 0..<4 {
      guard position < end, let digit = hex(bytes[position]) else {
        throw Fault("a '\\u' without four hexadecimal digits in a string")
      }
      unit = unit << 4 | digit
      position += 1
    }
    return unit
  }

  private func hex(_ byte: UInt8) -> UInt16? {
    switch byte {
    case 0x30...0x39: UInt16(byte - 0x30)
    case 0x41...0x46: UInt16(byte - 0x41 + 10)
    case 0x61...0x66: UInt16(byte - 0x61 + 10)
    default: nil
    }
  }

  /// Python's text of a JSON number.
  private mutating func number(of name: String) throws(Fault) -> SecureBytes {
    let start = position
    let isNegative = take("-")
    let whole = digits()
    var isInteger = true
    var isNumber = whole == 1 || (whole > 1 && bytes[position - whole] != UInt8(ascii: "0"))
    if take(".") {
      isInteger = false
      isNumber = isNumber && digits() > 0
    }
    if take("e") || take("E") {
      isInteger = false
      _ = take("+") || take("-")
      isNumber = isNumber && digits() > 0
    }
    guard isNumber, position - start <= 400 else { throw Fault("the value of \(name) is no string, number or boolean") }
    let text = UnsafeRawBufferPointer(rebasing: bytes[start..<position])
    if isInteger { return isNegative && whole == 1 && text.last == UInt8(ascii: "0") ? SecureBytes("0") : SecureBytes(copying: text) }
    // The one value that passes through a String: who keeps a secret as a number with a fraction has lost digits before.
    guard let value = Double(String(decoding: text, as: UTF8.self)), value.isFinite else {
      throw Fault("the value of \(name) is a number that is too large")
    }
    return SecureBytes(PythonNumber.text(value))
  }

  private mutating func digits() -> Int {
    let start = position
    while position < bytes.count, (0x30...0x39).contains(bytes[position]) { position += 1 }
    return position - start
  }

  private mutating func skipSpace() {
    while position < bytes.count, [0x20, 0x09, 0x0A, 0x0D].contains(bytes[position]) { position += 1 }
  }

  private mutating func take(_ scalar: Unicode.Scalar) -> Bool {
    guard position < bytes.count, bytes[position] == UInt8(ascii: scalar) else { return false }
    position += 1
    return true
  }

  private mutating func takeWord(_ word: String) -> Bool {
    guard bytes[position...].starts(with: word.utf8) else { return false }
    position += word.utf8.count
    return true
  }

  private mutating func expect(_ scalar: Unicode.Scalar, _ fault: String) throws(Fault) {
    skipSpace()
    guard take(scalar) else { throw Fault(fault) }
  }
}

extension SecureBytes {
  fileprivate convenience init(_ text: String) {
    var bytes = Array(text.utf8)
    self.init(taking: &bytes)
  }
}
