import Market
import PluginABI
import Risk

// The life of an order between risk and its end.

extension Engine {
  enum Placing {
    case placed(slot: Int32)
    case refused(Refusal)
  }

  /// Asks hard risk, and sends the order or asks the Supervisor about it.
  ///
  /// - Parameters:
  ///   - intent: what the decision's record shows; its tag is the order's.
  ///   - old: the order whose place it takes; both are open until the venue says otherwise.
  mutating func place(
    _ index: Int, _ request: OrderRequest, intent: qe_intent, role: OpenOrder.Role = .wish, terms: BracketTerms = BracketTerms(),
    bracket: Int32 = -1, lifeMilliseconds: Int64 = 0, replacing old: Int32 = -1
  ) -> Placing {
    guard orders.hasRoom(Int32(index)) else {
      let limit = Int128(OrderTable.slotsPerInstance)
      return .refused(Refusal(.tooManyOrders, unit: .count, value: limit + 1, limit: limit))
    }
    isTouched = true
    showPrices()
    let spec = instruments[Int(request.instrument)].spec
    let verdict = gate.check(request, now: now, availableCash: availableCash(spec), needsApproval: approvalNanoseconds != nil)
    var order = OpenOrder()
    order.request = request
    order.tag = intent.tag
    order.role = role
    order.bracket = bracket
    order.replaces = old
    if old >= 0 { order.replacesID = orders[old].pointee.id }
    order.lifeMilliseconds = lifeMilliseconds
    if lifeMilliseconds > 0 { order.deadline = now + lifeMilliseconds * 1_000_000 }
    noteDecision(&order)
    switch verdict {
    case .refused(let refusal): return .refused(refusal)
    case .pending(let waiting):
      order.id = waiting.id
      order.state = .pending
      // Its life begins when it is sent.
      order.deadline = now + (approvalNanoseconds ?? 0)
      add(index, order, slot: waiting.slot, terms: terms)
      decide(index, intent, .none, .asked, quantity: request.quantity.raw)
      actions.append(.ask(waiting))
      return .placed(slot: waiting.slot)
    case .approved(let approved):
      order.id = approved.id
      order.isReducing = approved.isReducing
      add(index, order, slot: approved.slot, terms: approved.isReducing ? BracketTerms() : terms)
      decide(index, intent, .none, .sent, quantity: request.quantity.raw)
      send(approved)
      return .placed(slot: approved.slot)
    }
  }

  private mutating func add(_ index: Int, _ order: OpenOrder, slot: Int32, terms: BracketTerms) {
    orders.add(order, slot: slot)
    nextDeadline = min(nextDeadline, order.deadline)
    if !terms.isNone, order.role == .wish {
      let bracket = brackets.open(index, side: order.request.side, terms: terms)
      precondition(bracket >= 0, "as many brackets as orders")
      orders[slot].pointee.bracket = bracket
      brackets[bracket].pointee.entry = slot
      instruments[Int(order.request.instrument)].bracketCount += 1
    }
    refreshWorking(index)
  }

  private func noteDecision(_ order: inout OpenOrder) {
    let state = instruments + Int(order.request.instrument)
    order.decisionNanoseconds = now
    order.decisionBid = state.pointee.bid
    order.decisionAsk = state.pointee.ask
  }

  private mutating func send(_ order: ApprovedOrder) {
    let old = orders[order.slot].pointee.replaces
    if order.isReducing { makeWay(for: order.request, beside: old) }
    if old >= 0 {
      orders[order.slot].pointee.replaces = -1
      orders[old].pointee.isReplaced = true
      orders[old].pointee.cancelSent = true
      gate.cancelSent(now: now)
      actions.append(.replace(slot: old, orderID: orders[old].pointee.id, with: order))
    } else {
      actions.append(.send(order))
    }
  }

  /// An exit must not meet an own entry that rests in its way: that one is cancelled first. The one it replaces goes with
  /// the replacement itself.
  private mutating func makeWay(for exit: OrderRequest, beside old: Int32) {
    if exit.type.isConditional { return }
    let state = instruments + Int(exit.instrument)
    for index in state.pointee.firstInstance..<state.pointee.endInstance {
      for position in 0..<orders.count(Int32(index)) {
        let slot = orders.slot(Int32(index), at: position)
        let order = orders[slot].pointee
        guard slot != old, !order.isReducing, order.request.side != exit.side, order.request.type == .limit, order.state != .pending else { continue }
        let isMet =
          exit.type == .market || (exit.side == .sell ? order.request.price >= exit.price : order.request.price <= exit.price)
        if isMet { requestCancel(slot) }
      }
    }
  }

