import Market
import Policy
import Portfolio
import Settings
import Telemetry

/// What config/supervisor.yaml and config/risk.yaml say.
public struct AgentOptions: Sendable {
  public var limits: PortfolioLimits
  /// In which it starts hosts.
  public var mode: String
  public var stateFolder: String
  public var eventFolder: String
  public var eventRetentionDays: Int
  public var maximumEventFileBytes: Int
  public var origins: [String]
  public var maximumBadTokensPerMinute: Int
  var policy = PolicyThresholds()
  var policySeconds: Int64
  var policyHoldsSeconds: Int64
  var policyFile: String
  var telemetryCapacity: Int
  var maximumTelemetryBytes: Int
  var alertCooldownSeconds: Int64
  /// Of the language model; none is asked yet.
  var breaker: Breaker

  var alertThresholds: AlertThresholds {
    var thresholds = AlertThresholds()
    thresholds.restartsPerHour = policy.restartsPerHour
    (thresholds.dailyLoss, thresholds.drawdown) = (policy.maximumDailyLoss, policy.maximumDrawdown)
    return thresholds
  }

  public init(supervisor: CompanionValues, risk: CompanionValues, resolve: (String) -> String) throws(SettingsError) {
    func money(_ key: String) -> Money? { risk.decimal(key, scale: 6).map { Money(raw: Int128($0) * 1_000_000_000_000) } }
    var violations: [String] = []
    // Without them nothing bounds what is lost.
    for key in ["max_daily_loss_abs", "max_notional_per_symbol", "max_leverage"] where risk.decimal(key, scale: 6) == 0 {
      violations.append("risk.yaml: \(key): 0 would let nothing open; write a number above 0")
    }
    if risk.decimal("max_account_leverage", scale: 6) == 0 {
      violations.append("risk.yaml: max_account_leverage: 0 would let nothing open; write a number above 0, or null for none")
    }
    guard violations.isEmpty else { throw SettingsError(violations: violations) }
    limits = PortfolioLimits(
      currency: risk.text("currency") ?? "", maximumDailyLoss: money("max_daily_loss_abs") ?? .zero,
      maximumDailyLossMillionths: risk.decimal("max_daily_loss_pct", scale: 6) ?? 0, maximumDrawdown: money("max_drawdown_abs") ?? .zero,
      maximumDrawdownMillionths: risk.decimal("max_drawdown_pct", scale: 6) ?? 0, maximumSymbolNotional: money("max_notional_per_symbol") ?? .zero,
      maximumLeverageMillionths: risk.decimal("max_leverage", scale: 6) ?? 0, maximumTotalNotional: money("max_total_notional"),
      maximumAccountLeverageMillionths: risk.decimal("max_account_leverage", scale: 6), resumesOnNewDay: risk.flag("resume_on_new_day"),
      refusesStaleHosts: risk.text("stale_hosts") != "allow", staleAfterMilliseconds: supervisor.decimal("heartbeat_timeout_s", scale: 3) ?? 15_000)
    mode = supervisor.text("mode") ?? "paper"
    stateFolder = resolve(supervisor.text("state_dir") ?? "")
    eventFolder = resolve(supervisor.text("events.dir") ?? "")
    eventRetentionDays = supervisor.integer("events.retention_days")
    maximumEventFileBytes = supervisor.integer("events.max_file_mb") << 20
    origins = supervisor.list("cors_origins")
    maximumBadTokensPerMinute = supervisor.integer("limits.max_bad_tokens_per_minute")
    func real(_ key: String) -> Double? { supervisor.decimal(key, scale: 6).map { Double($0) / 1e6 } }
    policy.maximumDailyLoss = real("policy.thresholds.max_daily_loss")
    policy.maximumDrawdown = real("policy.thresholds.max_drawdown_abs")
    policy.lossStreak = supervisor.integer("policy.thresholds.loss_streak")
    policy.maximumSpreadBps = real("policy.thresholds.spread_max_bps")
    policy.restartsPerHour = real("policy.thresholds.restart_rate") ?? 3
    policy.conservativeSizeMultiplier = real("policy.thresholds.conservative_size_multiplier") ?? 0.5
    policy.enterCycles = supervisor.integer("policy.hysteresis.enter_cycles")
    policy.exitCycles = supervisor.integer("policy.hysteresis.exit_cycles")
    // Nobody gives a volatility, and no key bounds it.
    policy.highVolatility = nil
    policySeconds = Int64(supervisor.integer("policy.update_interval_sec"))
    policyHoldsSeconds = Int64(supervisor.integer("policy.ttl_sec"))
    policyFile = resolve(supervisor.text("policy.file_path") ?? "")
    telemetryCapacity = supervisor.integer("telemetry.store.max_events_in_memory")
    maximumTelemetryBytes = supervisor.integer("telemetry.ingest.max_event_size_kb") << 10
    alertCooldownSeconds = Int64(supervisor.integer("telemetry.alerts.cooldown_sec"))
    breaker = Breaker(
      failureThreshold: supervisor.integer("llm.circuit_breaker.failures"),
      windowSeconds: Int64(supervisor.integer("llm.circuit_breaker.window_sec")),
      openSeconds: Int64(supervisor.integer("llm.circuit_breaker.open_sec")))
  }
}
