import Foundation
import Market
import TestKit
import Testing

@testable import Settings

@Suite("Settings that are refused")
struct RefusalTests {
  private let loading: Loading

  init() throws { loading = try Loading() }

  @Test(arguments: [
    ("apps:\n  mode: mock\n", "s.yaml:1: apps: unknown key; config/settings.yaml lists those that exist"),
    ("app:\n  mod: mock\n", "s.yaml:2: app.mod: unknown key; did you mean 'app.mode'?"),
    ("# c\nsimulation:\n  taker_fees_bps: 5\n", "s.yaml:3: simulation.taker_fees_bps: unknown key; did you mean 'simulation.taker_fee_bps'?"),
    ("risk:\n  max_drawdown_pct: 0.1\n", "s.yaml:2: risk.max_drawdown_pct: unknown key; did you mean 'risk.session.max_drawdown_pct'?"),
    ("risk:\n  \"a\\nb\": 1\n", #"s.yaml:2: risk.a\nb: unknown key; config/settings.yaml lists those that exist"#),
    ("app:\n  mode: mock\n  mode: paper\n", "s.yaml:3:3: duplicate key 'mode' in line 3; the first is in line 2, remove one"),
    ("- a\n- b\n", "s.yaml:1: settings are sections with keys below them; see config/settings.yaml"),
    ("\nhello\n", "s.yaml:2: settings are sections with keys below them; see config/settings.yaml"),
    ("app: 5\n", "s.yaml:1: app: this is a section; write its keys below it, indented"),
    ("app:\n\tmode: mock\n", "s.yaml:2:1: a tab; YAML is indented with spaces"),
    ("app:\n  mode: \"mock\n", "s.yaml:2:9: the quote that opens here is never closed"),
    ("app:\n  mode: *m\n", "s.yaml:2:9: alias '*m': aliases are not used here, write the value out"),
    ("app: " + String(repeating: "{a: ", count: 40) + "1\n", "s.yaml:1:130: nested deeper than 32 levels"),
    ("a: \u{1}\n", "s.yaml:1:4: a control character; is this a text file?"),
  ])
  func `What is not settings is named with its line`(text: String, violation: String) throws { #expect(try loading.violations(text) == [violation]) }

  @Test(arguments: [
    ("app.mode", "fast", "'fast' is not known; write one of mock, paper, demo, live"),
    ("app.mode", "null", "null is not known; write one of mock, paper, demo, live"),
    ("app.mode", "[mock]", "a list is not known; write one of mock, paper, demo, live"),
    ("app.mode", "{a: 1}", "a section or a list of lists; write one value"),
    ("app.data_path", "''", "an empty value is no path; write a path"),
    ("simulation.fill", "Quote", "'Quote' is not known; write one of trade, quote"),
    ("simulation.taker_fee_bps", "five", "'five' is not a number; write basis points, -1000...1000, at most 6 decimals"),
    ("simulation.taker_fee_bps", "1000.000001", "'1000.000001' is out of range; write basis points, -1000...1000, at most 6 decimals"),
    ("simulation.maker_fee_bps", "0.1234567", "'0.1234567' has more than 6 decimals; write basis points, -1000...1000, at most 6 decimals"),
    ("simulation.synthetic_spread_bps", "-1", "'-1' is out of range; write basis points, 0...5000, at most 6 decimals"),
    ("simulation.initial_cash", "0", "'0' is out of range; write an amount, 1...1000000000000, at most 6 decimals"),
    ("simulation.initial_cash", "1e400", "'1e400' is out of range; write an amount, 1...1000000000000, at most 6 decimals"),
    ("simulation.initial_cash", "null", "null is not a number; write an amount, 1...1000000000000, at most 6 decimals"),
    ("simulation.initial_cash", "[1]", "a list is not a number; write an amount, 1...1000000000000, at most 6 decimals"),
    ("risk.max_order_notional", ".nan", "'.nan' is not a number; write an amount, 0...1000000000000, at most 6 decimals, or null for unlimited"),
    ("risk.max_order_notional", "NaN", "'NaN' is not a number; write an amount, 0...1000000000000, at most 6 decimals, or null for unlimited"),
    ("risk.max_order_notional", ".inf", "'.inf' is not a number; write an amount, 0...1000000000000, at most 6 decimals, or null for unlimited"),
    ("risk.max_order_notional", "-1", "'-1' is out of range; write an amount, 0...1000000000000, at most 6 decimals, or null for unlimited"),
    ("risk.max_order_notional", "1_000", "'1_000' is not a number; write an amount, 0...1000000000000, at most 6 decimals, or null for unlimited"),
    ("risk.max_order_notional", "0x10", "'0x10' is not a number; write an amount, 0...1000000000000, at most 6 decimals, or null for unlimited"),
    ("risk.max_leverage", "1001", "'1001' is out of range; write a multiple of equity, 0...1000, at most 6 decimals, or null for unlimited"),
    ("risk.max_orders_per_second", "1.5", "'1.5' is not a whole number; write a whole number, 0...1000000, or null for unlimited"),
    ("risk.session.max_daily_loss_pct", "5", "'5' is out of range; write a fraction (0.05 is 5 %), 0...1, at most 6 decimals, or null for unlimited"),
    (
      "risk.session.max_drawdown_pct", "\"null\"",
      "'null' is not a number; write a fraction (0.05 is 5 %), 0...1, at most 6 decimals, or null for unlimited"
    ),
    ("risk.resume_on_new_day", "yes", "'yes' is neither; write true or false"),
    ("risk.kill_switch.enabled", "1", "'1' is neither; write true or false"),
    ("risk.kill_switch.reason", "\"a\\nb\"", #"'a\nb' is no text of one line; write one, or null for none"#),
    ("features.max_gap_seconds", "0", "'0' is out of range; write a whole number, 1...86400"),
    ("feed.mock.seed", "-1", "'-1' is out of range; write a whole number, 0...9223372036854775807"),
    ("feed.mock.seed", "9223372036854775808", "'9223372036854775808' is out of range; write a whole number, 0...9223372036854775807"),
    ("feed.mock.symbols", "[]", "0 symbols; write 1...64 different symbols, as [BTCUSDT, ETHUSDT]"),
    ("feed.mock.symbols", "[A, A]", "'A' is there twice; write 1...64 different symbols, as [BTCUSDT, ETHUSDT]"),
    ("feed.mock.symbols", "[../x]", "'../x' is no symbol; write 1...64 different symbols, as [BTCUSDT, ETHUSDT]"),
    (
      "feed.mock.start_price", "0",
      "'0' is out of range; write a price above 0, at most 1000000000 with 9 decimals, or a list with one for each symbol"
    ),
    ("feed.mock.trades_per_second", "0.0001", "'0.0001' is out of range; write a number, 0.001...100000, at most 9 decimals"),
    ("feed.mock.volatility_bps", "nan", "'nan' is not a number; write a number, 0...1000, at most 9 decimals"),
    ("engine.max_step_ms", "99", "'99' is out of range; write a whole number, 100...60000"),
    ("plugins.max_intents_per_event", "257", "'257' is out of range; write a whole number, 1...256"),
  ])
  func `A value that a key cannot hold is named with its line and what to write`(key: String, value: String, problem: String) throws {
    let parts = key.split(separator: ".")
    var text = "# a comment\n"
    for (depth, part) in parts.enumerated() {
      text += String(repeating: "  ", count: depth) + "\(part):" + (depth + 1 < parts.count ? "\n" : " \(value)\n")
    }
    #expect(try loading.violations(text) == ["s.yaml:\(parts.count + 1): \(key): \(problem)"])
  }

  @Test func `All violations come at once, in the order of file, variables, overrides and instruments`() throws {
    try loading.folder.write("venue: binance\ndefault_market: coinm\ninstruments: {}\n", to: "p.yaml")
    let violations = try loading.violations(
      "app:\n  mode: x\n  pairs_file: p.yaml\nrisk:\n  max_leverage: -1\n  oops: 1\n",
      overrides: ["features.max_gap_seconds=0", "nonsense", "risk=1", "a.b=1"],
      environment: ["QE_DATA_DIR": "a\nb"])
    #expect(
      violations == [
        "s.yaml:2: app.mode: 'x' is not known; write one of mock, paper, demo, live",
        "s.yaml:5: risk.max_leverage: '-1' is out of range; write a multiple of equity, 0...1000, at most 6 decimals, or null for unlimited",
        "s.yaml:6: risk.oops: unknown key; config/settings.yaml lists those that exist",
        #"QE_DATA_DIR: 'a\nb' is no path; write a path"#,
        "--set features.max_gap_seconds: '0' is out of range; write a whole number, 1...86400",
        "--set nonsense: a value is missing; write section.key=value",
        "--set risk: a section, not a key; config/settings.yaml lists those that exist",
        "--set a.b: unknown key; config/settings.yaml lists those that exist",
        "p.yaml:2: default_market: 'coinm' is no market that trades; write spot or usdm",
      ])
  }

  @Test func `Start prices that are neither one nor one each are refused, wherever they stand`() throws {
    let problem = "2 prices for 3 symbols; write one for all, or one each"
    #expect(
      try loading.violations("feed:\n  mock:\n    symbols: [BTCUSDT, ETHUSDT, SOLUSDT]\n    start_price: [1, 2]\n") == [
        "s.yaml:4: feed.mock.start_price: \(problem)"
      ])
    #expect(
      try loading.violations("feed: {mock: {symbols: [BTCUSDT, ETHUSDT, SOLUSDT]}}\n", overrides: ["feed.mock.start_price=1,2"]) == [
        "--set feed.mock.start_price: \(problem)"
      ])
    #expect(try loading.violations("feed:\n  mock:\n    start_price: []\n").count == 1)
  }

