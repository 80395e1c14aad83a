import Market
import PluginABI
import Risk

extension Engine {
  mutating func executed(_ report: ExecutionReport) {
    // A report for an order that is already over changes nothing: its slot is free or another order's.
    guard report.slot >= 0, Int(report.slot) < orders.capacity, let order = orders[report.slot].order, order.id == report.orderID else { return }
    let index = Int(order.request.instance)
    let tag = orders[report.slot].tag
    let side = UInt32(order.request.side.rawValue)
    switch report.kind {
    case .working: update(index, tag: tag, state: QE_ORDER_WORKING, side: side, orderID: order.id)
    case .fill: fill(index, order, report)
    case .cancelled: end(index, order, state: QE_ORDER_CANCELLED)
    case .expired: end(index, order, state: QE_ORDER_EXPIRED)
    case .rejected: end(index, order, state: QE_ORDER_REFUSED, code: report.code == .none ? .venueRejected : report.code)
    case .triggered, .unknown, .cancelRejected: break
    }
  }

  private mutating func fill(_ index: Int, _ order: ApprovedOrder, _ report: ExecutionReport) {
    let request = order.request
    let instrument = Int(request.instrument)
    let state = instruments + instrument
    let spec = state.pointee.spec
    let total = orders[order.slot].filled + report.quantity.raw
    precondition(report.quantity.raw > 0 && total <= request.quantity.raw, "a venue filled more than was ordered")
    let tag = orders[order.slot].tag
    orders[order.slot].filled = total

    if report.last.raw > 0 { state.pointee.last = report.last }
    if report.bid.raw > 0, report.ask.raw > 0 {
      state.pointee.bid = report.bid
      state.pointee.ask = report.ask
    }
    gate.filled(slot: order.slot, quantity: report.quantity)
    let realized = state.pointee.book.apply(side: request.side, quantity: report.quantity, price: report.price, fee: report.fee, spec: spec)
    if spec.isSpot {
      cash.raw -= Int128(request.side.sign) * spec.notional(report.price, report.quantity).raw + report.fee.raw
    } else {
      cash += realized - report.fee
    }
    equity += realized - report.fee

    let own = instances[index].book.apply(side: request.side, quantity: report.quantity, price: report.price, fee: report.fee, spec: spec)
    actions.append(
      .fill(
        FillRecord(
          sequence: sequence, receiveNanoseconds: now, instance: Int32(index), instrument: request.instrument, orderID: order.id, side: request.side,
          quantity: report.quantity, price: report.price, fee: report.fee, isMaker: report.isMaker, feeAsset: report.feeAsset,
          feeAmount: report.feeAmount,
          decisionNanoseconds: orders[order.slot].decisionNanoseconds, decisionBid: orders[order.slot].decisionBid,
          decisionAsk: orders[order.slot].decisionAsk, isHostMade: false, position: Quantity(raw: instances[index].book.position), realized: own)))
    follow(index, request, report, realized: own)
    refreshBook(index)
    // After the round trip and the update are noted, so that what the new mark causes comes after its cause.
    let isComplete = total == request.quantity.raw
    var news = qe_order_update()
    news.tag = tag
    news.host_order_id = order.id
    news.state = isComplete ? QE_ORDER_FILLED : QE_ORDER_PARTIAL
    news.last_quantity = report.quantity.raw
    news.total_quantity = total
    news.price = report.price.raw
    news.fee = qe_money(report.fee)
    news.setFeeAsset(spec.quoteAsset)
    news.side = UInt32(request.side.rawValue)
    news.maker = report.isMaker ? 1 : 0
    updates.append(PendingUpdate(instance: Int32(index), news: .order(news)))
    if isComplete { close(index, order) } else { refreshWorking(index) }
    // Where a trade leads its quote, the mark may still be older than the fill: no peak is made of that.
    let isFlat = state.pointee.book.position == 0
    mark(instrument, raisesPeak: isFlat)
    valued(raisesPeak: isFlat)
  }

  private mutating func end(_ index: Int, _ order: ApprovedOrder, state: UInt32, code: RefusalCode = .none) {
    var news = qe_order_update()
    news.tag = orders[order.slot].tag
    news.host_order_id = order.id
    news.state = state
    news.code = UInt32(code.rawValue)
    news.total_quantity = orders[order.slot].filled
    news.side = UInt32(order.request.side.rawValue)
    updates.append(PendingUpdate(instance: Int32(index), news: .order(news)))
    close(index, order)
  }

  /// The order is over; so is the cancel that waited for it.
  private mutating func close(_ index: Int, _ order: ApprovedOrder) {
    let cancelTag = orders[order.slot].cancelTag
    orders.remove(slot: order.slot)
    gate.released(slot: order.slot)
    refreshWorking(index)
    if cancelTag != 0 { update(index, tag: cancelTag, state: QE_ORDER_DONE, orderID: order.id) }
  }

  private func refreshBook(_ index: Int) {
    let book = instances[index].book
    contexts[index].position = book.position
    contexts[index].average_price = book.averagePrice(spec: instruments[Int(instances[index].instrument)].spec)
    contexts[index].realized_pnl = qe_money(book.realized - book.fees)
  }

  /// Follows the instance's round trip; a fill that flips ends one and begins the next, fees split by quantity.
  private mutating func follow(_ index: Int, _ request: OrderRequest, _ report: ExecutionReport, realized: Money) {
    let spec = instruments[Int(request.instrument)].spec
    let after = instances[index].book.position
    let signed = request.side.sign * report.quantity.raw
    let before = after - signed
    let opens = before == 0 || (before > 0) == (signed > 0)
    if opens {
      if before == 0 { instances[index].trip = OpenTrip(side: request.side, entryNanoseconds: now) }
      instances[index].trip.entryQuantity += Int128(report.quantity.raw)
      instances[index].trip.entryNotional += spec.notional(report.price, report.quantity)
      instances[index].trip.fees += report.fee
      return
    }
    let closing = min(abs(before), report.quantity.raw)
    let closingFee = closing == report.quantity.raw ? report.fee : report.fee.scaled(by: closing, over: report.quantity.raw)
    instances[index].trip.exitNotional += spec.notional(report.price, Quantity(raw: closing))
    instances[index].trip.fees += closingFee
    instances[index].trip.realized += realized
    guard after == 0 || (after > 0) != (before > 0) else { return }
    let trip = instances[index].trip
    actions.append(
      .roundTrip(
        RoundTrip(
          instance: Int32(index), instrument: request.instrument, side: trip.side, entryNanoseconds: trip.entryNanoseconds, exitNanoseconds: now,
          entryQuantity: trip.entryQuantity, entryNotional: trip.entryNotional, exitNotional: trip.exitNotional, fees: trip.fees,
          funding: .zero, pnl: trip.realized - trip.fees)))
    if after != 0 {
      instances[index].trip = OpenTrip(
        side: request.side, entryNanoseconds: now, entryQuantity: Int128(abs(after)),
        entryNotional: spec.notional(report.price, Quantity(raw: abs(after))), fees: report.fee - closingFee)
    }
  }
}
