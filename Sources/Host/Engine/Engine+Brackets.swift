import Market
import PluginABI
import Risk

// Protection of what an entry has opened. Leaving is always: cancel, wait for the confirmation, size to what remains, send.

extension Engine {
  /// Brings what is open of a bracket in line with what it holds.
  mutating func tend(_ index: Int, _ number: Int32) {
    let bracket = brackets[number]
    // A target cancels everything first; what then is left is tended at its end.
    guard bracket.pointee.isActive, !instances[index].job.isActive else { return }
    if bracket.pointee.held <= 0 { return tendEmpty(index, number) }
    let spec = instruments[Int(instances[index].instrument)].spec
    let position = instances[index].book.position
    let own = (position > 0) == (bracket.pointee.side == .buy) ? abs(position) : 0
    let quantity = min(bracket.pointee.held, own) / spec.stepSize * spec.stepSize
    if quantity < spec.minimumQuantity {
      // Dust protects itself: it cannot be sold. The entry may still bring more.
      if bracket.pointee.entry < 0 || bracket.pointee.isLeaving {
        bracket.pointee.held = 0
        tendEmpty(index, number)
      }
      return
    }
    if bracket.pointee.isLeaving { return leave(index, number, quantity) }
    // A first fill too small for the venue to protect: the entry may still bring more, and the host watches meanwhile.
    let terms = bracket.pointee.terms
    if bracket.pointee.entry >= 0, isDust(quantity, spec, at: terms.stopPrice.raw > 0 ? terms.stopPrice : terms.takeProfitPrice) { return }
    guard bracket.pointee.terms.stopPrice.raw > 0 || needsTakeProfit(bracket.pointee) else { return }
    if bracket.pointee.hasLegs { return resize(number, quantity) }
    protect(index, number, quantity)
  }

  private func needsTakeProfit(_ bracket: Bracket) -> Bool { bracket.terms.takeProfitPrice.raw > 0 && !bracket.watchesTakeProfit }

  /// Nothing is held: with the entry over, nothing will be, and what is still open of it goes.
  private mutating func tendEmpty(_ index: Int, _ number: Int32) {
    let bracket = brackets[number]
    if bracket.pointee.entry >= 0, !bracket.pointee.isLeaving { return }
    if take(back: bracket.pointee.entry, index) { return }
    requestCancelLegs(bracket.pointee)
    if bracket.pointee.entry >= 0 || bracket.pointee.hasLegs || bracket.pointee.exit >= 0 { return }
    brackets.close(index, number)
    instruments[Int(instances[index].instrument)].bracketCount -= 1
  }

  private mutating func leave(_ index: Int, _ number: Int32, _ quantity: Int64) {
    let bracket = brackets[number]
    if take(back: bracket.pointee.entry, index) { return }
    requestCancelLegs(bracket.pointee)
    if bracket.pointee.entry >= 0 || bracket.pointee.hasLegs || bracket.pointee.exit >= 0 { return }
    var request = OrderRequest(
      instrument: instances[index].instrument, instance: Int32(index), side: bracket.pointee.side.opposite, type: .market,
      quantity: Quantity(raw: quantity), price: .zero)
    let spec = instruments[Int(request.instrument)].spec
    request.quantity = Quantity(raw: min(quantity, gate.reducible(request)) / spec.stepSize * spec.stepSize)
    guard request.quantity.raw >= spec.minimumQuantity else { return needsCare(index) }
    switch place(index, request, intent: hostIntent(request, tag: 0), role: .exit, bracket: number) {
    case .placed(let slot): bracket.pointee.exit = slot
    case .refused(let refusal):
      note(refusal, index, tag: 0)
      if refusal.code == .dust {
        bracket.pointee.held = 0
        tendEmpty(index, number)
      } else {
        needsCare(index)
      }
    }
  }

  /// Cancels the entry's rest. True when that was done here and now, because it had not been sent: its end has tended the
  /// bracket already.
  private mutating func take(back entry: Int32, _ index: Int) -> Bool {
    guard entry >= 0 else { return false }
    if orders[entry].pointee.state == .pending {
      end(index, entry, state: QE_ORDER_CANCELLED)
      return true
    }
    requestCancel(entry)
    return false
  }

  /// A leg that has triggered is leaving already.
  private mutating func requestCancelLegs(_ bracket: Bracket) {
    if bracket.stop >= 0, orders[bracket.stop].pointee.state != .triggered { requestCancel(bracket.stop) }
    if bracket.takeProfit >= 0, orders[bracket.takeProfit].pointee.state != .triggered { requestCancel(bracket.takeProfit) }
  }

