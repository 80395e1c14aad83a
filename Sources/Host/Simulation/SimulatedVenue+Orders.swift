import Engine
import Market
import Risk

/// Orders as they arrive, wait and end.
extension SimulatedVenue {
  public mutating func submit(_ order: ApprovedOrder) { place(VenueOrder(order)) }

  /// An order of a former life of the host, which this venue lived in: it is placed again with what was left of it, behind all that rests.
  public mutating func resume(_ order: RestoredOrder) {
    var placed = VenueOrder(request: order.request, id: order.id, slot: order.slot, pairedID: order.pairedID)
    placed.remaining = order.remaining
    place(placed)
  }

  /// Ends that order alone, whatever it is paired with. One that is not at rest is answered with `cancelRejected`: its end
  /// was reported already, or is on its way.
  public mutating func cancel(slot: Int32, orderID: UInt64) { _ = withdraw(slot: slot, orderID: orderID) }

  /// Places the new order only where the old one was still at rest, so that the two can never both trade.
  public mutating func replace(slot: Int32, orderID: UInt64, with order: ApprovedOrder) {
    replace(slot: slot, orderID: orderID, with: VenueOrder(order))
  }

  mutating func replace(slot: Int32, orderID: UInt64, with order: VenueOrder) {
    if withdraw(slot: slot, orderID: orderID) { place(order) } else { report(order, .rejected, code: .venueRejected) }
  }

  private mutating func withdraw(slot: Int32, orderID: UInt64) -> Bool {
    for index in 0..<restingCount where resting[index].id == orderID {
      report(remove(at: index), .cancelled)
      return true
    }
    append(ExecutionReport(slot: slot, orderID: orderID, kind: .cancelRejected))
    return false
  }

  mutating func place(_ order: VenueOrder) {
    let request = order.request
    if isRejectedByChance(order) { return report(order, .rejected, code: .venueRejected) }
    if hasEndedPairs, let index = endedPairs.firstIndex(of: order.id) {
      endedPairs[index] = 0
      return report(order, .expired)
    }
    switch request.type {
    case .market: take(order, canRest: false)
    case .limit: placeLimit(order)
    case .stopMarket, .takeProfitMarket:
      if order.isTriggered(at: touches[Int(request.instrument)].last) { return trigger(order) }
      rest(order)
    }
  }

  private mutating func placeLimit(_ order: VenueOrder) {
    let request = order.request
    let crosses = takerPrice(request).map { request.side == .buy ? $0 <= request.price : $0 >= request.price } ?? false
    if crosses {
      if request.postOnly { return report(order, .rejected, code: .wouldTake) }
      if request.timeInForce == .fillOrKill, available(request) < order.remaining { return report(order, .expired) }
      return take(order, canRest: request.timeInForce == .goodTillCancelled)
    }
    guard request.timeInForce == .goodTillCancelled else { return report(order, .expired) }
    rest(order)
  }

  /// - Parameter isNews: false when a report said already that it works.
  mutating func rest(_ order: VenueOrder, isNews: Bool = true) {
    guard restingCount < capacity else { return report(order, isNews ? .rejected : .expired, code: .venueRejected) }
    var order = order
    let request = order.request
    if !request.type.isConditional, model.queue != .none {
      order.queue = QueuePosition(displayed: displayed(request.side, request.price, instrument: request.instrument))
    }
    (resting + restingCount).initialize(to: order)
    restingCount += 1
    touches[Int(request.instrument)].watchers += 1
    if isNews { report(order, .working) }
  }

  @discardableResult
  mutating func remove(at index: Int) -> VenueOrder {
    let order = resting[index]
    touches[Int(order.request.instrument)].watchers -= 1
    for later in index..<(restingCount - 1) { resting[later] = resting[later + 1] }
    restingCount -= 1
    return order
  }

  /// A conditional order that is not at rest any more.
  mutating func trigger(_ order: VenueOrder) {
    report(order, .triggered)
    endPartner(of: order)
    take(order, canRest: false)
  }

  /// One leg has traded or triggered: the venue ends the other, also one that is still to arrive.
  mutating func endPartner(of order: VenueOrder) {
    for index in 0..<restingCount where resting[index].isPaired(with: order) && resting[index].id != order.id {
      return report(remove(at: index), .expired)
    }
    // Numbers rise: a higher one may not have come yet.
    guard order.pairedID > order.id else { return }
    hasEndedPairs = true
    endedPairs[nextEndedPair] = order.pairedID
    nextEndedPair = (nextEndedPair + 1) % endedPairs.count
  }

  /// By the order's own number, so that the same orders fail whenever they arrive.
  private func isRejectedByChance(_ order: VenueOrder) -> Bool {
    guard model.rejectProbability > 0 else { return false }
    let draw = SeededDraws.mix(UInt64(bitPattern: model.seed) &+ (order.id &+ 1) &* 0x9E37_79B9_7F4A_7C15)
    return Int64(draw.multipliedFullWidth(by: 1_000_000).high) < model.rejectProbability
  }
}
