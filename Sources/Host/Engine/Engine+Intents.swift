import Market
import PluginABI
import Risk

extension Engine {
  /// Reads a wish and answers it. Whatever cannot be read is refused with its own code; nothing is guessed.
  mutating func wish(_ index: Int, _ intent: qe_intent) {
    if let refusal = malformed(Int32(index), intent) { return refuse(index, intent, refusal) }
    switch intent.kind {
    case QE_INTENT_SUBMIT: submit(index, intent)
    case QE_INTENT_CANCEL: cancel(index, intent)
    default: refuse(index, intent, Refusal(.unsupported))
    }
  }

  private func malformed(_ instance: Int32, _ intent: qe_intent) -> Refusal? {
    guard intent.struct_size == UInt32(MemoryLayout<qe_intent>.size), (QE_INTENT_SUBMIT...QE_INTENT_TARGET_POSITION).contains(intent.kind),
      intent.reserved == (0, 0, 0)
    else {
      return Refusal(.invalidIntent)
    }
    if intent.tag == 0 { return Refusal(.invalidTag) }
    if orders.isTagInUse(instance, tag: intent.tag) { return Refusal(.duplicateTag) }
    // NaN means none; anything else must be a probability, or finite.
    if !intent.confidence.isNaN, !(intent.confidence >= 0 && intent.confidence <= 1) { return Refusal(.invalidConfidence) }
    if intent.edge.isInfinite { return Refusal(.invalidEdge) }
    return nil
  }

  private mutating func submit(_ index: Int, _ intent: qe_intent) {
    guard let side = UInt8(exactly: intent.side).flatMap(Side.init(rawValue:)) else { return refuse(index, intent, Refusal(.invalidSide)) }
    guard let type = UInt8(exactly: intent.type).flatMap(OrderType.init(rawValue:)) else { return refuse(index, intent, Refusal(.invalidType)) }
    // Known to the contract, not to this host's venues yet: said so rather than traded otherwise.
    guard intent.time_in_force == QE_TIF_GTC, intent.time_in_force_ms == 0, intent.flags & ~QE_INTENT_REDUCE_ONLY == 0, intent.stop_price == 0,
      intent.take_profit_price == 0, intent.time_stop_ms == 0
    else { return refuse(index, intent, Refusal(.unsupported)) }
    let instrument = instances[index].instrument
    let spec = instruments[Int(instrument)].spec
    guard intent.quantity > 0 else {
      return refuse(index, intent, Refusal(.invalidQuantity, unit: .quantity, value: Int128(intent.quantity), limit: Int128(spec.minimumQuantity)))
    }
    // Floored, never rounded up.
    let quantity = intent.quantity / spec.stepSize * spec.stepSize
    if quantity < spec.minimumQuantity {
      return refuse(
        index, intent, Refusal(.sizeBelowMinimum, unit: .quantity, value: Int128(intent.quantity), limit: Int128(spec.minimumQuantity)))
    }
    if orders.isFull(Int32(index)) {
      let limit = Int128(OrderTable.perInstance)
      return refuse(index, intent, Refusal(.tooManyOrders, unit: .count, value: limit + 1, limit: limit))
    }
    let request = OrderRequest(
      instrument: instrument, instance: Int32(index), side: side, type: type, quantity: Quantity(raw: quantity), price: Price(raw: intent.price),
      reduceOnly: intent.flags & QE_INTENT_REDUCE_ONLY != 0)
    if !instances[index].cadenceOpen, !gate.isReducing(request) { return refuse(index, intent, Refusal(.offCadence), quantity: quantity) }
    showPrices()
    // Gains on margin are no cash to buy coins with; losses are owed in any case.
    let unrealized = spec.isSpot ? min(.zero, marginUnrealized) : marginUnrealized
    switch gate.check(request, now: now, availableCash: cash + unrealized) {
    case .refused(let refusal):
      refuse(index, intent, refusal, quantity: quantity)
    case .approved(let order):
      orders.add(order, tag: intent.tag)
      orders[order.slot].decisionNanoseconds = now
      orders[order.slot].decisionBid = instruments[Int(instrument)].bid
      orders[order.slot].decisionAsk = instruments[Int(instrument)].ask
      refreshWorking(index)
      decide(index, intent, .none, .sent, quantity: quantity)
      actions.append(.send(order))
    }
  }

  /// The gate values every instrument; it is shown the prices when it is asked, not on every tick.
  private mutating func showPrices() {
    for index in 0..<instrumentCount {
      let state = instruments + index
      gate.quoted(Int32(index), bid: state.pointee.bid, ask: state.pointee.ask)
      gate.traded(Int32(index), price: state.pointee.last)
    }
  }

  private mutating func cancel(_ index: Int, _ intent: qe_intent) {
    guard let slot = orders.slot(Int32(index), tag: intent.target_tag), let order = orders[slot].order else {
      return refuse(index, intent, Refusal(.unknownTarget))
    }
    if orders[slot].cancelTag != 0 {
      // Another cancel of the same order is on its way: this one needs nothing.
      decide(index, intent, .none, .done, quantity: 0)
      return update(index, tag: intent.tag, state: QE_ORDER_DONE)
    }
    orders[slot].cancelTag = intent.tag
    decide(index, intent, .none, .cancelRequested, quantity: 0)
    if !orders[slot].cancelSent {
      orders[slot].cancelSent = true
      actions.append(.cancel(slot: slot, orderID: order.id))
    }
  }

  private mutating func refuse(_ index: Int, _ intent: qe_intent, _ refusal: Refusal, quantity: Int64? = nil) {
    decide(index, intent, refusal.code, .refused, quantity: quantity ?? intent.quantity)
    actions.append(
      .refusal(
        RefusalRecord(sequence: sequence, instance: Int32(index), instrument: instances[index].instrument, tag: intent.tag, refusal: refusal)))
    update(index, tag: intent.tag, state: QE_ORDER_REFUSED, code: refusal.code, side: intent.side)
  }

  private mutating func decide(_ index: Int, _ intent: qe_intent, _ code: RefusalCode, _ outcome: Decision.Outcome, quantity: Int64) {
    actions.append(
      .decision(
        Decision(
          sequence: sequence, instance: Int32(index), tag: intent.tag, kind: intent.kind, side: intent.side, price: intent.price, quantity: quantity,
          timeInForce: intent.time_in_force, flags: intent.flags, code: code, outcome: outcome)))
  }

  /// Queues news for the instance; delivered at the end of the step.
  mutating func update(_ index: Int, tag: UInt64, state: UInt32, code: RefusalCode = .none, side: UInt32 = QE_SIDE_NONE, orderID: UInt64 = 0) {
    var update = qe_order_update()
    update.tag = tag
    update.state = state
    update.code = UInt32(code.rawValue)
    update.side = side
    update.host_order_id = orderID
    updates.append(PendingUpdate(instance: Int32(index), news: .order(update)))
  }

  /// What is open, as the instance's context shows it.
  mutating func refreshWorking(_ index: Int) {
    contexts[index].working_buy = gate.working(instance: Int32(index), side: .buy)
    contexts[index].working_sell = gate.working(instance: Int32(index), side: .sell)
  }
}
