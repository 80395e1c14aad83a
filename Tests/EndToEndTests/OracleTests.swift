import Foundation
import TestKit
import Testing

/// The host against a few lines of independent code, to the last decimal.
@Suite struct OracleTests {
  @Test func `EMACross decides, fills and earns what independent code does`() throws {
    var chance = Chance.seeded("EMACross decides, fills and earns what independent code does")
    let ticks = Ticks(80_000, chance: &chance)
    let reference = EMAReference(ticks.prices)
    try #require(reference.decisionTicks.count > 100, "seed \(chance.seed): the sample decides too little to show anything")
    let host = try Host()
    let outcome = try host.backtest(try host.folder.write(ticks.csv, to: "ticks.csv"), report: "R")
    #expect(try outcome.integer("ticks") == ticks.prices.count)
    #expect(try outcome.integer("fills") == reference.decisionTicks.count, "seed \(chance.seed)")
    #expect(try outcome.decimal("final_pnl") == Decimal18(units: Int128(reference.pnl) * 10_000_000_000), "seed \(chance.seed)")
    #expect(try host.rows("R/trades.csv").map { Int($0["tick_index"] ?? "") } == reference.decisionTicks, "seed \(chance.seed)")
    #expect(outcome.output.split(separator: "\n").count == 1, "--json prints exactly one object, on one line")
    #expect(try host.names() == ["R", "ticks.csv"], "the finished report alone is left")
    let left = try FileManager.default.contentsOfDirectory(atPath: host.folder.path("R"))
    #expect(Set(left).isSuperset(of: ["report.html", "trades.csv", "equity.csv", "results.json"]), "\(left)")
    let written = try String(contentsOfFile: host.folder.path("R/results.json"), encoding: .utf8)
    #expect(written.contains("\"decision_hash\": \"\(try outcome.text("decision_hash"))\""))
  }

  @Test func `offline-loop, the old name, reports the same profit in the old words`() throws {
    var chance = Chance.seeded("offline-loop, the old name, reports the same profit in the old words")
    let ticks = Ticks(20_000, chance: &chance)
    let host = try Host()
    let path = try host.folder.write(ticks.csv, to: "ticks.csv")
    let pnl = try host.backtest(path).decimal("final_pnl")
    let outcome = try host.succeed([
      "offline-loop", "--config", Host.oracle, "--symbol", "BTCUSDT", "--ticks-path", path, "--strategy", "EMACross", "--param", "quantity=0.001",
    ])
    #expect(outcome.output.hasPrefix("----- Offline Backtest Summary -----\nTicks processed: 20000\n"), "\(outcome)")
    let line = try #require(outcome.output.split(separator: "\n").first { $0.hasPrefix("Final PnL: ") }, "\(outcome)")
    let shown = try Decimal18(line.dropFirst("Final PnL: ".count))
    #expect((shown - pnl).units.magnitude <= UInt128(50_000_000_000_000), "\(shown) is \(pnl) to four decimals")
  }
}
