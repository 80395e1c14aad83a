import Engine
import Market
import PluginABI
import Risk
import Session
import Simulation
import TestKit
import Testing

/// The whole loop with two clocks: what a strategy sees, and at which prices its orders end.
@Suite struct DelayedLoopTests {
  private static let start: Int64 = 1_704_067_200_000

  private func model(feed: Int64 = 0, order: Int64 = 0, response: Int64 = 0, _ change: (inout SimulationModel) -> Void = { _ in }) -> SimulationModel
  {
    var model = SimulationModel(fillPrice: .quote, takerFee: .zero, makerFee: .zero, syntheticSpread: .zero, initialCash: Money(units: 1_000_000))
    model.latency.feedNanoseconds = feed * 1_000_000
    model.latency.orderNanoseconds = order * 1_000_000
    model.latency.responseNanoseconds = response * 1_000_000
    change(&model)
    return model
  }

  /// Rows each millisecond, price rising by a tick each: row n (from 1) has price 600,000 + n at start + n ms. Seen 2 ms
  /// later, the order goes out at 3 ms, arrives at 8 ms behind row 8 and fills at its price; the strategy hears of it at
  /// 11 ms, after row 8 and before row 9 (which reach it at 10 and 11 ms: a report goes before data of the same moment).
  @Test func `An order fills at the price that stands when it arrives, and its author hears of it later`() {
    var heard: [(milliseconds: Int64, kind: UInt32)] = []
    var isSent = false
    let strategy = ScriptedStrategy(events: [QE_EVENT_TRADE]) { context, event in
      heard.append((context.receive_ns / 1_000_000 - Self.start, event.kind))
      if event.kind == QE_EVENT_TRADE, !isSent {
        isSent = true
        return [.market(1, .buy, 2)]
      }
      return []
    }
    let harness = LoopHarness([strategy], syntheticSpread: .zero, model: model(feed: 2, order: 5, response: 3))
    for row in 1...20 as ClosedRange<Int64> { harness.trade(600_000 + row) }
    harness.finish()
    #expect(harness.fills.map(\.price.raw) == [600_008])
    #expect(harness.fills.map { $0.receiveNanoseconds / 1_000_000 - Self.start } == [11])
    #expect(heard.filter { $0.kind == QE_EVENT_TRADE }.map(\.milliseconds) == Array(3...22))
    let updates = heard.enumerated().filter { $1.kind == QE_EVENT_ORDER_UPDATE }
    #expect(updates.map(\.element.milliseconds) == [11] && updates.map(\.offset) == [8])
    #expect(strategy.breaches.isEmpty, "\(strategy.breaches)")
  }

  /// A buy at 599,999 rests from 5 ms on; the row of 7 ms goes through it. The cancel, sent at 4 ms on hearing of nothing yet,
  /// arrives at 9 ms and finds nothing.
  @Test func `A cancel that is overtaken by the fill changes nothing`() {
    let strategy = ScriptedStrategy(events: [QE_EVENT_TRADE]) { context, event in
      guard event.kind == QE_EVENT_TRADE else { return [] }
      switch context.receive_ns / 1_000_000 - Self.start {
      case 1: return [.limit(1, .buy, 2, at: 599_999)]
      case 4: return [.cancel(2, target: 1)]
      default: return []
      }
    }
    let harness = LoopHarness([strategy], syntheticSpread: .zero, model: model(order: 4, response: 50))
    for row in 1...20 as ClosedRange<Int64> { harness.trade(row == 7 ? 599_000 : 600_000) }
    harness.finish()
    #expect(harness.fills.map(\.price.raw) == [599_999] && harness.fills.map(\.isMaker) == [true])
    #expect(strategy.breaches.isEmpty && strategy.open.isEmpty, "\(strategy.breaches)")
  }

