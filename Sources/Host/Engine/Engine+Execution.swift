import Market
import PluginABI
import Risk

extension Engine {
  mutating func executed(_ report: ExecutionReport) {
    // A report for an order that is already over changes nothing: its slot is free or another order's.
    guard report.slot >= 0, Int(report.slot) < orders.capacity, orders[report.slot].pointee.id == report.orderID, report.orderID != 0,
      orders[report.slot].pointee.state != .pending
    else { return }
    isTouched = true
    let slot = report.slot
    let index = Int(orders[slot].pointee.request.instance)
    if report.kind != .unknown, report.kind != .cancelRejected { know(slot) }
    switch report.kind {
    case .working:
      if orders[slot].pointee.state == .sent { orders[slot].pointee.state = .working }
      tell(index, slot, QE_ORDER_WORKING)
      takeBackIfBlocked(index, slot)
    case .fill: fill(index, slot, report)
    case .cancelled: end(index, slot, state: endState(slot))
    case .expired: end(index, slot, state: QE_ORDER_EXPIRED)
    case .rejected:
      let code = report.code == .none ? RefusalCode.venueRejected : report.code
      note(Refusal(code), index, tag: orders[slot].pointee.tag)
      end(index, slot, state: QE_ORDER_REFUSED, code: code)
    case .triggered:
      // Of an order without a trigger it means nothing.
      guard orders[slot].pointee.request.type.isConditional else { return }
      orders[slot].pointee.state = .triggered
      orders[slot].pointee.hasTriggered = true
      if orders[slot].pointee.bracket >= 0 { legTriggered(index, orders[slot].pointee) }
    // Nothing new: it has been asked about already.
    case .unknown: if orders[slot].pointee.state != .unknown { forget(index, slot) }
    case .cancelRejected: cancelRejected(index, slot)
    }
  }

  private mutating func know(_ slot: Int32) {
    guard orders[slot].pointee.state == .unknown else { return }
    gate.setUnknown(slot: slot, false)
    orders[slot].pointee.state = orders[slot].pointee.hasTriggered ? .triggered : .working
  }

  /// Unknown is a state: nothing opens on the instrument until the venue has answered.
  private mutating func forget(_ index: Int, _ slot: Int32) {
    orders[slot].pointee.state = .unknown
    gate.setUnknown(slot: slot, true)
    tell(index, slot, QE_ORDER_UNKNOWN)
    actions.append(.query(gate.restoredOrder(slot)))
  }

  private mutating func tell(_ index: Int, _ slot: Int32, _ state: UInt32) {
    let order = orders[slot]
    if order.pointee.isStep { return }
    update(
      index, tag: order.pointee.tag, state: state, side: UInt32(order.pointee.request.side.rawValue), orderID: order.pointee.id,
      total: order.pointee.filled)
  }

  /// An opening order that was unknown while opening was stopped is known now, and goes.
  private mutating func takeBackIfBlocked(_ index: Int, _ slot: Int32) {
    if instances[index].told != .none, !orders[slot].pointee.isReducing { requestCancel(slot) }
  }

  private func endState(_ slot: Int32) -> UInt32 {
    if orders[slot].pointee.isReplaced { return QE_ORDER_REPLACED }
    return orders[slot].pointee.isExpiring ? QE_ORDER_EXPIRED : QE_ORDER_CANCELLED
  }

  /// The venue did not cancel and has not said what became of the order: nothing is known, and a cancel may be asked again.
  private mutating func cancelRejected(_ index: Int, _ slot: Int32) {
    guard orders[slot].pointee.cancelSent else { return }
    orders[slot].pointee.cancelSent = false
    orders[slot].pointee.isReplaced = false
    orders[slot].pointee.isExpiring = false
    if orders[slot].pointee.hasSuccessor {
      orders[slot].pointee.hasSuccessor = false
      let staged = orders.staged(slot)
      refuse(index, staged.pointee.intent, Refusal(.unknownTarget), quantity: staged.pointee.request.quantity.raw)
    }
    let cancelTag = orders[slot].pointee.cancelTag
    orders[slot].pointee.cancelTag = 0
    if cancelTag != 0 { update(index, tag: cancelTag, state: QE_ORDER_DONE, orderID: orders[slot].pointee.id) }
    forget(index, slot)
    // What was to be left is asked for again with the next event.
    needsCare(index)
  }

