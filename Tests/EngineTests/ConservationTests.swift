import Engine
import Market
import PluginABI
import Risk
import Simulation
import TestKit
import Testing

/// Money is neither made nor lost: against a ledger that adds up every fill anew, to the last unit of 10^-18.
@Suite struct ConservationTests {
  /// Trades at random with what a plugin could wish for, several orders at a time.
  static func wild(_ chance: Chance) -> ScriptedStrategy {
    var chance = chance
    var tag: UInt64 = 0
    var resting: [UInt64] = []
    return ScriptedStrategy(events: [QE_EVENT_TRADE, QE_EVENT_QUOTE]) { context, event in
      guard event.kind == QE_EVENT_TRADE || event.kind == QE_EVENT_ORDER_UPDATE, chance.chance(30) else { return [] }
      return (0..<Int.random(in: 1...3, using: &chance)).map { _ in
        tag += 1
        let side: Side = chance.chance(50) ? .buy : .sell
        switch Int.random(in: 0..<10, using: &chance) {
        case 0..<5: return .market(tag, side, Int64.random(in: -2...40, using: &chance), reduceOnly: chance.chance(20))
        case 5..<9:
          resting.append(tag)
          return .limit(tag, side, Int64.random(in: 1...40, using: &chance), at: context.last_price + Int64.random(in: -60...60, using: &chance))
        default: return .cancel(tag, target: resting.randomElement(using: &chance) ?? 1)
        }
      }
    }
  }

  @Test(arguments: [true, false], [SimulationModel.FillPrice.trade, .quote])
  func cashPositionsAndFeesAddUpToTheLastUnit(isSpot: Bool, fillPrice: SimulationModel.FillPrice) {
    var chance = Chance.seeded("conservation, spot \(isSpot), fills at \(fillPrice)")
    for round in 0..<6 {
      let strategies = [Self.wild(Chance(seed: chance.next())), Self.wild(Chance(seed: chance.next()))]
      var model = SimulationModel(
        fillPrice: fillPrice, takerFee: BasisPoints(raw: Int64.random(in: 0...10_000_000, using: &chance)),
        makerFee: BasisPoints(raw: Int64.random(in: -3_000_000...3_000_000, using: &chance)))
      model.feeAsset = .quote
      let harness = EngineHarness(strategies, instrument: isSpot ? Samples.spot() : Samples.perpetual(), model: model)
      let spec = harness.spec
      var price: Int64 = 600_000
      for _ in 0..<1500 {
        price = max(1000, price + Int64.random(in: -50...50, using: &chance))
        let half = Int64.random(in: 0...5, using: &chance)
        harness.quote(price - half, price + half)
        harness.trade(price, quoted: false)
      }
      #expect(harness.fills.count > 50, "round \(round) traded too little to prove anything")

      // The ledger of the test: money in and out, nothing else.
      var money = Int128(1_000_000) * 1_000_000_000_000_000_000
      var position: Int64 = 0
      var fees: Int128 = 0
      for fill in harness.fills {
        let notional = Int128(fill.price.raw) * Int128(fill.quantity.raw) * spec.notionalMultiplier
        money -= Int128(fill.side.sign) * notional + fill.fee.raw
        position += fill.side.sign * fill.quantity.raw
        fees += fill.fee.raw
      }
      let markValue = Int128(harness.mark.raw) * Int128(position) * spec.notionalMultiplier
      #expect(harness.book.position == position)
      #expect(harness.equity.raw == money + markValue)
      #expect(harness.book.fees.raw == fees)
      if isSpot { #expect(harness.cash.raw == money) } else { #expect(harness.cash.raw == money + harness.book.cost.raw) }
      // Start + realized + unrealized - fees is the same equity, for the account and summed over the instances.
      let unrealized = markValue - harness.book.cost.raw
      #expect(Money(units: 1_000_000).raw + harness.book.realized.raw + unrealized - fees == harness.equity.raw)
      let own = (0..<2).map { harness.book(instance: $0) }
      #expect(own.map(\.position).reduce(0, +) == position)
      #expect(own.map(\.fees.raw).reduce(0, +) == fees)
      let ownTotal = own.map { $0.realized.raw + Int128(harness.mark.raw) * Int128($0.position) * spec.notionalMultiplier - $0.cost.raw }.reduce(0, +)
      #expect(ownTotal == harness.book.realized.raw + unrealized)
      // Round trips carry the whole profit of what is flat again.
      for instance in 0..<2 where harness.book(instance: instance).position == 0 {
        let trips = harness.trips.filter { $0.instance == Int32(instance) }.map(\.pnl.raw).reduce(0, +)
        #expect(trips == own[instance].realized.raw - own[instance].fees.raw)
      }
      for strategy in strategies { #expect(strategy.breaches.isEmpty, "\(strategy.breaches)") }
      for (index, strategy) in strategies.enumerated() {
        #expect(strategy.open.count == harness.openOrders(instance: index), "an intent without a final update")
      }
    }
  }

  @Test func theSameInputsGiveTheSameDecisions() {
    let runs = (0..<2).map { _ -> [Int64] in
      let harness = EngineHarness([Self.wild(Chance(seed: 7))])
      var chance = Chance(seed: 8)
      for _ in 0..<1000 { harness.trade(600_000 + Int64.random(in: -300...300, using: &chance)) }
      return harness.decisions.flatMap { [Int64($0.sequence), Int64($0.tag), $0.quantity, $0.price, Int64($0.code.rawValue)] }
    }
    #expect(runs[0] == runs[1])
    #expect(runs[0].count > 500)
  }
}
