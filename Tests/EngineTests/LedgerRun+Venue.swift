import Engine
import Market
import PluginABI
import Risk
import TestKit

extension LedgerRun {
  // MARK: The venue

  /// Takes over what the engine has asked for.
  func hear() {
    let fresh = desk.sent[seenSent...]
    seenSent = desk.sent.count
    let replacing = desk.replacements[seenReplacements...]
    seenReplacements = desk.replacements.count
    for order in fresh {
      let old = replacing.first { $0.new.id == order.id }?.old
      open.append(Open(order: order, remaining: order.request.quantity.raw, after: old))
      if let old, let index = open.firstIndex(where: { $0.order.id == old }) { open[index].isCancelAsked = true }
    }
    for id in desk.cancels[seenCancels...] { if let index = open.firstIndex(where: { $0.order.id == id }) { open[index].isCancelAsked = true } }
    seenCancels = desk.cancels.count
  }

  func isOpen(_ id: UInt64) -> Bool { open.contains { $0.order.id == id } }

  func venue(_ seen: inout LedgerTests.Seen) {
    guard let index = open.indices.randomElement(using: &chance) else { return note("quote", &seen) { quote(anyInstrument()) } }
    let chosen = open[index]
    // A replacement that waits for the end of the old one is decided by that.
    if let old = chosen.after {
      if isOpen(old) { return note("quote", &seen) { quote(anyInstrument()) } }
      open[index].after = nil
    }
    let isUntouched = chosen.remaining == chosen.order.request.quantity.raw && !chosen.isTriggered
    if chosen.isDead || (chosen.isCancelAsked && chance.chance(60)) {
      if chosen.isCancelAsked, !chosen.isDead, chance.chance(10) {
        open[index].isCancelAsked = false
        return note("cancel rejected", &seen) {
          desk.report(chosen.order, .cancelRejected)
          desk.report(chosen.order, .working)
        }
      }
      open.remove(at: index)
      return note("cancelled", &seen) { desk.report(chosen.order, .cancelled) }
    }
    if chosen.order.request.type.isConditional, !chosen.isTriggered {
      guard chance.chance(30) else { return note("quote", &seen) { quote(anyInstrument()) } }
      open[index].isTriggered = true
      bury(chosen.order.pairedID)
      return note("triggered", &seen) { desk.report(chosen.order, .triggered) }
    }
    switch Int.random(in: 0..<100, using: &chance) {
    case 0..<4 where isUntouched:
      open.remove(at: index)
      note("rejected", &seen) { desk.report(chosen.order, .rejected) }
    case 4..<10:
      open.remove(at: index)
      note("expired", &seen) { desk.report(chosen.order, .expired) }
    case 10..<14:
      note("unknown", &seen) {
        desk.report(chosen.order, .unknown)
        if chance.chance(70) { desk.report(chosen.order, .working) }
      }
    default: fill(index, &seen)
    }
  }

  /// The other leg of a pair cannot fill any more.
  func bury(_ id: UInt64) { if id != 0, let index = open.firstIndex(where: { $0.order.id == id }) { open[index].isDead = true } }

  func fill(_ index: Int, _ seen: inout LedgerTests.Seen) {
    let chosen = open[index]
    let request = chosen.order.request
    let instrument = Int(request.instrument)
    let market = ledger.markets[instrument]
    let isWhole = chosen.remaining == 1 || chance.chance(40)
    let quantity = isWhole ? chosen.remaining : Int64.random(in: 1..<chosen.remaining, using: &chance)
    let price = move(market.last)
    var asset = ExecutionReport.FeeAsset.quote
    var fee = Int128(Int64.random(in: 0...3_000_000_000_000_000_000, using: &chance))
    var amount = fee
    var name = "quote"
    switch Int.random(in: 0..<100, using: &chance) {
    case 0..<40: break
    case 40..<55:
      fee = -fee
      amount = fee
      name = "quote rebate"
    case 55..<80 where market.isSpot && request.side == .buy:
      // Up to a thousandth of what was bought, in whole 10^-8 of the coin; worth what it is at this price.
      let most = Int128(quantity) * market.unit / 1000 / 10_000_000_000
      amount = Int128.random(in: 0...most, using: &chance) * 10_000_000_000
      fee = amount * Int128(price) / market.priceUnit
      asset = .base
      name = "base"
    default:
      asset = .third
      amount = Int128(Int64.random(in: 1...1_000_000_000_000_000, using: &chance))
      name = "third"
      if chance.chance(25) {
        fee = -fee
        amount = -amount
        name = "third rebate"
      }
    }
    ledger.fill(
      instance: Int(request.instance), side: request.side, quantity: quantity, price: price, fee: fee, feeAsset: asset, amount: amount)
    seen.fills += 1
    seen.fees[name, default: 0] += 1
    touched.insert(Int(request.instance))
    bury(chosen.order.pairedID)
    open[index].remaining -= quantity
    if isWhole {
      open.remove(at: index)
      // What was to take its place comes too late.
      if let late = open.firstIndex(where: { $0.after == chosen.order.id }) {
        let order = open[late].order
        open.remove(at: late)
        note("fill", &seen) { desk.fill(chosen.order, quantity, at: price, fee: Money(raw: fee), feeAsset: asset, feeAmount: Money(raw: amount)) }
        desk.report(order, .rejected)
        return
      }
    }
    note(isWhole ? "fill" : "partial", &seen) {
      desk.fill(chosen.order, quantity, at: price, fee: Money(raw: fee), feeAsset: asset, feeAmount: Money(raw: amount))
    }
  }

  /// Everything is brought to its end; returns what has had no final update then: tags and the host's own orders.
  func settle() -> [UInt64] {
    desk.command(.flatten(instrument: -1))
    hear()
    for _ in 0..<5000 {
      if open.isEmpty {
        desk.pass(milliseconds: 1)
        hear()
        if open.isEmpty { break }
      }
      var chosen = open.removeFirst()
      if let old = chosen.after, isOpen(old) {
        open.append(chosen)
        continue
      }
      chosen.after = nil
      let leaves = !chosen.isDead && !chosen.isCancelAsked && chosen.order.request.type == .market
      if leaves {
        desk.fill(chosen.order, chosen.remaining, at: ledger.markets[Int(chosen.order.request.instrument)].last)
      } else {
        desk.report(chosen.order, .cancelled)
      }
      hear()
    }
    return desk.strategies.flatMap { Array($0.open) + Array($0.openHostOrders) }
  }
}
