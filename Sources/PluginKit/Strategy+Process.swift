extension Strategy where Self: ~Copyable {
  @inlinable public static func _process(
    _ memory: UnsafeMutableRawPointer, _ context: UnsafePointer<qe_context>, _ event: UnsafePointer<qe_event>,
    _ intents: UnsafeMutablePointer<qe_intent>?, _ capacity: UInt32, _ count: UnsafeMutablePointer<UInt32>
  ) -> qe_status {
    let instance = memory.assumingMemoryBound(to: Instance<Self>.self)
    // The head lies at the start of the instance and outlives the call.
    let scales = UnsafePointer(memory.assumingMemoryBound(to: InstanceHead.self)).pointer(to: \.scales).unsafelyUnwrapped
    let lent = Context(context, scales)
    var wishes = Intents(intents, capacity)
    // The union is read through a pointer to the member of its kind: its getter in Swift copies all 128 bytes.
    let payload = UnsafeRawPointer(event) + Library.payloadOffset
    switch event.pointee.kind {
    case QE_EVENT_TRADE: instance.pointee.body.onTrade(Trade(payload.assumingMemoryBound(to: qe_trade.self), scales), lent, &wishes)
    case QE_EVENT_QUOTE: instance.pointee.body.onQuote(Quote(payload.assumingMemoryBound(to: qe_quote.self), scales), lent, &wishes)
    case QE_EVENT_DEPTH: instance.pointee.body.onDepth(Depth(payload.assumingMemoryBound(to: qe_depth.self), scales), lent, &wishes)
    case QE_EVENT_BAR: instance.pointee.body.onBar(Bar(payload.assumingMemoryBound(to: qe_bar.self), scales), lent, &wishes)
    case QE_EVENT_TIMER: instance.pointee.body.onTimer(payload.assumingMemoryBound(to: qe_timer.self).pointee.scheduled_ms, lent, &wishes)
    case QE_EVENT_PREDICTION:
      instance.pointee.body.onPrediction(Prediction(payload.assumingMemoryBound(to: qe_prediction.self).pointee), lent, &wishes)
    case QE_EVENT_MARK_PRICE:
      instance.pointee.body.onMarkPrice(MarkPrice(payload.assumingMemoryBound(to: qe_mark_price.self), scales), lent, &wishes)
    case QE_EVENT_ORDER_UPDATE:
      instance.pointee.body.onOrderUpdate(OrderUpdate(payload.assumingMemoryBound(to: qe_order_update.self), scales), lent, &wishes)
    case QE_EVENT_RISK_STATE:
      instance.pointee.body.onRiskState(RiskState(payload.assumingMemoryBound(to: qe_risk_state.self)), lent, &wishes)
    default: break  // of a later minor version: not ours
    }
    count.pointee = wishes.count
    return QE_OK
  }
}
