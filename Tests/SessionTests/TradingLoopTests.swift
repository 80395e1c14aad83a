import Cryptography
import Engine
import Market
import PluginABI
import Risk
import Session
import TestKit
import Testing

@Suite struct TradingLoopTests {
  @Test func `The quote that a trade implies comes before the trade, and only when the price changes`() {
    var seen: [(kind: UInt32, sequence: UInt64, flags: UInt32)] = []
    let strategy = ScriptedStrategy(events: [QE_EVENT_TRADE, QE_EVENT_QUOTE]) { context, event in
      seen.append((event.kind, context.sequence, context.flags))
      return []
    }
    let harness = LoopHarness([strategy], syntheticSpread: .zero)
    for price: Int64 in [600_000, 600_000, 600_001] { harness.trade(price) }
    #expect(seen.map(\.kind) == [QE_EVENT_QUOTE, QE_EVENT_TRADE, QE_EVENT_TRADE, QE_EVENT_QUOTE, QE_EVENT_TRADE])
    #expect(seen.map(\.sequence) == [1, 2, 3, 4, 5])
    #expect(seen.allSatisfy { $0.flags & QE_CONTEXT_SYNTHETIC_QUOTE != 0 })
  }

  @Test func `A feed with quotes of its own gets none made`() {
    let strategy = ScriptedStrategy(events: [QE_EVENT_TRADE, QE_EVENT_QUOTE]) { _, _ in [] }
    let harness = LoopHarness([strategy], syntheticSpread: nil)
    harness.trade(600_000)
    #expect(strategy.events == [QE_EVENT_TRADE])
  }

  @Test func `It counts orders, fills, round trips, wins, fees and refusals`() {
    var tag: UInt64 = 0
    let strategy = ScriptedStrategy { context, event in
      guard event.kind == QE_EVENT_TRADE else { return [] }
      tag += 1
      // Buy, sell, buy, sell, then two that cannot be: nothing of a quantity, and a side that there is not.
      switch tag {
      case 1, 3: return [.market(tag, .buy, 2)]
      case 2, 4: return [.market(tag, .sell, 2)]
      case 5: return [.market(tag, .buy, 0)]
      default: return []
      }
    }
    let harness = LoopHarness([strategy], syntheticSpread: .zero)
    for price: Int64 in [600_000, 610_000, 610_000, 600_000, 600_000, 600_000] { harness.trade(price) }
    let counters = harness.counters
    #expect(counters.orders == 4 && counters.fills == 4 && counters.makerFills == 0)
    #expect(counters.trades == 2 && counters.wins == 1)
    #expect(counters.refusals == 1 && counters.refusalCounts.map(\.name) == ["INVALID_QUANTITY"] && counters.refusalCounts.map(\.count) == [1])
    // 0.002 of 60,000, 61,000, 61,000 and 60,000 at 5 bps; won 2 and lost 2.
    #expect(counters.fees == Money(raw: 242_000_000_000_000_000) && counters.realized == .zero)
    #expect(harness.fills.count == 4 && harness.trips.count == 2 && harness.refusals.count == 1)
    #expect(harness.trips.map(\.pnl) == [Money(raw: 1_879_000_000_000_000_000), Money(raw: -2_121_000_000_000_000_000)])
    #expect(strategy.breaches.isEmpty && strategy.open.isEmpty, "\(strategy.breaches)")
  }

  @Test func `A killed run refuses what opens and says so`() {
    var tag: UInt64 = 0
    let strategy = ScriptedStrategy { _, event in
      guard event.kind == QE_EVENT_TRADE else { return [] }
      tag += 1
      return [.market(tag, .buy, 2)]
    }
    let harness = LoopHarness([strategy], syntheticSpread: .zero)
    harness.command(.kill)
    harness.trade(600_000)
    #expect(harness.riskCodes == [.killed])
    #expect(harness.counters.fills == 0 && harness.refusals.map(\.refusal.code) == [.killed])
  }

  @Test func `An instance that breaks its contract is counted once and called no more`() {
    let strategy = ScriptedStrategy { _, _ in [] }
    strategy.status = QE_ERROR
    let harness = LoopHarness([strategy], syntheticSpread: .zero)
    for price: Int64 in [600_000, 600_001] { harness.trade(price) }
    #expect(harness.counters.failedInstances == 1 && harness.failures == [.status(Int32(QE_ERROR))])
    #expect(strategy.events == [QE_EVENT_TRADE])
  }
}
