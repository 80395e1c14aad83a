import JSONTree

/// The newest events, and what they come to.
public struct TelemetryStore: Sendable {
  private let capacity: Int
  private var ring: [TelemetryEvent] = []
  /// Where the oldest stands once it is full.
  private var begin = 0
  public private(set) var taken: UInt64 = 0

  /// - Parameter capacity: 1 or above; what is older counts in no summary.
  public init(capacity: Int) { self.capacity = max(1, capacity) }

  public mutating func append(_ event: TelemetryEvent) {
    taken += 1
    if ring.count < capacity { return ring.append(event) }
    ring[begin] = event
    begin = (begin + 1) % capacity
  }

  private var count: Int { ring.count }
  private func event(_ index: Int) -> TelemetryEvent { ring[(begin + index) % ring.count] }

  /// The last of them, oldest first.
  public func tail(_ limit: Int) -> [TelemetryEvent] {
    (max(0, count - max(0, limit))..<count).map(event)
  }

  /// - Parameter now: seconds since 1970.
  public func summary(at now: Int64) -> TelemetrySummary {
    var summary = TelemetrySummary()
    var latencies: [Double] = []
    for index in 0..<count {
      let event = event(index)
      let age = now - event.seconds
      summary.lastSeen = max(summary.lastSeen ?? event.seconds, event.seconds)
      switch event.type {
      case "order", "fill":
        if age <= 300 { summary.tradesInFiveMinutes += 1 }
        if age <= 3600 { summary.tradesInAnHour += 1 }
      case "error": if age <= 60 { summary.errorsInAMinute += 1 }
      case "latency":
        if age <= 60, let value = event.data["loop_ms"]?.real, value.isFinite, value >= 0 { latencies.append(value) }
      case "pnl":
        // The newest one that says it.
        summary.pnlOfTheDay = event.data["pnl_day"]?.real ?? summary.pnlOfTheDay
        summary.drawdownOfTheDay = event.data["drawdown_day"]?.real ?? summary.drawdownOfTheDay
        summary.equity = event.data["equity"]?.real ?? summary.equity
      case "policy":
        summary.policyMode = event.data["mode"]?.text
        summary.policyAllowsTrading = event.data["allow_trading"]?.boolean
        summary.policyReason = event.data["reason"]?.text
      case "status": summary.state = event.data["state"]?.text
      default: break
      }
    }
    latencies.sort()
    if !latencies.isEmpty {
      summary.meanLatencyMilliseconds = latencies.reduce(0, +) / Double(latencies.count)
      summary.latencyMilliseconds95 = latencies[Int((0.95 * Double(latencies.count - 1)).rounded())]
    }
    return summary
  }
}

/// Of the events in memory; nil = nobody said it.
public struct TelemetrySummary: Sendable, Equatable {
  public var lastSeen: Int64?
  public var tradesInFiveMinutes = 0
  public var tradesInAnHour = 0
  public var errorsInAMinute = 0
  public var meanLatencyMilliseconds: Double?
  /// By nearest rank.
  public var latencyMilliseconds95: Double?
  public var pnlOfTheDay: Double?
  public var drawdownOfTheDay: Double?
  public var equity: Double?
  public var policyMode: String?
  public var policyAllowsTrading: Bool?
  public var policyReason: String?
  public var state: String?
  public var restarts: Int?
  public var restartsPerHour: Double?

  public init() {}

  public var node: JSONNode {
    func number(_ value: Double?) -> JSONNode { value.map(JSONNode.real) ?? .null }
    func text(_ value: String?) -> JSONNode { value.map(JSONNode.text) ?? .null }
    return [
      "last_seen_ts": lastSeen.map(JSONNode.integer) ?? .null, "trades_5m": .integer(Int64(tradesInFiveMinutes)),
      "trades_1h": .integer(Int64(tradesInAnHour)), "error_rate_1m": .integer(Int64(errorsInAMinute)),
      "latency_ms_avg": number(meanLatencyMilliseconds),
      "latency_ms_p95": number(latencyMilliseconds95), "pnl_day": number(pnlOfTheDay), "drawdown_day": number(drawdownOfTheDay),
      "equity": number(equity), "policy_mode": text(policyMode), "policy_allow_trading": policyAllowsTrading.map(JSONNode.boolean) ?? .null,
      "policy_reason": text(policyReason), "status_state": text(state), "restarts": restarts.map { .integer(Int64($0)) } ?? .null,
      "restart_rate_per_hour": number(restartsPerHour),
    ]
  }
}
