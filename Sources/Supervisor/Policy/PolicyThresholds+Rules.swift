extension PolicyThresholds {
  /// A rule that holds.
  struct Finding: Hashable {
    var code: PolicyDecision.Code
    var evidence: String
  }

  /// Every rule that holds, the weightiest first.
  func findings(_ signals: PolicySignals) -> [Finding] {
    var findings: [Finding] = []
    func find(_ code: PolicyDecision.Code, _ evidence: String) { findings.append(Finding(code: code, evidence: evidence)) }
    /// - Parameter value: what is bad is above 0.
    func compare(_ code: PolicyDecision.Code, _ name: String, _ shown: Double?, _ value: Double?, _ limit: Double?) {
      guard let shown, let value, let limit, value > 0, value >= limit else { return }
      find(code, "\(name)=\(shown) limit=\(limit)")
    }
    if let broken = signals.brokenFigure { find(.heuristicsError, "\(broken) is no number") }
    if signals.isRunning != true { find(.botUnhealthy, "bot_running=\(signals.isRunning.map(String.init) ?? "unknown")") }
    if signals.isRiskHalted == true { find(.riskEngineHalted, signals.riskHaltReason ?? "") }
    compare(.restartLoop, "restart_rate", signals.restartsPerHour, signals.restartsPerHour, restartsPerHour)
    compare(.dailyLossLimit, "pnl_day", signals.dayProfit, signals.dayProfit.map(-), maximumDailyLoss)
    compare(.drawdownLimit, "drawdown_day", signals.dayDrawdown, signals.dayDrawdown.map(abs), maximumDrawdown)
    if let streak = signals.lossStreak, streak >= lossStreak { find(.lossStreak, "loss_streak=\(streak) limit=\(lossStreak)") }
    compare(.highVolatility, "volatility", signals.volatility, signals.volatility, highVolatility)
    compare(.spreadTooWide, "spread_bps", signals.spreadBps, signals.spreadBps, maximumSpreadBps)
    return findings
  }

  /// What the findings make together: each tightens, whichever names it.
  ///
  /// - Parameters:
  ///   - note: a code that explains it before all findings, with its evidence.
  ///   - isRiskOff: nothing is risked, also where no finding says so.
  func decision(_ findings: [Finding], note: Finding? = nil, isRiskOff: Bool) -> PolicyDecision {
    let all = (note.map { [$0] } ?? []) + findings
    let first = all.first ?? Finding(code: .ok, evidence: "")
    let rest = all.dropFirst().map { $0.evidence.isEmpty ? $0.code.rawValue : "\($0.code.rawValue) \($0.evidence)" }
    let codes = Set(findings.map(\.code))
    let isConservative = codes.contains(.lossStreak) || codes.contains(.highVolatility)
    return PolicyDecision(
      code: first.code, evidence: ((first.evidence.isEmpty ? [] : [first.evidence]) + rest).joined(separator: "; "),
      mode: isRiskOff ? .riskOff : isConservative ? .conservative : .normal, allowsTrading: !isRiskOff && !codes.contains(.spreadTooWide),
      sizeMultiplier: isRiskOff ? 0 : isConservative ? conservativeSizeMultiplier : 1, cooldownSeconds: 0, maximumSpreadBps: maximumSpreadBps,
      maximumDailyLoss: maximumDailyLoss)
  }
}
