import Market
import PluginABI
import Risk

extension Engine {
  /// Reads a wish and answers it. Whatever cannot be read is refused with its own code; nothing is guessed.
  mutating func wish(_ index: Int, _ intent: borrowing qe_intent) {
    isTouched = true
    if let refusal = malformed(Int32(index), intent) { return refuse(index, intent, refusal) }
    switch intent.kind {
    case QE_INTENT_SUBMIT: submit(index, intent)
    case QE_INTENT_CANCEL: cancel(index, intent)
    case QE_INTENT_REPLACE: replace(index, intent)
    default: target(index, intent)
    }
  }

  private func malformed(_ instance: Int32, _ intent: qe_intent) -> Refusal? {
    guard intent.struct_size == UInt32(MemoryLayout<qe_intent>.size), (QE_INTENT_SUBMIT...QE_INTENT_TARGET_POSITION).contains(intent.kind),
      intent.reserved == (0, 0, 0)
    else {
      return Refusal(.invalidIntent)
    }
    if intent.tag == 0 { return Refusal(.invalidTag) }
    let owner = instances + Int(instance)
    if orders.isTagInUse(instance, tag: intent.tag)
      || (owner.pointee.job.isActive && (owner.pointee.job.tag == intent.tag || owner.pointee.job.cancelTag == intent.tag))
    {
      return Refusal(.duplicateTag)
    }
    // NaN means none; anything else must be a probability, or finite.
    if !intent.confidence.isNaN, !(intent.confidence >= 0 && intent.confidence <= 1) { return Refusal(.invalidConfidence) }
    if intent.edge.isInfinite { return Refusal(.invalidEdge) }
    return nil
  }

  // MARK: Reading an order

  /// What is wrong with an intent's order, or the order.
  enum Reading {
    case order(OrderRequest)
    /// - Parameter quantity: after flooring, for the decision's record.
    case refused(Refusal, quantity: Int64)
  }

  private func read(_ index: Int, _ intent: qe_intent) -> Reading {
    func no(_ refusal: Refusal) -> Reading { .refused(refusal, quantity: intent.quantity) }
    guard let side = UInt8(exactly: intent.side).flatMap(Side.init(rawValue:)) else { return no(Refusal(.invalidSide)) }
    let type: OrderType
    switch intent.type {
    case QE_TYPE_MARKET: type = .market
    case QE_TYPE_LIMIT: type = .limit
    default: return no(Refusal(.invalidType))
    }
    guard intent.flags & ~(QE_INTENT_REDUCE_ONLY | QE_INTENT_POST_ONLY) == 0 else { return no(Refusal(.invalidIntent)) }
    if let refusal = lifeRefusal(intent, type) { return no(refusal) }
    let instrument = instances[index].instrument
    let spec = instruments[Int(instrument)].spec
    guard intent.quantity > 0 else {
      return no(Refusal(.invalidQuantity, unit: .quantity, value: Int128(intent.quantity), limit: Int128(spec.minimumQuantity)))
    }
    // Floored, never rounded up.
    let quantity = intent.quantity / spec.stepSize * spec.stepSize
    var request = OrderRequest(
      instrument: instrument, instance: Int32(index), side: side, type: type, quantity: Quantity(raw: quantity), price: Price(raw: intent.price),
      reduceOnly: intent.flags & QE_INTENT_REDUCE_ONLY != 0)
    request.timeInForce = TimeInForce(intent.time_in_force)
    request.postOnly = intent.flags & QE_INTENT_POST_ONLY != 0
    if quantity < spec.minimumQuantity {
      // What is left of a position and cannot be sold has a name of its own.
      let held = instances[index].book.position
      let isDust = held != 0 && (held > 0) == (side == .sell) && abs(held) / spec.stepSize * spec.stepSize < spec.minimumQuantity
      return no(Refusal(isDust ? .dust : .sizeBelowMinimum, unit: .quantity, value: Int128(intent.quantity), limit: Int128(spec.minimumQuantity)))
    }
    let terms = BracketTerms(intent)
    if !terms.isNone, let refusal = bracketRefusal(terms, request, spec) { return no(refusal) }
    return .order(request)
  }

