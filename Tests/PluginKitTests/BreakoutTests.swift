import PluginABI
import Testing

@Suite struct BreakoutTests {
  static func make(_ values: [String: Double] = [:], tickSize: Int64 = 1) throws -> PluginInstance {
    try PluginInstance(
      try PluginLibrary("BreakoutC"), ["window": 3, "hold": 1, "take_profit_bps": 100].merging(values) { $1 }, tickSize: tickSize)
  }

  @Test func `it enters exactly where a trade is above all of the last window`() throws {
    var generator = Generator.seeded()
    for window in [2, 3, 50, 997] {
      let prices = generator.prices(5000)
      let instance = try BreakoutTests.make(["window": Double(window)])
      for (tick, price) in prices.enumerated() {
        let wishes = try instance.trade(price)
        let breaksOut = tick >= window && price > prices[tick - window..<tick].max()!
        #expect(wishes.count == (breaksOut ? 1 : 0), "window \(window), tick \(tick)")
        // Refused, so that it stays flat and looks at every trade.
        for wish in wishes { #expect(try instance.update(wish.tag, QE_ORDER_REFUSED).isEmpty) }
      }
    }
  }

  @Test func `a gain is taken by a limit on the tick grid above the fill`() throws {
    let instance = try BreakoutTests.make(tickSize: 50)
    for price in [10_000, 10_000, 10_000] as [Int64] { #expect(try instance.trade(price).isEmpty) }
    let entry = try #require(try instance.trade(10_050).first)
    #expect(entry.side == QE_SIDE_BUY && entry.type == QE_TYPE_MARKET && entry.quantity == 100_000)
    #expect(try instance.trade(10_100).isEmpty, "one order in flight")
    let limit = try #require(try instance.fill(entry, at: 10_010).first)
    // 10,010 + 1 % = 10,110.1, up to the next 50.
    #expect(limit.side == QE_SIDE_SELL && limit.type == QE_TYPE_LIMIT && limit.price == 10_150 && limit.quantity == 100_000)
    #expect(try instance.update(limit.tag, QE_ORDER_WORKING).isEmpty)
    #expect(try instance.fill(limit, at: 10_150).isEmpty)
    #expect(instance.context.position == 0)
    #expect(try instance.trade(10_200).first?.side == QE_SIDE_BUY, "and it looks for the next")
  }

  @Test func `after its time the limit is cancelled, and what is left is sold when that is confirmed`() throws {
    let instance = try BreakoutTests.make()
    for price in [10_000, 10_000, 10_000] as [Int64] { _ = try instance.trade(price) }
    let entry = try #require(try instance.trade(10_001).first)
    let limit = try #require(try instance.fill(entry, at: 10_001).first)
    instance.context.receive_ns += 900_000_000
    #expect(try instance.trade(10_001).isEmpty)
    instance.context.receive_ns += 200_000_000
    instance.capacity = 0
    #expect(try instance.trade(10_001).isEmpty)
    instance.capacity = 1
    let cancel = try #require(try instance.trade(10_001).first)
    #expect(cancel.kind == QE_INTENT_CANCEL && cancel.target_tag == limit.tag && cancel.tag != limit.tag)
    #expect(try instance.trade(10_001).isEmpty, "nothing is sold while the limit may fill")
    #expect(try instance.update(cancel.tag, QE_ORDER_DONE).isEmpty)
    instance.context.position -= 40_000  // it filled in part
    let exit = try #require(try instance.update(limit.tag, QE_ORDER_CANCELLED, filled: 40_000, price: limit.price).first)
    #expect(exit.side == QE_SIDE_SELL && exit.type == QE_TYPE_MARKET && exit.quantity == 60_000)
    #expect(try instance.update(exit.tag, QE_ORDER_REFUSED).isEmpty)
    #expect(try instance.trade(10_001).isEmpty, "a refused exit waits a second")
    instance.context.receive_ns += 1_000_000_000
    let again = try #require(try instance.trade(10_001).first)
    #expect(again.quantity == 60_000)
    #expect(try instance.fill(again, at: 10_001).isEmpty)
    #expect(instance.context.position == 0)
  }

  @Test func `a refused cancel is asked again, a refused limit is not`() throws {
    let instance = try BreakoutTests.make()
    for price in [10_000, 10_000, 10_000] as [Int64] { _ = try instance.trade(price) }
    let entry = try #require(try instance.trade(10_001).first)
    let limit = try #require(try instance.fill(entry, at: 10_001).first)
    instance.context.receive_ns += 2_000_000_000
    let cancel = try #require(try instance.trade(10_001).first)
    #expect(try instance.update(cancel.tag, QE_ORDER_REFUSED).isEmpty)
    #expect(try instance.trade(10_001).isEmpty)
    instance.context.receive_ns += 1_000_000_000
    #expect(try instance.trade(10_001).first?.target_tag == limit.tag)
    let exit = try #require(try instance.update(limit.tag, QE_ORDER_CANCELLED).first)
    #expect(try instance.fill(exit, at: 10_001).isEmpty)
    let second = try #require(try instance.trade(20_000).first)
    let refused = try #require(try instance.fill(second, at: 20_000).first)
    #expect(refused.type == QE_TYPE_LIMIT)
    #expect(try instance.update(refused.tag, QE_ORDER_REFUSED).isEmpty)
    #expect(try instance.trade(20_000).isEmpty)
  }

  @Test(arguments: [("window", 1.0), ("window", 1_000_001), ("hold", 0), ("take_profit_bps", 0), ("take_profit_bps", .nan), ("quantity", 0)])
  func `values out of bounds are refused even if a host lets them through`(_ name: String, _ value: Double) throws {
    let refused = #expect(throws: PluginInstance.Refused.self) { try BreakoutTests.make([name: value]) }
    #expect(refused?.status == QE_INVALID && refused?.reason.contains(name) == true)
  }
}