  private mutating func fill(_ index: Int, _ slot: Int32, _ report: ExecutionReport) {
    let request = orders[slot].pointee.request
    let instrument = Int(request.instrument)
    let state = instruments + instrument
    let spec = state.pointee.spec
    precondition(report.quantity.raw > 0, "a fill of nothing")
    if orders[slot].pointee.state == .sent { orders[slot].pointee.state = .working }
    orders[slot].pointee.filled += report.quantity.raw
    if report.last.raw > 0 { state.pointee.last = report.last }
    if report.bid.raw > 0, report.ask.raw > 0 {
      state.pointee.bid = report.bid
      state.pointee.ask = report.ask
    }
    let isAsOrdered = gate.filled(slot: slot, quantity: report.quantity)
    let before = instances[index].book.position
    let realized = state.pointee.book.apply(side: request.side, quantity: report.quantity, price: report.price, fee: report.fee, spec: spec)
    let own = instances[index].book.apply(side: request.side, quantity: report.quantity, price: report.price, fee: report.fee, spec: spec)
    settle(report, request, realized: realized)
    var debited: Int64 = 0
    if report.feeAsset == .base, report.feeAmount != .zero {
      debited = instances[index].book.debit(report.feeAmount.raw, value: report.fee, spec: spec)
      state.pointee.book.debit(report.feeAmount.raw, value: report.fee, units: debited, spec: spec)
      gate.debited(instance: Int32(index), quantity: debited)
    }
    actions.append(.fill(record(index, slot, report, realized: own)))
    follow(index, request, report, before: before, realized: own)
    refreshBook(index)
    serve(index, slot, quantity: report.quantity.raw, net: report.quantity.raw - debited)
    let role = orders[slot].pointee.role
    if brackets.count(index) > 0, role == .wish || role == .target, abs(instances[index].book.position) < abs(before) {
      fitBrackets(index, tends: false)
    }
    conclude(index, slot, report)
    // Where a trade leads its quote, the mark may still be older than the fill: no peak is made of that.
    let isFlat = state.pointee.book.isEmpty
    mark(instrument, raisesPeak: isFlat)
    valued(raisesPeak: isFlat)
    // A mark that has not moved judges nothing, and a fill can lose all the same.
    judgeLoss(index)
    if !isAsOrdered { overfilled(instrument) }
  }

  private func record(_ index: Int, _ slot: Int32, _ report: ExecutionReport, realized: Money) -> FillRecord {
    let order = orders[slot].pointee
    return FillRecord(
      sequence: sequence, receiveNanoseconds: now, instance: Int32(index), instrument: order.request.instrument, orderID: order.id,
      side: order.request.side, quantity: report.quantity, price: report.price, fee: report.fee, isMaker: report.isMaker,
      feeAsset: report.feeAsset, feeAmount: report.feeAmount, decisionNanoseconds: order.decisionNanoseconds, decisionBid: order.decisionBid,
      decisionAsk: order.decisionAsk, isHostMade: order.tag == 0, position: Quantity(raw: instances[index].book.position), realized: realized)
  }

  /// A bracket learns of its entry's or its leg's fill.
  private mutating func serve(_ index: Int, _ slot: Int32, quantity: Int64, net: Int64) {
    let order = orders[slot].pointee
    guard order.bracket >= 0, brackets[order.bracket].pointee.isActive else { return }
    if order.role == .wish { entryFilled(index, order.bracket, quantity: net) } else { legFilled(index, order, quantity: quantity) }
  }