  private func lifeRefusal(_ intent: qe_intent, _ type: OrderType) -> Refusal? {
    let isPostOnly = intent.flags & QE_INTENT_POST_ONLY != 0
    switch intent.time_in_force {
    case QE_TIF_GTC: return intent.time_in_force_ms == 0 && !(isPostOnly && type == .market) ? nil : Refusal(.invalidTimeInForce)
    case QE_TIF_IOC, QE_TIF_FOK: return intent.time_in_force_ms == 0 && !isPostOnly ? nil : Refusal(.invalidTimeInForce)
    // A market order rests nowhere, so it has no life to measure.
    case QE_TIF_MS: return (1...Self.longestLifeMilliseconds).contains(intent.time_in_force_ms) && type == .limit ? nil : Refusal(.invalidTimeInForce)
    default: return Refusal(.invalidTimeInForce)
    }
  }

  /// Thirty days: far beyond any scalp, and far from where adding it to a time could overflow.
  private static var longestLifeMilliseconds: Int64 { 30 * 86_400_000 }

  /// A stop belongs on the losing side of where the order would fill, a take-profit on the other.
  private func bracketRefusal(_ terms: BracketTerms, _ request: OrderRequest, _ spec: InstrumentSpec) -> Refusal? {
    if request.reduceOnly || !(0...Self.longestLifeMilliseconds).contains(terms.timeStopMilliseconds) { return Refusal(.invalidBracket) }
    let state = instruments + Int(request.instrument)
    let touch = request.side == .buy ? state.pointee.ask : state.pointee.bid
    let reference = request.type == .limit ? request.price : touch.raw > 0 ? touch : state.pointee.last
    return legRefusal(terms.stopPrice, isBelow: request.side == .buy, reference, spec)
      ?? legRefusal(terms.takeProfitPrice, isBelow: request.side == .sell, reference, spec)
  }

  private func legRefusal(_ price: Price, isBelow: Bool, _ reference: Price, _ spec: InstrumentSpec) -> Refusal? {
    if price.raw == 0 { return nil }
    let isOnSide = reference.raw == 0 || (isBelow ? price < reference : price > reference)
    if price.raw > 0, price.raw <= spec.maximumPrice, price.raw % spec.tickSize == 0, isOnSide { return nil }
    return Refusal(.invalidBracket, unit: .price, value: Int128(price.raw), limit: Int128(reference.raw))
  }

  // MARK: Kinds of wishes

  private mutating func submit(_ index: Int, _ intent: qe_intent) {
    switch read(index, intent) {
    case .refused(let refusal, let quantity): refuse(index, intent, refusal, quantity: quantity)
    case .order(let request):
      if let refusal = entryRefusal(index, request, standingIn: 0, terms: BracketTerms(intent), confidence: intent.confidence) {
        return refuse(index, intent, refusal, quantity: request.quantity.raw)
      }
      switch place(index, request, intent: intent, terms: BracketTerms(intent), lifeMilliseconds: intent.time_in_force_ms) {
      case .refused(let refusal): refuse(index, intent, refusal, quantity: request.quantity.raw)
      case .placed: break
      }
    }
  }

  /// What the host itself holds against an entry, before hard risk is asked.
  ///
  /// - Parameter standingIn: 1 when it takes the place of an entry that is counted already.
  private func entryRefusal(_ index: Int, _ request: OrderRequest, standingIn: Int, terms: BracketTerms, confidence: Double) -> Refusal? {
    if instances[index].job.isActive { return Refusal(.targetWorking) }
    if orders.isFull(Int32(index)) {
      return Refusal(.tooManyOrders, unit: .count, value: Int128(OrderTable.perInstance) + 1, limit: Int128(OrderTable.perInstance))
    }
    // A bracket protects what an order opens; an exit opens nothing.
    if gate.isReducing(request) { return terms.isNone ? nil : Refusal(.invalidBracket) }
    if isWarming(instance: index) { return Refusal(.warming) }
    if !instances[index].cadenceOpen { return Refusal(.offCadence) }
    if let refusal = filterRefusal(index, request.side, confidence: confidence) { return refusal }
    let inFlight = gate.openingOrders(instance: Int32(index)) - standingIn
    if inFlight >= maximumInflightEntries {
      return Refusal(.inflightLimit, unit: .count, value: Int128(inFlight) + 1, limit: Int128(maximumInflightEntries))
    }
    return nil
  }

