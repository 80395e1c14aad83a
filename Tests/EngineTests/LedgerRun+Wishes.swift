import Engine
import Market
import PluginABI
import Risk
import TestKit

extension LedgerRun {
  // MARK: Wishes

  func wish(_ seen: inout LedgerTests.Seen) {
    let instance = Int.random(in: 0..<instances.count, using: &chance)
    let index = Int(instances[instance])
    let market = ledger.markets[index]
    tag += 1
    let side: Side = market.isSpot ? (chance.chance(60) ? .buy : .sell) : chance.chance(50) ? .buy : .sell
    // What a spot instance sells is often all that it has.
    let held = Int64(ledger.own[instance].position.magnitude)
    let quantity = side == .sell && market.isSpot && held > 0 && chance.chance(50) ? held : Int64.random(in: sizes[index], using: &chance)
    let price = move(market.last)
    var kind = "submit"
    var intent = qe_intent.market(tag, side, quantity)
    switch Int.random(in: 0..<100, using: &chance) {
    case 0..<25: break
    case 25..<45:
      kind = "limit"
      intent = .limit(tag, side, quantity, at: price)
    case 45..<55:
      kind = "at once"
      intent = qe_intent.limit(tag, side, quantity, at: price).living(chance.chance(50) ? QE_TIF_IOC : QE_TIF_FOK)
    case 55..<68:
      kind = "bracket"
      let away = max(2, price / 100)
      let up = side == .buy ? price + away : price - away
      let down = side == .buy ? price - away : price + away
      intent = qe_intent.limit(tag, side, quantity, at: price).bracketed(stop: down, takeProfit: up, timeStop: chance.chance(30) ? 60_000 : 0)
    case 68..<80:
      kind = "target"
      intent = .target(tag, market.isSpot ? Int64.random(in: 0...sizes[index].upperBound, using: &chance) : side.sign * quantity)
      if chance.chance(40) { intent.quantity = 0 }
    case 80..<90:
      kind = "replace"
      intent = .replace(tag, target: someTag(instance), side, quantity, at: price)
    default:
      kind = "cancel"
      intent = .cancel(tag, target: someTag(instance))
    }
    note(kind, &seen) {
      // A wish comes with a trade at the last price.
      desk.wish(intent, instance: instance)
    }
  }

  func someTag(_ instance: Int) -> UInt64 { desk.strategies[instance].open.sorted().randomElement(using: &chance) ?? 1 }
}
