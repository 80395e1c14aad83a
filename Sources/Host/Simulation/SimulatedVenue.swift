import Engine
import Market
import Risk

/// A venue that fills against the market data it is shown. Backtest and paper trading share it.
///
/// - A market order, and a limit order that crosses the touch, fills at once and in full as taker, at the last trade's
///   price or at the touch (`SimulationModel.FillPrice`); a limit never worse than its price.
/// - A resting limit order fills in full as maker at its own price when a trade goes through it (strictly beyond), or
///   when the opposite touch reaches it. Resting order fills come before the data that caused them.
/// - An order without any price to fill at is rejected.
public struct SimulatedVenue: ~Copyable {
  // Usable from inline, because every tick passes here and nearly all find no order at rest.
  @usableFromInline
  struct Touch {
    @usableFromInline let spec: InstrumentSpec
    @usableFromInline var last = Price.zero
    @usableFromInline var bid = Price.zero
    @usableFromInline var ask = Price.zero
    @usableFromInline var resting: Int = 0

    init(spec: InstrumentSpec) { self.spec = spec }
  }

  private let model: SimulationModel
  @usableFromInline let touches: UnsafeMutablePointer<Touch>
  /// Orders at rest, oldest first.
  private let resting: UnsafeMutablePointer<ApprovedOrder>
  private var restingCount = 0
  private let capacity: Int
  private var reports: [ExecutionReport] = []
  private var nextReportIndex = 0

  /// - Parameter capacity: open orders at most; the engine's own bound.
  public init(model: SimulationModel, instruments: [InstrumentSpec], capacity: Int) {
    self.model = model
    self.capacity = capacity
    // Unsafe: fixed tables, owned here, freed in deinit; the hot path looks at a counter and returns.
    touches = .allocate(capacity: max(1, instruments.count))
    for (index, spec) in instruments.enumerated() { (touches + index).initialize(to: Touch(spec: spec)) }
    resting = .allocate(capacity: max(1, capacity))
    reports.reserveCapacity(2 * capacity + 16)
  }

  deinit {
    touches.deallocate()
    resting.deallocate()
  }

  /// The oldest report that was not taken yet.
  public mutating func nextReport() -> ExecutionReport? {
    if nextReportIndex == reports.count {
      if nextReportIndex > 0 {
        reports.removeAll(keepingCapacity: true)
        nextReportIndex = 0
      }
      return nil
    }
    nextReportIndex += 1
    return reports[nextReportIndex - 1]
  }

  // MARK: Market data

  /// True when it filled something: take the reports first, then show the quote to the engine.
  @inlinable
  public mutating func observe(_ quote: Quote, instrument: Int32) -> Bool {
    let touch = touches + Int(instrument)
    touch.pointee.bid = quote.bidPrice
    touch.pointee.ask = quote.askPrice
    return touch.pointee.resting > 0 && fillResting(instrument, through: nil)
  }

  /// As for a quote.
  @inlinable
  public mutating func observe(_ trade: Trade, instrument: Int32) -> Bool {
    let touch = touches + Int(instrument)
    touch.pointee.last = trade.price
    return touch.pointee.resting > 0 && fillResting(instrument, through: trade.price)
  }

  @usableFromInline
  mutating func fillResting(_ instrument: Int32, through trade: Price?) -> Bool {
    var index = 0
    let before = reports.count
    while index < restingCount {
      let order = resting[index]
      if order.request.instrument == instrument, isReached(order.request, by: trade) {
        remove(at: index)
        fill(order, at: order.request.price, isMaker: true)
      } else {
        index += 1
      }
    }
    return reports.count > before
  }

  private func isReached(_ request: OrderRequest, by trade: Price?) -> Bool {
    let touch = touches[Int(request.instrument)]
    switch request.side {
    case .buy:
      if let trade { return trade < request.price }
      return touch.ask.raw > 0 && touch.ask <= request.price
    case .sell:
      if let trade { return trade > request.price }
      return touch.bid.raw > 0 && touch.bid >= request.price
    }
  }

  // MARK: Orders

  public mutating func submit(_ order: ApprovedOrder) {
    let request = order.request
    let price = takerPrice(request)
    switch request.type {
    case .market:
      guard let price else { return report(order, .rejected) }
      fill(order, at: price, isMaker: false)
    case .limit:
      if let price, request.side == .buy ? price <= request.price : price >= request.price {
        return fill(order, at: price, isMaker: false)
      }
      guard restingCount < capacity else { return report(order, .rejected) }
      (resting + restingCount).initialize(to: order)
      restingCount += 1
      touches[Int(request.instrument)].resting += 1
      report(order, .working)
    case .stopMarket, .takeProfitMarket: report(order, .rejected)
    }
  }

  /// Of an order that is not at rest any more nothing is said: its end was reported already.
  public mutating func cancel(orderID: UInt64) {
    for index in 0..<restingCount where resting[index].id == orderID {
      let order = resting[index]
      remove(at: index)
      return report(order, .cancelled)
    }
  }

  /// What a taker would pay now; nil before the first price.
  private func takerPrice(_ request: OrderRequest) -> Price? {
    let touch = touches[Int(request.instrument)]
    let quoted = request.side == .buy ? touch.ask : touch.bid
    let price = model.fillPrice == .quote && quoted.raw > 0 ? quoted : touch.last
    return price.raw > 0 ? price : nil
  }

  private mutating func remove(at index: Int) {
    touches[Int(resting[index].request.instrument)].resting -= 1
    for later in index..<(restingCount - 1) { resting[later] = resting[later + 1] }
    restingCount -= 1
  }

  private mutating func fill(_ order: ApprovedOrder, at price: Price, isMaker: Bool) {
    let request = order.request
    let touch = touches[Int(request.instrument)]
    let notional = touch.spec.notional(price, request.quantity)
    let fee = (isMaker ? model.makerFee : model.takerFee).fee(on: notional)
    var report = ExecutionReport(
      slot: order.slot, orderID: order.id, kind: .fill, isMaker: isMaker, quantity: request.quantity, price: price, fee: fee)
    report.bid = touch.bid
    report.ask = touch.ask
    report.last = touch.last
    reports.append(report)
  }

  private mutating func report(_ order: ApprovedOrder, _ kind: ExecutionReport.Kind) {
    reports.append(ExecutionReport(slot: order.slot, orderID: order.id, kind: kind))
  }
}