  /// The same strategy on the same rows, each of a millisecond of its own: without latency the line decides what the direct
  /// path decides, only a row later.
  @Test func `The same seed gives the same decisions, another latency others`() {
    func hash(_ model: SimulationModel) -> String {
      var tag: UInt64 = 0
      let strategy = ScriptedStrategy { context, event in
        guard event.kind == QE_EVENT_TRADE else { return [] }
        tag += 1
        // What the last fill left decides, so that a fill's time and price matter.
        return context.position > 0 ? [.market(tag, .sell, UInt64(context.position) > 2 ? 2 : 1)] : [.market(tag, .buy, 3)]
      }
      let harness = LoopHarness([strategy], syntheticSpread: .zero, model: model)
      for row in 0..<400 as Range<Int64> { harness.trade(600_000 + (row * 7919) % 101, afterMilliseconds: 1 + row % 3) }
      harness.finish()
      return harness.hashes.run.hex + " \(harness.counters.fills)"
    }
    let jittered = model(feed: 1, order: 2, response: 1) {
      $0.latency.jitterNanoseconds = 3_000_000
      $0.seed = 5
    }
    var other = jittered
    other.seed = 6
    #expect(hash(jittered) == hash(jittered))
    #expect(hash(jittered) != hash(other))
    #expect(hash(jittered) != hash(model()))
  }

  /// Depth alone: the engine gets the book's top as a quote, and takers walk the book.
  @Test(arguments: [false, true])
  func `On a feed of depth and trades the top of the book is the quote`(isRecorded: Bool) {
    var quotes: [Int64] = []
    let strategy = ScriptedStrategy(events: [QE_EVENT_TRADE, QE_EVENT_QUOTE]) { context, event in
      if event.kind == QE_EVENT_QUOTE { quotes += [context.bid_price, context.ask_price] }
      return event.kind == QE_EVENT_TRADE ? [.market(1, .buy, 4)] : []
    }
    let harness = LoopHarness([strategy], syntheticSpread: .zero, clock: isRecorded ? .recorded : .row, model: model())
    func event(_ milliseconds: Int64, _ payload: MarketEvent.Payload) {
      let time = (Self.start + milliseconds) * 1_000_000
      harness.loop.event(MarketEvent(exchangeNanoseconds: time, receiveNanoseconds: time, payload: payload), instrument: 0)
    }
    let levels = { (rows: [(Int64, Int64)]) in rows.map { BookLevel(price: Price(raw: $0.0), quantity: Quantity(raw: $0.1)) } }
    let (bids, asks) = (levels([(599_990, 5)]), levels([(600_010, 1), (600_020, 9)]))
    bids.withUnsafeBufferPointer { bids in
      asks.withUnsafeBufferPointer { asks in
        event(1, .depth(DepthUpdate(bids: bids, asks: asks, isSnapshot: true)))
        event(2, .depth(DepthUpdate(bids: bids, asks: UnsafeBufferPointer(rebasing: asks[1...]), isSnapshot: false)))
      }
    }
    event(3, .trade(Trade(price: Price(raw: 600_000), quantity: Quantity(raw: 1), takerSide: .buy)))
    harness.finish()
    // The second message changed nothing at the top: one quote.
    #expect(quotes == [599_990, 600_010])
    #expect(harness.fills.map(\.price.raw) == [600_010, 600_020] && harness.fills.map(\.quantity.raw) == [1, 3])
  }

  @Test func `Messages that come late in a recording are counted`() {
    let strategy = ScriptedStrategy(events: [QE_EVENT_TRADE]) { _, _ in [] }
    let harness = LoopHarness([strategy], syntheticSpread: nil, clock: .recorded, model: model())
    for (exchange, receive) in [(0, 0), (10_000, 10_000), (20_000, 20_000), (5_000, 20_001)] as [(Int64, Int64)] {
      harness.loop.event(
        MarketEvent(
          exchangeNanoseconds: (Self.start + exchange) * 1_000_000, receiveNanoseconds: (Self.start + receive) * 1_000_000,
          payload: .trade(Trade(price: Price(raw: 600_000), quantity: Quantity(raw: 1), takerSide: .buy))), instrument: 0)
    }
    harness.finish()
    #expect(harness.loop.lateCount == 1 && strategy.events.count == 4)
  }
}
