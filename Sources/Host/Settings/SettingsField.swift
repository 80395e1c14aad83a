import Market
import Risk
import Simulation

/// One key of settings.yaml: its name, and how its value becomes part of `Settings`.
struct SettingsField: Sendable {
  /// Dotted, as in `--set`.
  let name: String
  /// What its value may be, for people and editors.
  let shape: ValueShape
  /// Of a duty that this version does not have.
  var isLater = false
  /// Returns what is wrong and what to write, or nil.
  let apply: @Sendable (inout Settings, WrittenValue) -> String?
  /// The effective value as it could be written; `null` for unlimited or none.
  let show: @Sendable (Settings) -> String

  static let all: [SettingsField] =
    [
      choice("app.mode", \.mode),
      exchange("app.exchange"),
      choice("app.websocket", \.websocket),
      optionalText("app.live_ack", \.liveAcknowledgement),
      flag("app.llm_enabled", \.llmEnabled),
      logLevel("app.log_level", \.logging.level),
      choice("app.log_format", \.logging.format),
      optionalPath("app.log_file", \.logging.file, none: "standard error alone"),
      whole("app.log_max_mb", \.logging.maximumMegabytes, 1...1024),
      whole("app.log_keep", \.logging.keptFiles, 0...100),
      path("secrets.file", \.secrets.file),
      choice("secrets.precedence", \.secrets.precedence),
      path("app.data_path", \.dataPath),
      path("app.runtime_path", \.runtimePath),
      path("app.pairs_file", \.pairsFile),
      choice("app.on_shutdown", \.onShutdown),
      integer("app.shutdown_timeout_seconds", 0...300) {
        $0.shutdownTimeoutSeconds
      } set: {
        $0.shutdownTimeoutSeconds = $1
      },
      choice("simulation.fill", \.simulation.fillPrice),
      bps("simulation.taker_fee_bps", \.simulation.takerFee, -1000...1000),
      bps("simulation.maker_fee_bps", \.simulation.makerFee, -1000...1000),
      bps("simulation.synthetic_spread_bps", \.simulation.syntheticSpread, 0...5000),
      cash("simulation.initial_cash", \.simulation.initialCash),
    ] + simulation + [
      limit("risk.max_order_notional", \.maximumOrderNotional),
      limit("risk.max_notional_per_symbol", \.maximumSymbolNotional),
      limit("risk.max_gross_exposure", \.maximumGrossExposure),
      limit("risk.max_leverage", \.maximumLeverage, 1000, scale: RiskLimits.fractionScale, what: "a multiple of equity"),
      limit("risk.max_orders_per_second", \.maximumOrdersPerSecond, RiskLimits.rateBound, scale: 0, what: "a whole number"),
      limit("risk.max_venue_messages_per_10s", \.venueMessagesPerTenSeconds, RiskLimits.rateBound, scale: 0, what: "a whole number"),
      limitBps("risk.max_spread_bps", \.maximumSpread),
      limit("risk.max_event_lag_ms", \.maximumEventLagMilliseconds, 3_600_000, scale: 0, what: "milliseconds"),
      limitBps("risk.price_collar_bps", \.priceCollar),
      limitBps("risk.emergency_collar_bps", \.emergencyCollar),
      fraction("risk.min_liquidation_distance_pct", \.minimumLiquidationDistance),
      symbolAmounts("risk.max_notional_by_symbol"),
      limit("risk.instance.max_notional", \.instance.maximumNotional),
      limit("risk.instance.max_daily_loss", \.instance.maximumDailyLoss),
      limit("risk.instance.max_orders_per_minute", \.instance.maximumOrdersPerMinute, RiskLimits.rateBound, scale: 0, what: "a whole number"),
      limit("risk.session.max_trades_per_hour", \.maximumTradesPerHour, RiskLimits.rateBound, scale: 0, what: "a whole number"),
      limit("risk.session.loss_streak_trades", \.lossStreakTrades, 1_000_000, scale: 0, what: "a whole number"),
      integer("risk.session.cooling_off_minutes", 1...100_000) {
        $0.limits.coolingOffSeconds / 60
      } set: {
        $0.limits.coolingOffSeconds = $1 * 60
      },
      limit("risk.session.max_daily_loss_abs", \.maximumDailyLoss),
      fraction("risk.session.max_daily_loss_pct", \.maximumDailyLossFraction),
      limit("risk.session.max_drawdown_abs", \.maximumDrawdown),
      fraction("risk.session.max_drawdown_pct", \.maximumDrawdownFraction),
      flag("risk.resume_on_new_day", \.limits.resumeOnNewDay),
      choice("risk.on_halt", \.onHalt),
      flag("risk.kill_switch.enabled", \.killSwitch.enabled),
      optionalText("risk.kill_switch.file", \.killSwitch.file),
      optionalText("risk.kill_switch.reason", \.killSwitch.reason),
      integer("decision.max_inflight_entries", 1...64) {
        Int64($0.maximumInflightEntries)
      } set: {
        $0.maximumInflightEntries = Int($1)
      },
      integer("features.max_gap_seconds", 1...86_400) {
        $0.maximumGapSeconds
      } set: {
        $0.maximumGapSeconds = $1
      },
      symbolFiles("feed.recording", \.replay.recordings),
      symbolFiles("feed.snapshot", \.replay.snapshots),
      choice("feed.speed", \.replay.speed),
      integer("feed.stale_after_ms", 100...3_600_000) {
        $0.staleAfterMilliseconds
      } set: {
        $0.staleAfterMilliseconds = $1
      },
      integer("feed.mock.seed", 0...Int64.max) {
        Int64(clamping: $0.mock.seed)
      } set: {
        $0.mock.seed = UInt64($1)
      },
      symbols("feed.mock.symbols"),
      startPrices("feed.mock.start_price"),
      real("feed.mock.trades_per_second", \.mock.tradesPerSecond, "0.001...100000", 1_000_000...100_000_000_000_000),
      real("feed.mock.volatility_bps", \.mock.volatilityBps, "0...1000", 0...1_000_000_000_000),
      integer("feed.mock.spread_ticks", 1...1000) {
        Int64($0.mock.spreadTicks)
      } set: {
        $0.mock.spreadTicks = Int($1)
      },
      optionalWhole("feed.mock.max_events", \.mock.maximumEvents, 1...Int64.max, none: "no end"),
    ] + storage + plugins + models + supervisor + later

