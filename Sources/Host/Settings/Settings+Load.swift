extension Settings {
  /// Reads settings.yaml and pairs.yaml, lays the environment and `--set` over, and validates.
  ///
  /// - Parameters:
  ///   - path: nil = QE_CONFIG_PATH, else config/settings.yaml if it is there, else the defaults.
  ///   - overrides: `section.key=value`; the last of a key wins. A list is written with commas.
  ///   - environment: QE_RUNTIME_DIR and QE_DATA_DIR move folders; they beat the file, `--set` beats them. Empty = unset.
  /// - Throws: all violations at once; `.missingInput` for a named file that cannot be opened.
  public static func load(path: String?, overrides: [String], environment: [String: String]) throws(SettingsError) -> Settings {
    let named = path ?? environment["QE_CONFIG_PATH"].flatMap { $0.isEmpty ? nil : $0 }
    let file = named ?? (SettingsFile.exists("config/settings.yaml") ? "config/settings.yaml" : nil)
    var loader = SettingsLoader()
    if let file { loader.apply(try SettingsFile.document(file), from: file) }
    loader.apply(variable: "QE_RUNTIME_DIR", key: "app.runtime_path", in: environment)
    loader.apply(variable: "QE_DATA_DIR", key: "app.data_path", in: environment)
    for word in overrides { loader.apply(override: word) }
    loader.checkTogether()
    try loader.loadPairs(besides: file)
    loader.checkSymbols()
    try loader.loadLatencies(besides: file)
    if !loader.violations.isEmpty { throw SettingsError(violations: loader.violations) }
    return loader.settings
  }

  /// One line per key of settings.yaml, `section.key=value`, sorted: equal texts mean equal settings. The instruments have their
  /// own, `pairs.canonicalText`.
  public var canonicalText: String {
    SettingsField.all.map { "\($0.name)=\($0.show(self))" }.sorted().joined(separator: "\n")
  }

  /// The risk limits for reports, in the order of the manual.
  public var limitRows: [(name: String, text: String, isUnlimited: Bool)] {
    SettingsField.all.filter { $0.isLimit || $0.isBesideLimits }.map { field in
      let text = field.show(self)
      // One instance without a limit of its own has the account's.
      if !field.isLimit { return (field.name, text == "null" || text.isEmpty ? "the account's" : text, false) }
      return (field.name, text == "null" ? "unlimited" : text, text == "null")
    }
  }
}
