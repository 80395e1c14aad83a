import JSONTree

/// What a store's events say together; amounts are of the host's currency.
public struct TelemetrySummary: Sendable, Hashable {
  /// Of the event that came last, seconds since 1970 UTC; nil = none came.
  public var lastSeenSecond: Int64?
  /// Orders and fills.
  public var tradesInFiveMinutes = 0
  public var tradesInAnHour = 0
  public var errorsInAMinute = 0
  /// Of the last minute; nil = none was told.
  public var meanLatencyMilliseconds: Double?
  /// Nearest rank of 95 %.
  public var highLatencyMilliseconds: Double?

  // Of the last event that told it; nil where that one does not say.
  public var dayProfit: Double?
  /// As the host gives it: hosts differ in its sign.
  public var dayDrawdown: Double?
  public var equity: Double?
  public var policyMode: String?
  public var policyAllowsTrading: Bool?
  public var policyReason: String?
  public var state: String?

  // Whoever starts hosts knows; no event tells.
  public var restarts: Int?
  public var restartsPerHour: Double?

  public init() {}

  /// The reference's members, all of them always.
  public var json: JSONNode {
    func real(_ value: Double?) -> JSONNode { value.map(JSONNode.real) ?? .null }
    func text(_ value: String?) -> JSONNode { value.map(JSONNode.text) ?? .null }
    return .object([
      "last_seen_ts": lastSeenSecond.map(JSONNode.integer) ?? .null, "trades_5m": .integer(Int64(tradesInFiveMinutes)),
      "trades_1h": .integer(Int64(tradesInAnHour)), "error_rate_1m": .integer(Int64(errorsInAMinute)),
      "latency_ms_avg": real(meanLatencyMilliseconds), "latency_ms_p95": real(highLatencyMilliseconds), "pnl_day": real(dayProfit),
      "drawdown_day": real(dayDrawdown), "equity": real(equity), "policy_mode": text(policyMode),
      "policy_allow_trading": policyAllowsTrading.map(JSONNode.boolean) ?? .null, "policy_reason": text(policyReason), "status_state": text(state),
      "restarts": restarts.map { .integer(Int64($0)) } ?? .null, "restart_rate_per_hour": real(restartsPerHour),
    ])
  }
}
