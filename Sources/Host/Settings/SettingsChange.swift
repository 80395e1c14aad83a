import Market

/// What another reading of the settings means for a host that runs.
public struct SettingsChange: Sendable, Equatable {
  /// `key value`, each: they hold from now on.
  public var applied: [String] = []
  /// Limits that would loosen: a running host only tightens.
  public var looser: [String] = []
  /// All other keys that differ.
  public var forRestart: [String] = []

  public var isNone: Bool { applied.isEmpty && looser.isEmpty && forRestart.isEmpty }

  /// One line for people.
  public var text: String {
    if isNone { return "nothing differs" }
    var parts: [String] = []
    if !applied.isEmpty { parts.append("applied: " + applied.joined(separator: ", ")) }
    if !looser.isEmpty { parts.append("looser limits, which need a stop and a start: " + looser.joined(separator: ", ")) }
    if !forRestart.isEmpty { parts.append("needs a restart: " + forRestart.joined(separator: ", ")) }
    return parts.joined(separator: "; ")
  }
}

extension Settings {
  /// These settings with what `wanted` changes while a host runs, and what that is.
  public func adopting(_ wanted: Settings) -> (settings: Settings, change: SettingsChange) {
    var adopted = self
    adopted.limits = limits.tightened(by: wanted.limits)
    adopted.logging.level = wanted.logging.level
    // Every limit as it is written, whether it may be adopted or not.
    var limitsOnly = self
    limitsOnly.limits = wanted.limits
    limitsOnly.logging.level = wanted.logging.level
    limitsOnly.killSwitch.enabled = wanted.killSwitch.enabled
    if wanted.killSwitch.enabled, !killSwitch.enabled {
      adopted.killSwitch.enabled = true
      adopted.killSwitch.reason = wanted.killSwitch.reason
      limitsOnly.killSwitch.reason = wanted.killSwitch.reason
    }
    var change = SettingsChange()
    adoptSymbolLimits(&adopted, of: wanted, &change)
    for field in SettingsField.all where field.name != Self.symbolLimits {
      let (old, new) = (field.show(self), field.show(wanted))
      guard old != new else { continue }
      if field.show(limitsOnly) != new {
        change.forRestart.append(field.name)
      } else if field.show(adopted) == new {
        let haveOwn = field.name == "risk.max_notional_per_symbol" && pairs.instruments.contains { adopted.exposureLimit(of: $0) != nil }
        change.applied.append("\(field.name) \(new)\(haveOwn ? " (but for symbols with a limit of their own)" : "")")
      } else {
        change.looser.append(field.name)
      }
    }
    let (known, named) = (pairs, wanted.pairs)
    if (known.venue, known.defaultMarket, known.instruments, known.symbolLimits)
      != (named.venue, named.defaultMarket, named.instruments, named.symbolLimits)
    {
      change.forRestart.append("pairs.yaml")
    }
    return (adopted, change)
  }

  private static let symbolLimits = "risk.max_notional_by_symbol"

  /// Limits of single symbols, wherever they are written: what each may hold, and not how it is said, is compared.
  private func adoptSymbolLimits(_ adopted: inout Settings, of wanted: Settings, _ change: inout SettingsChange) {
    for instrument in pairs.instruments {
      let (own, other) = (exposureLimit(of: instrument), wanted.exposureLimit(of: instrument))
      // Neither has one: the common one holds.
      guard own != nil || other != nil else { continue }
      let (old, new) = (own ?? limits.maximumSymbolNotional, other ?? wanted.limits.maximumSymbolNotional)
      let name = "\(Self.symbolLimits) \(instrument.id)"
      let isTighter = new.map { new in old.map { new < $0 } ?? true } ?? false
      if isTighter, let new {
        adopted.symbolNotional[instrument.id.description] = new
        change.applied.append("\(name)=\(DecimalText.formatShort(new.raw, scale: Money.scale))")
      } else if old != new {
        change.looser.append(name)
      }
    }
  }
}
