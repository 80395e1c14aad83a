import JSONTree

/// What a policy is made of; nil = nobody knows.
public struct PolicySignals: Sendable, Hashable {
  public var isRunning = false
  public var restartsPerHour: Double?
  public var pnlOfTheDay: Double?
  public var drawdownOfTheDay: Double?
  public var lossStreak: Int?
  public var errorsInAMinute: Double?
  public var spreadBps: Double?
  public var volatility: Double?
  public var latencyMilliseconds: Double?
  public var isHalted = false
  public var haltReason: String?

  public init() {}

  public var node: JSONNode {
    func number(_ value: Double?) -> JSONNode { value.map(JSONNode.real) ?? .null }
    return [
      "bot_running": .boolean(isRunning), "restart_rate": number(restartsPerHour), "pnl_day": number(pnlOfTheDay),
      "drawdown_day": number(drawdownOfTheDay), "loss_streak": lossStreak.map { .integer(Int64($0)) } ?? .null, "error_rate": number(errorsInAMinute),
      "spread_bps": number(spreadBps), "volatility": number(volatility), "latency_ms": number(latencyMilliseconds), "risk_halted": .boolean(isHalted),
      "risk_halt_reason": haltReason.map(JSONNode.text) ?? .null,
    ]
  }
}

/// From where on it gets safer; nil = never.
public struct PolicyThresholds: Sendable, Hashable {
  public var maximumDailyLoss: Double?
  public var maximumDrawdown: Double?
  public var lossStreak = 3
  public var maximumSpreadBps: Double?
  public var restartsPerHour = 3.0
  public var conservativeSizeMultiplier = 0.5
  /// Evaluations in a row until it is off, and until it is on again; 1 or above.
  public var enterCycles = 2
  public var exitCycles = 3
  public var lifeSeconds: Int64 = 30

  public init() {}
}
