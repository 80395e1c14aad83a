extension JSONReader {
  /// A text, its escapes resolved.
  mutating func text(_ what: @autoclosure () -> String) throws(MalformedFile) -> String {
    guard try next(what()) == 0x22 else { throw unexpected(what()) }
    let start = position
    try skipText()
    guard position - start <= JSONReader.textLimit else {
      throw MalformedFile(at: start, "\(what()) is longer than \(JSONReader.textLimit) bytes")
    }
    // Unsafe: both ends lie within the bytes, skipText has found the quotes.
    let raw = UnsafeRawBufferPointer(rebasing: bytes[start + 1..<position - 1])
    var resolved: [UInt8] = []
    var index = 0
    while index < raw.count {
      guard raw[index] == 0x5C else {
        resolved.append(raw[index])
        index += 1
        continue
      }
      index += 1
      switch raw[index] {
      case 0x62: resolved.append(0x08)
      case 0x66: resolved.append(0x0C)
      case 0x6E: resolved.append(0x0A)
      case 0x72: resolved.append(0x0D)
      case 0x74: resolved.append(0x09)
      case 0x75:
        guard let (scalar, length) = JSONReader.scalar(raw, index - 1) else {
          throw MalformedFile(at: start + index, "half a surrogate pair in \(what())")
        }
        resolved.append(contentsOf: String(Character(scalar)).utf8)
        index += length - 2
      default: resolved.append(raw[index])
      }
      index += 1
    }
    guard let text = String(validating: resolved, as: UTF8.self) else { throw MalformedFile(at: start, "\(what()) is not UTF-8") }
    return text
  }

  /// Steps over a text; escapes are checked, its UTF-8 is not.
  mutating func skipText() throws(MalformedFile) {
    let start = position
    position += 1
    while let byte = peek {
      position += 1
      switch byte {
      case 0x22: return
      case 0x00..<0x20:
        position -= 1
        throw fault("a control character within a text")
      case 0x5C:
        let digits: Int
        switch peek {
        case 0x22, 0x5C, 0x2F, 0x62, 0x66, 0x6E, 0x72, 0x74: digits = 0
        case 0x75: digits = 4
        default: throw unexpected("an escape")
        }
        position += 1
        for _ in 0..<digits {
          guard let digit = peek, JSONReader.hexadecimal(digit) != nil else { throw unexpected("four hexadecimal digits") }
          position += 1
        }
      default: break
      }
    }
    throw fault("the file ends within the text that begins at byte \(start)")
  }

  /// The scalar of an escape at the backslash, and how long the escape is; nil for half a pair.
  private static func scalar(_ raw: UnsafeRawBufferPointer, _ start: Int) -> (UnicodeScalar, Int)? {
    guard let first = unit(raw, start) else { return nil }
    if let scalar = UnicodeScalar(first) { return (scalar, 6) }
    guard first < 0xDC00, let second = unit(raw, start + 6), (0xDC00..<0xE000).contains(second) else { return nil }
    return UnicodeScalar(0x10000 + (first - 0xD800) << 10 + (second - 0xDC00)).map { ($0, 12) }
  }

  private static func unit(_ raw: UnsafeRawBufferPointer, _ start: Int) -> UInt32? {
    guard start + 6 <= raw.count, raw[start] == 0x5C, raw[start + 1] == 0x75 else { return nil }
    var value: UInt32 = 0
    for index in start + 2..<start + 6 {
      guard let digit = hexadecimal(raw[index]) else { return nil }
      value = value << 4 | digit
    }
    return value
  }

  private static func hexadecimal(_ byte: UInt8) -> UInt32? {
    switch byte {
    case 0x30...0x39: UInt32(byte - 0x30)
    case 0x41...0x46: UInt32(byte - 0x37)
    case 0x61...0x66: UInt32(byte - 0x57)
    default: nil
    }
  }
}