  /// Legs of the wrong quantity are cancelled; once both are gone, new ones follow. Meanwhile the host watches the price.
  private mutating func resize(_ number: Int32, _ quantity: Int64) {
    let bracket = brackets[number].pointee
    let isWhole = (bracket.stop >= 0 || bracket.terms.stopPrice.raw == 0) && (bracket.takeProfit >= 0 || !needsTakeProfit(bracket))
    // A triggered leg is on its way out with what it has; the rest is seen to when it ends.
    if bracket.stop >= 0, orders[bracket.stop].pointee.state == .triggered { return }
    if bracket.takeProfit >= 0, orders[bracket.takeProfit].pointee.state == .triggered { return }
    let leg = bracket.stop >= 0 ? bracket.stop : bracket.takeProfit
    if !isWhole || gate.remaining(slot: leg) != quantity { requestCancelLegs(bracket) }
  }

  private mutating func protect(_ index: Int, _ number: Int32, _ quantity: Int64) {
    let bracket = brackets[number]
    let terms = bracket.pointee.terms
    var stop = OrderRequest(
      instrument: instances[index].instrument, instance: Int32(index), side: bracket.pointee.side.opposite, type: .stopMarket,
      quantity: Quantity(raw: quantity), price: .zero)
    stop.triggerPrice = terms.stopPrice
    var takeProfit = stop
    takeProfit.type = .takeProfitMarket
    takeProfit.triggerPrice = terms.takeProfitPrice
    if terms.stopPrice.raw > 0, needsTakeProfit(bracket.pointee) { return protectBoth(index, number, stop, takeProfit) }
    let isStop = terms.stopPrice.raw > 0
    let request = isStop ? stop : takeProfit
    switch place(index, request, intent: hostIntent(request, tag: 0), role: isStop ? .stop : .takeProfit, bracket: number) {
    case .placed(let slot): if isStop { bracket.pointee.stop = slot } else { bracket.pointee.takeProfit = slot }
    case .refused(let refusal): refusedLeg(index, number, isStop: isStop, refusal)
    }
  }

  private mutating func protectBoth(_ index: Int, _ number: Int32, _ stop: OrderRequest, _ takeProfit: OrderRequest) {
    guard orders.count(Int32(index)) + 2 <= OrderTable.slotsPerInstance else {
      return refusedLeg(index, number, isStop: true, Refusal(.tooManyOrders))
    }
    showPrices()
    let spec = instruments[Int(stop.instrument)].spec
    isTouched = true
    switch gate.checkPair(stop, takeProfit, now: now, availableCash: availableCash(spec)) {
    case .failure(let failure): refusedLeg(index, number, isStop: failure.isFirst, failure.refusal)
    case .success(let (first, second)):
      brackets[number].pointee.stop = first.slot
      brackets[number].pointee.takeProfit = second.slot
      send(index, number, first, .stop)
      send(index, number, second, .takeProfit)
      refreshWorking(index)
    }
  }

  private mutating func send(_ index: Int, _ number: Int32, _ leg: ApprovedOrder, _ role: OpenOrder.Role) {
    var order = OpenOrder()
    order.id = leg.id
    order.request = leg.request
    order.isReducing = true
    order.role = role
    order.bracket = number
    order.decisionNanoseconds = now
    order.decisionBid = instruments[Int(leg.request.instrument)].bid
    order.decisionAsk = instruments[Int(leg.request.instrument)].ask
    orders.add(order, slot: leg.slot)
    decide(index, hostIntent(leg.request, tag: 0), .none, .sent, quantity: leg.request.quantity.raw)
    actions.append(.send(leg))
  }

  /// An entry whose stop is refused is closed; a take-profit that is refused is watched by the host.
  private mutating func refusedLeg(_ index: Int, _ number: Int32, isStop: Bool, _ refusal: Refusal) {
    note(refusal, index, tag: 0)
    if isStop { brackets[number].pointee.isLeaving = true } else { brackets[number].pointee.watchesTakeProfit = true }
    tend(index, number)
  }

  /// A trade at a price that no leg at the venue watches just now is the host's own trigger.
  mutating func watchBrackets(_ index: Int, _ price: Price) {
    let state = instruments + index
    for instance in state.pointee.firstInstance..<state.pointee.endInstance where brackets.count(instance) > 0 {
      if instances[instance].job.isActive {
        watchBehindTarget(instance, price)
        continue
      }
      for number in brackets.places(instance) {
        let bracket = brackets[number]
        guard bracket.pointee.isActive, bracket.pointee.held > 0, !bracket.pointee.isLeaving else { continue }
        let terms = bracket.pointee.terms
        let isLong = bracket.pointee.side == .buy
        let stops =
          terms.stopPrice.raw > 0 && !isWorking(bracket.pointee.stop) && (isLong ? price <= terms.stopPrice : price >= terms.stopPrice)
        let profits =
          terms.takeProfitPrice.raw > 0 && !isWorking(bracket.pointee.takeProfit)
          && (isLong ? price >= terms.takeProfitPrice : price <= terms.takeProfitPrice)
        if stops || profits { startLeaving(instance, number) }
      }
    }
  }

