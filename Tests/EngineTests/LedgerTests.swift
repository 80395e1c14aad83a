import Engine
import Market
import PluginABI
import Risk
import TestKit
import Testing

/// Generated long runs against an accountant with arithmetic of his own: money is neither made nor lost, to the last unit.
@Suite struct LedgerTests {
  /// What a run of 500 events has seen; over all runs nothing may be missing.
  struct Seen {
    var fills = 0
    var fees: [String: Int] = [:]
    var kinds: [String: Int] = [:]
    mutating func count(_ kind: String) { kinds[kind, default: 0] += 1 }
  }

  static let instances: [Int32] = [0, 0, 1, 1, 2, 3]
  /// Sizes of an order of each instrument, and where its price begins.
  static let sizes: [ClosedRange<Int64>] = [1...40, 1...40, 1_000_000_000...1_000_000_000_000, 1...500_000_000]
  static let prices: [Int64] = [600_000, 600_000, 12_345, 250_000_000]

  static func instruments() throws -> [Instrument] {
    [
      try Instrument(
        id: InstrumentID(venue: "binance", market: .spot, symbol: "BTCUSDT"), baseAsset: "BTC", quoteAsset: "USDT", priceScale: 1, quantityScale: 5),
      Samples.perpetual(),
      // By 10^12 units at 0.000012345 each.
      try Instrument(
        id: InstrumentID(venue: "binance", market: .usdm, symbol: "PEPEUSDT"), baseAsset: "PEPE", quoteAsset: "USDT", priceScale: 9, quantityScale: 0,
        maximumQuantity: 10_000_000_000_000, maximumPrice: 1_000_000_000_000),
      // By 10^-8 units.
      try Instrument(
        id: InstrumentID(venue: "binance", market: .spot, symbol: "FINEUSDT"), baseAsset: "FINE", quoteAsset: "USDT", priceScale: 8, quantityScale: 8),
    ]
  }

  @Test func booksEqualAnIndependentLedgerToTheLastUnitAtEveryStep() throws {
    var chance = Chance.seeded("ledger")
    var seen = Seen()
    let instruments = try Self.instruments()
    for round in 0..<200 {
      let run = LedgerRun(instruments, instances: Self.instances, sizes: Self.sizes, prices: Self.prices, chance: Chance(seed: chance.next()))
      for step in 0..<500 {
        run.step(&seen)
        if let difference = run.difference(isWhole: step % 25 == 0 || step == 499) {
          Issue.record("seed \(chance.seed), run \(round), step \(step), after \(run.lastEvent): \(difference)")
          return
        }
      }
      let unended = run.settle()
      #expect(unended.isEmpty, "seed \(chance.seed), run \(round): without a final update \(unended)")
      #expect(run.desk.breaches.isEmpty, "seed \(chance.seed), run \(round): \(run.desk.breaches)")
    }
    print("ledger: \(seen.fills) fills, fees \(seen.fees.sorted { $0.key < $1.key }), events \(seen.kinds.sorted { $0.key < $1.key })")
    #expect(seen.fills > 10_000)
    #expect(Set(seen.fees.keys) == ["quote", "quote rebate", "base", "third", "third rebate"])
    for kind in LedgerRun.kinds { #expect(seen.kinds[kind, default: 0] > 20, "\(kind) is too rare to prove anything") }
  }
}

/// One generated run: a market, strategies and a venue made of chance, an engine, and the accountant.
final class LedgerRun {
  static let kinds = [
    "quote", "trade", "mark", "funding", "transfer", "new day", "halt", "stale", "verdict", "submit", "limit", "at once", "bracket", "target",
    "replace", "cancel",
    "fill",
    "partial", "cancelled", "expired", "rejected", "triggered", "unknown", "cancel rejected", "restart",
  ]

  let desk: HandDesk
  private var ledger: Ledger
  private var chance: Chance
  private let instances: [Int32]
  private let sizes: [ClosedRange<Int64>]
  private(set) var lastEvent = ""
  private var tag: UInt64 = 0
  private var isHalted = false
  private var stale: Set<Int> = []
  private var seenAsked = 0
  private var dayBase: ExactDecimal
  private var day: Int64
  private var touched: Set<Int> = []
  private let start = Money(units: 1_000_000_000)

