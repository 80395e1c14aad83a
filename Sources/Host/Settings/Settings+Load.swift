/// Settings as they were read, with where each value comes from.
public struct SettingsReading: Sendable {
  public let settings: Settings
  public let place: SettingsPlace
  /// Of every key that is not the default: `file:line`, a variable, or `--set`.
  public let origins: [String: String]
  /// What is accepted and yet not as it looks, one line each.
  public let warnings: [String]

  /// Every key in the order of the manual, with its value and origin. What is confidential shows as `<redacted>`.
  public var rows: [(key: String, value: String, origin: String)] {
    SettingsField.all.map { field in
      let value = field.show(settings)
      let hidden = field.shape == .confidential && !value.isEmpty
      return (field.name, hidden ? "<redacted>" : value, origins[field.name] ?? "default")
    }
  }
}

extension Settings {
  /// Reads settings.yaml and pairs.yaml, lays the environment and `--set` over, and validates.
  ///
  /// - Parameters:
  ///   - path: nil = by `SettingsPlace`.
  ///   - overrides: `section.key=value`; the last of a key wins. A list is written with commas.
  ///   - environment: `QE_<KEY>` and the reference's variables beat the file, `--set` beats them. Of the reference's, empty = unset; of ours,
  ///     empty is a fault.
  /// - Throws: all violations at once; `.missingInput` for a named file that cannot be opened.
  public static func read(path: String?, overrides: [String], environment: [String: String]) throws(SettingsError) -> SettingsReading {
    try read(at: try SettingsPlace.find(path: path, environment: environment), overrides: overrides, environment: environment)
  }

  /// The same, where it is known already which file holds: a host that runs reads the file again that it was started with, and none
  /// where there was none.
  ///
  /// - Throws: also `.missingInput` for a file that is no longer there.
  public static func read(at place: SettingsPlace, overrides: [String], environment: [String: String]) throws(SettingsError) -> SettingsReading {
    var loader = SettingsLoader(root: place.root)
    loader.ownFilesOnly = place.isFromAbove
    if let file = place.file { loader.apply(try SettingsFile.document(file), from: file) }
    loader.apply(environment)
    for word in overrides { loader.apply(override: word) }
    try loader.loadPairs(besides: place.file)
    loader.checkTogether()
    loader.checkSymbols()
    try loader.loadLatencies(besides: place.file)
    let faults = loader.report(of: place.file)
    if !faults.isEmpty { throw SettingsError(violations: faults) }
    return SettingsReading(settings: loader.settings, place: place, origins: loader.origins, warnings: loader.warnings)
  }

  public static func load(path: String?, overrides: [String], environment: [String: String]) throws(SettingsError) -> Settings {
    try read(path: path, overrides: overrides, environment: environment).settings
  }

  /// One line per key of settings.yaml, `section.key=value`, sorted: equal texts mean equal settings. The instruments have their
  /// own, `pairs.canonicalText`. Tokens are left out: they decide nothing, and a digest of them could be guessed.
  public var canonicalText: String {
    SettingsField.all.map { "\($0.name)=\($0.shape == .confidential ? "" : $0.show(self))" }.sorted().joined(separator: "\n")
  }

  /// The effective value of a key as it could be written.
  ///
  /// - Precondition: the key exists.
  public func value(of key: String) -> String {
    guard let field = SettingsField.named(key) else { preconditionFailure("there is no key \(key)") }
    return field.show(self)
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
