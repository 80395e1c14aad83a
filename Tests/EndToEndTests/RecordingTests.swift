import Foundation
import TestKit
import Testing

/// The team's recordings of Binance, where they are.
@Suite(.enabled(if: Workplace.shared != nil, "\(Workplace.sharedIsAbsent)"))
struct RecordingTests {
  static let recordings: [(file: String, symbol: String)] = [
    ("spot_BTCUSDT_2024-08-08_2354", "binance.spot.BTCUSDT"), ("usdm_BTCUSDT_2024-07-18_2357", "binance.usdm.BTCUSDT"),
    ("usdm_BTCUSDT_2024-08-08_2354", "binance.usdm.BTCUSDT"), ("usdm_ETHUSDT_2024-07-18_2357", "binance.usdm.ETHUSDT"),
    ("coinm_BTCUSD_PERP_2024-08-08_2354", "BTCUSD_PERP"),
  ]

  func path(_ name: String) throws -> String {
    try #require(Workplace.shared).appendingPathComponent("data/trades/\(name).trades.csv").path
  }

  @Test(arguments: recordings.map(\.file))
  func everyRecordingIsReadWithItsTotals(name: String) throws {
    let data = try Data(contentsOf: #require(Workplace.shared).appendingPathComponent("data/oracle/expected.json"))
    let expected = try #require((try JSONSerialization.jsonObject(with: data) as? [String: [String: Any]])?[name])
    let outcome = try Host().run(["ticks", "info", path(name), "--json"])
    #expect(outcome.code == 0, "\(outcome.errors)")
    let json = outcome.json
    for key in ["trades", "first_ms", "last_ms"] { #expect(json[key] as? Int == expected[key] as? Int, "\(key)") }
    for key in ["open", "high", "low", "close", "buy_qty", "sell_qty", "vwap_8dp"] {
      #expect(Exact.read("\(json[key] ?? "")") == Exact.read("\(expected[key] ?? "")"), "\(key)")
    }
  }

  @Test(arguments: recordings.filter { !$0.file.hasPrefix("coinm") }.map(\.file))
  func linearRecordingsTradeAndConserveMoney(name: String) throws {
    let symbol = try #require(Self.recordings.first { $0.file == name }).symbol
    // 0.001 ETH would be below the minimum notional.
    try Conservation.check(try Host(), path(name), symbol: symbol, quantity: symbol.hasSuffix("ETHUSDT") ? "0.01" : "0.001")
  }

  @Test func theInverseOneIsRefusedByName() throws {
    let outcome = try Host().backtest(path("coinm_BTCUSD_PERP_2024-08-08_2354"), symbol: "BTCUSD_PERP")
    #expect(outcome.code == 65)
    #expect(outcome.errorLines.count == 1)
    #expect(outcome.errors.contains("INSTRUMENT_UNSUPPORTED"))
  }
}