  /// Asks the venue to cancel, once.
  mutating func requestCancel(_ slot: Int32) {
    let order = orders[slot]
    if order.pointee.cancelSent || order.pointee.state == .pending { return }
    order.pointee.cancelSent = true
    gate.cancelSent(now: now)
    actions.append(.cancel(slot: slot, orderID: order.pointee.id))
  }

  // MARK: Approvals

  /// The Supervisor's answer. One that comes when nothing waits any more is late: a denial of what is open cancels its rest.
  mutating func answered(_ orderID: UInt64, _ code: RefusalCode) {
    guard let slot = orders.slot(orderID: orderID) else { return }
    isTouched = true
    let index = Int(orders[slot].pointee.request.instance)
    guard orders[slot].pointee.state == .pending else {
      // Not an answer that is none: the order went out without one.
      if code == .supervisorDenied, !orders[slot].pointee.isReducing { requestCancel(slot) }
      return
    }
    if code != .none { return revoke(index, slot, code) }
    if now >= orders[slot].pointee.deadline { return revoke(index, slot, .decisionExpired) }
    let old = orders[slot].pointee.replaces
    // What it was to replace has ended meanwhile, and with it the reason for this one.
    if old >= 0, orders[old].pointee.id != orders[slot].pointee.replacesID || orders[old].pointee.cancelSent {
      return revoke(index, slot, .unknownTarget)
    }
    let request = orders[slot].pointee.request
    showPrices()
    let spec = instruments[Int(request.instrument)].spec
    let tag = orders[slot].pointee.tag
    switch gate.confirm(slot, now: now, availableCash: availableCash(spec)) {
    case .refused(let refusal):
      decide(index, hostIntent(request, tag: tag), refusal.code, .refused, quantity: request.quantity.raw)
      note(refusal, index, tag: tag)
      finish(index, slot, state: QE_ORDER_REFUSED, code: refusal.code, isReleased: true)
    case .approved(let approved):
      orders[slot].pointee.state = .sent
      orders[slot].pointee.isReducing = approved.isReducing
      let life = orders[slot].pointee.lifeMilliseconds
      orders[slot].pointee.deadline = life > 0 ? now + life * 1_000_000 : .max
      nextDeadline = min(nextDeadline, orders[slot].pointee.deadline)
      noteDecision(&orders[slot].pointee)
      refreshWorking(index)
      decide(index, hostIntent(request, tag: tag), .none, .sent, quantity: request.quantity.raw)
      send(approved)
    case .pending: preconditionFailure("a confirmed order waits no more")
    }
  }

  /// An order that waits is taken back: nothing of it has left the house.
  mutating func revoke(_ index: Int, _ slot: Int32, _ code: RefusalCode) {
    let order = orders[slot].pointee
    decide(index, hostIntent(order.request, tag: order.tag), code, .refused, quantity: order.request.quantity.raw)
    note(Refusal(code), index, tag: order.tag)
    end(index, slot, state: QE_ORDER_REFUSED, code: code)
  }

  /// An intent as the decision's record shows an order that has none.
  func hostIntent(_ request: OrderRequest, tag: UInt64) -> qe_intent {
    var intent = qe_intent()
    intent.kind = QE_INTENT_SUBMIT
    intent.tag = tag
    intent.side = UInt32(request.side.rawValue)
    intent.type = UInt32(request.type.rawValue)
    intent.price = request.type.isConditional ? request.triggerPrice.raw : request.price.raw
    intent.time_in_force = UInt32(request.timeInForce.rawValue)
    intent.flags = request.postOnly ? QE_INTENT_POST_ONLY : 0
    return intent
  }

  // MARK: The end

  /// The order in `slot` is over without (the rest of) a fill.
  mutating func end(_ index: Int, _ slot: Int32, state: UInt32, code: RefusalCode = .none) {
    finish(index, slot, state: state, code: code, isReleased: false)
  }

