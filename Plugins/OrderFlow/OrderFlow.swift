import PluginKit

/// Goes with the takers: enters on the side that they trade by far more of, when the quote's sizes do not speak against
/// it, and leaves when they turn. Each entry carries a stop, a take profit and a time stop.
///
/// One entry is open at a time. A passive one rests at the touch, follows it by `replace` and dies by its own time. What
/// the host does for it (bracket, time stop, flatten) shows in the position; to leave it asks for a target of 0, because
/// while a bracket protects a position other exits are refused.
struct OrderFlow: StatefulStrategy {
  static let name = "OrderFlow"
  static let summary = "Follows the imbalance of taker volume, confirmed by the quote, with brackets"
  static let events: Events = [.trades, .quotes]
  static var parameters: [Parameter] { Rules.parameters }

  private let rules: Rules
  private var flow: Flow
  /// Of the newest quote; 0 = unknown.
  private var bidQuantity: Int64 = 0
  private var askQuantity: Int64 = 0
  private var isOpeningAllowed = true
  private var lastTag: UInt64 = 0
  private var entry = Entry()
  // Tags of what is on its way; 0 = none.
  private var cancelTag: UInt64 = 0
  private var targetTag: UInt64 = 0
  /// A position was there at the last event.
  private var wasInPosition = false
  /// Of entries and replacements.
  private var entering = Pause()
  /// Of cancels and targets: a pause after an entry must not hold up an exit.
  private var leaving = Pause()

  init(_ configuration: Configuration) throws {
    rules = try Rules(configuration)
    flow = Flow(halfLifeMilliseconds: rules.halfLifeMilliseconds)
  }

  @inline(__always) mutating func onTrade(_ trade: borrowing Trade, _ context: borrowing Context, _ intents: inout Intents) {
    flow.fade(to: context.receiveNanoseconds)
    // Without a taker's side a trade says nothing here.
    if let side = trade.takerSide { flow.add(side, trade.rawQuantity) }
    act(context, &intents)
  }

  @inline(__always) mutating func onQuote(_ quote: borrowing Quote, _ context: borrowing Context, _ intents: inout Intents) {
    flow.fade(to: context.receiveNanoseconds)
    bidQuantity = quote.hasQuantities ? quote.rawBidQuantity : 0
    askQuantity = quote.hasQuantities ? quote.rawAskQuantity : 0
    act(context, &intents)
  }

  mutating func onRiskState(_ state: borrowing RiskState, _ context: borrowing Context, _ intents: inout Intents) {
    isOpeningAllowed = state.openingAllowed
  }

  mutating func onOrderUpdate(_ update: borrowing OrderUpdate, _ context: borrowing Context, _ intents: inout Intents) {
    watch(context)
    // The host's own orders for us, of tag 0, show in the position alone.
    if update.isHostMade { return }
    switch update.tag {
    case targetTag, cancelTag: noteExit(update, context)
    default: noteEntry(update, context)
    }
  }

  private mutating func noteExit(_ update: borrowing OrderUpdate, _ context: borrowing Context) {
    guard update.isFinal else { return }
    if update.tag == targetTag { targetTag = 0 } else { cancelTag = 0 }
    switch update.state {
    case .filled, .done: leaving.wentWell()
    case .refused: leaving.refused(update.code, rules.pauseNanoseconds, context)
    default: leaving.begin(rules.pauseNanoseconds, context)
    }
  }

  private mutating func noteEntry(_ update: borrowing OrderUpdate, _ context: borrowing Context) {
    entry.note(update)
    switch update.state {
    case .working, .partial, .filled: entering.wentWell()
    // Of an entry or of a replacement; there the entry itself goes on where it is.
    case .refused: entering.refused(update.code, rules.pauseNanoseconds, context)
    case .cancelled, .expired: entering.begin(rules.pauseNanoseconds, context)
    case .unknown, .replaced, .done: break
    }
  }

