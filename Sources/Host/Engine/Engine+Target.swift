import Market
import PluginABI
import Risk

// From what is held to what is wanted: a strategy's target position, and the host's own way to flat.

extension Engine {
  /// The host closes the instance's position; what the strategy was about ends here.
  mutating func flatten(_ index: Int) {
    var job = TargetJob()
    job.isActive = true
    begin(index, job)
  }

  /// A newer target takes the older one's place.
  mutating func begin(_ index: Int, _ job: TargetJob) {
    isTouched = true
    let old = instances[index].job
    if old.isActive {
      if old.isHost && job.isHost { return }
      var next = job
      // Its order, if there is one, is cancelled with everything else and then belongs to nobody's step.
      next.slot = old.slot
      instances[index].job = next
      report(index, old, job.isHost ? QE_ORDER_CANCELLED : QE_ORDER_REPLACED, .none)
    } else {
      instances[index].job = job
    }
    pursue(index)
  }

  mutating func cancelTarget(_ index: Int, _ intent: qe_intent) {
    if instances[index].job.cancelTag != 0 {
      decide(index, intent, .none, .done, quantity: 0)
      return update(index, tag: intent.tag, state: QE_ORDER_DONE)
    }
    decide(index, intent, .none, .cancelRequested, quantity: 0)
    instances[index].job.cancelTag = intent.tag
    instances[index].job.isCancelled = true
    if instances[index].job.slot >= 0 { requestCancel(instances[index].job.slot) } else { finishTarget(index, QE_ORDER_CANCELLED) }
  }

  /// Does what can be done now; called again whenever one of the instance's orders ends.
  mutating func pursue(_ index: Int) {
    if instances[index].job.isClearing {
      if !isCleared(index) { return }
      instances[index].job.isClearing = false
      instances[index].job.slot = -1
    }
    let job = instances[index].job
    if job.slot >= 0 { return }
    if job.isCancelled { return finishTarget(index, QE_ORDER_CANCELLED) }
    let instrument = instances[index].instrument
    let spec = instruments[Int(instrument)].spec
    let held = instances[index].book.position
    let missing = Int128(job.position) - Int128(held)
    if missing == 0 { return finishTarget(index, job.filled > 0 ? QE_ORDER_FILLED : QE_ORDER_DONE) }
    let side: Side = missing > 0 ? .buy : .sell
    let isReducing = held != 0 && (held > 0) != (side == .buy)
    let wanted = Int64(clamping: isReducing ? min(missing.magnitude, UInt128(held.magnitude)) : missing.magnitude)
    let quantity = wanted / spec.stepSize * spec.stepSize
    if quantity < spec.minimumQuantity {
      if isReducing || job.filled > 0 { return finishTarget(index, job.filled > 0 ? QE_ORDER_FILLED : QE_ORDER_DONE) }
      return finishTarget(
        index, QE_ORDER_REFUSED, Refusal(.sizeBelowMinimum, unit: .quantity, value: Int128(wanted), limit: Int128(spec.minimumQuantity)))
    }
    var request = OrderRequest(
      instrument: instrument, instance: Int32(index), side: side, type: job.type, quantity: Quantity(raw: quantity), price: job.price)
    request.timeInForce = job.timeInForce
    request.postOnly = job.intent.flags & QE_INTENT_POST_ONLY != 0
    if !isReducing, !job.mayOpen { return finishTarget(index, QE_ORDER_REFUSED, Refusal(isWarming(instance: index) ? .warming : .offCadence)) }
    if !isReducing, let refusal = filterRefusal(index, side, confidence: job.intent.confidence) {
      return finishTarget(index, QE_ORDER_REFUSED, refusal)
    }
    step(index, request)
  }

  private mutating func step(_ index: Int, _ request: OrderRequest) {
    let job = instances[index].job
    switch place(index, request, intent: hostIntent(request, tag: job.tag), role: .target, lifeMilliseconds: job.lifeMilliseconds) {
    case .placed(let slot): instances[index].job.slot = slot
    case .refused(let refusal):
      if refusal.code == .dust { return finishTarget(index, job.filled > 0 ? QE_ORDER_FILLED : QE_ORDER_DONE) }
      // The host's own way out is tried again with every event; a strategy is told.
      if job.isHost {
        note(refusal, index, tag: 0)
        needsCare(index)
      } else {
        finishTarget(index, QE_ORDER_REFUSED, refusal)
      }
    }
  }

