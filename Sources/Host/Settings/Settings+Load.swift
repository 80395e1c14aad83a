import Glibc
import YAMLDocument

extension Settings {
  /// Reads, lays the environment and `--set` over, and validates.
  ///
  /// - Parameters:
  ///   - path: nil = QE_CONFIG_PATH, else config/settings.yaml if it is there, else the defaults.
  ///   - overrides: `section.key=value`, the last of a key wins.
  ///   - environment: QE_RUNTIME_DIR and QE_DATA_DIR move folders; they beat the file, `--set` beats them.
  /// - Throws: all violations at once; `.missingInput` for a named file that is not there.
  public static func load(path: String?, overrides: [String], environment: [String: String]) throws(SettingsError) -> Settings {
    var settings = Settings()
    var violations: [String] = []
    let named = path ?? environment["QE_CONFIG_PATH"].flatMap { $0.isEmpty ? nil : $0 }
    let file = named ?? (access("config/settings.yaml", F_OK) == 0 ? "config/settings.yaml" : nil)
    if let file { apply(try SettingsFile.document(file), from: file, to: &settings, &violations) }
    for (variable, key) in [("QE_RUNTIME_DIR", "app.runtime_path"), ("QE_DATA_DIR", "app.data_path")] {
      guard let value = environment[variable], !value.isEmpty else { continue }
      if let problem = set(key, .text(value), in: &settings) { violations.append("\(variable): \(problem)") }
    }
    for word in overrides { override(word, in: &settings, &violations) }
    if ![1, settings.mock.symbols.count].contains(settings.mock.startPrices.count) {
      violations.append("feed.mock.start_price: it has \(settings.mock.startPrices.count) prices for \(settings.mock.symbols.count) symbols; write one, or one each")
    }
    if !violations.isEmpty { throw SettingsError(violations) }
    settings.pairs = try loadPairs(settings.pairsFile, besides: file)
    return settings
  }

  /// One line per key: `section.key=value`, sorted; equal texts mean equal settings.
  public var canonicalText: String {
    SettingsField.all.map { "\($0.name)=\($0.show(self))" }.sorted().joined(separator: "\n")
  }

  /// The risk limits for people.
  public var limitRows: [(name: String, text: String, isUnlimited: Bool)] {
    SettingsField.all.filter { $0.name.hasPrefix("risk.") && !$0.name.hasPrefix("risk.kill_switch") }.map { field in
      let text = field.show(self)
      return (field.name, text == "null" ? "unlimited" : text, text == "null")
    }
  }

  // MARK: -

  private static func apply(_ root: YAMLNode?, from file: String, to settings: inout Settings, _ violations: inout [String]) {
    guard let root else { return }
    guard case .mapping(let entries) = root.content else {
      violations.append("\(file):\(root.mark.line): settings are 'section:' with keys below, see config/settings.yaml")
      return
    }
    apply(entries, prefix: "", file, &settings, &violations)
  }

  private static func apply(
    _ entries: [YAMLNode.Entry], prefix: String, _ file: String, _ settings: inout Settings, _ violations: inout [String]
  ) {
    for entry in entries {
      let name = prefix + entry.key
      let place = "\(file):\(entry.keyMark.line): \(name)"
      if SettingsField.all.contains(where: { $0.name == name }) {
        guard let written = SettingsFile.written(entry.value) else {
          violations.append("\(place): a value is wanted here, not a section")
          continue
        }
        if let problem = set(name, written, in: &settings) { violations.append("\(place): \(problem)") }
      } else if SettingsField.all.contains(where: { $0.name.hasPrefix(name + ".") }) {
        switch entry.value.content {
        case .mapping(let inner): apply(inner, prefix: name + ".", file, &settings, &violations)
        case .scalar("", isPlain: true): break  // a section with nothing in it
        default: violations.append("\(place): this is a section; its keys stand below it, indented")
        }
      } else {
        violations.append("\(place): unknown key\(Suggestion.text(for: name, among: SettingsField.all.map(\.name)))")
      }
    }
  }

  private static func override(_ word: String, in settings: inout Settings, _ violations: inout [String]) {
    guard let equals = word.firstIndex(of: "=") else {
      violations.append("--set \(word): write it as section.key=value")
      return
    }
    let name = String(word[..<equals])
    let text = String(word[word.index(after: equals)...])
    if let problem = set(name, text == "null" ? .null : .text(text), in: &settings) { violations.append("--set \(name): \(problem)") }
  }

  private static func set(_ name: String, _ written: SettingsField.Written, in settings: inout Settings) -> String? {
    guard let field = SettingsField.all.first(where: { $0.name == name }) else {
      return "unknown key\(Suggestion.text(for: name, among: SettingsField.all.map(\.name)))"
    }
    return field.apply(&settings, written)
  }

  private static func loadPairs(_ name: String, besides file: String?) throws(SettingsError) -> Pairs {
    let folder = file.flatMap { file in file.lastIndex(of: "/").map { String(file[...$0]) } } ?? ""
    let path = name.hasPrefix("/") ? name : folder + name
    // The default name may be missing: then the built-in pairs hold, which are the shipped file's.
    if name == Settings().pairsFile, access(path, F_OK) != 0 { return .builtIn }
    return try Pairs.parse(try SettingsFile.document(path), path: path)
  }
}