  // MARK: - Decisions

  /// Out, whoever closed it: not in again at once.
  @inline(__always) private mutating func watch(_ context: borrowing Context) {
    let isInPosition = held(context) != 0
    if wasInPosition, !isInPosition { entering.begin(rules.pauseNanoseconds, context) }
    wasInPosition = isInPosition
  }

  /// The position; 0 also for dust, which no order could leave and which must not keep it from trading.
  @inline(__always) private func held(_ context: borrowing Context) -> Int64 {
    let position = context.rawPosition
    return position == 0 || isDust(position, context) ? 0 : position
  }

  private func isDust(_ position: Int64, _ context: borrowing Context) -> Bool {
    if position.magnitude < rules.minimumQuantity.magnitude { return true }
    let notional = context.position.magnitude * context.scales.price(context.rawLastPrice)
    return context.rawLastPrice > 0 && notional < rules.minimumNotional
  }

  @inline(__always) private mutating func act(_ context: borrowing Context, _ intents: inout Intents) {
    watch(context)
    let position = held(context)
    // Most events: nothing is open and too little was traded.
    if position != 0 || entry.isOpen || flow.activity >= rules.minimumTrades { decide(position, context, &intents) }
  }

  private mutating func decide(_ position: Int64, _ context: borrowing Context, _ intents: inout Intents) {
    guard targetTag == 0, cancelTag == 0 else { return }
    if entry.isOpen {
      tend(context, &intents)
    } else if position != 0 {
      leaveIfTurned(position, context, &intents)
    } else if let side = signal(), canEnter(side, context) {
      enter(side, context, &intents)
    }
  }

  /// The side to enter; nil = none.
  private func signal() -> Side? {
    guard flow.activity >= rules.minimumTrades else { return nil }
    let side: Side = flow.bought >= flow.sold ? .buy : .sell
    guard flow.favours(side, percent: rules.enterPercent), isConfirmed(side) else { return nil }
    return side
  }

  /// More waits to buy than to sell, for a buy; a quote without sizes speaks neither for nor against.
  private func isConfirmed(_ side: Side) -> Bool {
    guard bidQuantity > 0, askQuantity > 0 else { return true }
    let excess = Int128(bidQuantity) - Int128(askQuantity)
    return excess * Int128(side.sign) * 100 >= Int128(rules.confirmPercent) * (Int128(bidQuantity) + Int128(askQuantity))
  }

  private func canEnter(_ side: Side, _ context: borrowing Context) -> Bool {
    isOpeningAllowed && entering.isOver(context) && !context.isStale && !context.isWarming && !(rules.isSpot && side == .sell)
  }

  /// The price that a passive entry rests at, or that a taker gets; nil where there is no sound quote.
  private func touch(_ side: Side, _ context: borrowing Context) -> Int64? {
    let bid = context.rawBidPrice
    let ask = context.rawAskPrice
    // At bid = ask nothing can rest without taking.
    guard bid > 0, rules.isPassive ? ask > bid : ask >= bid else { return nil }
    return (side == .buy) == rules.isPassive ? bid : ask
  }

  private func order(_ side: Side, _ quantity: Int64, at price: Int64, _ context: borrowing Context) -> Order? {
    let scales = context.scales
    // Away from the entry on both sides: neither is ever nearer than asked for, or on it.
    guard
      let stop = scales.price(price, movedByMillionths: -side.sign * rules.stopMillionths, rounding: side == .buy ? .down : .up),
      let profit = scales.price(price, movedByMillionths: side.sign * rules.takeProfitMillionths, rounding: side == .buy ? .up : .down)
    else { return nil }
    var order = Order(side, quantity: quantity, price: rules.isPassive ? price : nil)
    if rules.isPassive {
      order.postOnly = true
      order.timeInForce = .milliseconds(rules.entryLifeMilliseconds)
    }
    order.stopPrice = stop
    order.takeProfitPrice = profit
    order.timeStopMilliseconds = rules.timeStopMilliseconds == 0 ? nil : rules.timeStopMilliseconds
    // The excess is read as odds: at none of it up and down are equally likely.
    let odds = (1 + Double(max(0, flow.excess(side))) / Double(max(1, flow.total))) / 2
    order.confidence = odds
    order.edge = (odds * Double(rules.takeProfitMillionths) - (1 - odds) * Double(rules.stopMillionths)) / 1_000_000
    return order
  }

