import JSONTree

/// From which value on each alert is raised; 0 means from the first one on, never from none.
public struct AlertThresholds: Sendable, Hashable {
  public var restartsPerHour: Double
  public var errorsPerMinute: Int
  /// Of the nearest rank of 95 %.
  public var latencyMilliseconds: Double
  /// Of the day, an amount; nil = none.
  public var drawdown: Double?
  /// Of the day, an amount above 0; nil = none.
  public var dailyLoss: Double?

  /// The reference's values.
  public init(
    restartsPerHour: Double = 3, errorsPerMinute: Int = 5, latencyMilliseconds: Double = 500, drawdown: Double? = nil, dailyLoss: Double? = nil
  ) {
    self.restartsPerHour = restartsPerHour
    self.errorsPerMinute = errorsPerMinute
    self.latencyMilliseconds = latencyMilliseconds
    self.drawdown = drawdown
    self.dailyLoss = dailyLoss
  }

  /// Why an alert should be: words and figures; nil = it should not.
  func cause(_ key: Alert.Key, in summary: TelemetrySummary) -> (message: String, evidence: [String: JSONNode])? {
    switch key {
    case .restartLoop:
      guard let rate = summary.restartsPerHour, reaches(rate, restartsPerHour) else { return nil }
      return (
        "\(rate) restarts in an hour, from \(restartsPerHour) on it is a loop",
        ["restart_rate_per_hour": .real(rate), "threshold": .real(restartsPerHour)]
      )
    case .errorSpike:
      let errors = summary.errorsInAMinute
      guard errors > 0, errors >= errorsPerMinute else { return nil }
      return (
        "\(errors) errors in a minute, from \(errorsPerMinute) on it is too many",
        ["error_rate_1m": .integer(Int64(errors)), "threshold": .integer(Int64(errorsPerMinute))]
      )
    case .latencySpike:
      guard let latency = summary.highLatencyMilliseconds, reaches(latency, latencyMilliseconds) else { return nil }
      return (
        "a loop takes \(latency) ms (95 %), from \(latencyMilliseconds) on it is too long",
        ["latency_ms_p95": .real(latency), "threshold": .real(latencyMilliseconds)]
      )
    case .drawdownLimit: return fall(in: summary)
    case .policySafeMode:
      guard summary.policyAllowsTrading == false, let reason = summary.policyReason,
        ["POLICY_MISSING", "EXPIRED", "NOT_READY"].contains(where: reason.contains)
      else { return nil }
      return ("a host has no policy and trades nothing: \(reason)", ["policy_allow_trading": false, "policy_reason": .text(reason)])
    }
  }

  private func reaches(_ value: Double, _ threshold: Double) -> Bool { value > 0 && value >= threshold }

  private func fall(in summary: TelemetrySummary) -> (message: String, evidence: [String: JSONNode])? {
    // A drawdown is no gain, whatever its sign.
    if let fall = summary.dayDrawdown.map(abs), let drawdown, reaches(fall, drawdown) {
      return ("the day's drawdown of \(fall) reaches \(drawdown)", ["drawdown_day": .real(fall), "threshold": .real(drawdown)])
    }
    if let profit = summary.dayProfit, let dailyLoss, reaches(-profit, dailyLoss) {
      return ("the day's loss of \(-profit) reaches \(dailyLoss)", ["pnl_day": .real(profit), "threshold": .real(dailyLoss)])
    }
    return nil
  }
}
