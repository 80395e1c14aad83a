import JSONTree

/// What somebody should look at, by the reference's keys and thresholds.
public struct Alerts: Sendable {
  public struct Alert: Sendable, Equatable {
    public var key: String
    public var severity: String
    public var message: String
    /// Seconds since 1970.
    public var firstSeen: Double
    public var lastSeen: Double
    public var isActive = true
    public var evidence: [String: JSONNode]

    public var node: JSONNode {
      [
        "key": .text(key), "severity": .text(severity), "message": .text(message), "first_seen": .real(firstSeen), "last_seen": .real(lastSeen),
        "active": .boolean(isActive), "evidence": .object(evidence),
      ]
    }
  }

  /// Amounts and rates from which on it alerts; nil = never.
  public struct Thresholds: Sendable {
    public var restartsPerHour: Double? = 3
    public var errorsInAMinute = 5
    public var latencyMilliseconds = 500.0
    public var dailyLoss: Double?
    public var drawdown: Double?
    public init() {}
  }

  private static let historyLimit = 100
  private let cooldownSeconds: Double
  private let thresholds: Thresholds
  private var active: [String: Alert] = [:]
  /// Oldest first.
  private var history: [Alert] = []
  private var lastRaised: [String: Double] = [:]

  public init(cooldownSeconds: Double, thresholds: Thresholds) {
    self.cooldownSeconds = cooldownSeconds
    self.thresholds = thresholds
  }

  /// - Parameter now: seconds since 1970.
  /// - Returns: those that begin.
  public mutating func judge(_ summary: TelemetrySummary, at now: Double) -> [Alert] {
    var found: [String: (severity: String, message: String, evidence: [String: JSONNode])] = [:]
    if let limit = thresholds.restartsPerHour, let rate = summary.restartsPerHour, rate >= limit {
      found["BOT_RESTART_LOOP"] = ("high", "The host was started again \(rate) times in an hour.", ["restart_rate_per_hour": .real(rate)])
    }
    if summary.errorsInAMinute >= thresholds.errorsInAMinute {
      found["ERROR_SPIKE"] = (
        "high", "\(summary.errorsInAMinute) errors in a minute.", ["error_rate_1m": .integer(Int64(summary.errorsInAMinute))]
      )
    }
    if let latency = summary.latencyMilliseconds95, latency >= thresholds.latencyMilliseconds {
      found["LATENCY_SPIKE"] = ("medium", "One loop in twenty takes \(latency) ms or more.", ["latency_ms_p95": .real(latency)])
    }
    if let limit = thresholds.drawdown, let drawdown = summary.drawdownOfTheDay, abs(drawdown) >= limit {
      found["DRAWDOWN_LIMIT"] = ("high", "The day's drawdown is \(abs(drawdown)).", ["drawdown_day": .real(drawdown)])
    } else if let limit = thresholds.dailyLoss, let pnl = summary.pnlOfTheDay, -pnl >= limit {
      found["DRAWDOWN_LIMIT"] = ("high", "The day's loss is \(-pnl).", ["pnl_day": .real(pnl)])
    }
    if summary.policyAllowsTrading == false, let reason = summary.policyReason,
      ["POLICY_MISSING", "EXPIRED", "NOT_READY"].contains(where: reason.contains)
    {
      found["POLICY_SAFE_MODE_ACTIVE"] = ("medium", "A host has no policy that holds: \(reason)", ["policy_reason": .text(reason)])
    }
    return apply(found, at: now)
  }

  private mutating func apply(
    _ found: [String: (severity: String, message: String, evidence: [String: JSONNode])], at now: Double
  ) -> [Alert] {
    for (key, alert) in active where found[key] == nil {
      var ended = alert
      ended.isActive = false
      remember(ended)
      active[key] = nil
    }
    var begun: [Alert] = []
    for (key, what) in found.sorted(by: { $0.key < $1.key }) {
      if active[key] != nil {
        active[key]?.lastSeen = now
        active[key]?.message = what.message
        active[key]?.evidence = what.evidence
      } else if now - (lastRaised[key] ?? -.infinity) >= cooldownSeconds {
        let alert = Alert(key: key, severity: what.severity, message: what.message, firstSeen: now, lastSeen: now, evidence: what.evidence)
        active[key] = alert
        lastRaised[key] = now
        remember(alert)
        begun.append(alert)
      }
    }
    return begun
  }

  private mutating func remember(_ alert: Alert) {
    history.append(alert)
    if history.count > Self.historyLimit { history.removeFirst(history.count - Self.historyLimit) }
  }

  public var node: JSONNode {
    [
      "active": .array(active.sorted { $0.key < $1.key }.map(\.value.node)), "recent": .array(history.map(\.node)),
    ]
  }
}
