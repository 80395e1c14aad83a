import Engine
import Market
import Risk

/// Orders that take what is there.
extension SimulatedVenue {
  /// What a taker would pay now for its first unit, without slippage; nil before the first price.
  func takerPrice(_ request: OrderRequest) -> Price? {
    let touch = touches[Int(request.instrument)]
    let quoted = request.side == .buy ? touch.ask : touch.bid
    if model.fillPrice == .quote, touch.book >= 0 { return bestOpposite(request)?.price }
    let price = model.fillPrice == .quote && quoted.raw > 0 ? quoted : touch.last
    return price.raw > 0 ? price : nil
  }

  /// Only fills at the quote walk the book; fills at the last trade know no quantities.
  private func walksBook(_ request: OrderRequest) -> Bool { model.fillPrice == .quote && touches[Int(request.instrument)].book >= 0 }

  private func bestOpposite(_ request: OrderRequest) -> BookLevel? {
    let book = touches[Int(request.instrument)].book
    return request.side == .buy ? books[book].bestAsk : books[book].bestBid
  }

  private func isWithinLimit(_ request: OrderRequest, _ price: Price) -> Bool {
    guard request.type == .limit else { return true }
    return request.side == .buy ? price <= request.price : price >= request.price
  }

  /// What the book offers to the request, up to what it asks for; everything where there is no book.
  func available(_ request: OrderRequest) -> Int64 {
    guard walksBook(request) else { return request.quantity.raw }
    let book = books[touches[Int(request.instrument)].book]
    var sum: Int64 = 0
    for level in (request.side == .buy ? book.asks : book.bids).reversed() {
      guard sum < request.quantity.raw, isWithinLimit(request, level.price) else { break }
      sum += min(level.quantity.raw, request.quantity.raw - sum)
    }
    return sum
  }

  /// Fills what is there; the remainder rests if it may, and expires otherwise.
  mutating func take(_ order: VenueOrder, canRest: Bool) {
    var order = order
    guard walksBook(order.request) else {
      guard let price = takerPrice(order.request) else { return report(order, order.request.type.isConditional ? .expired : .rejected) }
      return fill(&order, quantity: order.remaining, at: slipped(price, order.request), isMaker: false)
    }
    let willRest = canRest && available(order.request) < order.remaining
    // The venue says that it works before it says how far it has filled.
    if willRest {
      guard restingCount < capacity else { return report(order, .rejected, code: .venueRejected) }
      report(order, .working)
    }
    let side = order.request.side.opposite
    let book = touches[Int(order.request.instrument)].book
    var isFirst = true
    while order.remaining > 0, let level = bestOpposite(order.request), isWithinLimit(order.request, level.price) {
      let quantity = min(order.remaining, level.quantity.raw)
      // Taken is taken: it comes back when the venue's data next sets this level.
      books[book].set(side, BookLevel(price: level.price, quantity: Quantity(raw: level.quantity.raw - quantity)))
      refreshTouch(order.request.instrument)
      fill(&order, quantity: quantity, at: slipped(level.price, order.request), isMaker: false)
      isFirst = false
    }
    guard order.remaining > 0 else { return }
    if willRest { return rest(order, isNews: false) }
    report(order, isFirst && order.request.type == .market ? .rejected : .expired)
  }

  /// Against the taker, on the tick grid, never past a limit order's price.
  func slipped(_ price: Price, _ request: OrderRequest) -> Price {
    if model.slippage == .zero, model.slippageTicks == 0 { return price }
    let spec = touches[Int(request.instrument)].spec
    let unit: Int128 = 10_000_000_000
    let part = (Int128(price.raw) * Int128(model.slippage.raw) + unit - 1) / unit
    let distance = Int64(part) + model.slippageTicks * spec.tickSize
    if request.side == .buy {
      let worse = min((price.raw + distance + spec.tickSize - 1) / spec.tickSize * spec.tickSize, spec.maximumPrice)
      return Price(raw: request.type == .limit ? min(worse, request.price.raw) : worse)
    }
    let worse = max(spec.tickSize, (price.raw - distance) / spec.tickSize * spec.tickSize)
    return Price(raw: request.type == .limit ? max(worse, request.price.raw) : worse)
  }

  /// Reports a fill with its commission, and ends the partner at the first one.
  mutating func fill(_ order: inout VenueOrder, quantity: Int64, at price: Price, isMaker: Bool) {
    let request = order.request
    let touch = touches[Int(request.instrument)]
    let quantity = Quantity(raw: quantity)
    let isFirst = order.remaining == request.quantity.raw
    order.remaining -= quantity.raw
    let commission = commission(request.side, quantity, price, spec: touch.spec, rate: isMaker ? model.makerFee : model.takerFee)
    var report = ExecutionReport(
      slot: order.slot, orderID: order.id, kind: .fill, isMaker: isMaker, quantity: quantity, price: price, fee: commission.value)
    report.feeAsset = commission.asset
    report.feeAmount = commission.amount
    report.bid = touch.bid
    report.ask = touch.ask
    report.last = touch.last
    append(report)
    // A trigger has ended it already.
    if isFirst, !request.type.isConditional { endPartner(of: order) }
  }
}
