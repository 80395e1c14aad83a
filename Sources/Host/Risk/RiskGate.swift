import Market

/// An order that hard risk has passed. A venue accepts nothing else, and nothing outside this file can make one.
public struct ApprovedOrder: Sendable {
  public let request: OrderRequest
  /// Unique in the run, rising.
  public let id: UInt64
  /// The reservation that holds its worst-case exposure; also the engine's slot of the order.
  public let slot: Int32
  /// Proven by the host to shrink the position however the open orders fill.
  public let isReducing: Bool
  /// Id of the other leg of a one-cancels-other pair; 0 = none. Where one leg triggers, the venue ends the other.
  public let pairedID: UInt64

  // The one place where an order is minted: RiskGate.check below.
  fileprivate init(request: OrderRequest, id: UInt64, slot: Int32, isReducing: Bool, pairedID: UInt64 = 0) {
    self.request = request
    self.id = id
    self.slot = slot
    self.isReducing = isReducing
    self.pairedID = pairedID
  }
}

public enum Verdict: Sendable {
  case approved(ApprovedOrder)
  case refused(Refusal)
}

/// Hard risk: decides on every order, reserves what it approves, and halts on losses.
///
/// Opening orders pass every check; an order that is proven reducing is held to the venue's filters alone, because
/// leaving a position must stay possible; a cancel passes always. Exposure is what would result if all that is open
/// filled in the worst way. Nothing here reads a clock or allocates after `init`.
public struct RiskGate: ~Copyable {
  public let limits: RiskLimits
  /// Fees that funds are set aside for: the larger of the venue's two rates, never below zero.
  let feeReserve: BasisPoints

  /// 10^12 currency units: larger orders are refused even without a limit.
  static let amountBound = Money(units: 1_000_000_000_000)

  var book: ExposureBook
  var losses: LossGuard
  var rate: RateWindow
  private var nextID: UInt64 = 1

  /// - Parameter instances: for each instance the index of its instrument.
  public init(limits: RiskLimits, instruments: [InstrumentSpec], instances: [Int32], feeReserve: BasisPoints, initialEquity: Money, capacity: Int) {
    self.limits = limits
    self.feeReserve = BasisPoints(raw: max(0, feeReserve.raw))
    book = ExposureBook(instruments: instruments, instances: instances, capacity: capacity)
    losses = LossGuard(limits: limits, equity: initialEquity)
    rate = RateWindow(maximumPerSecond: limits.maximumOrdersPerSecond)
  }

  /// Decides on `request` at `now` (receive time, ns).
  ///
  /// - Parameter availableCash: the quote currency at hand, plus unrealized profit and loss of margined positions.
  public mutating func check(_ request: OrderRequest, now: Int64, availableCash: Money) -> Verdict {
    let spec = book.spec(request.instrument)
    let reducing = book.isReducing(request)
    if let refusal = filterRefusal(request, spec, reducing: reducing) { return .refused(refusal) }
    if !reducing, let refusal = openingRefusal(request, spec, now: now, availableCash: availableCash) { return .refused(refusal) }
    guard let slot = book.reserve(request, isReducing: reducing) else {
      return .refused(Refusal(.tooManyOrders, unit: .count, value: Int128(book.capacity) + 1, limit: Int128(book.capacity)))
    }
    if !reducing { rate.count(now) }
    let order = ApprovedOrder(request: request, id: nextID, slot: slot, isReducing: reducing)
    nextID += 1
    return .approved(order)
  }

  /// The venue's filters hold for opening and reducing orders alike.
  private func filterRefusal(_ request: OrderRequest, _ spec: InstrumentSpec, reducing: Bool) -> Refusal? {
    let quantity = request.quantity.raw
    if quantity <= 0 { return Refusal(.invalidQuantity, unit: .quantity, value: Int128(quantity), limit: Int128(spec.minimumQuantity)) }
    if quantity > spec.maximumQuantity {
      return Refusal(.quantityOverMaximum, unit: .quantity, value: Int128(quantity), limit: Int128(spec.maximumQuantity))
    }
    if quantity % spec.stepSize != 0 { return Refusal(.invalidLot, unit: .quantity, value: Int128(quantity), limit: Int128(spec.stepSize)) }
    if quantity < spec.minimumQuantity {
      return Refusal(.sizeBelowMinimum, unit: .quantity, value: Int128(quantity), limit: Int128(spec.minimumQuantity))
    }
    switch request.type {
    case .market:
      if request.price.raw != 0 { return Refusal(.invalidPrice, unit: .price, value: Int128(request.price.raw), limit: 0) }
    case .limit:
      let price = request.price.raw
      if price <= 0 || price > spec.maximumPrice {
        return Refusal(.invalidPrice, unit: .price, value: Int128(price), limit: Int128(spec.maximumPrice))
      }
      if price % spec.tickSize != 0 { return Refusal(.invalidTick, unit: .price, value: Int128(price), limit: Int128(spec.tickSize)) }
    case .stopMarket, .takeProfitMarket: return Refusal(.unsupported)
    }
    // A market order is valued at the touch it would take; a reducing one may go without any price.
    if let price = book.reservePrice(request) {
      let notional = spec.notional(price, request.quantity)
      if notional < spec.minimumNotional { return .money(.minimumNotional, notional, limit: spec.minimumNotional) }
    }
    if spec.isSpot, request.side == .sell, !reducing {
      return Refusal(.spotShort, unit: .quantity, value: Int128(quantity), limit: Int128(book.reducible(request)))
    }
    if request.reduceOnly, !reducing {
      return Refusal(.wouldOpen, unit: .quantity, value: Int128(quantity), limit: Int128(book.reducible(request)))
    }
    return nil
  }

