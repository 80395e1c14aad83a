import Market
import PluginABI
import Risk

extension Engine {
  /// Calls the plugin with the event that was just written, and handles what it wishes.
  mutating func deliver(_ index: Int, _ kind: UInt32) {
    deliver(index, kind, market: instruments + Int(instances[index].instrument))
  }

  /// - Parameter market: the instance's instrument, where the caller has it at hand.
  @inline(__always)
  mutating func deliver(_ index: Int, _ kind: UInt32, market: UnsafeMutablePointer<InstrumentState>) {
    let instance = instances + index
    if instance.pointee.isOut { return }
    let context = contexts + index
    event.pointee.struct_size = UInt32(MemoryLayout<qe_event>.size)
    event.pointee.kind = kind
    context.pointee.flags = market.pointee.contextFlags | (instance.pointee.warmUntilNanoseconds > now ? QE_CONTEXT_WARMING : 0)
    context.pointee.sequence = sequence
    context.pointee.receive_ns = now
    context.pointee.exchange_ms = exchangeMilliseconds
    context.pointee.equity = qe_money(equity)
    context.pointee.last_price = market.pointee.last.raw
    context.pointee.bid_price = market.pointee.bid.raw
    context.pointee.ask_price = market.pointee.ask.raw
    if instance.pointee.readsModels { lendModels(index) }

    let capacity = UInt32(truncatingIfNeeded: min(intentCapacity, instance.pointee.budget))
    callCount &+= 1
    if instance.pointee.binding.isIsolated {
      suspension.instance = Int32(index)
      suspension.capacity = capacity
      return
    }
    var count: UInt32 = 0
    // Each instance has room of its own: what one leaves there never becomes part of another's wish.
    let room = intents + index &* intentCapacity
    callMark.begin(Int32(index))
    let status = instance.pointee.binding.process(instance.pointee.binding.instance, context, event, room, capacity, &count)
    callMark.end()
    if status == QE_OK && count == 0 { return }
    answered(index, status: status, count: count, capacity: capacity)
  }

  mutating func answered(_ index: Int, status: qe_status, count: UInt32, capacity: UInt32) {
    answers?.answered(
      PluginAnswer(call: callCount, instance: Int32(index), status: status, claimed: count, capacity: capacity, failure: nil),
      intents + index * intentCapacity)
    // A plugin that breaks the contract is out at once: what it meant is unknown, and so nothing is guessed.
    if status != QE_OK { return fail(index, .status(status)) }
    if count > capacity { return fail(index, .overflow(claimed: count, capacity: capacity)) }
    if let limit = maximumIntentsPerSecond, isFlood(index, Int(count), limit) { return fail(index, .flood(limit: limit)) }
    instances[index].budget -= Int(count)
    let room = intents + index * intentCapacity
    for position in 0..<Int(count) { wish(index, room[position]) }
    // A plugin that writes past its count spoils its own wishes alone.
    clearIntents(index, Int(count))
  }

  /// Many in a second, and many for each event: whoever is refused may ask again at every event of a busy market.
  private func isFlood(_ index: Int, _ count: Int, _ limit: Int) -> Bool {
    let instance = instances + index
    let inputs = instruments[Int(instance.pointee.instrument)].inputs
    if instance.pointee.floodStartNanoseconds == .min || now - instance.pointee.floodStartNanoseconds >= 1_000_000_000 {
      instance.pointee.floodStartNanoseconds = now
      instance.pointee.floodStartInputs = inputs
      instance.pointee.floodCount = 0
    }
    instance.pointee.floodCount += count
    return instance.pointee.floodCount > limit && UInt64(instance.pointee.floodCount) > 4 * (inputs - instance.pointee.floodStartInputs + 1)
  }

