import Market
import YAMLDocument

/// Settings as a journal keeps them.
extension Settings {
  /// One line per key, `section.key=value`, in the order of the manual; tokens are left out.
  public var recordedLines: [String] {
    SettingsField.all.filter { $0.shape != .confidential }.map { "\($0.name)=\($0.show(self))" }
  }

  /// - Parameters:
  ///   - lines: `recordedLines` of this version or an older one; what they do not have is the default.
  ///   - pairs: `Pairs.recordedText`.
  /// - Throws: a key that this version does not have, or a value that it does not take.
  public static func recorded(_ lines: [String], pairs: String, in file: String) throws(SettingsError) -> Settings {
    var settings = Settings()
    var violations: [String] = []
    for line in lines {
      guard let equals = line.firstIndex(of: "="), let field = SettingsField.named(String(line[..<equals])) else {
        violations.append("\(file): \(Excerpt.line(line)): a key that this host does not have")
        continue
      }
      let text = String(line[line.index(after: equals)...])
      guard text != field.show(settings) else { continue }
      if let problem = field.apply(&settings, WrittenValue(word: text)) { violations.append("\(file): \(field.name): \(problem)") }
    }
    // What the host itself wrote: nobody's configuration is wrong.
    if !violations.isEmpty { throw SettingsError(kind: .badData, violations: violations) }
    do throws(SettingsError) { settings.pairs = try Pairs.parse(try SettingsFile.parse(Array(pairs.utf8), file), path: file) } catch {
      throw SettingsError(kind: .badData, violations: error.violations)
    }
    if settings.exchangeChoice != nil { settings.pairs = settings.pairs.with(defaultMarket: settings.exchange.market) }
    return settings
  }
}

extension Pairs {
  /// pairs.yaml with these instruments alone, every figure written out.
  public func recordedText(of instruments: [Instrument]) -> String {
    var lines = ["venue: \(venue)", "default_market: \(defaultMarket.rawValue)", "instruments:"]
    for instrument in instruments {
      let rows = Self.figures(instrument) + limits(of: instrument.id)
      lines.append("  \(instrument.id): {\(rows.map { "\($0.name): \($0.text)" }.joined(separator: ", "))}")
    }
    return lines.joined(separator: "\n") + "\n"
  }
}
