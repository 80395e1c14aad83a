import JSONTree
import Kernel
import Market
import Policy
import Portfolio
import Telemetry

extension Agent {
  /// Makes the policy anew and judges telemetry, as often as the settings say.
  ///
  /// - Returns: one for the file; nil = not yet.
  func steer(_ shared: inout Shared) -> Policy? {
    let now = clock()
    guard shared.policyAt == .min || now - shared.policyAt >= options.policySeconds * 1000 || now < shared.policyAt else { return nil }
    shared.policyAt = now
    let summary = shared.telemetry.summary(at: now)
    for alert in shared.alerts.judge(summary, at: now) {
      log.warning("alert \(alert.key.rawValue): \(alert.message)")
      note(
        &shared, "ANOMALY", "Supervisor", alert.key.rawValue, ["key": .text(alert.key.rawValue), "message": .text(alert.message)], isUrgent: true)
    }
    let before = shared.policy.policy(at: now)
    let (policy, _) = shared.policy.evaluate(signals(shared, summary, now), at: now)
    shared.state.policy = shared.policy.state.json.compact
    shared.isDirty = true
    if before.allowsTrading != policy.allowsTrading || before.mode != policy.mode {
      log.notice("policy: \(policy.mode.rawValue), \(policy.allowsTrading ? "trading" : "no trading"): \(policy.reason)")
      note(&shared, "MODE_CHANGE", "Supervisor", "policy", ["policy": policy.json], isUrgent: true)
    }
    return policy
  }

  func write(_ policy: Policy) {
    do throws(KernelError) {
      if let slash = options.policyFile.lastIndex(of: "/") { try Files.createFolders(String(options.policyFile[..<slash])) }
      try Files.writeAtomically(Array(policy.json.indented.utf8), to: options.policyFile)
    } catch { log.warning("policy.file_path: \(error); hosts that read it go on by the last one until it is too old") }
  }

  private func signals(_ shared: Shared, _ summary: TelemetrySummary, _ now: Int64) -> PolicySignals {
    var signals = PolicySignals()
    signals.isRunning = shared.hosts.values.contains { now - $0.at <= options.limits.staleAfterMilliseconds }
    let portfolios = Array(shared.portfolios.values)
    signals.dayProfit = portfolios.isEmpty ? nil : portfolios.reduce(0) { $0 + $1.profit.doubleValue }
    signals.dayDrawdown = portfolios.map(\.drawdown.doubleValue).max()
    signals.riskHaltReason = portfolios.lazy.compactMap { $0.state.halt?.reason }.first
    signals.isRiskHalted = signals.riskHaltReason != nil
    signals.errorsPerMinute = Double(summary.errorsInAMinute)
    signals.latencyMilliseconds = summary.highLatencyMilliseconds
    return signals
  }

  /// `GET /api/v1/policy/current`
  func currentPolicy() -> APIAnswer { shared.withLock { APIAnswer($0.policy.policy(at: clock()).json) } }

  /// `GET /api/v1/policy/debug`
  func policyDebug() -> APIAnswer {
    shared.withLock { APIAnswer($0.policy.debug(breaker: options.breaker, isModelEnabled: false, at: clock())) }
  }

  // MARK: Telemetry

  /// `POST /api/v1/telemetry/ingest`
  func ingest(_ request: APIRequest) -> APIAnswer {
    guard request.body.count <= options.maximumTelemetryBytes else { return .refusal(413, "payload_too_large") }
    guard let members = members(request) else { return .refusal(400, "bad_json") }
    let now = clock()
    let event: TelemetryEvent
    do throws(TelemetryEvent.Refusal) { event = try TelemetryEvent(reading: .object(members), arrivedAt: now) } catch {
      return .refusal(400, "bad_request", details: "\(error)")
    }
    shared.withLock { $0.telemetry.take(event, at: now) }
    return APIAnswer(["status": "ok"])
  }

  /// `GET /api/v1/telemetry/summary`
  func telemetrySummary() -> APIAnswer { shared.withLock { APIAnswer($0.telemetry.summary(at: clock()).json) } }

  /// `GET /api/v1/telemetry/events?limit=N`: the newest, oldest first.
  func telemetryEvents(_ request: APIRequest) -> APIAnswer {
    let limit = request.parameter("limit").map { Int($0) ?? 200 } ?? 200
    return shared.withLock { APIAnswer(["events": .array($0.telemetry.tail(limit).map(\.json))]) }
  }

  /// `GET /api/v1/telemetry/alerts`
  func alerts() -> APIAnswer { shared.withLock { APIAnswer($0.alerts.json) } }

  // MARK: What this version does not do, as the reference says it

  /// `GET /api/v1/bot/status`: it starts no host.
  func botStatus() -> APIAnswer {
    APIAnswer(["managed": false, "state": "STOPPED", "pid": nil, "restarts": 0, "last_exit_code": nil, "last_exit_time": nil])
  }

  /// `GET /api/v1/supervisor/snapshot`: it makes none.
  func snapshot() -> APIAnswer {
    APIAnswer([
      "timestamp": nil, "trend": "UNKNOWN", "trend_confidence": 0.0, "market_risk_level": "LOW", "market_risk_triggers": [],
      "behavior_pnl_quality": "UNKNOWN", "behavior_signal_quality": "UNKNOWN", "behavior_flags": [], "total_trades": 0, "recent_winrate": 0.0,
      "recent_drawdown_pct": 0.0,
    ])
  }

  /// `GET /api/v1/tsdb/status`: it has no such database.
  func seriesStatus() -> APIAnswer {
    APIAnswer(["enabled": false, "backend": "none", "reachable": nil, "last_write_at": nil, "queue_depth": 0])
  }
}
