import Foundation
import TestKit
import Testing

/// Money is neither made nor lost: start + pnl = cash + position at mark, fees counted.
@Suite struct ConservationTests {
  @Test(arguments: [
    ("binance.spot.BTCUSDT", "EMACross", ["quantity=0.00123", "fast=5", "slow=20"]),
    ("binance.usdm.BTCUSDT", "EMACross", ["quantity=0.003", "fast=5", "slow=20"]),
    ("binance.usdm.BTCUSDT", "Churn", ["quantity=0.007", "every=3"]),
    ("binance.usdm.BTCUSDT", "Churn", ["quantity=0.007", "mode=limit_cancel", "every=9", "distance_bps=0.5"]),
    ("binance.spot.BTCUSDT", "Churn", ["quantity=0.007", "mode=limit_cancel", "every=9", "distance_bps=0.5"]),
  ])
  func `A run ends with what its fills leave, to the last unit`(symbol: String, strategy: String, parameters: [String]) throws {
    var chance = Chance.seeded("A run ends with what its fills leave, to the last unit")
    // An odd number of ticks and of fills now and then: some runs end with a position.
    let ticks = Ticks(Int.random(in: 5_000...9_000, using: &chance), chance: &chance)
    let host = try Host()
    let outcome = try host.backtest(
      try host.folder.write(ticks.csv, to: "ticks.csv"), symbol: symbol, strategy: strategy, parameters: parameters, report: "R")
    let fills = try host.rows("R/trades.csv")
    #expect(try outcome.integer("fills") == fills.count)
    try #require(fills.count > 8, "seed \(chance.seed): too few fills to show anything")
    let last = try #require(ticks.prices.last)
    let books = try Books(initialCash: try outcome.decimal("initial_equity"), fills: fills)
    try books.check(outcome, mark: try Decimal18("\(last / 10).\(last % 10)"))
  }
}
