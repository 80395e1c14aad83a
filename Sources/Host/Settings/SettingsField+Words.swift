import Market

/// Kinds of keys whose values are words.
extension SettingsField {
  static func choice<Value: RawRepresentable & CaseIterable & Sendable>(_ name: String, _ path: Path<Value>) -> SettingsField
  where Value.RawValue == String {
    let words = Value.allCases.map(\.rawValue).joined(separator: ", ")
    return SettingsField(name: name, shape: .choice(Value.allCases.map(\.rawValue))) { settings, written in
      guard case .text(let text) = written, let value = Value(rawValue: text) else {
        return "\(written.quoted) is not known; write one of \(words)"
      }
      settings[keyPath: path] = value
      return nil
    } show: {
      $0[keyPath: path].rawValue
    }
  }

  static func path(_ name: String, _ path: Path<String>) -> SettingsField {
    SettingsField(name: name, shape: .path) { settings, written in
      guard case .text(let text) = written, !text.isEmpty, Excerpt.isClean(text) else { return "\(written.quoted) is no path; write a path" }
      settings[keyPath: path] = text
      return nil
    } show: {
      $0[keyPath: path]
    }
  }

  static func optionalText(_ name: String, _ path: Path<String?>) -> SettingsField {
    SettingsField(name: name, shape: .optional(.text, none: "none")) { settings, written in
      switch written {
      case .null: settings[keyPath: path] = nil
      // A quoted 'null' is refused too: reports and digests could not tell it from none.
      case .text(let text) where !text.isEmpty && Excerpt.isClean(text) && !WrittenValue.isNull(text): settings[keyPath: path] = text
      default: return "\(written.quoted) is no text of one line; write one, or null for none"
      }
      return nil
    } show: {
      $0[keyPath: path] ?? "null"
    }
  }

  static func flag(_ name: String, _ path: Path<Bool>) -> SettingsField {
    SettingsField(name: name, shape: .flag) { settings, written in
      switch written {
      case .text("true"): settings[keyPath: path] = true
      case .text("false"): settings[keyPath: path] = false
      default: return "\(written.quoted) is neither; write true or false"
      }
      return nil
    } show: {
      $0[keyPath: path] ? "true" : "false"
    }
  }

  /// `[A, B]` in the file, `A,B` in `--set`.
  static func symbols(_ name: String) -> SettingsField {
    SettingsField(name: name, shape: .list(example: "[BTCUSDT, ETHUSDT]")) { settings, written in
      let advice = "write 1...64 different symbols, as [BTCUSDT, ETHUSDT]"
      let items = written.items
      guard !items.isEmpty, items.count <= 64 else { return "\(items.count) symbols; \(advice)" }
      var seen: Set<String> = []
      for item in items {
        guard Pairs.isSymbol(item) || InstrumentID(item).map({ Pairs.isSymbol($0.symbol) }) == true else {
          return "\(Excerpt.quoted(item)) is no symbol; \(advice)"
        }
        guard seen.insert(item).inserted else { return "\(Excerpt.quoted(item)) is there twice; \(advice)" }
      }
      settings.mock.symbols = items
      return nil
    } show: {
      $0.mock.symbols.joined(separator: ",")
    }
  }

  /// `[BTCUSDT=day.csv, ETHUSDT=eth.ws.jsonl.gz]` in the file, with commas in `--set`; an empty list = none.
  static func symbolFiles(_ name: String, _ path: Path<[ReplayFeedSettings.File]>) -> SettingsField {
    let advice = "write a list of SYMBOL=path, as [BTCUSDT=data/ticks/BTCUSDT.csv]"
    return SettingsField(name: name, shape: .list(example: "[BTCUSDT=data/ticks/BTCUSDT.csv]")) { settings, written in
      var files: [ReplayFeedSettings.File] = []
      let items = written.items.filter { !$0.isEmpty }
      guard items.count <= 64 else { return "\(items.count) files; at most 64" }
      for item in items {
        // A path may have more of them.
        let parts = item.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
        guard parts.count == 2, Pairs.isSymbol(parts[0]) || InstrumentID(parts[0]).map({ Pairs.isSymbol($0.symbol) }) == true, !parts[1].isEmpty,
          Excerpt.isClean(parts[1])
        else { return "\(Excerpt.quoted(item)) is no symbol's file; \(advice)" }
        if files.contains(where: { $0.symbol == parts[0] }) { return "\(Excerpt.quoted(parts[0])) is there twice; \(advice)" }
        files.append(ReplayFeedSettings.File(symbol: parts[0], path: parts[1]))
      }
      settings[keyPath: path] = files
      return nil
    } show: {
      $0[keyPath: path].map { "\($0.symbol)=\($0.path)" }.joined(separator: ",")
    }
  }
}