  private mutating func cancel(_ index: Int, _ intent: qe_intent) {
    let instance = instances + index
    if instance.pointee.job.isActive, !instance.pointee.job.isHost, instance.pointee.job.tag == intent.target_tag {
      return cancelTarget(index, intent)
    }
    guard let slot = orders.slot(Int32(index), tag: intent.target_tag) else { return refuse(index, intent, Refusal(.unknownTarget)) }
    if orders[slot].pointee.cancelTag != 0 {
      // Another cancel of the same order is on its way: this one needs nothing.
      decide(index, intent, .none, .done, quantity: 0)
      return update(index, tag: intent.tag, state: QE_ORDER_DONE)
    }
    decide(index, intent, .none, .cancelRequested, quantity: 0)
    orders[slot].pointee.cancelTag = intent.tag
    // Its replacement has not been sent: it goes first, and nothing takes the order's place.
    dropSuccessor(index, slot)
    if orders[slot].pointee.state == .pending { return end(index, slot, state: QE_ORDER_CANCELLED) }
    requestCancel(slot)
  }

  /// The new order is checked with the old one still open: both count until the cancel is confirmed. Only an exit, which
  /// cannot be proven to reduce beside the one it replaces, waits for that one's end.
  private mutating func replace(_ index: Int, _ intent: qe_intent) {
    guard let old = orders.slot(Int32(index), tag: intent.target_tag), !orders[old].pointee.cancelSent, orders[old].pointee.state != .unknown,
      orders[old].pointee.state != .triggered
    else { return refuse(index, intent, Refusal(.unknownTarget)) }
    let request: OrderRequest
    switch read(index, intent) {
    case .refused(let refusal, let quantity): return refuse(index, intent, refusal, quantity: quantity)
    case .order(let order): request = order
    }
    if orders[old].pointee.isReducing, request.side == orders[old].pointee.request.side {
      return replaceExit(index, old, request, intent)
    }
    let standingIn = orders[old].pointee.isReducing ? 0 : 1
    if let refusal = entryRefusal(index, request, standingIn: standingIn, terms: BracketTerms(intent), confidence: intent.confidence) {
      return refuse(index, intent, refusal, quantity: request.quantity.raw)
    }
    if orders[old].pointee.state == .pending {
      // Nothing of the old one has left the house: it is taken back once the new one has passed, an order like any other.
      switch place(index, request, intent: intent, terms: BracketTerms(intent), lifeMilliseconds: intent.time_in_force_ms) {
      case .refused(let refusal): refuse(index, intent, refusal, quantity: request.quantity.raw)
      case .placed: end(index, old, state: QE_ORDER_REPLACED)
      }
      return
    }
    switch place(index, request, intent: intent, terms: BracketTerms(intent), lifeMilliseconds: intent.time_in_force_ms, replacing: old) {
    case .refused(let refusal): refuse(index, intent, refusal, quantity: request.quantity.raw)
    case .placed: break
    }
  }

  private mutating func replaceExit(_ index: Int, _ old: Int32, _ request: OrderRequest, _ intent: qe_intent) {
    guard !orders[old].pointee.hasSuccessor, instances[index].job.isActive == false, BracketTerms(intent).isNone else {
      return refuse(index, intent, Refusal(.unknownTarget), quantity: request.quantity.raw)
    }
    // What it could reduce once the old one is gone.
    let bound = gate.reducible(request) + gate.remaining(slot: old)
    guard request.quantity.raw <= bound else {
      return refuse(
        index, intent, Refusal(.exitWorking, unit: .quantity, value: Int128(request.quantity.raw), limit: Int128(bound)),
        quantity: request.quantity.raw)
    }
    orders[old].pointee.hasSuccessor = true
    orders.staged(old).pointee = StagedOrder(tag: intent.tag, request: request, lifeMilliseconds: intent.time_in_force_ms, intent: intent)
    orders[old].pointee.isReplaced = true
    decide(index, intent, .none, .accepted, quantity: request.quantity.raw)
    requestCancel(old)
  }

