import Foundation
import Market
import Risk
import Simulation
import TestKit
import Testing

@testable import Settings

@Suite("Settings that are read")
struct LoadingTests {
  private let loading: Loading

  init() throws { loading = try Loading() }

  @Test(arguments: ["", "# nothing\n", "\u{FEFF}", "risk:\napp:\n"])
  func `A file without values gives the defaults`(text: String) throws { #expect(try loading.load(text) == Settings()) }

  @Test func `Every key arrives where it belongs`() throws {
    let settings = try loading.load(
      """
      \u{FEFF}app: {mode: paper, data_path: /d, runtime_path: r, on_shutdown: flatten, shutdown_timeout_seconds: 300}
      simulation: {fill: trade, taker_fee_bps: 4.5, maker_fee_bps: -0.000001, synthetic_spread_bps: 1e-05, initial_cash: 1234.567891}
      risk:
        max_order_notional: 1.000000
        max_notional_per_symbol: 1000000000000
        max_gross_exposure: null
        max_leverage: 2.5
        max_orders_per_second: 7
        session: {max_daily_loss_abs: 1, max_daily_loss_pct: 0.01, max_drawdown_abs: 0, max_drawdown_pct: ~}
        resume_on_new_day: true
        kill_switch: {enabled: true, file: stop.json, reason: 'by hand: now'}
      features: {max_gap_seconds: 60}
      feed:
        recording: [BTCUSDT=a b.csv, 'binance.spot.ETHUSDT=x=y.ws.jsonl.gz']
        snapshot: ['binance.spot.ETHUSDT=s.jsonl']
        speed: max
        stale_after_ms: 100
        mock: {seed: 7, symbols: [ETHUSDT, binance.spot.BTCUSDT], start_price: [3000.50, 60000], trades_per_second: 0.5, volatility_bps: 0, spread_ticks: 3}
      engine: {max_step_ms: 60000}
      plugins: {max_intents_per_event: 256}
      """)
    #expect(settings.mode == .paper && settings.dataPath == "/d" && settings.runtimePath == "r")
    #expect(
      settings.simulation
        == SimulationModel(
          fillPrice: .trade, takerFee: BasisPoints(raw: 4_500_000), makerFee: BasisPoints(raw: -1), syntheticSpread: BasisPoints(raw: 10),
          initialCash: Money(raw: 1_234_567_891 * 1_000_000_000_000)))
    var limits = RiskLimits()
    limits.maximumOrderNotional = Money(units: 1)
    limits.maximumSymbolNotional = Money(units: 1_000_000_000_000)
    limits.maximumGrossExposure = nil
    limits.maximumLeverage = 2_500_000
    limits.maximumOrdersPerSecond = 7
    limits.maximumDailyLoss = Money(units: 1)
    limits.maximumDailyLossFraction = 10_000
    limits.maximumDrawdown = .zero
    limits.maximumDrawdownFraction = nil
    limits.resumeOnNewDay = true
    #expect(settings.limits == limits)
    #expect(settings.killSwitch.enabled && settings.killSwitch.file == "stop.json" && settings.killSwitch.reason == "by hand: now")
    #expect(settings.maximumGapSeconds == 60 && settings.plugins.maximumIntentsPerEvent == 256)
    #expect(
      settings.mock.seed == 7 && settings.mock.symbols == ["ETHUSDT", "binance.spot.BTCUSDT"] && settings.mock.startPrices == ["3000.5", "60000"])
    #expect(settings.onShutdown == .flatten && settings.shutdownTimeoutSeconds == 300)
    #expect(settings.replay.recordings.map(\.symbol) == ["BTCUSDT", "binance.spot.ETHUSDT"])
    #expect(settings.replay.recordings.map(\.path) == ["a b.csv", "x=y.ws.jsonl.gz"])
    #expect(settings.replay.snapshot("binance.spot.ETHUSDT") == "s.jsonl" && settings.replay.snapshot("BTCUSDT") == nil)
    #expect(settings.replay.speed == .max && settings.staleAfterMilliseconds == 100)
    #expect(settings.mock.tradesPerSecond == 0.5 && settings.mock.volatilityBps == 0 && settings.mock.spreadTicks == 3)
  }

  @Test func `Of overrides the last wins, over the environment, over the file`() throws {
    let text = "app: {data_path: file, runtime_path: file}\n"
    let environment = ["QE_DATA_DIR": "variable", "QE_RUNTIME_DIR": "variable"]
    #expect(try loading.load(text).dataPath == "file")
    #expect(try loading.load(text, environment: environment).runtimePath == "variable")
    #expect(try loading.load(text, environment: ["QE_DATA_DIR": ""]).dataPath == "file")
    let settings = try loading.load(text, overrides: ["app.data_path=a", "app.data_path=b=c"], environment: environment)
    #expect(settings.dataPath == "b=c" && settings.runtimePath == "variable")
  }

  @Test func `Overrides write lists with commas and unlimited as null`() throws {
    let settings = try loading.load("", overrides: ["feed.mock.symbols=BTCUSDT,ETHUSDT", "risk.max_leverage=null", "risk.kill_switch.reason=x y"])
    #expect(settings.mock.symbols == ["BTCUSDT", "ETHUSDT"] && settings.limits.maximumLeverage == nil && settings.killSwitch.reason == "x y")
  }

  @Test func `One start price is every symbol's, and several are one each`() throws {
    let one = try loading.load("feed: {mock: {symbols: [BTCUSDT, ETHUSDT], start_price: 7}}\n").mock
    #expect(one.startPrice(0) == "7" && one.startPrice(1) == "7")
    let each = try loading.load("", overrides: ["feed.mock.symbols=BTCUSDT,ETHUSDT", "feed.mock.start_price=7,8.5"]).mock
    #expect(each.startPrice(0) == "7" && each.startPrice(1) == "8.5")
  }

  @Test func `A path given is read rather than the variable's`() throws {
    let other = try loading.folder.write("features: {max_gap_seconds: 9}\n", to: "other.yaml")
    #expect(try loading.load("", environment: ["QE_CONFIG_PATH": other]).maximumGapSeconds == 3600)
    #expect(try Settings.load(path: nil, overrides: [], environment: ["QE_CONFIG_PATH": other]).maximumGapSeconds == 9)
  }

  @Test func `The canonical text has every key sorted, and reading it back gives the same`() throws {
    let settings = try loading.load(
      "risk: {max_leverage: null, kill_switch: {file: f}}\nfeed: {mock: {symbols: [BTCUSDT, ETHUSDT], volatility_bps: 0.1}}\n")
    let lines = settings.canonicalText.split(separator: "\n").map(String.init)
    #expect(lines == lines.sorted() && lines.count == SettingsField.all.count)
    #expect(
      lines.contains("risk.max_leverage=null") && lines.contains("feed.mock.symbols=BTCUSDT,ETHUSDT")
        && lines.contains("risk.session.max_daily_loss_pct=0.05"))
    let again = try loading.load("", overrides: lines)
    #expect(again == settings && again.canonicalText == settings.canonicalText)
  }

  @Test func `Reports get every limit and see which are unlimited`() throws {
    let rows = try loading.load("risk: {max_gross_exposure: null}\n").limitRows
    #expect(
      rows.map { "\($0.name) \($0.text) \($0.isUnlimited)" } == [
        "risk.max_order_notional 10000 false", "risk.max_notional_per_symbol 10000 false", "risk.max_gross_exposure unlimited true",
        "risk.max_leverage 5 false", "risk.max_orders_per_second 10 false", "risk.max_venue_messages_per_10s 300 false",
        "risk.max_spread_bps 50 false", "risk.max_event_lag_ms 500 false", "risk.price_collar_bps 100 false", "risk.emergency_collar_bps 1000 false",
        "risk.min_liquidation_distance_pct 0.05 false", "risk.max_notional_by_symbol the account\'s false",
        "risk.instance.max_notional the account\'s false", "risk.instance.max_daily_loss the account\'s false",
        "risk.instance.max_orders_per_minute the account\'s false", "risk.session.max_trades_per_hour 20 false",
        "risk.session.loss_streak_trades 3 false", "risk.session.cooling_off_minutes 10 false", "risk.session.max_daily_loss_abs 50 false",
        "risk.session.max_daily_loss_pct 0.05 false", "risk.session.max_drawdown_abs 500 false", "risk.session.max_drawdown_pct 0.1 false",
        "risk.resume_on_new_day false false", "decision.max_inflight_entries 1 false", "decision.filters.min_confidence 0.55 false",
        "decision.filters.min_edge 0.02 false", "decision.filters.horizon_agreement false false",
      ])
  }
}
