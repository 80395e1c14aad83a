import Engine
import Market
import PluginABI
import Risk
import TestKit

/// One generated run: a market, strategies and a venue made of chance, an engine, and the accountant.
final class LedgerRun {
  static let kinds = [
    "quote", "trade", "mark", "funding", "transfer", "new day", "halt", "stale", "verdict", "submit", "limit", "at once", "bracket", "target",
    "replace", "cancel",
    "fill",
    "partial", "cancelled", "expired", "rejected", "triggered", "unknown", "cancel rejected", "restart",
  ]

  let desk: HandDesk
  var ledger: Ledger
  var chance: Chance
  let instances: [Int32]
  let sizes: [ClosedRange<Int64>]
  private(set) var lastEvent = ""
  var tag: UInt64 = 0
  var isHalted = false
  var stale: Set<Int> = []
  var seenAsked = 0
  var dayBase: ExactDecimal
  var day: Int64
  var touched: Set<Int> = []
  let start = Money(units: 1_000_000_000)

  /// An order at the venue.
  struct Open {
    var order: ApprovedOrder
    var remaining: Int64
    var isCancelAsked = false
    var isTriggered = false
    /// The other leg was faster: it can only go.
    var isDead = false
    /// Placed once this one is gone.
    var after: UInt64?
  }
  var open: [Open] = []
  var seenSent = 0
  var seenCancels = 0
  var seenReplacements = 0

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

  func note(_ kind: String, _ seen: inout LedgerTests.Seen, _ body: () -> Void) {
    lastEvent = kind
    seen.count(kind)
    roll()
    body()
  }

  /// The day's base is the equity that its first event finds.
  func roll() {
    let now = desk.milliseconds / 86_400_000
    if now != day { dayBase = ledger.equity }
    day = now
  }

  func pass(_ milliseconds: Int64) {
    desk.milliseconds += milliseconds
    roll()
    desk.pass(milliseconds: 0)
  }

  func anyInstrument() -> Int { Int.random(in: 0..<ledger.markets.count, using: &chance) }

  func move(_ price: Int64) -> Int64 { max(100, price + Int64.random(in: -max(2, price / 500)...max(2, price / 500), using: &chance)) }

  func quote(_ index: Int) {
    let middle = move(ledger.markets[index].last)
    let half = Int64.random(in: 0...max(1, middle / 5000), using: &chance)
    // Now and then one side is missing.
    let isHalf = chance.chance(2)
    ledger.markets[index].bid = middle - half
    ledger.markets[index].ask = isHalf ? 0 : middle + half
    desk.quote(middle - half, isHalf ? 0 : middle + half, instrument: Int32(index))
  }

  func trade(_ index: Int) {
    let price = move(ledger.markets[index].last)
    ledger.markets[index].last = price
    desk.trade(price, instrument: Int32(index))
  }

  func mark() {
    let index = anyInstrument()
    let price = move(ledger.markets[index].last)
    ledger.markets[index].venueMark = price
    desk.feed(.markPrice(instrument: Int32(index), MarkPrice(price: Price(raw: price))))
  }

  func fund() {
    let index = [1, 2][Int.random(in: 0...1, using: &chance)]
    let rate = Int64.random(in: -30_000_000...30_000_000, using: &chance)
    let price = move(ledger.markets[index].last)
    ledger.fund(index, rate: rate, price: price)
    touch(index)
    desk.feed(.funding(instrument: Int32(index), rate: BasisPoints(raw: rate), price: Price(raw: price)))
  }

  func transfer() {
    let amount = Int128(Int64.random(in: -1_000_000_000_000_000_000...1_000_000_000_000_000_000, using: &chance)) * 1000
    ledger.transfer(amount)
    dayBase += ExactDecimal(units: amount)
    desk.feed(.transfer(Money(raw: amount)))
  }

  /// A stop lasts until the next word about it.
  func halt() {
    isHalted = !isHalted && chance.chance(50)
    desk.command(.halt)
    if !isHalted { desk.command(.resume) }
  }

  func health() {
    let index = stale.first ?? anyInstrument()
    if stale.remove(index) == nil { stale.insert(index) }
    desk.feed(.health(instrument: Int32(index), isStale: stale.contains(index), lagNanoseconds: 0))
  }

  func verdict() {
    let order = desk.asked[seenAsked]
    seenAsked += 1
    desk.verdict(order, isAllowed: chance.chance(80))
  }

  func touch(_ index: Int) { for instance in instances.indices where instances[instance] == Int32(index) { touched.insert(instance) } }

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
