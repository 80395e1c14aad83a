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
    context.pointee.flags = market.pointee.contextFlags
    context.pointee.sequence = sequence
    context.pointee.receive_ns = now
    context.pointee.exchange_ms = exchangeMilliseconds
    context.pointee.equity = qe_money(equity)
    context.pointee.last_price = market.pointee.last.raw
    context.pointee.bid_price = market.pointee.bid.raw
    context.pointee.ask_price = market.pointee.ask.raw

    let capacity = UInt32(truncatingIfNeeded: min(intentCapacity, instance.pointee.budget))
    var count: UInt32 = 0
    // Each instance has room of its own: what one leaves there never becomes part of another's wish.
    let room = intents + index &* intentCapacity
    let status = instance.pointee.binding.process(instance.pointee.binding.instance, context, event, room, capacity, &count)
    if status == QE_OK && count == 0 { return }
    answered(index, status: status, count: count, capacity: capacity)
  }

  private mutating func answered(_ index: Int, status: qe_status, count: UInt32, capacity: UInt32) {
    // A plugin that breaks the contract is out at once: what it meant is unknown, and so nothing is guessed.
    if status != QE_OK { return fail(index, .status(status)) }
    if count > capacity { return fail(index, .overflow(claimed: count, capacity: capacity)) }
    instances[index].budget -= Int(count)
    let room = intents + index * intentCapacity
    for position in 0..<Int(count) { wish(index, room[position]) }
    // A plugin that writes past its count spoils its own wishes alone.
    clearIntents(index, Int(count))
  }

  /// Delivers what happened to orders and to risk, and what follows from that, until all is quiet. Ends because budgets do.
  mutating func deliverUpdates() {
    while let pending = updates.popFirst() {
      switch pending.news {
      case .order(let update):
        event.pointee.as.order_update = update
        deliver(Int(pending.instance), QE_EVENT_ORDER_UPDATE)
      case .risk(let code):
        event.pointee.as.risk_state = qe_risk_state(opening_allowed: code == .none ? 1 : 0, code: UInt32(code.rawValue))
        deliver(Int(pending.instance), QE_EVENT_RISK_STATE)
      }
    }
  }

  private mutating func fail(_ index: Int, _ failure: PluginFailure) {
    actions.append(.instanceFailed(instance: Int32(index), failure))
    takeOut(index)
  }

  /// No more calls; what would open is cancelled, what protects stays.
  mutating func takeOut(_ index: Int) {
    instances[index].isOut = true
    cancelOpening(index)
  }

  mutating func cancelOpening(_ index: Int) {
    for position in 0..<orders.count(Int32(index)) {
      let slot = orders.slot(Int32(index), at: position)
      guard let order = orders[slot].order, !order.isReducing, !orders[slot].cancelSent else { continue }
      orders[slot].cancelSent = true
      actions.append(.cancel(slot: slot, orderID: order.id))
    }
  }

  /// Opening has become possible or impossible: on a stop the opening orders go in the same step, and everybody is told
  /// at its end.
  mutating func noteRiskState() {
    let code = gate.blockingCode
    if code == blocking { return }
    blocking = code
    actions.append(.riskState(gate.blockingRefusal ?? Refusal(.none)))
    for index in 0..<instanceCount {
      if code != .none { cancelOpening(index) }
      updates.append(PendingUpdate(instance: Int32(index), news: .risk(code)))
    }
  }
}
