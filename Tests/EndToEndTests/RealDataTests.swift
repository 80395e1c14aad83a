import Foundation
import TestKit
import Testing

/// The team's recordings through the whole host.
@Suite(.enabled(if: Workplace.shared != nil, Comment(rawValue: Workplace.sharedIsAbsent)))
struct RealDataTests {
  private let trades: URL
  private let expected: [String: [String: Any]]

  init() throws {
    let data = try #require(Workplace.shared).appendingPathComponent("data")
    trades = data.appendingPathComponent("trades")
    let oracle = try JSONSerialization.jsonObject(with: Data(contentsOf: data.appendingPathComponent("oracle/expected.json")))
    expected = try #require(oracle as? [String: [String: Any]])
  }

  static let recordings = [
    "coinm_BTCUSD_PERP_2024-08-08_2354", "spot_BTCUSDT_2024-08-08_2354", "usdm_BTCUSDT_2024-07-18_2357", "usdm_BTCUSDT_2024-08-08_2354",
    "usdm_ETHUSDT_2024-07-18_2357",
  ]

  private func path(_ recording: String) -> String { trades.appendingPathComponent("\(recording).trades.csv").path }

  @Test func `The recordings are all there`() throws {
    let names = try FileManager.default.contentsOfDirectory(atPath: trades.path).filter { $0.hasSuffix(".csv") }.sorted()
    #expect(names == Self.recordings.map { "\($0).trades.csv" })
  }

  @Test(arguments: recordings) func `ticks info gives the oracle's totals`(recording: String) throws {
    let totals = try #require(expected[recording])
    let outcome = try Host().succeed(["ticks", "info", path(recording), "--json"])
    let info = try outcome.json
    func same(_ key: String, _ oracleKey: String) throws {
      let ours = try #require(info[key].map { "\($0)" }, "\(key) in \(outcome)")
      let theirs = try #require(totals[oracleKey].map { "\($0)" }, "\(oracleKey) in expected.json")
      #expect(try Decimal18(ours) == Decimal18(theirs), "\(key)")
    }
    try same("trades", "trades")
    try same("first_ms", "first_ms")
    try same("last_ms", "last_ms")
    for key in ["open", "high", "low", "close", "buy_qty", "sell_qty", "vwap_8dp"] { try same(key, key) }
  }

  /// What a host does on real trades is what a backtest does, and its journal proves it.
  @Test(arguments: [
    ("binance.spot.BTCUSDT", "spot_BTCUSDT_2024-08-08_2354", "0.001"), ("binance.usdm.BTCUSDT", "usdm_BTCUSDT_2024-07-18_2357", "0.001"),
    ("binance.usdm.BTCUSDT", "usdm_BTCUSDT_2024-08-08_2354", "0.001"), ("binance.usdm.ETHUSDT", "usdm_ETHUSDT_2024-07-18_2357", "0.01"),
  ])
  func `A host on real trades decides as the backtest, and its journal replays with every decision equal`(
    symbol: String, recording: String, quantity: String
  ) throws {
    let host = try Host()
    _ = try host.succeed([
      "strategies", "publish", "EMACross", "--symbol", symbol, "--param", "quantity=\(quantity)",
    ])
    let words = [
      "run", "--mode", "paper", "--json", "--config", Host.oracle, "--set", "feed.recording=\(symbol)=\(path(recording))", "--set",
      "journal.segment_mb=1",
    ]
    let folder = host.runtime.appendingPathComponent("state/paper/binance/paper/journal").path
    func newest() throws -> String { folder + "/" + (try #require(try FileManager.default.contentsOfDirectory(atPath: folder).max())) }
    func replayed() throws -> Outcome { try host.succeed(["replay", try newest(), "--verify", "--json"]) }

    let backtest = try host.backtest(path(recording), symbol: symbol, parameters: ["quantity=\(quantity)"])
    let run = try host.succeed(words + ["--set", "feed.speed=max"])
    let whole = try replayed()
    #expect(try run.text("decision_hash") == backtest.text("decision_hash"))
    #expect(try whole.text("decision_hash") == run.text("decision_hash") && whole.integer("decisions") > 10, "\(whole)")

    // At its own pace, for as long as a test may take.
    let paced = try host.succeed(words + ["--duration", "2"])
    let part = try replayed()
    #expect(try part.text("decision_hash") == paced.text("decision_hash") && part.integer("inputs") > 10, "\(part)")
  }

  @Test(arguments: [
    ("binance.spot.BTCUSDT", "spot_BTCUSDT_2024-08-08_2354", "0.001"), ("binance.usdm.BTCUSDT", "usdm_BTCUSDT_2024-07-18_2357", "0.001"),
    ("binance.usdm.BTCUSDT", "usdm_BTCUSDT_2024-08-08_2354", "0.001"), ("binance.usdm.ETHUSDT", "usdm_ETHUSDT_2024-07-18_2357", "0.01"),
  ])
  func `A linear recording trades and its money is conserved to the last unit`(symbol: String, recording: String, quantity: String) throws {
    let host = try Host()
    let outcome = try host.backtest(path(recording), symbol: symbol, parameters: ["quantity=\(quantity)"], report: "R")
    let totals = try #require(expected[recording])
    #expect(try outcome.integer("ticks") == totals["trades"] as? Int)
    #expect(try outcome.integer("fills") > 0)
    #expect(try outcome.text("instrument") == symbol)
    #expect((try outcome.json["orders_rejected"] as? [String: Any])?.isEmpty == true, "\(outcome)")
    let fills = try host.rows("R/trades.csv")
    #expect(try outcome.integer("fills") == fills.count)
    let books = try Books(initialCash: try outcome.decimal("initial_equity"), fills: fills)
    try books.check(outcome, mark: try Decimal18(try #require(totals["close"] as? String)))
  }

  @Test func `The inverse recording is refused by name`() throws {
    try Host().refuseBacktest(
      path("coinm_BTCUSD_PERP_2024-08-08_2354"), symbol: "BTCUSD_PERP", exitCode: 65, naming: ["INSTRUMENT_UNSUPPORTED", "BTCUSD_PERP"])
  }
}
