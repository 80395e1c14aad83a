import Market

/// The answer about an order, in the reference's codes and words where it has them.
public struct Verdict: Sendable, Hashable {
  public enum Code: String, Sendable, CaseIterable {
    case allowed = "OK"
    case halted = "HALTED"
    /// By a language model's advice.
    case advisedPause = "LLM_PAUSE"
    /// By the operator.
    case paused = "PAUSED"
    case orderInvalid = "INVALID_ORDER"
    /// After a start, until every host that was known has reported.
    case resynchronizing = "RESYNC"
    case heartbeatMissing = "HEARTBEAT_MISSING"
    case heartbeatStale = "HEARTBEAT_STALE"
    case symbolNotional = "SYMBOL_NOTIONAL_LIMIT"
    case leverage = "LEVERAGE_LIMIT"
    case totalNotional = "TOTAL_NOTIONAL_LIMIT"
    case accountLeverage = "ACCOUNT_LEVERAGE_LIMIT"
  }

  public var isAllowed: Bool
  public var code: Code
  public var reason: String
  /// Whether it is taken for an order that can only reduce.
  public var isReducing: Bool
}

/// What changed, for the log and the audit.
public enum PortfolioEvent: Sendable, Hashable {
  /// A limit of the day; the reference's name of it, and what was reached.
  case halted(code: String, reason: String)
  /// `yyyy-mm-dd`
  case dayBegan(String)
  /// A halt of the day before ended with it.
  case resumed
}