  /// Tells the strategy, frees the slot, and goes on with what waited for this end.
  mutating func finish(_ index: Int, _ slot: Int32, state: UInt32, code: RefusalCode, isReleased: Bool) {
    isTouched = true
    let order = orders[slot].pointee
    // A step towards a target is no intent of its own: the target has one end for all its steps.
    if !order.isStep {
      update(
        index, tag: order.tag, state: state, code: code, side: UInt32(order.request.side.rawValue), orderID: order.id, total: order.filled)
    }
    close(index, slot, isReleased: isReleased)
    followUp(index, order, slot: slot, state: state, code: code)
  }

  /// The slot is free; the cancel that waited for it is done.
  mutating func close(_ index: Int, _ slot: Int32, isReleased: Bool) {
    let cancelTag = orders[slot].pointee.cancelTag
    let id = orders[slot].pointee.id
    orders.remove(slot: slot)
    if !isReleased { gate.released(slot: slot) }
    refreshWorking(index)
    if cancelTag != 0 { update(index, tag: cancelTag, state: QE_ORDER_DONE, orderID: id) }
  }

  /// What follows from an order's end: a staged replacement, a bracket that has to be tended, a target that goes on.
  mutating func followUp(_ index: Int, _ order: borrowing OpenOrder, slot: Int32, state: UInt32, code: RefusalCode) {
    if order.hasSuccessor { succeed(index, orders.staged(slot).pointee) }
    switch order.role {
    case .wish: if order.bracket >= 0 { entryEnded(index, order) }
    case .stop, .takeProfit, .exit: legEnded(index, order, slot: slot, state: state)
    case .target: targetStepEnded(index, order, state: state, code: code)
    }
    if instances[index].job.isActive, order.role != .target { pursue(index) }
  }

  /// The exit that was replaced is gone: its replacement is sized to what remains.
  private mutating func succeed(_ index: Int, _ staged: StagedOrder) {
    let spec = instruments[Int(staged.request.instrument)].spec
    var request = staged.request
    let bound = gate.reducible(request)
    request.quantity = Quantity(raw: min(request.quantity.raw, bound / spec.stepSize * spec.stepSize))
    guard request.quantity.raw >= spec.minimumQuantity else {
      return refuse(index, staged.intent, Refusal(.unknownTarget), quantity: request.quantity.raw)
    }
    if case .refused(let refusal) = place(index, request, intent: staged.intent, lifeMilliseconds: staged.lifeMilliseconds) {
      refuse(index, staged.intent, refusal, quantity: request.quantity.raw)
    }
  }

  // MARK: Time

  /// Orders whose life or wait is over, time stops, cool-downs that end.
  mutating func meetDeadlines() {
    isTouched = true
    nextDeadline = .max
    var isCooled = false
    for index in 0..<instanceCount {
      var position = 0
      while position < orders.count(Int32(index)) {
        let slot = orders.slot(Int32(index), at: position)
        let order = orders[slot]
        if order.pointee.deadline <= now {
          if order.pointee.state == .pending {
            revoke(index, slot, .decisionExpired)
            continue
          }
          order.pointee.deadline = .max
          order.pointee.isExpiring = !order.pointee.cancelSent
          requestCancel(slot)
        }
        nextDeadline = min(nextDeadline, order.pointee.deadline)
        position += 1
      }
      if brackets.count(index) > 0 { meetTimeStops(index) }
      let cooling = gate.coolingUntil(instance: Int32(index))
      if cooling != .min {
        if cooling <= now {
          gate.cooledDown(instance: Int32(index))
          isCooled = true
        } else {
          nextDeadline = min(nextDeadline, cooling)
        }
      }
    }
    if isCooled { noteRiskState() }
  }

  /// What had to wait for market data: an exit that was refused, a flatten without a price. Never on a venue's answer: a
  /// venue that always refuses would be asked without end.
  mutating func takeCare() {
    for index in 0..<instanceCount where instances[index].needsCare {
      instances[index].needsCare = false
      careCount -= 1
      isTouched = true
      if instances[index].told != .none { cancelOpening(index, code: instances[index].told) }
      if instances[index].job.isActive { pursue(index) }
      for bracket in brackets.places(index) where brackets[bracket].pointee.isActive { tend(index, bracket) }
    }
  }

  mutating func needsCare(_ index: Int) {
    if instances[index].needsCare { return }
    instances[index].needsCare = true
    careCount += 1
  }
}
