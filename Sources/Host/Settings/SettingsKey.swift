/// A key of settings.yaml for people and editors.
public struct SettingsKey: Sendable {
  /// Dotted.
  public let name: String
  public let shape: ValueShape
  /// As it could be written.
  public let standard: String
  /// What config/settings.yaml says about it: unit, range, effect.
  public let summary: String

  /// In the order of the table that reads them.
  public static let all: [SettingsKey] = {
    let manual = SettingsManual(ConfigurationText.settings, isKey: { SettingsField.named($0) != nil })
    let standard = Settings()
    return SettingsField.all.map { field in
      SettingsKey(name: field.name, shape: field.shape, standard: field.show(standard), summary: manual.words[field.name] ?? "")
    }
  }()
}

/// The comments of the shipped file, by key.
struct SettingsManual {
  private(set) var words: [String: String] = [:]

  init(_ text: String, isKey: (String) -> Bool) {
    var stack: [String] = []
    var comment: [String] = []
    for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
      let indent = line.prefix { $0 == " " }.count
      let content = line.dropFirst(indent)
      if content.hasPrefix("#") {
        comment.append(String(content.dropFirst().drop { $0 == " " }))
      } else if let colon = content.firstIndex(of: ":") {
        stack = stack.prefix(indent / 2) + [String(content[..<colon])]
        let name = stack.joined(separator: ".")
        if isKey(name) {
          // Keys that stand together share the words above the first.
          words[name] = comment.isEmpty ? last : comment.joined(separator: " ")
          last = words[name] ?? ""
        } else {
          last = ""
        }
        comment = []
      } else {
        comment = []
      }
    }
  }

  private var last = ""
}
