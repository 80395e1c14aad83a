import JSONTree

/// What the rules look at. Nil is what nobody knows, and is judged by no rule, but for `isRunning`.
public struct PolicySignals: Sendable, Hashable {
  /// A host is there and reports. What nobody knows is no: nothing may open where nobody is heard.
  public var isRunning: Bool?
  /// Restarts in the last hour.
  public var restartsPerHour: Double?
  /// Of the day, an amount; a loss is below 0.
  public var dayProfit: Double?
  /// Of the day, an amount; of either sign.
  public var dayDrawdown: Double?
  /// Losing trades in a row.
  public var lossStreak: Int?
  /// In the last minute; shown, and judged by no rule: an alert tells of it.
  public var errorsPerMinute: Double?
  public var spreadBps: Double?
  /// In the unit of `PolicyThresholds.highVolatility`.
  public var volatility: Double?
  /// Shown, and judged by no rule: an alert tells of it.
  public var latencyMilliseconds: Double?
  /// The Supervisor's own risk engine has halted.
  public var isRiskHalted: Bool?
  /// One line.
  public var riskHaltReason: String?

  public init() {}

  /// As the reference's /api/v1/policy/debug gives it; a figure that is not finite is null.
  public var json: JSONNode {
    func real(_ value: Double?) -> JSONNode { value.map { $0.isFinite ? .real($0) : .null } ?? .null }
    return .object([
      "bot_running": isRunning.map(JSONNode.boolean) ?? .null, "restart_rate": real(restartsPerHour), "pnl_day": real(dayProfit),
      "drawdown_day": real(dayDrawdown), "loss_streak": lossStreak.map { .integer(Int64($0)) } ?? .null, "error_rate": real(errorsPerMinute),
      "spread_bps": real(spreadBps), "volatility": real(volatility), "latency_ms": real(latencyMilliseconds),
      "risk_halted": isRiskHalted.map(JSONNode.boolean) ?? .null, "risk_halt_reason": riskHaltReason.map(JSONNode.text) ?? .null,
    ])
  }

  /// The first figure that is none: what it would have said is not known.
  var brokenFigure: String? {
    let judged = [
      ("restart_rate", restartsPerHour), ("pnl_day", dayProfit), ("drawdown_day", dayDrawdown), ("spread_bps", spreadBps), ("volatility", volatility),
    ]
    return judged.first { $0.1?.isFinite == false }?.0
  }
}
