import Market
import Risk

extension Engine {
  /// What must hold after every step that touched orders or books, whatever came. Stays on in release builds: a host whose
  /// books contradict each other must not send another order. `quantumedge benchmark` shows what it costs.
  func assertInvariants() {
    if let violation = violation() { fatalError("the books contradict each other at input \(sequence): \(violation)") }
  }

  /// A text that names what does not hold; nil when all is well.
  public func violation() -> String? { gate.violation() ?? moneyViolation() ?? orderViolation() }

  private func moneyViolation() -> String? {
    var worth = cash - feesInKind
    for index in 0..<instrumentCount {
      let state = instruments + index
      if state.pointee.book.position != gate.position(instrument: Int32(index)) {
        return "the engine holds \(state.pointee.book.position) of instrument \(index), the gate \(gate.position(instrument: Int32(index)))"
      }
      worth += state.pointee.spec.isSpot ? state.pointee.unrealized + state.pointee.book.cost : state.pointee.unrealized
    }
    for index in 0..<instanceCount where instances[index].book.position != gate.position(instance: Int32(index)) {
      return "the engine holds \(instances[index].book.position) for instance \(index), the gate \(gate.position(instance: Int32(index)))"
    }
    return worth == equity ? nil : "equity is \(equity.raw), cash and positions are worth \(worth.raw)"
  }

  private func orderViolation() -> String? {
    for index in 0..<instanceCount {
      for position in 0..<orders.count(Int32(index)) {
        let order = orders[orders.slot(Int32(index), at: position)]
        // While nothing may open, whatever could is on its way out and nothing waits for an approval. A cancel that the
        // venue refused is asked again with the next event.
        let isLeaving = order.pointee.cancelSent || order.pointee.state == .unknown || (instances[index].needsCare && order.pointee.state != .pending)
        if instances[index].told != .none, !order.pointee.isReducing, !isLeaving {
          return "order \(order.pointee.id) could open while \(instances[index].told.name)"
        }
      }
    }
    return nil
  }
}
