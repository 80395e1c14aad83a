/// Words of the user's in our messages: cut short, and always on one line.
enum Excerpt {
  static let maximumLength = 40

  static func quoted(_ text: String) -> String { text.isEmpty ? "an empty value" : "'\(line(text))'" }

  static func line(_ text: String) -> String {
    var result = ""
    for (index, character) in text.unicodeScalars.enumerated() {
      if index == maximumLength { return result + "..." }
      result += isUnsafe(character) ? character.escaped(asASCII: true) : String(character)
    }
    return result
  }

  /// No control characters, so that a report of it stays one line.
  static func isClean(_ text: String) -> Bool { !text.unicodeScalars.contains(where: isUnsafe) }

  /// Would break the line or the terminal: ASCII's controls, those of Latin-1 (0x9B begins escape sequences too), and Unicode's ends of
  /// lines and paragraphs.
  private static func isUnsafe(_ character: Unicode.Scalar) -> Bool {
    switch character.value {
    case 0..<0x20, 0x7F...0x9F, 0x2028, 0x2029: true
    default: false
    }
  }
}
