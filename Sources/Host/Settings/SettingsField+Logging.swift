/// The keys of app.log_*.
extension SettingsField {
  /// In upper case too, as the reference writes it.
  static func logLevel(_ name: String, _ path: Path<LoggingSettings.Level>) -> SettingsField {
    let words = LoggingSettings.Level.allCases.map(\.rawValue)
    return SettingsField(name: name, shape: .choice(words)) { settings, written in
      guard case .text(let text) = written, text == text.lowercased() || text == text.uppercased(),
        let level = LoggingSettings.Level(rawValue: text.lowercased())
      else { return "\(written.quoted) is not known; write one of \(words.joined(separator: ", "))" }
      settings[keyPath: path] = level
      return nil
    } show: {
      $0[keyPath: path].rawValue
    }
  }

  static func optionalPath(_ name: String, _ path: Path<String?>, none: String) -> SettingsField {
    let shape = ValueShape.optional(.path, none: none)
    return SettingsField(name: name, shape: shape) { settings, written in
      switch shape.read(written) {
      case .problem(let problem): return problem
      case .value(let text):
        settings[keyPath: path] = written.isNone ? nil : text
        return nil
      }
    } show: {
      $0[keyPath: path] ?? "null"
    }
  }
}

extension WrittenValue {
  fileprivate var isNone: Bool { if case .null = self { true } else { false } }
}