  @Test func `The error is a configuration fault of as many lines as violations`() throws {
    let error = try #require(throws: SettingsError.self) { try loading.load("app:\n  mode: x\n  mod: y\n") }
    #expect(error.kind == .configuration && error.kind.exitCode == 78)
    #expect(error.description.split(separator: "\n").count == 2 && error.violations.count == 2)
  }

  @Test func `A named file that is missing or a folder is a missing input`() throws {
    let path = loading.folder.path("none.yaml")
    let error = try #require(throws: SettingsError.self) { try Settings.load(path: path, overrides: [], environment: [:]) }
    #expect(error.kind == .missingInput && error.kind.exitCode == 66)
    #expect(error.description == "\(path): cannot be opened: No such file or directory; name a file that exists and may be read")
    let folder = try #require(throws: SettingsError.self) {
      try Settings.load(path: nil, overrides: [], environment: ["QE_CONFIG_PATH": loading.folder.url.path])
    }
    #expect(folder.kind == .missingInput && folder.description.contains("Is a directory"))
    let pairs = try #require(throws: SettingsError.self) { try loading.load("app: {pairs_file: other.yaml}\n") }
    #expect(pairs.kind == .missingInput && pairs.description.contains("other.yaml: cannot be opened"))
  }

  @Test func `Settings may come through a pipe`() throws {
    let path = loading.folder.path("pipe")
    #expect(mkfifo(path, 0o600) == 0)
    let writer = Thread { try? Data("features: {max_gap_seconds: 5}\n".utf8).write(to: URL(fileURLWithPath: path), options: []) }
    writer.start()
    #expect(try Settings.load(path: path, overrides: [], environment: [:]).maximumGapSeconds == 5)
  }

  @Test func `A file over the size limit is refused`() throws {
    #expect(
      try loading.violations("#" + String(repeating: "x", count: 1 << 20)) == ["s.yaml:1:1: the file is larger than 1 MiB; is it the right one?"])
  }

  @Test(arguments: ["demo", "live"])
  func `Unlimited is refused where orders leave the process`(mode: String) throws {
    let text =
      "risk:\n  max_leverage: null\n  session:\n    max_daily_loss_abs: ~\n" + ExchangeTests.live.replacing("mode: live, ", with: "")
    #expect(
      try loading.violations(text, overrides: ["app.mode=\(mode)"]) == [
        "s.yaml:2: risk.max_leverage: unlimited is not accepted with app.mode \(mode); write a limit",
        "s.yaml:4: risk.session.max_daily_loss_abs: unlimited is not accepted with app.mode \(mode); write a limit",
      ])
    let unremembered = try loading.violations("", overrides: ["app.mode=\(mode)", "journal.sync=off"])
    #expect(unremembered.contains { $0.hasPrefix("--set journal.sync: off is not accepted with app.mode \(mode)") }, "\(unremembered)")
    let overridden = try loading.violations("", overrides: ["app.mode=\(mode)", "risk.max_gross_exposure=null"])
    #expect(overridden.contains("--set risk.max_gross_exposure: unlimited is not accepted with app.mode \(mode); write a limit"))
    #expect(try loading.load(text).limits.maximumLeverage == nil)
  }
}
