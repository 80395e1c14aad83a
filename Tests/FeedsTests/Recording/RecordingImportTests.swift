import Feeds
import Foundation
import Market
import TestKit
import Testing

private let start = RecordingFixture.start

@Suite struct RecordingImportTests {
  @Test func `the trades of a recording become a tick file, its scales grow with the data`() throws {
    let folder = try TickFolder()
    var fixture = RecordingFixture()
    fixture.trade("60000", "1", at: 1)
    fixture.quote("60000.1234", "60000.12345")  // finer than any trade
    fixture.trade("60000.50000000", "0.0010", isSell: true, at: 1)
    fixture.trade("60000.125", "58.00000000", at: 2)
    fixture.depth(1, 2, bids: [("1", "0.000001")])
    let path = try fixture.write(folder, packing: ".gz")
    let report = try TickImport(inputs: [path], output: folder.file("out.csv")).run()
    #expect(report.rows == 3 && report.inputs[0].firstMilliseconds == start + 1 && report.inputs[0].lastMilliseconds == start + 2)
    #expect(
      try folder.text("out.csv")
        == TickFileWriter.header + "\(start + 1),60000,1,buy\n\(start + 1),60000.5,0.001,sell\n\(start + 2),60000.125,58,buy\n")
    let summary = try RecordingSummary.read(path: path, symbol: nil)
    #expect(summary.symbol == "BTCUSDT" && summary.counts.trades == 3 && summary.counts.quotes == 1 && summary.hasReceiveTimes)
    #expect(summary.scales == TickScales(priceDecimals: 5, quantityDecimals: 6, largestPrice: 6_000_050_000, largestQuantity: 58_000_000))
    let trades = try #require(summary.trades)
    #expect(trades.firstMilliseconds == start + 1 && trades.lastMilliseconds == start + 2)
    #expect(trades.open == "60000.00000" && trades.high == "60000.50000" && trades.buyQuantity == "59.000" && trades.sellQuantity == "0.001")
  }

  @Test func `a snapshot finer than the trades leaves their totals as they are`() throws {
    let folder = try TickFolder()
    var fixture = RecordingFixture()
    fixture.depth(1, 1)
    fixture.trade("0.3528", "58", at: 1)
    let snapshot = try folder.write(RecordingFixture.snapshot(1, bids: [("0.12345678", "1.5")], asks: []), "s.jsonl")
    let summary = try RecordingSummary.read(path: fixture.write(folder), symbol: "BTCUSDT", options: RecordingOptions(snapshotPath: snapshot))
    #expect(summary.trades?.open == "0.3528" && summary.trades?.buyQuantity == "58" && summary.trades?.averagePrice == "0.35280000")
    #expect(summary.scales.priceDecimals == 4 || summary.scales.priceDecimals == 8)
    #expect(summary.scales.largestPrice == 3528 * PowerOfTen[summary.scales.priceDecimals - 4])
  }

  @Test func `several symbols need a name, and a file and its recording merge by sorting`() throws {
    let folder = try TickFolder()
    var fixture = RecordingFixture()
    fixture.trade("1", "1", at: 5)
    fixture.add(#"{"e":"trade","E":\#(start),"T":\#(start),"s":"ETHUSDT","p":"9","q":"9","m":true}"#)
    fixture.trade("2", "1", at: 4)
    let path = try fixture.write(folder)
    let unnamed = fault { try TickImport(inputs: [path], output: folder.file("o.csv")).run() }
    #expect(unnamed?.kind == .usage && unnamed?.reason.contains("--symbol") == true)
    let late = fault { try TickImport(inputs: [path], output: folder.file("o.csv"), symbol: "BTCUSDT").run() }
    #expect(late?.line == 3 && late?.reason.contains("--sort") == true)
    let skipped = try TickImport(
      inputs: [path], output: folder.file("o.csv"), symbol: "BTCUSDT", options: TickFileOptions(skipsBadRows: true)
    ).run()
    #expect(skipped.rows == 1 && skipped.badRows == 1)
    let ticks = try folder.write("ts,price,qty,side\n\(start + 4),3,1,s\n", "a.csv")
    let report = try TickImport(
      inputs: [path, ticks], output: folder.file("sorted.csv"), symbol: "binance.usdm.BTCUSDT", options: TickFileOptions(sortsByTime: true)
    ).run()
    #expect(report.rows == 3)
    #expect(
      try folder.text("sorted.csv") == TickFileWriter.header + "\(start + 4),2,1,buy\n\(start + 4),3,1,sell\n\(start + 5),1,1,buy\n")
    #expect(try TickImport(inputs: [path], output: folder.file("eth.csv"), symbol: "ETHUSDT").run().rows == 1)
    let none = fault { try TickImport(inputs: [path], output: folder.file("x.csv"), symbol: "XRPUSDT").run() }
    #expect(none?.kind == .badData && none?.reason.contains("XRPUSDT") == true)
    #expect(!FileManager.default.fileExists(atPath: folder.file("x.csv")))
  }

  @Test func `a recording without a trade is no tick file, and without a symbol no recording`() throws {
    let folder = try TickFolder()
    var fixture = RecordingFixture()
    fixture.quote("1", "2")
    let path = try fixture.write(folder)
    #expect(fault { try TickImport(inputs: [path], output: folder.file("o.csv")).run() }?.reason == "no trades in the recording")
    #expect(try RecordingSummary.read(path: path, symbol: nil).trades == nil)
    let replies = try folder.write("{\"result\":null,\"id\":1}\n", "r.jsonl")
    #expect(fault { try RecordingSummary.read(path: replies, symbol: nil) }?.reason == "no message with a symbol")
  }
}

@Suite(.enabled(if: Workplace.shared != nil, Comment(rawValue: Workplace.sharedIsAbsent)))
struct RecordedTradesTests {
  @Test(arguments: OracleRecording.all) func `imported trades have the oracle's totals`(recording: OracleRecording) throws {
    let folder = try TickFolder()
    let expected = try recording.expected()
    let out = folder.file("out.csv.zst")
    _ = try TickImport(inputs: [recording.file("ws", "ws.jsonl.gz")], output: out, symbol: recording.symbol).run()
    let found = try TickFileSummary.read(path: out)
    func same(_ text: String, _ key: String) -> Bool { Decimal(string: text) == (expected[key] as? String).flatMap { Decimal(string: $0) } }
    #expect(found.trades == expected["trades"] as? Int)
    #expect(found.firstMilliseconds == (expected["first_ms"] as? NSNumber)?.int64Value)
    #expect(found.lastMilliseconds == (expected["last_ms"] as? NSNumber)?.int64Value)
    #expect(same(found.open, "open") && same(found.high, "high") && same(found.low, "low") && same(found.close, "close"))
    #expect(same(found.buyQuantity, "buy_qty") && same(found.sellQuantity, "sell_qty") && same(found.averagePrice, "vwap_8dp"))
  }
}
