/// Text that others wrote (a plugin, a path, a kill file), made safe for one line: it cannot begin a line of its own, steer a
/// terminal, or turn the reading direction of what follows.
enum LogText {
  /// Longer texts are cut: a record must not fill the disk or the queue's memory.
  static let maximumScalars = 8192

  /// Line ends, control characters of both sets, Unicode's own line ends and the marks that change the direction of text.
  static func isHarmless(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0..<0x20, 0x7F...0x9F, 0x2028...0x202E, 0x200E...0x200F, 0x2066...0x2069, 0x061C, 0xFEFF: false
    default: true
    }
  }

  /// For lines that people read: `\n`, `\t`, `\u{1b}`.
  static func appendPlain(_ text: String, to line: inout String) {
    for scalar in cut(text) {
      switch scalar {
      case "\n": line += "\\n"
      case "\r": line += "\\r"
      case "\t": line += "\\t"
      case _ where isHarmless(scalar): line.unicodeScalars.append(scalar)
      default: line += "\\u{\(String(scalar.value, radix: 16))}"
      }
    }
    if isCut(text) { line += "..." }
  }

  /// A metadata value: as it is when it is one word, else in quotes.
  static func appendValue(_ text: String, to line: inout String) {
    let isWord = !text.isEmpty && text.unicodeScalars.allSatisfy { isHarmless($0) && ![" ", "\"", "=", "\\"].contains($0) }
    if isWord { return appendPlain(text, to: &line) }
    line += "\""
    appendPlain(text.replacing("\\", with: "\\\\").replacing("\"", with: "\\\""), to: &line)
    line += "\""
  }

  /// A JSON string with its quotes; what is harmful to a terminal is escaped too, for those who look at the file.
  static func appendJSON(_ text: String, to line: inout String) {
    line += "\""
    for scalar in cut(text) {
      switch scalar {
      case "\"": line += "\\\""
      case "\\": line += "\\\\"
      case "\n": line += "\\n"
      case "\r": line += "\\r"
      case "\t": line += "\\t"
      case _ where isHarmless(scalar): line.unicodeScalars.append(scalar)
      default:
        // All of them lie in the basic plane: one unit of UTF-16.
        let digits = String(scalar.value, radix: 16)
        line += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
      }
    }
    if isCut(text) { line += "..." }
    line += "\""
  }

  private static func cut(_ text: String) -> Substring.UnicodeScalarView { text.unicodeScalars.prefix(maximumScalars) }

  // A string's bytes are counted at once; its scalars are not.
  private static func isCut(_ text: String) -> Bool {
    text.utf8.count > maximumScalars && text.unicodeScalars.dropFirst(maximumScalars).isEmpty == false
  }
}
