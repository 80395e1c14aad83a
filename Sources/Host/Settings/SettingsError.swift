import Market

/// Settings that are not acceptable: every violation at once, one line each.
public struct SettingsError: Fault, Equatable {
  /// `.configuration`, or `.missingInput` for a named file that cannot be opened.
  public let kind: FaultKind
  /// Each is `file:line: key: what is wrong; what to write`, or begins with `--set KEY` or the variable's name.
  public let violations: [String]

  public init(kind: FaultKind = .configuration, violations: [String]) {
    self.kind = kind
    self.violations = violations
  }

  /// The same with one line more.
  public func adding(_ violation: String) -> SettingsError { SettingsError(kind: kind, violations: violations + [violation]) }

  public var description: String { violations.joined(separator: "\n") }
}
