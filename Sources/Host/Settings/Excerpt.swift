/// Words of the user's in our messages: cut short, and always on one line.
enum Excerpt {
  static let maximumLength = 40

  static func quoted(_ text: String) -> String { "'\(line(text))'" }

  static func line(_ text: String) -> String {
    var result = ""
    for (index, character) in text.unicodeScalars.enumerated() {
      if index == maximumLength { return result + "..." }
      // Control characters would break the line or the terminal.
      result += character.value < 0x20 || character.value == 0x7F ? character.escaped(asASCII: true) : String(character)
    }
    return result
  }

  /// No control characters, so that a report of it stays one line.
  static func isClean(_ text: String) -> Bool { text.unicodeScalars.allSatisfy { $0.value >= 0x20 && $0.value != 0x7F } }
}
