import Market

// The table of semantics.md: which check holds for what.

extension RiskGate {
  /// The venue's filters hold for opening and reducing orders alike.
  func filterRefusal(_ request: OrderRequest, _ spec: InstrumentSpec, reducing: Bool) -> Refusal? {
    let quantity = request.quantity.raw
    if quantity <= 0 { return Refusal(.invalidQuantity, unit: .quantity, value: Int128(quantity), limit: Int128(spec.minimumQuantity)) }
    if quantity > spec.maximumQuantity {
      return Refusal(.quantityOverMaximum, unit: .quantity, value: Int128(quantity), limit: Int128(spec.maximumQuantity))
    }
    if quantity % spec.stepSize != 0 { return Refusal(.invalidLot, unit: .quantity, value: Int128(quantity), limit: Int128(spec.stepSize)) }
    if quantity < spec.minimumQuantity {
      return Refusal(reducing ? .dust : .sizeBelowMinimum, unit: .quantity, value: Int128(quantity), limit: Int128(spec.minimumQuantity))
    }
    if let refusal = priceRefusal(request, spec) { return refusal }
    // A market order is valued at the touch it would take; a reducing one may go without any price, and on margin below
    // the minimum, as venues take it there.
    if let price = book.reservePrice(request), spec.isSpot || !reducing {
      let notional = spec.notional(price, request.quantity)
      if notional < spec.minimumNotional { return .money(reducing ? .dust : .minimumNotional, notional, limit: spec.minimumNotional) }
    }
    if !reducing, request.reduceOnly || (spec.isSpot && request.side == .sell) {
      // What an exit that is working already holds cannot be sold twice.
      let exits = book.reducingOpen(request.instrument, side: request.side)
      if exits > 0, !request.reduceOnly { return Refusal(.exitWorking, unit: .quantity, value: Int128(exits), limit: 0) }
      return Refusal(
        request.reduceOnly ? .wouldOpen : .spotShort, unit: .quantity, value: Int128(quantity), limit: Int128(book.reducible(request)))
    }
    return nil
  }

  private func priceRefusal(_ request: OrderRequest, _ spec: InstrumentSpec) -> Refusal? {
    func offGrid(_ price: Int64) -> Refusal? {
      if price <= 0 || price > spec.maximumPrice {
        return Refusal(.invalidPrice, unit: .price, value: Int128(price), limit: Int128(spec.maximumPrice))
      }
      return price % spec.tickSize == 0 ? nil : Refusal(.invalidTick, unit: .price, value: Int128(price), limit: Int128(spec.tickSize))
    }
    func notNone(_ price: Price) -> Refusal? {
      price.raw == 0 ? nil : Refusal(.invalidPrice, unit: .price, value: Int128(price.raw), limit: 0)
    }
    switch request.type {
    case .market: return notNone(request.price) ?? notNone(request.triggerPrice)
    case .limit: return offGrid(request.price.raw) ?? notNone(request.triggerPrice)
    case .stopMarket, .takeProfitMarket: return notNone(request.price) ?? offGrid(request.triggerPrice.raw)
    }
  }

  /// No limit order far beyond the touch: a slip of the finger must not walk the book. Without a quote there is nothing
  /// to measure by; an opening order is then refused for that.
  func collarRefusal(_ request: OrderRequest, reducing: Bool) -> Refusal? {
    guard request.type == .limit, book.hasQuote(request.instrument), let collar = reducing ? limits.emergencyCollar : collarLimit(request.instrument)
    else { return nil }
    let touch = request.side == .buy ? book.instruments[Int(request.instrument)].ask : book.instruments[Int(request.instrument)].bid
    // bps are 10^-4 and have 6 decimals: one part in 10^10.
    let unit = Int128(10_000_000_000)
    let distance = Int128(touch.raw) * Int128(collar.raw)
    let price = Int128(request.price.raw)
    let isBeyond =
      request.side == .buy ? price * unit > Int128(touch.raw) * unit + distance : price * unit < Int128(touch.raw) * unit - distance
    guard isBeyond else { return nil }
    let bound = request.side == .buy ? Int128(touch.raw) + distance / unit : Int128(touch.raw) - distance / unit
    return Refusal(.priceCollar, unit: .price, value: price, limit: bound)
  }

