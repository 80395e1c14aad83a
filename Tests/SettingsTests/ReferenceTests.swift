import Foundation
import Market
import TestKit
import Testing

@testable import Settings

@Suite("Settings of the Python system")
struct ReferenceTests {
  private let loading: Loading

  init() throws { loading = try Loading() }

  /// As it shipped: duplicate keys, a byte order mark, dead keys, booleans where words stand.
  static let old = """
    \u{FEFF}app:
      mode: paper
      websocket: mock
      log_level: INFO
      llm_enabled: false
      llm_model: gpt-5.1
      use_redis: false
      data_path: ./data
      exchange: binance_demo
      warmup_seconds: 300
      warmup_seconds: 300
      risk: {max_daily_dd: 0.03, max_exposure: 2.0}
    binance:
      base_url: https://api.binance.com
      symbols: [BTCUSDT, ETHUSDT]
    binance_demo:
      exchange: futures
      base_url: https://testnet.binancefuture.com/fapi
      symbols: [BTCUSDT]
      symbols: [BTCUSDT, ETHUSDT]
      max_notional_per_trade: 50
      taker_fee_bps: 5.0
    risk:
      max_daily_loss: 30
      session: {max_trades_per_hour: 20, max_daily_loss_abs: 50}
      kill_switch: {enabled: false, file: state/kill_switch.json, reason: null}
    supervisor: {enabled: true, api_token: abc, heartbeat_interval_s: 5, risk_on_error: bypass}
    trading: {mode: normal, scalp: {min_edge: 0.03}}
    decision: {loss_streak: {max_losses: 3, cooldown_seconds: 90}, regimes: {trend: {allow_long: true}}}
    nobody: {knows: this}

    """

