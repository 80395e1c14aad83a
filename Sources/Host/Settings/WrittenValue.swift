import YAMLDocument

/// A value as it was written, before its key gives it a meaning.
enum WrittenValue: Sendable {
  case null
  case text(String)
  case list([String])

  /// Nil for a mapping, and for a list of anything but words.
  init?(_ node: YAMLNode) {
    switch node.content {
    case .scalar(let text, let isPlain): self = isPlain && Self.isNull(text) ? .null : .text(text)
    case .mapping: return nil
    case .sequence(let items):
      var words: [String] = []
      for item in items {
        guard case .scalar(let text, _) = item.content else { return nil }
        words.append(text)
      }
      self = .list(words)
    }
  }

  /// The right side of `--set key=value`, or of a variable.
  init(word: String) { self = Self.isNull(word) ? .null : .text(word) }

  /// A list's, or what stands between commas, as in `--set`; empty for null.
  var items: [String] {
    switch self {
    case .null: []
    case .text(let text): text.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
    case .list(let items): items
    }
  }

  /// For messages: short and on one line.
  var quoted: String {
    switch self {
    case .null: "null"
    case .text(let text): Excerpt.quoted(text)
    case .list: "a list"
    }
  }

  /// The empty value is none of them: a limit whose value was forgotten, or `--set risk.max_leverage=$LIMIT` with LIMIT unset, must
  /// not mean unlimited.
  static func isNull(_ text: String) -> Bool { ["~", "null", "Null", "NULL"].contains(text) }
}