  func openingRefusal(_ request: OrderRequest, _ spec: InstrumentSpec, now: Int64, availableCash: Money) -> Refusal? {
    if let refusal = blockingRefusal(instance: request.instance, now: now) { return refusal }
    if let refusal = stateRefusal(request, spec) { return refusal }
    guard book.hasQuote(request.instrument), let price = book.reservePrice(request) else { return Refusal(.noQuote) }
    if let refusal = spreadRefusal(request.instrument) { return refusal }
    if let refusal = rateRefusal(request, now: now) { return refusal }
    let orderNotional = spec.notional(price, request.quantity)
    if let refusal = exposureRefusal(request, spec, orderNotional) { return refusal }
    let exposure = book.exposure(adding: request)
    if let refusal = exposureRefusal(exposure, request) { return refusal }
    let needed = exposure.fundsNeeded + book.openFees(feeReserve) + feeReserve.fee(on: orderNotional)
    return needed > availableCash ? .money(.insufficientFunds, needed, limit: availableCash) : nil
  }

  /// What keeps an instance from opening anything: the account's stops first, then its instrument's, then its own.
  public func blockingRefusal(instance index: Int32, now: Int64) -> Refusal? {
    if let refusal = losses.blockingRefusal { return refusal }
    let instance = book.instances[Int(index)]
    if book.instruments[Int(instance.instrument)].isStale { return Refusal(.staleFeed) }
    if book.instruments[Int(instance.instrument)].isModelMissing == true { return Refusal(.modelsMissing) }
    if now < instance.coolingUntil {
      return Refusal(.lossStreak, unit: .count, value: Int128(instance.lossStreak), limit: Int128(limits.lossStreakTrades ?? 0))
    }
    return instance.lossStop
  }

  /// What stands in the way among the positions and orders there are.
  private func stateRefusal(_ request: OrderRequest, _ spec: InstrumentSpec) -> Refusal? {
    let instrument = book.instruments[Int(request.instrument)]
    if let limit = limits.maximumEventLagMilliseconds, instrument.lagNanoseconds > limit * 1_000_000 {
      return Refusal(.eventLag, unit: .milliseconds, value: Int128((instrument.lagNanoseconds + 999_999) / 1_000_000), limit: Int128(limit))
    }
    if instrument.unknownOrders > 0 { return Refusal(.unknownOrder, unit: .count, value: Int128(instrument.unknownOrders), limit: 0) }
    if book.hasOpposite(request) { return Refusal(.oppositeInstance) }
    let exits = book.reducingOpen(request.instrument, side: request.side)
    if exits > 0 { return Refusal(.exitWorking, unit: .quantity, value: Int128(exits), limit: 0) }
    if let own = book.ownTouch(request.instrument, against: request.side), crosses(request, own) {
      return Refusal(.selfCross, unit: .price, value: Int128(request.price.raw), limit: Int128(own.raw))
    }
    return nil
  }

  /// Whether the order would meet an own one that rests at `own`.
  private func crosses(_ request: OrderRequest, _ own: Price) -> Bool {
    switch (request.type, request.side) {
    case (.limit, .buy): return request.price >= own
    case (.limit, .sell): return request.price <= own
    // A market order meets whatever is at the touch or inside it.
    case (_, .buy): return own <= book.instruments[Int(request.instrument)].ask
    case (_, .sell): return own >= book.instruments[Int(request.instrument)].bid
    }
  }

  private func spreadRefusal(_ index: Int32) -> Refusal? {
    guard let limit = spreadLimit(index) else { return nil }
    let instrument = book.instruments[Int(index)]
    // (ask - bid) / mid, doubled on both sides of the comparison so that nothing is halved.
    let spread = Int128(instrument.ask.raw - instrument.bid.raw) * 2 * 10_000_000_000
    let sum = Int128(instrument.ask.raw) + Int128(instrument.bid.raw)
    guard spread > sum * Int128(limit.raw) else { return nil }
    return Refusal(.spreadLimit, unit: .basisPoints, value: spread / sum, limit: Int128(limit.raw))
  }