  @Test func `run refuses it with one line that names the command`() throws {
    let violations = try loading.violations(Self.old)
    #expect(
      violations.count == 1
        && violations[0].hasPrefix("s.yaml:6: a settings file of the Python system (") && violations[0].contains("as app.llm_model")
        && violations[0].contains("move it over with: quantumedge config import "), "\(violations)")
  }

  @Test func `A key that was a section in old files is read into, and its file is told as an old one`() throws {
    let imported = try importing("app: {websocket: {enabled: false}}\n")
    #expect(imported.taken == ["app.websocket.enabled -> app.websocket"] && imported.left.isEmpty, "\(imported)")
    #expect(try loading.load(imported.text).value(of: "app.websocket") == "mock")
    // Each alone: what was a limit there is not passed over here.
    for text in ["app: {websocket: {enabled: false}}", "risk: {max_daily_loss: 30}", "trading: {mode: normal}", "app: {use_redis: true}"] {
      let violations = try loading.violations(text + "\n")
      #expect(violations.count == 1 && violations[0].contains("quantumedge config import"), "\(text): \(violations)")
    }
  }

  @Test func `Of two limits the looser is the one that is told as dropped, and what is counted is what is written`() throws {
    let imported = try importing("risk: {max_daily_loss: 30}\ndecision: {circuit_breakers: {max_daily_loss: 20}}\n")
    #expect(imported.taken == ["decision.circuit_breakers.max_daily_loss -> risk.session.max_daily_loss_abs"], "\(imported)")
    #expect(imported.left.count == 1 && imported.left[0].contains(":1: risk.max_daily_loss: "), "\(imported.left)")
    #expect(try loading.load(imported.text).value(of: "risk.session.max_daily_loss_abs") == "20")
  }

  @Test func `import takes what means the same, and lists every key that is left with its line and reason`() throws {
    let path = try loading.folder.write(Self.old, to: "old.yaml")
    let imported = try ReferenceImport.read(path)
    let settings = try loading.load(imported.text)
    #expect(settings.mode == .paper && settings.takesMockFeed && settings.exchange == .binanceUSDM && settings.dataPath == "./data")
    #expect(settings.value(of: "binance_demo.base_url") == "https://testnet.binancefuture.com")
    #expect(settings.value(of: "binance_demo.symbols") == "BTCUSDT,ETHUSDT" && settings.value(of: "risk.max_order_notional") == "50")
    // Two old keys for one limit: the tighter.
    #expect(settings.value(of: "risk.session.max_daily_loss_abs") == "30")
    #expect(settings.value(of: "risk.session.cooling_off_minutes") == "2" && settings.value(of: "risk.session.loss_streak_trades") == "3")
    // A token is nothing for a file that is shown around, nor for standard output.
    #expect(settings.value(of: "supervisor.api_token").isEmpty && !imported.text.contains("abc") && !imported.left.contains { $0.contains("abc") })
    #expect(imported.left.contains { $0.contains("supervisor.api_token: a token does not stand in settings; give it as SUPERVISOR_API_TOKEN") })
    #expect(settings.killSwitch.file == "state/kill_switch.json")
    let left = imported.left.map { $0.replacing(loading.folder.url.path + "/", with: "") }
    for start in [
      "old.yaml:6: app.llm_model: ", "old.yaml:7: app.use_redis: ", "old.yaml:10: warmup_seconds: stands again in line 11",
      "old.yaml:12: app.risk.max_daily_dd: ", "old.yaml:12: app.risk.max_exposure: was in base units", "old.yaml:28: trading: ",
      "old.yaml:29: decision.regimes: ", "old.yaml:30: nobody.knows: no key of the Python system",
      "old.yaml:25: risk.session.max_daily_loss_abs: risk.session.max_daily_loss_abs has 30 from risk.max_daily_loss already",
    ] {
      #expect(left.contains { $0.hasPrefix(start) }, "\(start) in \(left)")
    }
    // Every key of the old file is in one of the lists.
    #expect(imported.taken.contains("risk.max_daily_loss -> risk.session.max_daily_loss_abs"))
  }

  @Test func `What demo cannot have is dropped with its reason, and what is written can be run`() throws {
    let imported = try importing("app: {mode: demo, websocket: mock, exchange: binance_demo}\nbinance_demo: {enabled: true, testnet: true}\n")
    #expect(imported.faults(as: nil) == [] && imported.taken == ["app.mode", "app.exchange", "binance_demo.enabled", "binance_demo.testnet"])
    #expect(imported.left.count == 1 && imported.left[0].hasSuffix("o.yaml:1: app.websocket: mock, and app.mode demo trades on the venue's prices"))
    #expect(try loading.load(imported.text).mode == .demo)
    // In paper it is what was meant.
    #expect(try importing("app: {mode: paper, websocket: mock}\n").taken == ["app.mode", "app.websocket"])
  }

  @Test func `What is refused of the new text is named with its line there`() throws {
    let faults = try importing("app: {mode: demo}\nbinance_demo: {testnet: false}\n").faults(as: loading.folder.path("new.yaml"))
    #expect(faults.count == 1 && faults[0].hasSuffix("new.yaml:5: binance_demo.testnet: false, and app.mode is demo; write true, or another mode"))
    // A file of the Python system beside it is none of ours.
    try loading.folder.write("spot: [BTCUSDT]\n", to: "pairs.yaml")
    #expect(try importing("app: {mode: paper}\n").faults(as: loading.folder.path("new.yaml")).contains { $0.contains("pairs.yaml:1: spot: ") })
  }

  @Test func `No key of ours is dropped, and an address that meant another thing there is`() throws {
    for key in ReferenceKey.all + ReferenceKey.sections {
      if case .dropped = key.fate { #expect(!SettingsField.names.contains { $0 == key.name || $0.hasPrefix(key.name + ".") }, "\(key.name)") }
    }
    #expect(try importing("binance_demo: {ws_base_url: wss://stream.binancefuture.com}\n").taken == ["binance_demo.ws_base_url"])
    let old = try importing("binance_demo: {ws_base_url: wss://testnet.binancefuture.com/ws-fapi/v1}\n")
    #expect(old.taken.isEmpty && old.left.count == 1 && old.left[0].contains("binance_demo.ws_base_url: the address of the WebSocket API"))
  }

  @Test(arguments: ["0100", "x", "-1"])
  func `How much may be under way is no less than a limit`(text: String) throws {
    let error = #expect(throws: SettingsError.self) { try importing("decision: {max_inflight_entries: \(text)}\n") }
    #expect(error?.violations.count == 1 && error?.violations[0].contains("decision.max_inflight_entries") == true, "\(error as Any)")
  }

  @Test(arguments: ["0", "0.0", "null"])
  func `No limit is nothing and zero alone`(text: String) throws {
    let imported = try importing("risk: {max_daily_loss: \(text)}\n")
    #expect(imported.taken.isEmpty && imported.left.contains { $0.contains("sets no limit") }, "\(imported)")
  }

  private func importing(_ text: String) throws -> ReferenceImport {
    try ReferenceImport.read(try loading.folder.write(text, to: "o.yaml"))
  }

  @Test(arguments: [
    // The longer pause is the tighter one, in either order.
    ("decision: {loss_streak: {cooldown_seconds: 1200}}\nrisk: {session: {cooling_off_minutes: 10}}", "risk.session.cooling_off_minutes", "20"),
    ("risk: {session: {cooling_off_minutes: 10}}\ndecision: {loss_streak: {cooldown_seconds: 1200}}", "risk.session.cooling_off_minutes", "20"),
    ("decision: {loss_streak: {cooldown_seconds: 60}}\nrisk: {session: {cooling_off_minutes: 10}}", "risk.session.cooling_off_minutes", "10"),
    // No limit beside an amount.
    ("risk: {max_daily_loss: null, session: {max_daily_loss_abs: 50}}", "risk.session.max_daily_loss_abs", "50"),
    ("risk: {session: {max_daily_loss_abs: 50}, max_daily_loss: null}", "risk.session.max_daily_loss_abs", "50"),
    ("risk: {max_drawdown_abs: 70, session: {max_drawdown_abs: 80}}", "risk.session.max_drawdown_abs", "70"),
  ])
  func `Of two old keys for one limit the tighter is taken`(text: String, key: String, value: String) throws {
    #expect(try loading.load(try importing(text + "\n").text).value(of: key) == value)
  }

  @Test func `Python's words for true and false are understood`() throws {
    for word in ["True", "true", "TRUE", "yes", "Yes", "on", "ON"] {
      #expect(try loading.load(try importing("risk: {kill_switch: {enabled: \(word)}}\n").text).killSwitch.enabled, "\(word)")
    }
    for word in ["False", "no", "off", "Off"] {
      #expect(try !loading.load(try importing("supervisor: {enabled: \(word)}\nrisk: {kill_switch: {enabled: \(word)}}\n").text).killSwitch.enabled)
    }
    #expect(throws: SettingsError.self) { try importing("risk: {kill_switch: {enabled: tRUE}}\n") }
  }

  @Test(arguments: [
    "risk: {max_daily_loss: thirty}", "risk: {max_daily_loss: -30}", "risk: {max_daily_loss: nan}", "risk: {max_drawdown_abs: 0100}",
    "risk: {session: {max_daily_loss_abs: -1}}", "risk:\n  session:\n    max_trades_per_hour: {a: 1}", "risk: {session: {max_drawdown_abs: [1]}}",
  ])
  func `A limit that cannot be read is a fault, and nothing is imported`(text: String) throws {
    let error = #expect(throws: SettingsError.self) { try importing(text + "\n") }
    #expect(
      error?.violations.count == 1 && error?.violations[0].contains("o.yaml:\(text.split(separator: "\n").count): risk.") == true, "\(error as Any)")
  }

  @Test func `Lists of odd words read back as they were`() throws {
    var chance = Chance.seeded("lists of an old file")
    let pieces = [
      "A", "b", "]", "[", "#", " #", ": ", ":", "'", "\"", "\\", "{", "}", "&", "*", "!", "|", ">", "%", "@", "`", "-", "- ", "?", "é", "0", "~",
      "null", " ",
    ]
    func word() -> String {
      var text = ""
      for _ in 0...Int.random(in: 0...5, using: &chance) { text += pieces.randomElement(using: &chance)! }
      return text
    }
    for _ in 0..<300 {
      var all: Set<String> = []
      for _ in 0...Int.random(in: 0...4, using: &chance) { all.insert(word()) }
      let words = all.filter { $0.contains { $0 != " " } }.sorted()
      let quoted = words.map { "\"" + $0.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"") + "\"" }
      let old = try importing("binance: {symbols: [\(quoted.joined(separator: ", "))]}\n")
      guard !words.isEmpty, !old.taken.isEmpty else { continue }
      #expect(try loading.load(old.text).value(of: "binance.symbols") == words.joined(separator: ","), "\(old.text)")
    }
  }

  @Test func `A 0 that meant no limit sets none, and moving over twice changes nothing`() throws {
    let path = try loading.folder.write("decision: {circuit_breakers: {max_daily_loss: 0}}\n", to: "old.yaml")
    let imported = try ReferenceImport.read(path)
    #expect(imported.taken.isEmpty && imported.left.count == 1 && imported.left[0].contains("'0' sets no limit"))
    let first = try ReferenceImport.read(try loading.folder.write(Self.old, to: "old2.yaml")).text
    #expect(
      try ReferenceImport.read(try loading.folder.write(first, to: "new.yaml")).text
        == first.split(separator: "\n").map { $0.split(separator: "  # was")[0] + "\n" }.joined())
  }

  /// The names of reference-system.md 2.1, written out once more: the table must not shrink unseen.
  static let names = """
    app.mode app.websocket app.log_level app.llm_enabled app.llm_model app.use_llm app.use_futures app.use_redis app.data_save app.data_path
    app.exchange app.risk.max_daily_dd app.risk.max_exposure app.risk.llm_require_edge app.warmup_seconds binance.base_url binance.ws_spot_base
    binance.recv_window binance.symbols binance_demo.enabled binance_demo.exchange binance_demo.testnet binance_demo.base_url
    binance_demo.ws_base_url binance_demo.default_order_type binance_demo.default_symbol binance_demo.symbols
    binance_demo.max_notional_per_trade binance_demo.max_open_positions binance_demo.recv_window binance_demo.taker_fee_bps
    binance_demo.healthcheck_only binance_demo.position_pct binance_demo.fee_rate binance_demo.equity_override ai.llm_model ai.temperature
    ai.max_tokens ai.api_url risk.max_daily_loss risk.max_position_risk risk.limit_slippage risk.disable_on_error
    risk.session.max_trades_per_hour risk.session.max_daily_loss_abs risk.session.max_daily_loss_pct risk.session.cooling_off_minutes
    risk.session.max_drawdown_abs risk.max_drawdown_abs risk.sizing.base_size risk.sizing.min_size risk.sizing.max_size risk.tp_sl.tp_rr
    risk.tp_sl.sl_vol_multiplier risk.tp_sl.base_stop_bps risk.kill_switch.enabled risk.kill_switch.file risk.kill_switch.reason
    supervisor.enabled supervisor.base_url supervisor.api_token supervisor.heartbeat_interval_s supervisor.timeout_s supervisor.on_error
    supervisor.risk_enabled supervisor.risk_on_error supervisor.risk_log_level supervisor_snapshots.enabled supervisor_snapshots.log_file
    ops.status_file ops.write_interval_seconds execution.mode execution.default_time_in_force_ms execution.scalp.enabled
    execution.scalp.min_prob_up execution.scalp.order_policy.post_only execution.scalp.risk_guards.max_daily_scalp_trades storage.save_orderbook
    storage.save_trades storage.save_orderbook_json storage.save_oi storage.save_funding storage.max_jsonl_size_mb storage.max_jsonl_minutes
    storage.retention_days storage.flush_batch storage.flush_interval_seconds backtester.use backtester.replay_speed ml.require_models
    ml.horizons ml.default_horizon ml.warmup_bars_min ml.warmup_seconds ml.model_source ml.runtime_models_dir ml.ml_required ml.required
    ml.ml_compat_strict ml.thresholds.p_up decision.filters.min_confidence decision.filters.min_edge decision.filters.horizon_agreement
    decision.filters.loss_streak_trades decision.filters.loss_streak_window_minutes decision.filters.cooloff_minutes decision.horizons.primary
    decision.horizons.anchor decision.thresholds.min_conf_primary decision.thresholds.strong_conf_anchor decision.thresholds.min_conf_long
    decision.thresholds.min_conf_short decision.loss_streak.window_trades decision.loss_streak.max_losses decision.loss_streak.cooldown_seconds
    decision.overtrading.max_trades_per_hour decision.circuit_breakers.max_daily_loss decision.circuit_breakers.max_drawdown_abs
    decision.regimes.trending_up.allow_long trading.mode trading.scalp.min_edge policy.policy_source telemetry.enabled
    telemetry.sample.latency_every_n bingx_demo.enabled bingx_demo.allow_trading_demo
    """

  @Test func `Every key of the reference is supported, renamed, or dropped with a reason`() {
    for name in Self.names.split(whereSeparator: \.isWhitespace).map(String.init) {
      guard let key = ReferenceKey.named(name) else {
        Issue.record("\(name) has no place in the table")
        continue
      }
      switch key.fate {
      case .supported: #expect(SettingsField.named(name) != nil, "\(name)")
      case .renamed(let new): #expect(SettingsField.named(new) != nil, "\(name) -> \(new)")
      case .dropped(let why): #expect(why.count > 15, "\(name)")
      }
    }
  }

  @Test func `Duplicates are all named at once, beside all else`() throws {
    let violations = try loading.violations("app:\n  mode: mock\n  mode: fast\nrisk:\n  oops: 1\nrisk:\n  max_leverage: -1\n")
    #expect(
      violations == [
        "s.yaml:3:3: duplicate key 'mode' in line 3; the first is in line 2, remove one",
        "s.yaml:6:1: duplicate key 'risk' in line 6; the first is in line 4, remove one",
        "s.yaml:3: app.mode: 'fast' is not known; write one of mock, paper, demo, live",
        "s.yaml:7: risk.max_leverage: '-1' is out of range; write a multiple of equity, 0...1000, at most 6 decimals, or null for unlimited",
      ])
  }

  @Test func `A key with a line end in it is told on one line`() throws {
    let violations = try loading.violations("\"a\\nb\": 1\n\"a\\nb\": 2\n")
    #expect(violations.count == 2 && violations.allSatisfy { !$0.contains("\n") } && violations[0].contains("'a\\nb'"), "\(violations)")
  }

  @Test func `A file of nothing but faults costs no more than a good one`() throws {
    let text = (0..<20_000).map { "key\($0): 1\n" }.joined()
    let violations = try loading.violations(text)
    #expect(violations.count == 101 && violations.last == "and 19900 more")
    let twice = try loading.violations(String(repeating: "a: 1\n", count: 50_000))
    #expect(twice.count == 101)
  }

  @Test func `A running host adopts what tightens and names the rest`() throws {
    let running = try loading.load("risk: {max_order_notional: 5000, max_leverage: 3}\n")
    let wanted = try loading.load("app: {data_path: x}\nrisk: {max_order_notional: 4000, max_leverage: 4, max_spread_bps: 20}\n")
    let (adopted, change) = running.adopting(wanted)
    #expect(change.applied == ["risk.max_order_notional 4000", "risk.max_spread_bps 20"])
    #expect(change.looser == ["risk.max_leverage"] && change.forRestart == ["app.data_path"])
    #expect(adopted.value(of: "risk.max_leverage") == "3" && adopted.value(of: "app.data_path") == "./data")
    #expect(running.adopting(running).change.isNone)
  }

  @Test func `The kill switch of the settings goes on while a host runs, and off at a start alone`() throws {
    let off = try loading.load("risk: {max_order_notional: 5000}\n")
    let on = try loading.load("risk: {max_order_notional: 5000, kill_switch: {enabled: true, reason: leaving}}\n")
    let (killed, change) = off.adopting(on)
    #expect(killed.killSwitch.enabled && killed.killSwitch.startReason == "leaving")
    #expect(change.applied == ["risk.kill_switch.enabled true", "risk.kill_switch.reason leaving"] && change.looser.isEmpty, "\(change)")
    #expect(change.forRestart.isEmpty, "\(change)")
    let (still, back) = on.adopting(off)
    #expect(still.killSwitch.enabled && back.looser == ["risk.kill_switch.enabled"] && back.applied.isEmpty, "\(back)")
  }

  @Test func `Limits of single symbols tighten by what each may hold, wherever it is written`() throws {
    func adopt(_ old: String, _ new: String) throws -> (limit: Money?, change: SettingsChange) {
      let (adopted, change) = try loading.load("risk: {\(old)}\n").adopting(try loading.load("risk: {\(new)}\n"))
      let instrument = try #require(adopted.pairs.instrument("BTCUSDT"))
      return (adopted.exposureLimit(of: instrument), change)
    }
    let name = "risk.max_notional_by_symbol binance.usdm.BTCUSDT"
    let tighter = try adopt("max_notional_by_symbol: [BTCUSDT=5000]", "max_notional_by_symbol: [binance.usdm.BTCUSDT=4000]")
    #expect(tighter.limit == Money(units: 4000) && tighter.change.applied.contains("\(name)=4000"), "\(tighter)")
    let looser = try adopt("max_notional_by_symbol: [BTCUSDT=5000]", "max_notional_by_symbol: [BTCUSDT=6000]")
    #expect(looser.limit == Money(units: 5000) && looser.change.looser.contains(name) && looser.change.applied.isEmpty, "\(looser)")
    // One that was wider than the common one, and is taken back.
    let gone = try adopt("max_notional_by_symbol: [BTCUSDT=50000]", "max_notional_per_symbol: 10000")
    #expect(gone.limit == Money(units: 10_000) && gone.change.applied.contains("\(name)=10000"), "\(gone)")
    let wider = try adopt("max_notional_per_symbol: 1000", "max_notional_per_symbol: 900, max_notional_by_symbol: [BTCUSDT=50000]")
    #expect(wider.limit == nil && wider.change.applied == ["risk.max_notional_per_symbol 900"] && wider.change.looser.contains(name), "\(wider)")
    // The same said otherwise is no change; the other market's BTCUSDT has the limit of the bare name alike.
    #expect(try adopt("max_notional_by_symbol: [BTCUSDT=5000]", "max_notional_by_symbol: [BTCUSDT=5000.0]").change.isNone)
    let common = try adopt(
      "max_notional_by_symbol: [binance.usdm.BTCUSDT=5000]", "max_notional_per_symbol: 800, max_notional_by_symbol: [binance.usdm.BTCUSDT=5000]")
    #expect(common.change.applied == ["risk.max_notional_per_symbol 800 (but for symbols with a limit of their own)"], "\(common)")
  }
}

@Suite("docs/CONFIGURATION.md")
struct ConfigurationPageTests {
  @Test func `Its table is the table that imports`() throws {
    let page = try String(contentsOf: Workplace.packageFolder.appendingPathComponent("docs/CONFIGURATION.md"), encoding: .utf8)
    let rows = Set(page.split(separator: "\n").map(String.init).filter { $0.hasPrefix("| `") })
    for (key, suffix) in ReferenceKey.all.map({ ($0, "") }) + ReferenceKey.sections.map({ ($0, ".*") }) {
      let fate =
        switch key.fate {
        case .supported: "the same"
        case .renamed(let name): "`\(name)`"
        case .dropped(let why): "dropped: \(why)"
        }
      #expect(rows.contains("| `\(key.name)\(suffix)` | \(fate) |"), "\(key.name)")
    }
  }
}
