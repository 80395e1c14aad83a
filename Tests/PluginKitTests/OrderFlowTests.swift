import PluginABI
import Testing

@Suite struct OrderFlowTests {
  /// A tick of 0.10, three trades make a signal, nothing fades within a test unless it says so.
  static func make(
    _ values: [String: Double] = [:], entry: String = "passive", market: String = "usdm", tickSize: Int64 = 10, minimumQuantity: Int64 = 1,
    minimumNotional: UInt64 = 0
  ) throws -> PluginInstance {
    let base: [String: Double] = ["half_life_ms": 3_600_000, "min_trades": 3, "stop_bps": 10, "take_profit_bps": 15]
    let instance = try PluginInstance(
      try PluginLibrary("OrderFlow"), base.merging(values) { $1 }, texts: ["entry": entry], market: market, tickSize: tickSize,
      minimumQuantity: minimumQuantity, minimumNotional: minimumNotional)
    #expect(try instance.quote(5_000_000, 5_000_010).isEmpty)
    return instance
  }

  /// As many trades of one taker as make a signal; what the last one brings.
  static func signal(_ instance: PluginInstance, _ side: UInt32, trades: Int = 3, quantity: Int64 = 1000) throws -> [qe_intent] {
    for _ in 1..<trades { #expect(try instance.trade(5_000_000, quantity: quantity, side: side).isEmpty) }
    return try instance.trade(5_000_000, quantity: quantity, side: side)
  }

  /// Long by a filled passive entry.
  static func long(_ values: [String: Double] = [:]) throws -> PluginInstance {
    let instance = try make(values)
    let entry = try #require(try signal(instance, QE_SIDE_BUY).first)
    #expect(try instance.update(entry.tag, QE_ORDER_WORKING).isEmpty)
    #expect(try instance.fill(entry, at: entry.price).isEmpty)
    return instance
  }

  @Test func `a passive entry rests post-only at the touch with its life and its bracket`() throws {
    let buy = try #require(try OrderFlowTests.signal(try OrderFlowTests.make(), QE_SIDE_BUY).first)
    #expect(buy.kind == QE_INTENT_SUBMIT && buy.side == QE_SIDE_BUY && buy.type == QE_TYPE_LIMIT && buy.price == 5_000_000)
    #expect(buy.flags == QE_INTENT_POST_ONLY && buy.time_in_force == QE_TIF_MS && buy.time_in_force_ms == 2000 && buy.quantity == 100_000)
    // 5,000,000 -10 bps and +15 bps; a time stop of 30 s.
    #expect(buy.stop_price == 4_995_000 && buy.take_profit_price == 5_007_500 && buy.time_stop_ms == 30_000)
    // All volume on one side: sure, so all of the take profit is expected.
    #expect(buy.confidence == 1 && buy.edge == 0.0015)
    let sell = try #require(try OrderFlowTests.signal(try OrderFlowTests.make(), QE_SIDE_SELL).first)
    // 5,000,010 + 10 bps = 5,005,010.01, up to the tick; - 15 bps = 4,992,509.985, down.
    #expect(sell.side == QE_SIDE_SELL && sell.price == 5_000_010 && sell.stop_price == 5_005_020 && sell.take_profit_price == 4_992_500)
  }

  @Test func `a taker enters at the market with a bracket around the price it will meet`() throws {
    let instance = try OrderFlowTests.make(["time_stop_ms": 0], entry: "taker")
    let buy = try #require(try OrderFlowTests.signal(instance, QE_SIDE_BUY).first)
    #expect(buy.type == QE_TYPE_MARKET && buy.price == 0 && buy.flags == 0 && buy.time_in_force == QE_TIF_GTC && buy.time_in_force_ms == 0)
    #expect(buy.stop_price == 4_995_000 && buy.take_profit_price == 5_007_520 && buy.time_stop_ms == 0)
    #expect(try instance.quote(6_000_000, 6_000_010).isEmpty, "a market order is not moved")
    // Three in four bought: the confidence and the edge of odds of 3 : 1.
    let mixed = try OrderFlowTests.make(["min_trades": 4, "enter_percent": 50], entry: "taker")
    #expect(try mixed.trade(5_000_000, side: QE_SIDE_SELL).isEmpty)
    let half = try #require(try OrderFlowTests.signal(mixed, QE_SIDE_BUY).first)
    #expect(half.confidence == 0.75 && half.edge == (0.75 * 1500 - 0.25 * 1000) / 1_000_000)
  }

  @Test func `brackets lie on the grid, on their side, no nearer than asked and less than a tick further`() throws {
    var generator = Generator.seeded()
    for _ in 0..<2000 {
      let tick = ([1, 5, 10, 25, 1000] as [Int64]).randomElement(using: &generator)!
      let stop = Int64.random(in: 1...500_000, using: &generator)
      let profit = Int64.random(in: 1...500_000, using: &generator)
      let instance = try OrderFlowTests.make(
        ["stop_bps": Double(stop) / 100, "take_profit_bps": Double(profit) / 100], entry: Bool.random(using: &generator) ? "passive" : "taker",
        tickSize: tick)
      let bid = Int64.random(in: 10...1_000_000_000, using: &generator) * tick
      let ask = bid + tick * Int64.random(in: 1...5, using: &generator)
      #expect(try instance.quote(bid, ask).isEmpty)
      let buys = Bool.random(using: &generator)
      let wish = try OrderFlowTests.signal(instance, buys ? QE_SIDE_BUY : QE_SIDE_SELL)
      let price = (wish.first?.type == QE_TYPE_LIMIT) == buys ? bid : ask
      let sign: Int128 = buys ? 1 : -1
      // In millionths of a raw price, so that nothing is rounded here.
      let exact = (stop: Int128(price) * (1_000_000 - sign * Int128(stop)), profit: Int128(price) * (1_000_000 + sign * Int128(profit)))
      guard let wish = wish.first else {
        #expect(min(exact.stop, exact.profit) < Int128(tick) * 1_000_000, "without a price above 0 there is no bracket, so no entry")
        continue
      }
      #expect(wish.stop_price % tick == 0 && wish.take_profit_price % tick == 0)
      let beyondStop = sign * (exact.stop - Int128(wish.stop_price) * 1_000_000)
      let beyondProfit = sign * (Int128(wish.take_profit_price) * 1_000_000 - exact.profit)
      #expect(beyondStop >= 0 && beyondStop < Int128(tick) * 1_000_000 && beyondProfit >= 0 && beyondProfit < Int128(tick) * 1_000_000)
      #expect(sign * Int128(wish.stop_price - price) < 0 && sign * Int128(wish.take_profit_price - price) > 0)
    }
  }

  @Test func `on spot it never sells what it has not got`() throws {
    let instance = try OrderFlowTests.make(market: "spot")
    #expect(try OrderFlowTests.signal(instance, QE_SIDE_SELL, trades: 50).isEmpty)
    #expect(try OrderFlowTests.signal(try OrderFlowTests.make(market: "spot"), QE_SIDE_BUY).first?.side == QE_SIDE_BUY)
  }

  @Test func `known sizes of the quote must not speak against the entry, unknown ones do not count`() throws {
    let instance = try OrderFlowTests.make(["confirm_percent": 20])
    // 59 of 100 is an excess of 18 percent.
    #expect(try instance.quote(5_000_000, 5_000_010, bidQuantity: 59, askQuantity: 41).isEmpty)
    #expect(try OrderFlowTests.signal(instance, QE_SIDE_BUY, trades: 9).isEmpty)
    #expect(try instance.quote(5_000_000, 5_000_010, bidQuantity: 60, askQuantity: 40).first?.side == QE_SIDE_BUY)
    let sells = try OrderFlowTests.make(["confirm_percent": 20])
    #expect(try sells.quote(5_000_000, 5_000_010, bidQuantity: 60, askQuantity: 40).isEmpty)
    #expect(try OrderFlowTests.signal(sells, QE_SIDE_SELL, trades: 9).isEmpty)
    #expect(try sells.quote(5_000_000, 5_000_010, bidQuantity: 40, askQuantity: 60).first?.side == QE_SIDE_SELL)
    for (bid, ask) in [(0, 0), (0, 100), (100, 0)] as [(Int64, Int64)] {
      let unknown = try OrderFlowTests.make(["confirm_percent": 100])
      #expect(try unknown.quote(5_000_000, 5_000_010, bidQuantity: bid, askQuantity: ask).isEmpty)
      #expect(try OrderFlowTests.signal(unknown, QE_SIDE_SELL).first?.side == QE_SIDE_SELL)
    }
  }

  @Test func `nothing rests between a bid and an ask that are one, and without a quote nobody enters`() throws {
    for (bid, ask, passive, taker) in [
      (5_000_000, 5_000_000, false, true), (5_000_010, 5_000_000, false, false), (0, 5_000_000, false, false), (0, 0, false, false),
      (5_000_000, 5_000_010, true, true),
    ] as [(Int64, Int64, Bool, Bool)] {
      for (entry, enters) in [("passive", passive), ("taker", taker)] {
        let instance = try OrderFlowTests.make(entry: entry)
        #expect(try instance.quote(bid, ask).isEmpty)
        #expect(try OrderFlowTests.signal(instance, QE_SIDE_BUY).isEmpty != enters, "\(bid), \(ask), \(entry)")
      }
    }
  }

  @Test func `a trade counts half after a half-life, and without activity there is no signal`() throws {
    // 500 sold against 1,500 bought: exactly one half, and one trade less than it looks like.
    let exact = try OrderFlowTests.make(["half_life_ms": 1000, "enter_percent": 50])
    #expect(try exact.trade(5_000_000, quantity: 1000, side: QE_SIDE_SELL).isEmpty)
    exact.context.receive_ns += 999_000_000
    #expect(try exact.trade(5_000_000, quantity: 500, side: QE_SIDE_BUY).isEmpty)
    #expect(try exact.trade(5_000_000, quantity: 500, side: QE_SIDE_BUY).isEmpty)
    let wish = try #require(try exact.trade(5_000_000, quantity: 500, side: QE_SIDE_BUY).first)
    #expect(wish.side == QE_SIDE_BUY && wish.confidence == 0.75)
    // After a quarter of one it counts 2^(-1/4) = 0.841 of itself: 3,000 of 3,841.
    let part = try OrderFlowTests.make(["half_life_ms": 1000, "enter_percent": 56])
    #expect(try part.trade(5_000_000, quantity: 1000, side: QE_SIDE_SELL).isEmpty)
    part.context.receive_ns += 250_000_000
    let odds = try #require(try OrderFlowTests.signal(part, QE_SIDE_BUY).first).confidence
    #expect(abs(odds - 3000 / 3840.9) < 0.001, "\(odds)")
    // Long ago is nothing, however much it was.
    let quiet = try OrderFlowTests.make(["half_life_ms": 1000])
    #expect(try OrderFlowTests.signal(quiet, QE_SIDE_BUY, trades: 2, quantity: 1_000_000_000).isEmpty)
    quiet.context.receive_ns += 100_000_000_000
    let sold = try #require(try OrderFlowTests.signal(quiet, QE_SIDE_SELL, quantity: 1).first)
    #expect(sold.side == QE_SIDE_SELL && sold.confidence == 1)
  }

  @Test func `a resting entry follows the touch, one replacement at a time, with brackets of its own`() throws {
    let instance = try OrderFlowTests.make(["max_replaces": 2])
    let entry = try #require(try OrderFlowTests.signal(instance, QE_SIDE_BUY).first)
    #expect(try instance.quote(5_000_020, 5_000_030).isEmpty, "the venue has not said that it has it")
    #expect(try instance.update(entry.tag, QE_ORDER_WORKING).isEmpty)
    #expect(try instance.quote(4_999_990, 5_000_000).isEmpty, "it never goes after a worse price")
    let moved = try #require(try instance.quote(5_000_040, 5_000_050).first)
    #expect(moved.kind == QE_INTENT_REPLACE && moved.target_tag == entry.tag && moved.tag != entry.tag && moved.price == 5_000_040)
    #expect(moved.quantity == 100_000 && moved.stop_price == 4_995_030 && moved.take_profit_price == 5_007_550 && moved.flags == QE_INTENT_POST_ONLY)
    #expect(try instance.quote(5_000_060, 5_000_070).isEmpty, "one at a time")
    // The new order's word may come before the old one's end.
    #expect(try instance.update(moved.tag, QE_ORDER_WORKING).isEmpty)
    instance.context.position = 40_000
    #expect(try instance.update(moved.tag, QE_ORDER_PARTIAL, filled: 40_000, price: 5_000_040).isEmpty)
    #expect(try instance.update(entry.tag, QE_ORDER_REPLACED).isEmpty)
    let again = try #require(try instance.quote(5_000_060, 5_000_070).first)
    #expect(again.target_tag == moved.tag && again.price == 5_000_060 && again.quantity == 60_000, "what is filled is not asked for again")
    #expect(try instance.update(moved.tag, QE_ORDER_REPLACED).isEmpty)
    #expect(try instance.update(again.tag, QE_ORDER_WORKING).isEmpty)
    #expect(try instance.quote(5_000_100, 5_000_110).isEmpty, "no more than two")
    #expect(try instance.update(again.tag, QE_ORDER_EXPIRED).isEmpty)
    let exit = try #require(try instance.trade(5_000_100, quantity: 20_000, side: QE_SIDE_SELL).first)
    #expect(exit.kind == QE_INTENT_TARGET_POSITION && exit.quantity == 0)
  }

  @Test func `a refused replacement leaves the entry where it is, and one that outlives the entry becomes it`() throws {
    let instance = try OrderFlowTests.make()
    let entry = try #require(try OrderFlowTests.signal(instance, QE_SIDE_BUY).first)
    #expect(try instance.update(entry.tag, QE_ORDER_WORKING).isEmpty)
    let first = try #require(try instance.quote(5_000_020, 5_000_030).first)
    #expect(try instance.update(first.tag, QE_ORDER_REFUSED, code: 129).isEmpty)
    #expect(try instance.quote(5_000_040, 5_000_050).isEmpty, "it rests a second")
    instance.context.receive_ns += 1_000_000_000
    let second = try #require(try instance.quote(5_000_040, 5_000_050).first)
    #expect(second.kind == QE_INTENT_REPLACE && second.target_tag == entry.tag)
    // Filled before it was taken back: then the replacement comes to nothing.
    #expect(try instance.fill(entry, at: entry.price).isEmpty)
    #expect(try instance.trade(5_000_000, quantity: 50_000, side: QE_SIDE_SELL).isEmpty, "the replacement may still fill")
    #expect(try instance.update(second.tag, QE_ORDER_REFUSED, code: 4).isEmpty)
    #expect(try instance.trade(5_000_000, side: QE_SIDE_SELL).first?.kind == QE_INTENT_TARGET_POSITION)
    // Or it works on, and is what reversal takes back.
    let other = try OrderFlowTests.make()
    let old = try #require(try OrderFlowTests.signal(other, QE_SIDE_BUY).first)
    #expect(try other.update(old.tag, QE_ORDER_WORKING).isEmpty)
    let new = try #require(try other.quote(5_000_020, 5_000_030).first)
    #expect(try other.update(old.tag, QE_ORDER_EXPIRED).isEmpty)
    #expect(try other.update(new.tag, QE_ORDER_WORKING).isEmpty)
    let cancel = try #require(try other.trade(5_000_000, quantity: 50_000, side: QE_SIDE_SELL).first)
    #expect(cancel.kind == QE_INTENT_CANCEL && cancel.target_tag == new.tag)
  }

  @Test func `a reversal takes a resting entry back and leaves a position by a target of 0, once`() throws {
    let resting = try OrderFlowTests.make()
    let entry = try #require(try OrderFlowTests.signal(resting, QE_SIDE_BUY).first)
    #expect(try resting.update(entry.tag, QE_ORDER_WORKING).isEmpty)
    let cancel = try #require(try resting.trade(5_000_000, quantity: 50_000, side: QE_SIDE_SELL).first)
    #expect(cancel.kind == QE_INTENT_CANCEL && cancel.target_tag == entry.tag && cancel.tag != entry.tag)
    #expect(try resting.trade(5_000_000, side: QE_SIDE_SELL).isEmpty, "asked once")
    resting.context.position = 10_000
    #expect(try resting.update(entry.tag, QE_ORDER_CANCELLED, filled: 10_000, price: 5_000_000).isEmpty)
    #expect(try resting.update(cancel.tag, QE_ORDER_DONE).isEmpty)
    #expect(try resting.trade(5_000_000, side: QE_SIDE_SELL).first?.kind == QE_INTENT_TARGET_POSITION, "what filled meanwhile is left at once")

    let stubborn = try OrderFlowTests.make()
    let kept = try #require(try OrderFlowTests.signal(stubborn, QE_SIDE_BUY).first)
    #expect(try stubborn.update(kept.tag, QE_ORDER_WORKING).isEmpty)
    let failed = try #require(try stubborn.trade(5_000_000, quantity: 50_000, side: QE_SIDE_SELL).first)
    #expect(try stubborn.update(failed.tag, QE_ORDER_REFUSED, code: 4).isEmpty)
    #expect(try stubborn.trade(5_000_000, side: QE_SIDE_SELL).isEmpty, "a refused cancel is asked for again after a pause")
    stubborn.context.receive_ns += 1_000_000_000
    #expect(try stubborn.trade(5_000_000, side: QE_SIDE_SELL).first?.target_tag == kept.tag)

    let instance = try OrderFlowTests.long()
    #expect(try instance.trade(5_000_000, quantity: 4000, side: QE_SIDE_SELL).isEmpty, "3,000 against 4,000 is 14 percent")
    let target = try #require(try instance.trade(5_000_000, quantity: 1000, side: QE_SIDE_SELL).first)
    #expect(target.kind == QE_INTENT_TARGET_POSITION && target.quantity == 0 && target.price == 0 && target.stop_price == 0)
    for _ in 0..<5 { #expect(try instance.trade(5_000_000, side: QE_SIDE_SELL).isEmpty) }
    instance.context.position = 60_000
    #expect(try instance.update(target.tag, QE_ORDER_PARTIAL, filled: 40_000, price: 5_000_000).isEmpty)
    #expect(try instance.trade(5_000_000, side: QE_SIDE_SELL).isEmpty)
    instance.context.position = 0
    #expect(try instance.update(target.tag, QE_ORDER_FILLED, filled: 60_000, price: 5_000_000).isEmpty)
    #expect(try instance.trade(5_000_000, quantity: 50_000, side: QE_SIDE_SELL).isEmpty, "not in again at once")
    instance.context.receive_ns += 1_000_000_000
    #expect(try instance.trade(5_000_000, side: QE_SIDE_SELL).first?.side == QE_SIDE_SELL)
  }

  @Test(arguments: [(QE_ORDER_REFUSED, 78), (QE_ORDER_CANCELLED, 0), (QE_ORDER_EXPIRED, 0), (QE_ORDER_REPLACED, 0)] as [(UInt32, UInt32)])
  func `a target that comes to nothing is asked for again after a pause`(_ state: UInt32, _ code: UInt32) throws {
    let instance = try OrderFlowTests.long()
    let target = try #require(try instance.trade(5_000_000, quantity: 50_000, side: QE_SIDE_SELL).first)
    #expect(try instance.update(target.tag, state, code: code).isEmpty)
    #expect(try instance.trade(5_000_000, side: QE_SIDE_SELL).isEmpty)
    instance.context.receive_ns += 1_000_000_000
    let again = try #require(try instance.trade(5_000_000, side: QE_SIDE_SELL).first)
    #expect(again.kind == QE_INTENT_TARGET_POSITION && again.tag != target.tag)
    #expect(try instance.update(again.tag, QE_ORDER_DONE).isEmpty)
    #expect(try instance.trade(5_000_000, side: QE_SIDE_SELL).first?.kind == QE_INTENT_TARGET_POSITION, "done, and still there: at once")
  }

  @Test func `while opening is not allowed it opens nothing and moves nothing, and still leaves`() throws {
    let instance = try OrderFlowTests.make()
    #expect(try instance.risk(allowed: false, code: 65).isEmpty)
    #expect(try OrderFlowTests.signal(instance, QE_SIDE_BUY, trades: 20).isEmpty)
    #expect(try instance.quote(5_000_000, 5_000_010).isEmpty)
    #expect(try instance.risk(allowed: true).isEmpty)
    let entry = try #require(try instance.trade(5_000_000, side: QE_SIDE_BUY).first)
    #expect(try instance.update(entry.tag, QE_ORDER_WORKING).isEmpty)
    #expect(try instance.risk(allowed: false, code: 65).isEmpty)
    #expect(try instance.quote(5_000_050, 5_000_060).isEmpty, "a replacement opens")
    #expect(try instance.update(entry.tag, QE_ORDER_CANCELLED).isEmpty, "the host took it back")
    instance.context.position = 100_000
    #expect(try instance.trade(5_000_000, quantity: 500_000, side: QE_SIDE_SELL).first?.kind == QE_INTENT_TARGET_POSITION)
    for flag in [QE_CONTEXT_STALE, QE_CONTEXT_WARMING] {
      let other = try OrderFlowTests.make()
      other.context.flags = flag
      #expect(try OrderFlowTests.signal(other, QE_SIDE_BUY, trades: 9).isEmpty)
      other.context.flags = 0
      #expect(try other.trade(5_000_000, side: QE_SIDE_BUY).first?.kind == QE_INTENT_SUBMIT)
    }
  }

  @Test func `a refused entry does not jam it: each refusal in a row doubles the pause`() throws {
    let instance = try OrderFlowTests.make()
    var wish = try #require(try OrderFlowTests.signal(instance, QE_SIDE_BUY).first)
    // The last pause is not doubled any more; codes: a limit of the host's, one without a name here.
    for (index, seconds) in [1, 2, 4, 8, 16, 32, 64, 64].enumerated() {
      #expect(try instance.update(wish.tag, QE_ORDER_REFUSED, code: index % 2 == 0 ? 74 : 999).isEmpty)
      instance.context.receive_ns += Int64(seconds) * 1_000_000_000 - 2_000_000
      #expect(try instance.trade(5_000_000, side: QE_SIDE_BUY).isEmpty)
      let next = try #require(try instance.trade(5_000_000, side: QE_SIDE_BUY).first)
      #expect(next.kind == QE_INTENT_SUBMIT && next.tag != wish.tag)
      wish = next
    }
    // Once something went well it counts from the start; a price that moved on does not count.
    #expect(try instance.update(wish.tag, QE_ORDER_WORKING).isEmpty)
    #expect(try instance.update(wish.tag, QE_ORDER_EXPIRED).isEmpty)
    for code in [129, 129, 16, 74] as [UInt32] {
      instance.context.receive_ns += 1_000_000_000
      wish = try #require(try instance.trade(5_000_000, side: QE_SIDE_BUY).first)
      #expect(try instance.update(wish.tag, QE_ORDER_REFUSED, code: code).isEmpty)
    }
    instance.context.receive_ns += 1_000_000_000
    #expect(try instance.trade(5_000_000, side: QE_SIDE_BUY).first?.kind == QE_INTENT_SUBMIT)
  }

  @Test func `an order whose fate is unknown is left alone until its end is told`() throws {
    let instance = try OrderFlowTests.make()
    let entry = try #require(try OrderFlowTests.signal(instance, QE_SIDE_BUY).first)
    #expect(try instance.update(entry.tag, QE_ORDER_WORKING).isEmpty)
    #expect(try instance.update(entry.tag, QE_ORDER_UNKNOWN).isEmpty)
    #expect(try instance.quote(5_000_040, 5_000_050).isEmpty)
    #expect(try instance.trade(5_000_000, quantity: 50_000, side: QE_SIDE_SELL).isEmpty)
    #expect(try instance.update(entry.tag, QE_ORDER_CANCELLED).isEmpty)
    instance.context.receive_ns += 1_000_000_000
    #expect(try instance.trade(5_000_000, side: QE_SIDE_SELL).first?.side == QE_SIDE_SELL)
  }

  @Test func `what the host does for it shows in the position alone`() throws {
    let instance = try OrderFlowTests.long()
    for state in [QE_ORDER_WORKING, QE_ORDER_PARTIAL, QE_ORDER_CANCELLED, QE_ORDER_REFUSED, QE_ORDER_FILLED] {
      #expect(try instance.update(0, state, filled: 10_000, price: 4_995_000).isEmpty)
    }
    let leaving = try OrderFlowTests.long()
    #expect(try leaving.update(0, QE_ORDER_REFUSED, code: 128).isEmpty)
    #expect(
      try leaving.trade(5_000_000, quantity: 50_000, side: QE_SIDE_SELL).first?.kind == QE_INTENT_TARGET_POSITION,
      "a leg that was refused is none of its own wishes")
    instance.context.position = 0
    #expect(try instance.trade(5_000_000, side: QE_SIDE_BUY).isEmpty, "stopped: a pause")
    instance.context.receive_ns += 1_000_000_000
    #expect(try instance.trade(5_000_000, side: QE_SIDE_BUY).first?.kind == QE_INTENT_SUBMIT)
  }

  @Test func `dust, which nobody could sell, neither is left nor keeps it from entering`() throws {
    // Below the smallest quantity, or worth less than 5 at 50,000: 0.0001 is.
    for (position, minimumQuantity, minimumNotional) in [(999, 1000, 0), (9999, 1, 5)] as [(Int64, Int64, UInt64)] {
      for (held, isDust) in [(position, true), (position + 1, false)] {
        let instance = try OrderFlowTests.make(market: "spot", minimumQuantity: minimumQuantity, minimumNotional: minimumNotional)
        instance.context.position = held
        let sold = try OrderFlowTests.signal(instance, QE_SIDE_SELL)
        #expect(sold.map(\.kind) == (isDust ? [] : [QE_INTENT_TARGET_POSITION]), "\(held)")
        if isDust { #expect(try instance.trade(5_000_000, quantity: 50_000, side: QE_SIDE_BUY).first?.kind == QE_INTENT_SUBMIT) }
      }
    }
  }

  @Test func `without room nothing is wished and nothing is lost`() throws {
    let instance = try OrderFlowTests.make()
    instance.capacity = 0
    #expect(try OrderFlowTests.signal(instance, QE_SIDE_BUY, trades: 9).isEmpty)
    instance.capacity = 1
    let entry = try #require(try instance.trade(5_000_000, side: QE_SIDE_BUY).first)
    #expect(entry.tag == 1, "no tag was spent")
    #expect(try instance.update(entry.tag, QE_ORDER_WORKING).isEmpty)
    instance.capacity = 0
    #expect(try instance.quote(5_000_040, 5_000_050).isEmpty)
    instance.capacity = 1
    #expect(try instance.quote(5_000_040, 5_000_050).first?.kind == QE_INTENT_REPLACE)
  }

  @Test(
    arguments: [
      ("quantity", 0.0), ("half_life_ms", 0), ("min_trades", 0), ("stop_bps", .nan), ("stop_bps", 0), ("stop_bps", 5001),
      ("take_profit_bps", .infinity),
      ("take_profit_bps", -1), ("time_stop_ms", -1), ("entry_life_ms", 0), ("max_replaces", -1), ("pause_ms", 1e12), ("leave_percent", 0),
    ])
  func `values out of bounds are refused even if a host lets them through`(_ name: String, _ value: Double) throws {
    let refused = #expect(throws: PluginInstance.Refused.self) { try OrderFlowTests.make([name: value]) }
    #expect(refused?.status == QE_INVALID && refused?.reason.contains(name) == true)
    let unknown = #expect(throws: PluginInstance.Refused.self) { try OrderFlowTests.make(entry: "both") }
    #expect(unknown?.reason.contains("both") == true)
  }
}
