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
  var isZeroOrNull: Bool {
    switch self {
    case .null: true
    case .text(let text): Double(text) == 0
    case .list: false
    }
  }

  /// What YAML 1.1 makes of a number with a leading zero, which it reads to the base of 8; nil for all else.
  var octalOfYAML11: Int? {
    guard case .text(let text) = self else { return nil }
    let digits = text.drop { $0 == "-" || $0 == "+" }
    guard digits.count > 1, digits.first == "0", digits.utf8.allSatisfy({ $0 >= 0x30 && $0 <= 0x37 || $0 == 0x5F }) else { return nil }
    return Int(digits.filter { $0 != "_" }, radix: 8)
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
