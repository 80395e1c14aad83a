/// Cuts one line of comma-separated text into fields. No copies.
enum TickFieldSplitter {
  /// Writes the first `capacity` fields, trimmed of spaces, tabs and one pair of quotes around them.
  ///
  /// - Returns: how many fields the line has, or nil if a quote does not close.
  static func split(_ line: UnsafeBufferPointer<UInt8>, into fields: UnsafeMutablePointer<UnsafeBufferPointer<UInt8>>, capacity: Int) -> Int? {
    var count = 0
    var index = 0
    while true {
      while index < line.count, isSpace(line[index]) { index += 1 }
      var start = index
      var end: Int
      if index < line.count, line[index] == 0x22 {
        guard let close = closingQuote(line, after: index) else { return nil }
        start += 1
        end = close
        index = close + 1
        while index < line.count, isSpace(line[index]) { index += 1 }
        guard index == line.count || line[index] == 0x2C else { return nil }
      } else {
        while index < line.count, line[index] != 0x2C { index += 1 }
        end = index
        while end > start, isSpace(line[end - 1]) { end -= 1 }
      }
      if count < capacity { fields[count] = UnsafeBufferPointer(rebasing: line[start..<end]) }
      count += 1
      if index == line.count { return count }
      index += 1
    }
  }

  static func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 }

  /// Two quotes inside a quoted field stand for one and do not close it.
  private static func closingQuote(_ line: UnsafeBufferPointer<UInt8>, after open: Int) -> Int? {
    var index = open + 1
    while index < line.count {
      if line[index] == 0x22 {
        guard index + 1 < line.count, line[index + 1] == 0x22 else { return index }
        index += 1
      }
      index += 1
    }
    return nil
  }

  /// A piece of the user's data for a message: bounded, printable, in quotes.
  static func excerpt(_ field: UnsafeBufferPointer<UInt8>) -> String {
    var text = "\""
    for byte in field.prefix(32) {
      text.unicodeScalars.append(Unicode.Scalar(byte >= 0x20 && byte < 0x7F && byte != 0x22 ? byte : 0x3F))
    }
    return text + (field.count > 32 ? "…\"" : "\"")
  }
}