  /// A replacement that has not been sent ends with what it waited for.
  mutating func dropSuccessor(_ index: Int, _ slot: Int32) {
    guard orders[slot].pointee.hasSuccessor else { return }
    orders[slot].pointee.hasSuccessor = false
    orders[slot].pointee.isReplaced = false
    update(index, tag: orders.staged(slot).pointee.tag, state: QE_ORDER_CANCELLED, side: orders.staged(slot).pointee.intent.side)
  }

  /// Whether nothing of the instance is open; asks for the end of what is.
  private mutating func isCleared(_ index: Int) -> Bool {
    var position = 0
    while position < orders.count(Int32(index)) {
      let slot = orders.slot(Int32(index), at: position)
      dropSuccessor(index, slot)
      if orders[slot].pointee.state == .pending {
        end(index, slot, state: QE_ORDER_CANCELLED)
        // Ending it may have begun everything anew.
        if !instances[index].job.isActive || !instances[index].job.isClearing { return false }
        position = 0
        continue
      }
      requestCancel(slot)
      position += 1
    }
    return orders.count(Int32(index)) == 0
  }

  /// An order that works towards the target is over.
  mutating func targetStepEnded(_ index: Int, _ order: OpenOrder, state: UInt32, code: RefusalCode) {
    guard instances[index].job.isActive else { return }
    // Of a target that was replaced: one of the orders whose end is waited for.
    if instances[index].job.isClearing || order.tag != instances[index].job.tag { return pursue(index) }
    instances[index].job.slot = -1
    instances[index].job.filled += order.filled
    if !order.isReducing { instances[index].job.opened += order.filled }
    if state == QE_ORDER_FILLED { return pursue(index) }
    if instances[index].job.isHost { return needsCare(index) }
    finishTarget(index, state, code == .none ? nil : Refusal(code), isNoted: true)
  }

  /// - Parameter isNoted: the refusal was one of its order's, and has been told of.
  mutating func finishTarget(_ index: Int, _ state: UInt32, _ refusal: Refusal? = nil, isNoted: Bool = false) {
    let job = instances[index].job
    instances[index].job = TargetJob()
    if let refusal, !isNoted {
      decide(index, job.intent, refusal.code, .refused, quantity: job.position)
      note(refusal, index, tag: job.tag)
    }
    report(index, job, state, refusal?.code ?? .none)
    restoreBrackets(index, job)
  }

  private mutating func report(_ index: Int, _ job: TargetJob, _ state: UInt32, _ code: RefusalCode) {
    // An order of it that is still open serves nobody's intent any more.
    if orders.isOpen(job.slot) { orders[job.slot].pointee.tag = 0 }
    if !job.isHost { update(index, tag: job.tag, state: state, code: code, total: job.filled) }
    if job.cancelTag != 0 { update(index, tag: job.cancelTag, state: QE_ORDER_DONE) }
  }

  /// What is still held stays protected: by the newest brackets first, because the oldest are the first to leave.
  private mutating func restoreBrackets(_ index: Int, _ job: TargetJob) {
    if !job.terms.isNone, job.opened > 0 {
      let number = brackets.open(index, side: job.position >= 0 ? .buy : .sell, terms: job.terms)
      if number >= 0 {
        instruments[Int(instances[index].instrument)].bracketCount += 1
        entryFilled(index, number, quantity: job.opened)
      }
    }
    fitBrackets(index, tends: true)
  }

  /// No bracket holds what is not there any more: the oldest lose first.
  mutating func fitBrackets(_ index: Int, tends: Bool) {
    let position = instances[index].book.position
    var rest = abs(position)
    var limit = UInt64.max
    while true {
      var newest: Int32 = -1
      for number in brackets.places(index) where brackets[number].pointee.isActive && brackets[number].pointee.number < limit {
        if newest < 0 || brackets[number].pointee.number > brackets[newest].pointee.number { newest = number }
      }
      if newest < 0 { return }
      limit = brackets[newest].pointee.number
      let isOurs = (position > 0) == (brackets[newest].pointee.side == .buy)
      let held = isOurs ? min(brackets[newest].pointee.held, rest) : 0
      brackets[newest].pointee.held = held
      rest -= held
      if tends { tend(index, newest) }
    }
  }
}
