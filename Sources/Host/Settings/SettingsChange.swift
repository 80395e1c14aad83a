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
    var change = SettingsChange()
    for field in SettingsField.all {
      let (old, new) = (field.show(self), field.show(wanted))
      guard old != new else { continue }
      if field.show(limitsOnly) != new {
        change.forRestart.append(field.name)
      } else if field.show(adopted) == new {
        change.applied.append("\(field.name) \(new)")
      } else {
        change.looser.append(field.name)
      }
    }
    if pairs != wanted.pairs { change.forRestart.append("pairs.yaml") }
    return (adopted, change)
  }
}