  /// Delivers what happened to orders and to risk, and what follows from that, until all is quiet. Ends because budgets do.
  mutating func deliverUpdates() {
    while let pending = updates.first {
      let instance = Int(pending.pointee.instance)
      switch pending.pointee.news {
      case .order(let update):
        event.pointee.as.order_update = update
        updates.removeFirst()
        deliver(instance, QE_EVENT_ORDER_UPDATE)
      case .risk(let code):
        event.pointee.as.risk_state = qe_risk_state(opening_allowed: code == .none ? 1 : 0, code: UInt32(code.rawValue))
        updates.removeFirst()
        deliver(instance, QE_EVENT_RISK_STATE)
      }
      if isSuspended { return suspension.hold(.updates, instrument: 0, next: 0) }
    }
  }

  mutating func fail(_ index: Int, _ failure: PluginFailure) {
    if instances[index].isOut { return }
    actions.append(.instanceFailed(instance: Int32(index), failure))
    takeOut(index)
  }

  /// No more calls; what would open is cancelled. What protects stays, unless the position is closed.
  mutating func takeOut(_ index: Int) {
    if instances[index].isOut { return }
    isTouched = true
    instances[index].isOut = true
    if instances[index].job.isActive, !instances[index].job.isHost { finishTarget(index, QE_ORDER_CANCELLED) }
    cancelOpening(index)
    if onFailure == .flatten, !instances[index].book.isEmpty || orders.count(Int32(index)) > 0 { flatten(index) }
  }

  /// What would open goes: orders at the venue are cancelled, those that wait for an approval or for another's end are
  /// revoked, and so is what only stands in a queue.
  mutating func cancelOpening(_ index: Int, code: RefusalCode = .halted) {
    var position = 0
    while position < orders.count(Int32(index)) {
      let slot = orders.slot(Int32(index), at: position)
      let order = orders[slot]
      if order.pointee.state == .pending {
        // Revoking takes it out of the list: the next one is in its place.
        revoke(index, slot, code)
        continue
      }
      position += 1
      if order.pointee.hasSuccessor, !isStillReducing(orders.staged(slot).pointee.request) {
        order.pointee.hasSuccessor = false
        order.pointee.isReplaced = false
        let staged = orders.staged(slot)
        refuse(index, staged.pointee.intent, Refusal(code), quantity: staged.pointee.request.quantity.raw)
      }
      if !order.pointee.isReducing { requestCancel(slot) }
    }
  }

  /// A staged exit waits for the one it replaces, and stays an exit.
  private func isStillReducing(_ request: OrderRequest) -> Bool {
    let position = instances[Int(request.instance)].book.position
    return request.side == .sell ? position > 0 : position < 0
  }

  /// Whether a stop of the account is one that `risk.on_halt` is about. A missing model, a journal in trouble and the
  /// Supervisor's pause stop what opens alone: they say nothing against what is held, and end by themselves.
  private static func takesPositions(_ code: RefusalCode) -> Bool {
    switch code {
    case .none, .modelsMissing, .journalTrouble, .supervisorPaused: false
    default: true
    }
  }

  /// Opening has become possible or impossible: on a stop the opening orders go in the same step, and everybody is told
  /// at its end.
  mutating func noteRiskState() {
    let account = gate.blockingRefusal
    let code = account?.code ?? .none
    let flattens = onHalt == .flatten && Self.takesPositions(code) && !Self.takesPositions(blocking)
    if code != blocking {
      blocking = code
      isTouched = true
      actions.append(.riskState(account ?? Refusal(.none)))
    }
    for index in 0..<instanceCount {
      let refusal = account ?? gate.blockingRefusal(instance: Int32(index), now: now)
      let own = refusal?.code ?? .none
      if own == instances[index].told { continue }
      isTouched = true
      instances[index].told = own
      if account == nil { actions.append(.instanceRiskState(instance: Int32(index), refusal ?? Refusal(.none))) }
      if own != .none { cancelOpening(index, code: own) }
      updates.append(PendingUpdate(instance: Int32(index), news: .risk(own)))
    }
    if flattens { for index in 0..<instanceCount { flatten(index) } }
  }
}
