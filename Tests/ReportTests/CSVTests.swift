import Foundation
import Market
import Testing

@testable import Report

@Suite struct CSVTests {
  @Test func `trades.csv holds every fill with exact decimals`() throws {
    let scratch = try Scratch()
    var recorder = try ReportFixture.recorder(scratch.path + "/r", instances: ["a,\"b\""])
    recorder.fill(ReportFixture.fill(99, .buy, price: 600_022, position: 1))
    var closing = ReportFixture.fill(188, .sell, price: 600_011, position: -2, time: 1_704_067_203_726)
    closing.isMaker = true
    closing.realizedPnL = Money(raw: -1)
    // Sold at 60,001.1 when the quote was 60,001.0 / 60,002.0: 0.1 better than the bid, 1e4 x 0.1 / 60,001.5 bps.
    closing.decisionBid = Price(raw: 600_010)
    closing.decisionAsk = Price(raw: 600_020)
    closing.feeAsset = 2
    closing.feeAmount = Money(raw: 100_000_000_000_000)
    closing.isHostMade = true
    recorder.fill(closing)
    try recorder.finish(ReportFixture.summary())
    #expect(
      try scratch.text("r/trades.csv") == """
        tick_index,timestamp,instance,side,price,qty,notional,fee,maker,position,realized_gross,decision_bid,decision_ask,slippage_bps,fee_asset,fee_amount,host_made
        99,1704067200000,"a,""b""\",buy,60002.2,0.001,60.0022,0.0300011,false,0.001,0,,,,USDT,0.0300011,false
        188,1704067203726,"a,""b""\",sell,60001.1,0.001,60.0011,0.03000055,true,-0.002,-0.000000000000000001,60001.0,60002.0,-0.0167,BNB,0.0001,true

        """)
  }

  @Test func `roundtrips.csv holds every trade`() throws {
    let scratch = try Scratch()
    var recorder = try ReportFixture.recorder(scratch.path + "/r")
    var trade = ReportFixture.trade(-50_500_000_000_000_000)
    trade.funding = Money(raw: -2_500_000_000_000_000)
    recorder.roundTrip(trade)
    try recorder.finish(ReportFixture.summary())
    #expect(
      try scratch.text("r/roundtrips.csv") == """
        entry_timestamp,exit_timestamp,instance,side,entry_price_avg,exit_price_avg,qty,pnl,fees,holding_ms,gross,funding
        1704067200000,1704067201500,EMACross@BTCUSDT/0,long,60000.0,60001.0,0.001,-0.0505,0.06,1500,0.007,-0.0025

        """)
  }

  @Test func `equity.csv holds each mark of a short run with its drawdown`() throws {
    let scratch = try Scratch()
    var recorder = try ReportFixture.recorder(scratch.path + "/r")
    for (index, equity) in [10_000, 10_005, 9_998].enumerated() {
      recorder.mark(timeMilliseconds: 1000 * Int64(index), equity: Money(units: Int64(equity)), price: Price(raw: 600_000 + Int64(index)))
    }
    try recorder.finish(ReportFixture.summary())
    #expect(
      try scratch.text("r/equity.csv") == """
        timestamp,equity,equity_min,equity_max,drawdown,price,price_min,price_max
        0,10000,10000,10000,0,60000.0,60000.0,60000.0
        1000,10005,10005,10005,0,60000.1,60000.1,60000.1
        2000,9998,9998,9998,7,60000.2,60000.2,60000.2

        """)
  }

  @Test func `results.json is the caller's object`() throws {
    let scratch = try Scratch()
    try ReportFixture.recorder(scratch.path + "/r").finish(ReportFixture.summary())
    #expect(try scratch.text("r/results.json") == #"{"symbol":"BTCUSDT","ticks":3}"# + "\n")
  }

  @Test func `the file's own digits are those of DecimalText`() throws {
    let scratch = try Scratch()
    let path = scratch.path + "/n"
    let seed = UInt64.random(in: 0 ... .max)
    print("seed \(seed)")
    var generator = SeededGenerator(state: seed)
    var file = try TextFile(path)
    var expected: [String] = []
    let wide = Int128(1) << 100
    for round in 0..<3000 {
      let raw: Int64 = [.min, .max, 0, -1][safe: round] ?? Int64.random(in: .min ... .max, using: &generator) >> (round % 64)
      let money: Int128 =
        [.min, .max, 0, -1, wide][safe: round] ?? (Int128(raw) * Int128(Int64.random(in: 1...1_000_000_000, using: &generator)) >> (round % 90))
      file.write(decimal: raw, scale: round % 19)
      file.write("\n")
      file.write(Money(raw: money))
      file.write("\n")
      expected.append(DecimalText.format(raw, scale: round % 19))
      expected.append(DecimalText.formatShort(money, scale: Money.scale))
    }
    try file.finish()
    #expect(try scratch.text("n") == expected.joined(separator: "\n") + "\n")
  }
}

extension Array {
  fileprivate subscript(safe index: Int) -> Element? { indices.contains(index) ? self[index] : nil }
}