  private mutating func target(_ index: Int, _ intent: qe_intent) {
    let spec = instruments[Int(instances[index].instrument)].spec
    guard intent.quantity != .min, abs(intent.quantity) <= spec.maximumQuantity else {
      return refuse(
        index, intent, Refusal(.positionLimit, unit: .quantity, value: Int128(intent.quantity), limit: Int128(spec.maximumQuantity)))
    }
    guard intent.flags & ~QE_INTENT_POST_ONLY == 0 else { return refuse(index, intent, Refusal(.invalidIntent)) }
    let type: OrderType = intent.type == QE_TYPE_LIMIT ? .limit : .market
    guard intent.type == QE_TYPE_LIMIT || intent.type == QE_TYPE_MARKET else { return refuse(index, intent, Refusal(.invalidType)) }
    if let refusal = lifeRefusal(intent, type) { return refuse(index, intent, refusal) }
    if instances[index].job.isActive, instances[index].job.isHost { return refuse(index, intent, Refusal(.targetWorking)) }
    let terms = BracketTerms(intent)
    let position = intent.quantity
    if !terms.isNone {
      var opening = OrderRequest(
        instrument: instances[index].instrument, instance: Int32(index), side: position >= 0 ? .buy : .sell, type: type,
        quantity: Quantity(raw: abs(position)), price: Price(raw: intent.price))
      opening.reduceOnly = position == 0
      if let refusal = bracketRefusal(terms, opening, spec) { return refuse(index, intent, refusal) }
    }
    decide(index, intent, .none, .accepted, quantity: position)
    var job = TargetJob()
    job.isActive = true
    job.tag = intent.tag
    job.position = position
    job.type = type
    job.price = Price(raw: intent.price)
    job.timeInForce = TimeInForce(intent.time_in_force)
    job.lifeMilliseconds = intent.time_in_force_ms
    job.terms = terms
    job.intent = intent
    job.mayOpen = instances[index].cadenceOpen && !isWarming(instance: index)
    begin(index, job)
  }

  // MARK: Answers

  mutating func refuse(_ index: Int, _ intent: qe_intent, _ refusal: Refusal, quantity: Int64? = nil) {
    decide(index, intent, refusal.code, .refused, quantity: quantity ?? intent.quantity)
    note(refusal, index, tag: intent.tag)
    update(index, tag: intent.tag, state: QE_ORDER_REFUSED, code: refusal.code, side: intent.side)
  }

  mutating func note(_ refusal: Refusal, _ index: Int, tag: UInt64) {
    actions.append(
      .refusal(RefusalRecord(sequence: sequence, instance: Int32(index), instrument: instances[index].instrument, tag: tag, refusal: refusal)))
  }

  mutating func decide(_ index: Int, _ intent: qe_intent, _ code: RefusalCode, _ outcome: Decision.Outcome, quantity: Int64) {
    actions.append(
      .decision(
        Decision(
          sequence: sequence, instrumentSequence: instruments[Int(instances[index].instrument)].inputs, instance: Int32(index), tag: intent.tag,
          kind: intent.kind, side: intent.side, price: intent.price, quantity: quantity,
          timeInForce: intent.time_in_force, flags: intent.flags, code: code, outcome: outcome)))
  }

  /// Queues news for the instance; delivered at the end of the step.
  mutating func update(
    _ index: Int, tag: UInt64, state: UInt32, code: RefusalCode = .none, side: UInt32 = QE_SIDE_NONE, orderID: UInt64 = 0, total: Int64 = 0
  ) {
    var update = qe_order_update()
    update.tag = tag
    update.state = state
    update.code = UInt32(code.rawValue)
    update.side = side
    update.host_order_id = orderID
    update.total_quantity = total
    updates.append(PendingUpdate(instance: Int32(index), news: .order(update)))
  }
}

extension TimeInForce {
  /// Of an intent that was read; a life in milliseconds is the engine's own.
  init(_ code: UInt32) {
    switch code {
    case QE_TIF_IOC: self = .immediateOrCancel
    case QE_TIF_FOK: self = .fillOrKill
    default: self = .goodTillCancelled
    }
  }
}
