/// The few rules of RFC 4180 that are needed.
enum CSVText {
  static let comma: UInt8 = 0x2C
  static let newline: UInt8 = 0x0A

  /// Quoted only where it must be.
  static func field(_ text: String) -> String {
    guard text.utf8.contains(where: { $0 == comma || $0 == newline || $0 == 0x22 || $0 == 0x0D }) else { return text }
    var quoted = "\""
    for character in text.unicodeScalars {
      if character == "\"" { quoted.unicodeScalars.append(character) }
      quoted.unicodeScalars.append(character)
    }
    return quoted + "\""
  }
}