  private func rateRefusal(_ request: OrderRequest, now: Int64) -> Refusal? {
    if let refusal = rate.refusal(.orderRateLimit, at: now) { return refusal }
    if let maximum = messages.maximum {
      let share = maximum - maximum / 5
      if messages.isReached(share, at: now) {
        return Refusal(.rateBudget, unit: .count, value: Int128(messages.count(at: now)) + 1, limit: Int128(share))
      }
    }
    if let refusal = instanceRates[Int(request.instance)].refusal(.instanceOrderRate, at: now) { return refusal }
    return tradeRefusal(request, now: now)
  }

  /// Trades begun in the last hour, those that resting orders of flat instances would begin, and this one.
  private func tradeRefusal(_ request: OrderRequest, now: Int64) -> Refusal? {
    guard let maximum = trades.maximum else { return nil }
    let own = book.instances[Int(request.instance)]
    let begins = own.position == 0 || (own.position > 0) != (request.side == .buy)
    if !begins { return nil }
    var onTheirWay: Int64 = 0
    for index in 0..<book.instanceCount where index != Int(request.instance) {
      if book.instances[index].position == 0, book.instances[index].openingOrders > 0 { onTheirWay += 1 }
    }
    guard trades.isReached(maximum - onTheirWay, at: now) else { return nil }
    return Refusal(.tradesPerHour, unit: .count, value: Int128(trades.count(at: now) + onTheirWay) + 1, limit: Int128(maximum))
  }

  private func exposureRefusal(_ request: OrderRequest, _ spec: InstrumentSpec, _ orderNotional: Money) -> Refusal? {
    // Whatever the limits: amounts of this size would not add up for long in 128 bits.
    if orderNotional > Self.amountBound { return .money(.orderNotionalLimit, orderNotional, limit: Self.amountBound) }
    if let limit = orderNotionalLimit(request.instrument), orderNotional > limit { return .money(.orderNotionalLimit, orderNotional, limit: limit) }
    let worst = book.worstPosition(request.instrument, adding: request)
    if worst > spec.maximumQuantity {
      return Refusal(.positionLimit, unit: .quantity, value: Int128(worst), limit: Int128(spec.maximumQuantity))
    }
    if let limit = limits.instance.maximumNotional {
      let own = book.instanceExposure(request)
      if own > limit { return .money(.instanceNotionalLimit, own, limit: limit) }
    }
    return nil
  }

  private func exposureRefusal(_ exposure: Exposure, _ request: OrderRequest) -> Refusal? {
    if let limit = symbolLimit(request.instrument), exposure.symbol > limit { return .money(.symbolNotionalLimit, exposure.symbol, limit: limit) }
    if let limit = limits.maximumGrossExposure, exposure.gross > limit { return .money(.grossExposureLimit, exposure.gross, limit: limit) }
    if let limit = leverageLimit, exposure.gross > limit { return .money(.leverageLimit, exposure.gross, limit: limit) }
    if let limit = limits.minimumLiquidationDistance, exposure.margined > .zero {
      let distance = Self.liquidationDistance(equity: losses.equity, exposure)
      if distance < limit { return Refusal(.liquidationDistance, unit: .fraction, value: Int128(distance), limit: Int128(limit)) }
    }
    return nil
  }

  /// What a symbol may hold: its own limit, or the common one; nil = unlimited.
  public func symbolLimit(_ instrument: Int32) -> Money? { book.instruments[Int(instrument)].maximumNotional ?? limits.maximumSymbolNotional }

  var leverageLimit: Money? {
    limits.maximumLeverage.map { max(.zero, losses.equity.scaled(by: $0, over: PowerOfTen[RiskLimits.fractionScale])) }
  }

  /// By which fraction (10^-6) all margined prices would have to move against us until equity is at the maintenance
  /// margin: (equity - maintenance) / exposure.
  static func liquidationDistance(equity: Money, _ exposure: Exposure) -> Int64 {
    let cushion = equity - exposure.maintenance
    let fraction = cushion.scaled(by: PowerOfTen[RiskLimits.fractionScale], over: 1).raw / max(1, exposure.margined.raw)
    return Int64(clamping: fraction)
  }
}