  /// An order at the venue.
  private struct Open {
    var order: ApprovedOrder
    var remaining: Int64
    var isCancelAsked = false
    var isTriggered = false
    /// The other leg was faster: it can only go.
    var isDead = false
    /// Placed once this one is gone.
    var after: UInt64?
  }
  private var open: [Open] = []
  private var seenSent = 0
  private var seenCancels = 0
  private var seenReplacements = 0

  init(_ instruments: [Instrument], instances: [Int32], sizes: [ClosedRange<Int64>], prices: [Int64], chance: Chance) {
    self.instances = instances
    self.sizes = sizes
    self.chance = chance
    // Every third run has a Supervisor who is asked.
    let isAsked = self.chance.chance(33)
    desk = HandDesk(
      instruments, instances: instances, cash: start, third: Money(units: 1000), approvalMilliseconds: isAsked ? 5_000 : nil, price: 0)
    ledger = Ledger(
      markets: instruments.map {
        Ledger.Market(priceScale: Int($0.spec.priceScale), quantityScale: Int($0.spec.quantityScale), isSpot: $0.spec.isSpot)
      }, account: instruments.map { _ in Ledger.Holding() }, own: instances.map { _ in Ledger.Holding() }, instrumentOf: instances.map(Int.init),
      cash: ExactDecimal(units: start.raw), third: ExactDecimal(units: Money(units: 1000).raw))
    dayBase = ExactDecimal(units: start.raw)
    day = desk.milliseconds / 86_400_000
    for (index, price) in prices.enumerated() {
      ledger.markets[index].last = price
      desk.trade(price, instrument: Int32(index))
      quote(index)
    }
  }

  // MARK: Events

  func step(_ seen: inout LedgerTests.Seen) {
    touched = []
    desk.milliseconds += Int64.random(in: 0...2000, using: &chance)
    let roll = Int.random(in: 0..<1000, using: &chance)
    switch roll {
    case 0..<180: note("quote", &seen) { quote(anyInstrument()) }
    case 180..<230: note("trade", &seen) { trade(anyInstrument()) }
    case 230..<260: note("mark", &seen) { mark() }
    case 260..<275: note("funding", &seen) { fund() }
    case 275..<285: note("transfer", &seen) { transfer() }
    case 285..<290: note("new day", &seen) { pass(86_400_000) }
    case 290..<300: note("halt", &seen) { halt() }
    case 300..<305: note("restart", &seen) { desk.restart() }
    case 305..<320: note("stale", &seen) { health() }
    case _ where seenAsked < desk.asked.count && chance.chance(60): note("verdict", &seen) { verdict() }
    case 320..<600: wish(&seen)
    default: venue(&seen)
    }
    hear()
  }

  private func note(_ kind: String, _ seen: inout LedgerTests.Seen, _ body: () -> Void) {
    lastEvent = kind
    seen.count(kind)
    roll()
    body()
  }

  /// The day's base is the equity that its first event finds.
  private func roll() {
    let now = desk.milliseconds / 86_400_000
    if now != day { dayBase = ledger.equity }
    day = now
  }

  private func pass(_ milliseconds: Int64) {
    desk.milliseconds += milliseconds
    roll()
    desk.pass(milliseconds: 0)
  }

  private func anyInstrument() -> Int { Int.random(in: 0..<ledger.markets.count, using: &chance) }

  private func move(_ price: Int64) -> Int64 { max(100, price + Int64.random(in: -max(2, price / 500)...max(2, price / 500), using: &chance)) }

  private func quote(_ index: Int) {
    let middle = move(ledger.markets[index].last)
    let half = Int64.random(in: 0...max(1, middle / 5000), using: &chance)
    // Now and then one side is missing.
    let isHalf = chance.chance(2)
    ledger.markets[index].bid = middle - half
    ledger.markets[index].ask = isHalf ? 0 : middle + half
    desk.quote(middle - half, isHalf ? 0 : middle + half, instrument: Int32(index))
  }

  private func trade(_ index: Int) {
    let price = move(ledger.markets[index].last)
    ledger.markets[index].last = price
    desk.trade(price, instrument: Int32(index))
  }