  private mutating func enter(_ side: Side, _ context: borrowing Context, _ intents: inout Intents) {
    guard let price = touch(side, context), let order = order(side, rules.quantity, at: price, context) else { return }
    if intents.submit(order, tag: lastTag &+ 1) { entry = Entry(tag: nextTag(), side: side, price: price, quantity: rules.quantity) }
  }

  /// A resting entry follows the touch while its reason holds, and is taken back when that is gone.
  private mutating func tend(_ context: borrowing Context, _ intents: inout Intents) {
    guard rules.isPassive, entry.canChange else { return }
    if flow.favours(entry.side.opposite, percent: rules.leavePercent) {
      if leaving.isOver(context), intents.cancel(entry.tag, tag: lastTag &+ 1) { cancelTag = nextTag() }
      return
    }
    // A replacement is a new opening order, so it needs what an entry needs.
    let rest = entry.quantity - entry.filled
    guard entry.replaces < rules.maximumReplaces, signal() == entry.side, canEnter(entry.side, context),
      rest >= max(1, rules.minimumQuantity), let price = touch(entry.side, context), (price - entry.price) * entry.side.sign > 0,
      let order = order(entry.side, rest, at: price, context)
    else { return }
    if intents.replace(entry.tag, with: order, tag: lastTag &+ 1) { entry.replace(by: nextTag(), price: price, quantity: rest) }
  }

  /// Leaving needs no permission: it is allowed while opening is not.
  private mutating func leaveIfTurned(_ position: Int64, _ context: borrowing Context, _ intents: inout Intents) {
    guard leaving.isOver(context), flow.activity >= rules.minimumTrades, flow.favours(position > 0 ? .sell : .buy, percent: rules.leavePercent) else {
      return
    }
    if intents.target(position: 0, tag: lastTag &+ 1) { targetTag = nextTag() }
  }

  private mutating func nextTag() -> UInt64 {
    lastTag &+= 1
    return lastTag
  }

  // MARK: - State

  func save(to writer: inout StateWriter) {
    flow.save(to: &writer)
    writer.write(bidQuantity)
    writer.write(askQuantity)
    writer.write(isOpeningAllowed)
    writer.write(lastTag)
    entry.save(to: &writer)
    writer.write(cancelTag)
    writer.write(targetTag)
    writer.write(wasInPosition)
    entering.save(to: &writer)
    leaving.save(to: &writer)
  }

  mutating func restore(from reader: inout StateReader) throws {
    try flow.restore(from: &reader)
    bidQuantity = try reader.read()
    askQuantity = try reader.read()
    isOpeningAllowed = try reader.readBool()
    lastTag = try reader.read()
    try entry.restore(from: &reader, lastTag: lastTag)
    cancelTag = try reader.read()
    targetTag = try reader.read()
    wasInPosition = try reader.readBool()
    try entering.restore(from: &reader)
    try leaving.restore(from: &reader)
    guard bidQuantity >= 0, askQuantity >= 0, cancelTag <= lastTag, targetTag <= lastTag else {
      throw Refusal("the state's counters contradict each other")
    }
  }
}

@c @implementation public func quantumedge_plugin_entry(
  _ major: UInt32, _ minor: UInt32, _ error: UnsafeMutablePointer<CChar>, _ capacity: Int
) -> UnsafePointer<qe_descriptor>? { export(OrderFlow.self, major, minor, error, capacity) }