  /// Tells the strategy of the fill, and ends the order with its last one.
  private mutating func conclude(_ index: Int, _ slot: Int32, _ report: ExecutionReport) {
    let order = orders[slot].pointee
    let isComplete = order.filled >= order.request.quantity.raw
    var news = qe_order_update()
    news.tag = order.tag
    news.host_order_id = order.id
    // A step of a target does not end it.
    news.state = isComplete && !order.isStep ? QE_ORDER_FILLED : QE_ORDER_PARTIAL
    news.last_quantity = report.quantity.raw
    news.total_quantity = order.filled + (order.isStep ? instances[index].job.filled : 0)
    news.price = report.price.raw
    news.fee = qe_money(report.feeAmount)
    news.setFeeAsset(feeAsset(report, instruments[Int(order.request.instrument)]))
    news.side = UInt32(order.request.side.rawValue)
    news.maker = report.isMaker ? 1 : 0
    // A target that has ended already has had its last update.
    if !order.isStep || instances[index].job.tag == order.tag {
      updates.append(PendingUpdate(instance: Int32(index), news: .order(news)))
    }
    if isComplete {
      close(index, slot, isReleased: false)
      followUp(index, order, slot: slot, state: QE_ORDER_FILLED, code: .none)
    } else {
      refreshWorking(index)
      takeBackIfBlocked(index, slot)
      if order.bracket >= 0 { tend(index, order.bracket) }
    }
  }

  private func feeAsset(_ report: ExecutionReport, _ state: InstrumentState) -> AssetCode {
    switch report.feeAsset {
    case .quote: state.spec.quoteAsset
    case .base: state.spec.baseAsset
    case .third: thirdAsset ?? state.spec.quoteAsset
    }
  }

  /// A venue that fills more than was ordered is not understood: the books have what it says, and nothing opens any more.
  /// Nor do exits that were proven against a position which is gone.
  private mutating func overfilled(_ instrument: Int) {
    gate.halt()
    for index in instruments[instrument].firstInstance..<instruments[instrument].endInstance where gate.voidProofs(instance: Int32(index)) {
      for position in 0..<orders.count(Int32(index)) { orders[orders.slot(Int32(index), at: position)].pointee.isReducing = false }
      cancelOpening(index)
    }
    noteRiskState()
  }

  /// Follows the instance's round trip; a fill that flips ends one and begins the next, fees split by quantity. A
  /// remainder that cannot be sold is no position to be in.
  private mutating func follow(_ index: Int, _ request: OrderRequest, _ report: ExecutionReport, before: Int64, realized: Money) {
    let spec = instruments[Int(request.instrument)].spec
    let after = instances[index].book.position
    let opens = before == 0 || (before > 0) == (request.side == .buy)
    if opens {
      if !instances[index].trip.isOpen {
        instances[index].trip = OpenTrip(side: request.side, entryNanoseconds: now, isOpen: true)
        gate.tradeBegan(now: now)
      }
      instances[index].trip.entryQuantity += Int128(report.quantity.raw)
      instances[index].trip.entryNotional += spec.notional(report.price, report.quantity)
      instances[index].trip.fees += report.fee
      return
    }
    // Selling what was left of a trade that had ended.
    guard instances[index].trip.isOpen else { return }
    let closing = min(abs(before), report.quantity.raw)
    let closingFee = closing == report.quantity.raw ? report.fee : report.fee.scaled(by: closing, over: report.quantity.raw)
    instances[index].trip.exitNotional += spec.notional(report.price, Quantity(raw: closing))
    instances[index].trip.fees += closingFee
    instances[index].trip.realized += realized
    let flips = after != 0 && (after > 0) != (before > 0)
    guard flips || isDust(after, spec, at: report.price) else { return }
    endTrip(index, request.instrument)
    if flips {
      instances[index].trip = OpenTrip(
        side: request.side, entryNanoseconds: now, entryQuantity: Int128(abs(after)),
        entryNotional: spec.notional(report.price, Quantity(raw: abs(after))), fees: report.fee - closingFee, isOpen: true)
      gate.tradeBegan(now: now)
    }
  }

  private mutating func endTrip(_ index: Int, _ instrument: Int32) {
    let trip = instances[index].trip
    let pnl = trip.realized - trip.fees - trip.funding
    actions.append(
      .roundTrip(
        RoundTrip(
          instance: Int32(index), instrument: instrument, side: trip.side, entryNanoseconds: trip.entryNanoseconds, exitNanoseconds: now,
          entryQuantity: trip.entryQuantity, entryNotional: trip.entryNotional, exitNotional: trip.exitNotional, fees: trip.fees,
          funding: trip.funding, pnl: pnl)))
    instances[index].trip = OpenTrip()
    if gate.tradeEnded(instance: Int32(index), pnl: pnl, now: now) {
      nextDeadline = min(nextDeadline, gate.coolingUntil(instance: Int32(index)))
      noteRiskState()
    }
  }
}
