/// How a case ended.
public enum Outcome: String, Sendable, CaseIterable {
  case pass, fail, warn, crash, timeout, skip

  public var isFailure: Bool { self == .fail || self == .crash || self == .timeout }
}

/// What is known of a case after it has run.
public struct CaseResult: Sendable {
  public var id: String
  public var outcome: Outcome
  public var seconds: Double
  /// What was seen, or why it is so.
  public var detail: String
  /// What needs it is not run: it failed, if only with a warning, or was skipped for that reason itself.
  var isBlocking = false
  var fingerprint: UInt64 = 0
}

/// Why a case does not pass; thrown by what it does.
struct Finding: Error {
  let outcome: Outcome
  let text: String

  static func fails(_ text: String) -> Finding { Finding(outcome: .fail, text: text) }
  static func skips(_ text: String) -> Finding { Finding(outcome: .skip, text: text) }
  /// Whatever the strictness.
  static func warns(_ text: String) -> Finding { Finding(outcome: .warn, text: text) }
}
