import Foundation
import TestKit
import Testing

/// The figures of a whole run against what a few lines make of its own trades.csv, roundtrips.csv and ticks.
@Suite struct ReportFigureTests {
  private struct Fill {
    var time: Int
    var sign: Double
    var price: Double
    var notional: Double
    var bid: Double
    var ask: Double
    var slippage: Double
  }

  @Test func `Execution figures are those of the fills and the ticks`() throws {
    let host = try Host()
    let path = host.folder.path("ticks.csv")
    // At recorded prices, but with a spread: fills cost half of it, and the mid stays within a tick of the last trade.
    _ = try host.succeed(["ticks", "generate", "--rows", "60000", "--seed", "11", "--out", path])
    let outcome = try host.backtest(path, report: "R", more: ["--set", "simulation.synthetic_spread_bps=2", "--set", "simulation.fill=quote"])
    let fills = try host.rows("R/trades.csv").map { row in
      func number(_ name: String) throws -> Double { try #require(Double(row[name] ?? ""), "\(name) of \(row)") }
      return Fill(
        time: try #require(Int(row["timestamp"] ?? "")), sign: row["side"] == "buy" ? 1 : -1, price: try number("price"),
        notional: try number("notional"), bid: try number("decision_bid"), ask: try number("decision_ask"), slippage: try number("slippage_bps"))
    }
    try #require(fills.count > 50)
    let ticks = try host.rows("ticks.csv").map { row in
      (time: try #require(Int(row["timestamp"] ?? "")), price: try #require(Double(row["price"] ?? "")))
    }
    for fill in fills {
      let mid = (fill.bid + fill.ask) / 2
      #expect(abs(fill.slippage - (fill.sign > 0 ? fill.price - fill.ask : fill.bid - fill.price) / mid * 1e4) < 6e-5)
    }
    let taker = try member(["execution", "taker"], of: outcome)
    #expect(try figure(["slippage"], of: taker).count == fills.count)
    let weight = fills.reduce(0) { $0 + $1.notional }
    let slippage = fills.reduce(0) { $0 + $1.slippage * $1.notional } / weight
    #expect(abs(try #require(try figure(["slippage"], of: taker).bps) - slippage) < 1e-4)
    for (name, length) in [("0.1s", 100), ("1s", 1000), ("5s", 5000), ("30s", 30_000)] {
      let last = try #require(ticks.last).time
      var sum = 0.0
      var weight = 0.0
      var count = 0
      var at = 0
      for fill in fills {
        while at + 1 < ticks.count, ticks[at + 1].time <= fill.time + length { at += 1 }
        guard fill.time + length <= last else { continue }
        // Bid and ask on the grid of 0.1 around the last trade, as docs/ARCHITECTURE.md has it.
        let half = ticks[at].price * 1e-4
        let mid = ((ticks[at].price - half) * 10).rounded(.down) / 20 + ((ticks[at].price + half) * 10).rounded(.up) / 20
        sum += fill.sign * (mid - fill.price) / fill.price * fill.notional
        weight += fill.notional
        count += 1
      }
      let figure = try figure(["markouts", name], of: taker)
      #expect(figure.count == count)
      #expect(abs(try #require(figure.bps) - sum / weight * 1e4) < 2e-3, "\(name)")
    }
  }

  @Test func `An instance's figures are those of its trades, and the file holds what is printed`() throws {
    let host = try Host()
    let path = host.folder.path("ticks.csv")
    _ = try host.succeed(["ticks", "generate", "--rows", "30000", "--seed", "3", "--out", path])
    let outcome = try host.backtest(path, report: "R")
    let trades = try host.rows("R/roundtrips.csv")
    let instance = try #require((try outcome.json["instances"] as? [[String: Any]])?.first)
    #expect(instance["trades"] as? Int == trades.count)
    #expect(instance["symbol"] as? String == "BTCUSDT")
    for (column, key) in [("pnl", "net_pnl"), ("fees", "fees"), ("gross", "gross_pnl"), ("funding", "funding")] {
      let sum = try trades.reduce(Decimal18(units: 0)) { try $0 + Decimal18(Substring($1[column] ?? "")) }
      #expect(abs(Double(sum.units) / 1e18 - (instance[key] as? Double ?? .nan)) < 1e-8, "\(key)")
    }
    let held = trades.compactMap { Int($0["holding_ms"] ?? "") }.sorted()
    let holding = try #require(instance["holding_ms"] as? [String: Int])
    #expect(holding["average"] == held.reduce(0, +) / held.count)
    let median = held[(held.count - 1) / 2]
    #expect(abs(try #require(holding["median"]) - median) <= median / 60 + 1)
    #expect(try outcome.json["sharpe"] is NSNull)
    #expect(try outcome.text("sharpe_note") == "not enough days (0)")
    let limits = try #require(try outcome.json["limits"] as? [[String: Any]])
    #expect(limits.contains { $0["code"] as? String == "DAILY_LOSS_LIMIT" && $0["scope"] as? String == "account" })
    let used = limits.compactMap { $0["used"] as? Double }
    #expect(used.count == limits.count && used == used.sorted(by: >))
    let drawdown = try #require(limits.first { $0["code"] as? String == "DRAWDOWN_LIMIT" })
    let value = try #require(drawdown["value"] as? Double)
    // Looked at after fills and once a minute: never more than the deepest, and a strategy that loses by trading shows it there.
    let deepest = try #require(try outcome.json["max_drawdown"] as? Double)
    #expect(value > deepest / 2 && value <= deepest + 1e-8, "\(value) of \(deepest)")
    #expect(try #require(drawdown["time_ms"] as? Int) >= outcome.integer("first_ms"))
    #expect(instance["refused"] as? Int == 0)
    let written = try JSONSerialization.jsonObject(with: Data(contentsOf: URL(fileURLWithPath: host.folder.path("R/results.json"))))
    #expect(try NSDictionary(dictionary: outcome.json) == written as? NSDictionary)
    // Without a report the limits are not looked at, and all else is the same.
    let without = try host.backtest(path)
    #expect(try without.json["limits"] is NSNull)
    #expect(try NSDictionary(dictionary: try #require(try without.json["execution"] as? [String: Any])) == outcome.json["execution"] as? NSDictionary)
  }

  private func member(_ keys: [String], of outcome: Outcome) throws -> [String: Any] {
    try keys.reduce(outcome.json) { try #require($0[$1] as? [String: Any], "\($1)") }
  }

  private func figure(_ keys: [String], of object: [String: Any]) throws -> (bps: Double?, count: Int) {
    let figure = try keys.reduce(object) { try #require($0[$1] as? [String: Any], "\($1)") }
    return (figure["bps"] as? Double, try #require(figure["fills"] as? Int))
  }
}
