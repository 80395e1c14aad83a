/// Words of a text for people.
enum Phrase {
  static func folded(_ word: ArraySlice<UInt8>) -> String { String(decoding: word.map(Byte.lower), as: UTF8.self) }

  static func words(_ text: ArraySlice<UInt8>) -> [String] { text.split(whereSeparator: { !Byte.isLetter($0) }).map(folded) }

  /// A sentence has words that mean nothing alone, or marks between its parts; nobody draws those for a passphrase.
  static func isSentence(_ text: ArraySlice<UInt8>) -> Bool {
    if words(text).contains(where: { ofGrammar.contains($0) || ofForms.contains($0) }) { return true }
    if let last = text.last, ".:?".utf8.contains(last) { return true }
    return zip(text, text.dropFirst()).contains { ",;:.(".utf8.contains($0) && $1 == 0x20 || $0 == 0x20 && $1 == UInt8(ascii: "(") }
  }

  private static let ofGrammar: Set<String> = [
    "a", "an", "and", "any", "are", "as", "at", "be", "but", "by", "can", "do", "does", "for", "from", "has", "have", "if", "in", "is", "it", "its",
    "may", "more", "must", "my", "no", "not", "of", "on", "only", "or", "our", "shall", "should", "so", "than", "that", "the", "their", "then",
    "there", "these", "this", "those", "to", "was", "were", "what", "when", "where", "which", "who", "will", "with", "without", "yes", "you", "your",
  ]
  /// Of forms, messages and documentation.
  static let ofForms: Set<String> = [
    "account", "again", "auth", "button", "character", "characters", "choose", "click", "confirm", "correct", "digit", "digits", "email", "empty",
    "enter", "error", "field", "fields", "forgot", "forgotten", "form", "hide", "incorrect", "input", "invalid", "label", "least", "letter",
    "letters", "login", "match", "missing", "number", "numbers", "optional", "please", "repeat", "required", "reset", "retype", "see", "show",
    "sign", "type", "use", "used", "user", "username", "using", "weak", "wrong",
  ]
}