  private mutating func openingRefusal(_ request: OrderRequest, _ spec: InstrumentSpec, now: Int64, availableCash: Money) -> Refusal? {
    if let refusal = losses.blockingRefusal { return refusal }
    if book.hasOpposite(request) { return Refusal(.oppositeInstance) }
    let exits = book.reducingOpen(request.instrument, side: request.side)
    if exits > 0 { return Refusal(.exitWorking, unit: .quantity, value: Int128(exits), limit: 0) }
    guard book.hasQuote(request.instrument), let price = book.reservePrice(request) else { return Refusal(.noQuote) }
    if let refusal = rate.refusal(at: now) { return refusal }

    let orderNotional = spec.notional(price, request.quantity)
    // Whatever the limits: amounts of this size would not add up for long in 128 bits.
    if orderNotional > Self.amountBound { return .money(.orderNotionalLimit, orderNotional, limit: Self.amountBound) }
    if let limit = limits.maximumOrderNotional, orderNotional > limit { return .money(.orderNotionalLimit, orderNotional, limit: limit) }

    let worst = book.worstPosition(request.instrument, adding: request)
    if worst > spec.maximumQuantity {
      return Refusal(.positionLimit, unit: .quantity, value: Int128(worst), limit: Int128(spec.maximumQuantity))
    }
    let exposure = book.exposure(adding: request)
    if let limit = limits.maximumSymbolNotional, exposure.symbol > limit { return .money(.symbolNotionalLimit, exposure.symbol, limit: limit) }
    if let limit = limits.maximumGrossExposure, exposure.gross > limit { return .money(.grossExposureLimit, exposure.gross, limit: limit) }
    if let leverage = limits.maximumLeverage {
      let limit = max(.zero, losses.equity.scaled(by: leverage, over: PowerOfTen[RiskLimits.fractionScale]))
      if exposure.gross > limit { return .money(.leverageLimit, exposure.gross, limit: limit) }
    }
    let needed = exposure.fundsNeeded + book.openFees(feeReserve) + feeReserve.fee(on: orderNotional)
    if needed > availableCash { return .money(.insufficientFunds, needed, limit: availableCash) }
    return nil
  }
}

// MARK: - What the engine tells the gate

extension RiskGate {
  /// New best prices of an instrument; zero = unknown.
  public mutating func quoted(_ instrument: Int32, bid: Price, ask: Price) { book.quoted(instrument, bid: bid, ask: ask) }

  /// A trade was seen.
  public mutating func traded(_ instrument: Int32, price: Price) { book.traded(instrument, price: price) }

  /// `quantity` of the order in `slot` was filled: exposure moves from reserved to held.
  public mutating func filled(slot: Int32, quantity: Quantity) { book.filled(slot: slot, quantity: quantity) }

  /// The order in `slot` is over: what was not filled is no longer reserved.
  public mutating func released(slot: Int32) { book.release(slot: slot) }

  /// The account was valued. True when this value breaks a limit.
  ///
  /// - Parameter raisesPeak: false while a position is valued at a price older than the fill that made it.
  public mutating func marked(equity: Money, raisesPeak: Bool = true) -> Bool { losses.marked(equity: equity, raisesPeak: raisesPeak) }

  /// An event arrived; rolls the UTC day on the first one after midnight. True when what may be opened changes with it.
  public mutating func advanced(to now: Int64) -> Bool { losses.advanced(to: now) }

  /// Before this receive time `advanced` has nothing to do.
  public var nextDayNanoseconds: Int64 { losses.nextDayNanoseconds }

  /// Operator's halt: sticky until a new start.
  public mutating func halt() { losses.halt() }

  /// The kill switch; once on it stays on for the life of the process.
  public mutating func kill() { losses.kill() }

  /// Why nothing may open now; `.none` when it may.
  public var blockingCode: RefusalCode { losses.blockingRefusal?.code ?? .none }
  public var blockingRefusal: Refusal? { losses.blockingRefusal }
  public var dayBase: Money { losses.dayBase }
  public var peak: Money { losses.peak }
  public var maximumDrawdown: Money { losses.maximumDrawdown }

  public func position(instance: Int32) -> Int64 { book.instances[Int(instance)].position }
  public func position(instrument: Int32) -> Int64 { book.instruments[Int(instrument)].position }
  /// Whether the order would be proven reducing as things stand.
  public func isReducing(_ request: OrderRequest) -> Bool { book.isReducing(request) }
  /// What is open on a side, unfilled: raw quantity.
  public func working(instance: Int32, side: Side) -> Int64 {
    side == .buy ? book.instances[Int(instance)].openBuys : book.instances[Int(instance)].openSells
  }
}

// MARK: - For people

extension RiskGate {
  /// Every limit that is set, with what is used of it now.
  public func limitUses() -> [LimitUse] {
    var uses: [LimitUse] = []
    func money(_ code: RefusalCode, _ value: Money, _ limit: Money?) {
      if let limit, limit > .zero { uses.append(LimitUse(code, unit: .money, value: value.raw, limit: limit.raw)) }
    }
    money(.dailyLossLimit, max(.zero, losses.dayBase - losses.equity), limits.maximumDailyLoss)
    money(.drawdownLimit, max(.zero, losses.peak - losses.equity), limits.maximumDrawdown)
    return uses
  }
}