  private static let byName = Dictionary(uniqueKeysWithValues: all.map { ($0.name, $0) })
  private static let sections = Set(
    all.flatMap { field in field.name.indices.filter { field.name[$0] == "." }.map { String(field.name[..<$0]) } })

  static let names = all.map(\.name)

  static func named(_ name: String) -> SettingsField? { byName[name] }

  /// Whether keys stand below this name.
  static func isSection(_ name: String) -> Bool { sections.contains(name) }

  /// Whether it is a limit of the account that `null` switches off.
  var isLimit: Bool {
    guard name.hasPrefix("risk."), name != "risk.max_notional_by_symbol", !name.hasPrefix("risk.instance.") else { return false }
    return name.hasPrefix("risk.max_") || name.hasPrefix("risk.min_") || name.hasPrefix("risk.session.") || name.hasSuffix("_collar_bps")
  }

  /// Whether in live only the settings file says it, where somebody can review it. What is told of the run, and where what it records is
  /// kept, decides nothing that is traded; the mode has its acknowledgement, the token is no business of a file.
  var isReviewed: Bool {
    !name.hasPrefix("app.log_") && !name.hasPrefix("storage.") && !name.hasPrefix("ops.") && !name.hasPrefix("secrets.")
      && !["app.mode", "app.data_path", "supervisor.api_token", "engine.cpu", "plugins.worker_cpus"].contains(name)
  }

  /// What bounds money: importing it from elsewhere, a value that cannot be read is no less than a fault.
  var boundsMoney: Bool { name.hasPrefix("risk.") || name.hasPrefix("decision.") }

  /// Whether reports show it beside the limits.
  var isBesideLimits: Bool {
    name == "risk.resume_on_new_day" || name == "risk.max_notional_by_symbol" || name.hasPrefix("risk.instance.")
      || name.hasPrefix("decision.")
  }

  // Key paths to values of plain structs hold no state: sendable in fact, if not by declaration.
  typealias Path<Value> = WritableKeyPath<Settings, Value> & Sendable
  typealias LimitPath<Value> = WritableKeyPath<RiskLimits, Value> & Sendable
}