  /// A target has taken the legs back, and its own way may be long: a stop that is reached meanwhile ends it, and the host
  /// closes the position. The host's own way out is that already.
  private mutating func watchBehindTarget(_ index: Int, _ price: Price) {
    if instances[index].job.isHost { return }
    let position = instances[index].book.position
    for number in brackets.places(index) {
      let bracket = brackets[number]
      let isLong = bracket.pointee.side == .buy
      guard bracket.pointee.isActive, bracket.pointee.held > 0, bracket.pointee.terms.stopPrice.raw > 0, position != 0, (position > 0) == isLong,
        isLong ? price <= bracket.pointee.terms.stopPrice : price >= bracket.pointee.terms.stopPrice
      else { continue }
      return flatten(index)
    }
  }

  /// The venue has the leg, or is about to: it watches the price itself.
  private func isWorking(_ slot: Int32) -> Bool { slot >= 0 && !orders[slot].pointee.cancelSent }

  mutating func startLeaving(_ index: Int, _ number: Int32) {
    isTouched = true
    brackets[number].pointee.isLeaving = true
    tend(index, number)
  }

  mutating func meetTimeStops(_ index: Int) {
    for number in brackets.places(index) where brackets[number].pointee.isActive {
      if brackets[number].pointee.deadline <= now {
        brackets[number].pointee.deadline = .max
        // A target that is on its way must not hold up the exit.
        if instances[index].job.isActive, !instances[index].job.isHost, brackets[number].pointee.held > 0 { flatten(index) }
        startLeaving(index, number)
      } else {
        nextDeadline = min(nextDeadline, brackets[number].pointee.deadline)
      }
    }
  }

  // MARK: What its orders do

  /// - Parameter quantity: what the fill added to the position, net of a commission in base.
  mutating func entryFilled(_ index: Int, _ number: Int32, quantity: Int64) {
    let bracket = brackets[number]
    if bracket.pointee.held == 0, bracket.pointee.terms.timeStopMilliseconds > 0, bracket.pointee.deadline == .max {
      bracket.pointee.deadline = now + bracket.pointee.terms.timeStopMilliseconds * 1_000_000
      nextDeadline = min(nextDeadline, bracket.pointee.deadline)
    }
    bracket.pointee.held += quantity
  }

  mutating func entryEnded(_ index: Int, _ order: OpenOrder) {
    brackets[order.bracket].pointee.entry = -1
    tend(index, order.bracket)
  }

  mutating func legFilled(_ index: Int, _ order: OpenOrder, quantity: Int64) {
    let bracket = brackets[order.bracket]
    bracket.pointee.held = max(0, bracket.pointee.held - quantity)
    legTriggered(index, order)
  }

  /// One leg ends the other, and the entry's rest with it: the way out has begun.
  mutating func legTriggered(_ index: Int, _ order: OpenOrder) {
    let bracket = brackets[order.bracket]
    let other = order.role == .stop ? bracket.pointee.takeProfit : order.role == .takeProfit ? bracket.pointee.stop : -1
    if other >= 0, orders[other].pointee.state != .triggered { requestCancel(other) }
    _ = take(back: bracket.pointee.entry, index)
  }

  mutating func legEnded(_ index: Int, _ order: OpenOrder, slot: Int32, state: UInt32) {
    let bracket = brackets[order.bracket]
    guard bracket.pointee.isActive else { return }
    let hadTriggered = order.hasTriggered || order.filled > 0
    // Gone though nobody asked: it is placed again, but with the next data. A venue that ends every leg at once would else be
    // sent another without end.
    let isUnasked = !order.cancelSent && !hadTriggered && (state == QE_ORDER_CANCELLED || state == QE_ORDER_EXPIRED)
    switch order.role {
    case .stop:
      if bracket.pointee.stop == slot { bracket.pointee.stop = -1 }
      // Refused by the venue, or run out of market half way: what is left goes at the market.
      if state == QE_ORDER_REFUSED || (hadTriggered && state != QE_ORDER_FILLED) { bracket.pointee.isLeaving = true }
    case .takeProfit:
      if bracket.pointee.takeProfit == slot { bracket.pointee.takeProfit = -1 }
      if hadTriggered && state != QE_ORDER_FILLED { bracket.pointee.isLeaving = true }
      if state == QE_ORDER_REFUSED { bracket.pointee.watchesTakeProfit = true }
    default:
      if bracket.pointee.exit == slot { bracket.pointee.exit = -1 }
      // Once per event: a venue that refuses exits is asked again at the next one.
      if state != QE_ORDER_FILLED {
        needsCare(index)
        return
      }
    }
    if isUnasked { needsCare(index) } else { tend(index, order.bracket) }
  }
}
