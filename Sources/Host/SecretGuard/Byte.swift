/// Classes of ASCII bytes.
enum Byte {
  static let quotes: Set<UInt8> = [UInt8(ascii: "\""), UInt8(ascii: "'"), UInt8(ascii: "`")]
  static let newline = UInt8(ascii: "\n")
  static let backslash = UInt8(ascii: "\\")

  @inline(__always) static func isDigit(_ byte: UInt8) -> Bool { byte &- 0x30 < 10 }
  @inline(__always) static func isLower(_ byte: UInt8) -> Bool { byte &- 0x61 < 26 }
  @inline(__always) static func isUpper(_ byte: UInt8) -> Bool { byte &- 0x41 < 26 }
  @inline(__always) static func isLetter(_ byte: UInt8) -> Bool { (byte | 0x20) &- 0x61 < 26 }
  @inline(__always) static func isAlphanumeric(_ byte: UInt8) -> Bool { isDigit(byte) || isLetter(byte) }
  @inline(__always) static func isHex(_ byte: UInt8) -> Bool { isDigit(byte) || (byte | 0x20) &- 0x61 < 6 }
  @inline(__always) static func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 }
  @inline(__always) static func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || byte &- 0x09 < 5 }
  @inline(__always) static func isQuote(_ byte: UInt8) -> Bool { byte == 0x22 || byte == 0x27 || byte == 0x60 }
  /// Letters, digits, `_`, `-`, `.`: what names of settings, headers and members are made of.
  @inline(__always) static func isName(_ byte: UInt8) -> Bool { isAlphanumeric(byte) || byte == 0x5F || byte == 0x2D || byte == 0x2E }
  /// Both alphabets of base64, without padding.
  @inline(__always) static func isBase64(_ byte: UInt8) -> Bool {
    isAlphanumeric(byte) || byte == 0x2B || byte == 0x2F || byte == 0x5F || byte == 0x2D
  }
  @inline(__always) static func lower(_ byte: UInt8) -> UInt8 { isUpper(byte) ? byte | 0x20 : byte }
}

extension RandomAccessCollection where Element == UInt8, Index == Int {
  /// Whether ASCII lower-case `word` stands in it, in any case.
  func containsFolded(_ word: StaticString) -> Bool { firstFolded(word) != nil }

  func firstFolded(_ word: StaticString) -> Int? {
    let count = word.utf8CodeUnitCount
    guard count > 0, count <= self.count else { return nil }
    // Unsafe: a static string's own bytes, for as long as the process lives.
    let pattern = UnsafeBufferPointer(start: word.utf8Start, count: count)
    for start in startIndex...(endIndex - count) where Byte.lower(self[start]) == pattern[0] {
      var index = 1
      while index < count, Byte.lower(self[start + index]) == pattern[index] { index += 1 }
      if index == count { return start }
    }
    return nil
  }

  func hasPrefix(_ text: StaticString) -> Bool { has(text, at: startIndex) }

  /// Whether exactly `text` stands at `position`.
  func has(_ text: StaticString, at position: Int) -> Bool {
    let count = text.utf8CodeUnitCount
    guard position >= startIndex, position + count <= endIndex else { return false }
    // Unsafe: a static string's own bytes, for as long as the process lives.
    let pattern = UnsafeBufferPointer(start: text.utf8Start, count: count)
    for index in 0..<count where self[position + index] != pattern[index] { return false }
    return true
  }
}
