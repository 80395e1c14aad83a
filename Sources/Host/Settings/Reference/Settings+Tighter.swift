/// What two files say of the same limit.
extension Settings {
  /// The tighter of both, limit by limit; a kill switch that one of them has thrown is on.
  func tightened(by other: Settings) -> Settings {
    var result = self
    result.limits = limits.tightened(by: other.limits)
    result.killSwitch.enabled = killSwitch.enabled || other.killSwitch.enabled
    return result
  }
}

extension WrittenValue {
  var isNumberOrNull: Bool {
    switch self {
    case .null: true
    case .text(let text): Double(text) != nil
    case .list: false
    }
  }

  /// YAML 1.1, which Python reads, has more words for true and false.
  func withFlagsOfYAML11(for shape: ValueShape) -> WrittenValue {
    guard shape == .flag, case .text(let text) = self else { return self }
    let lower = text.lowercased()
    guard text == lower || text == text.uppercased() || text == lower.prefix(1).uppercased() + lower.dropFirst() else { return self }
    switch lower {
    case "true", "yes", "on": return .text("true")
    case "false", "no", "off": return .text("false")
    default: return self
    }
  }
}