  private func mark() {
    let index = anyInstrument()
    let price = move(ledger.markets[index].last)
    ledger.markets[index].venueMark = price
    desk.feed(.markPrice(instrument: Int32(index), MarkPrice(price: Price(raw: price))))
  }

  private func fund() {
    let index = [1, 2][Int.random(in: 0...1, using: &chance)]
    let rate = Int64.random(in: -30_000_000...30_000_000, using: &chance)
    let price = move(ledger.markets[index].last)
    ledger.fund(index, rate: rate, price: price)
    touch(index)
    desk.feed(.funding(instrument: Int32(index), rate: BasisPoints(raw: rate), price: Price(raw: price)))
  }

  private func transfer() {
    let amount = Int128(Int64.random(in: -1_000_000_000_000_000_000...1_000_000_000_000_000_000, using: &chance)) * 1000
    ledger.transfer(amount)
    dayBase += ExactDecimal(units: amount)
    desk.feed(.transfer(Money(raw: amount)))
  }

  /// A stop lasts until the next word about it.
  private func halt() {
    isHalted = !isHalted && chance.chance(50)
    desk.command(.halt)
    if !isHalted { desk.command(.resume) }
  }

  private func health() {
    let index = stale.first ?? anyInstrument()
    if stale.remove(index) == nil { stale.insert(index) }
    desk.feed(.health(instrument: Int32(index), isStale: stale.contains(index), lagNanoseconds: 0))
  }

  private func verdict() {
    let order = desk.asked[seenAsked]
    seenAsked += 1
    desk.verdict(order, isAllowed: chance.chance(80))
  }

  private func touch(_ index: Int) { for instance in instances.indices where instances[instance] == Int32(index) { touched.insert(instance) } }

  // MARK: Wishes

  private func wish(_ seen: inout LedgerTests.Seen) {
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

  private func someTag(_ instance: Int) -> UInt64 { desk.strategies[instance].open.sorted().randomElement(using: &chance) ?? 1 }

  // MARK: The venue

  /// Takes over what the engine has asked for.
  private func hear() {
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

  private func isOpen(_ id: UInt64) -> Bool { open.contains { $0.order.id == id } }

  private func venue(_ seen: inout LedgerTests.Seen) {
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
  private func bury(_ id: UInt64) { if id != 0, let index = open.firstIndex(where: { $0.order.id == id }) { open[index].isDead = true } }

  private func fill(_ index: Int, _ seen: inout LedgerTests.Seen) {
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

  // MARK: The comparison

  /// What differs; nil when all is equal.
  ///
  /// - Parameter isWhole: every book is looked at, and not only those that this event could change.
  func difference(isWhole: Bool) -> String? {
    func differs(_ name: String, _ engine: Money, _ own: ExactDecimal) -> String? {
      let value = ExactDecimal(units: engine.raw)
      return value == own ? nil : "\(name): the engine has \(value), the ledger \(own)"
    }
    func differs(_ name: String, _ book: PositionBook, _ own: Ledger.Holding) -> String? {
      if Int128(book.position) != own.position || book.fraction != own.fraction {
        return "\(name): the engine holds \(book.position) and \(book.fraction), the ledger \(own.position) and \(own.fraction)"
      }
      return differs("\(name), cost", book.cost, own.cost) ?? differs("\(name), realized", book.realized, own.realized)
        ?? differs("\(name), fees", book.fees, own.fees) ?? differs("\(name), funding", book.funding, own.funding)
    }
    if let found = differs("cash", desk.cash, ledger.cash) ?? differs("third asset", desk.engine.thirdBalance, ledger.third)
      ?? differs("equity", desk.equity, ledger.equity) ?? differs("day base", desk.dayBase, dayBase)
    {
      return found
    }
    for instance in isWhole ? Set(instances.indices) : touched {
      let index = Int(instances[instance])
      if let found = differs("instance \(instance)", desk.engine.book(instance: instance), ledger.own[instance])
        ?? differs("instrument \(index)", desk.engine.book(instrument: index), ledger.account[index])
      {
        return found
      }
    }
    return nil
  }
}
