import Foundation
import TestKit
import Testing

@Suite struct OracleTests {
  @Test func backtestDecidesAndEarnsWhatTheFewLineReferenceDoes() throws {
    var chance = Chance.seeded("oracle")
    for _ in 0..<2 {
      let ticks = TickText(rows: 60_000, chance: &chance)
      let expected = CrossReference(ticks.tenths)
      #expect(expected.decisions.count > 200)
      let host = try Host()
      let file = try host.folder.write(ticks.text, to: "ticks.csv")
      let report = host.folder.path("report")
      let outcome = try host.backtest(file, ["--param", "quantity=0.001", "--report", report])
      #expect(outcome.code == 0, "\(outcome.errors)")
      let json = outcome.json
      #expect(json["fills"] as? Int == expected.decisions.count)
      #expect(json["ticks"] as? Int == 60_000)
      let pnl = try #require((json["final_pnl"] as? NSNumber)?.doubleValue)
      #expect(abs(pnl - Double(expected.pnl) / 1e8) < 1e-7)
      let trades = try readTable("\(report)/trades.csv")
      #expect(trades.compactMap { $0["tick_index"].flatMap(Int.init) } == expected.decisions)
      for file in ["report.html", "equity.csv", "results.json"] { #expect(FileManager.default.fileExists(atPath: "\(report)/\(file)")) }
      let results = try JSONSerialization.jsonObject(with: Data(contentsOf: URL(fileURLWithPath: "\(report)/results.json"))) as? [String: Any]
      #expect(results?["decision_hash"] as? String == json["decision_hash"] as? String)
    }
  }

  @Test func theOfflineLoopKeepsTheOldWordsOnStandardOutput() throws {
    var chance = Chance.seeded("offline loop")
    let ticks = TickText(rows: 5000, chance: &chance)
    let host = try Host()
    let file = try host.folder.write(ticks.text, to: "ticks.csv")
    let outcome = try host.run([
      "offline-loop", "--config", Host.oracle, "--symbol", "BTCUSDT", "--ticks-path", file, "--strategy", "EMACross", "--param", "quantity=0.001",
    ])
    let expected = CrossReference(ticks.tenths)
    let lines = outcome.output.split(separator: "\n").map(String.init)
    #expect(lines.first == "----- Offline Backtest Summary -----")
    #expect(lines.contains("Ticks processed: 5000"))
    #expect(lines.contains("Trades: \(expected.decisions.count / 2)"))
    #expect(lines.last?.hasPrefix("Final PnL: ") == true)
  }

  @Test(arguments: ["binance.spot.BTCUSDT", "binance.usdm.BTCUSDT"])
  func moneyIsConservedToTheLastUnit(symbol: String) throws {
    var chance = Chance.seeded("conservation \(symbol)")
    let ticks = TickText(rows: 20_000, chance: &chance)
    let host = try Host()
    try Conservation.check(host, try host.folder.write(ticks.text, to: "ticks.csv"), symbol: symbol)
  }
}

/// start + pnl = cash + positions at mark, every fee counted: from the report's own rows, in exact decimals.
enum Conservation {
  static func check(_ host: Host, _ ticks: String, symbol: String, quantity: String = "0.001") throws {
    let report = host.folder.path("report-\(UUID().uuidString)")
    let outcome = try host.backtest(ticks, ["--param", "quantity=\(quantity)", "--report", report], symbol: symbol)
    #expect(outcome.code == 0, "\(outcome.errors)")
    let trades = try readTable("\(report)/trades.csv")
    #expect(trades.count > 10)
    var money = Int128(1_000_000) * Exact.unit
    var position: Int128 = 0
    for row in trades {
      let price = Exact.read(row["price"] ?? "")
      let quantity = Exact.read(row["qty"] ?? "")
      // Both have 18 decimals here: the product has 36, of which the last 18 are zeros.
      let product = (price / 1_000_000_000) * (quantity / 1_000_000_000)
      let sign: Int128 = row["side"] == "buy" ? 1 : -1
      money -= sign * product + Exact.read(row["fee"] ?? "")
      position += sign * quantity
      #expect(product == Exact.read(row["notional"] ?? ""))
      #expect(position == Exact.read(row["position"] ?? ""))
    }
    let lastRow = try #require(try String(contentsOfFile: ticks, encoding: .utf8).split(separator: "\n").last)
    let header = try #require(try String(contentsOfFile: ticks, encoding: .utf8).split(separator: "\n").first).split(separator: ",")
    let column = try #require(header.firstIndex(of: "price"))
    let mark = Exact.read(String(lastRow.split(separator: ",")[column]))
    let equity = money + (mark / 1_000_000_000) * (position / 1_000_000_000)
    // Taken from the text: a double would lose the last units.
    let text = try String(contentsOfFile: "\(report)/results.json", encoding: .utf8)
    let match = try #require(text.firstMatch(of: /"final_equity": (-?[0-9.]+)/))
    // results.json rounds to 8 decimals; fees have 8, prices x quantities at most 8 here.
    #expect(Exact.read(String(match.1)) == equity)
  }
}
