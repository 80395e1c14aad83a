import Market
import PluginABI
import Risk

// The account's money, and what it is worth.

extension Engine {
  /// Values the account anew after an instrument's price or book changed.
  ///
  /// - Parameter raisesPeak: false when the prices are older than the fill that is being booked.
  mutating func mark(_ index: Int, raisesPeak: Bool = true) {
    let state = instruments + index
    guard !state.pointee.book.isEmpty || state.pointee.unrealized != .zero else { return }
    let worth = state.pointee.book.value(
      at: state.pointee.mark, multiplier: state.pointee.spec.notionalMultiplier, priceScale: state.pointee.spec.priceScale)
    let unrealized = worth - state.pointee.book.cost
    let change = unrealized - state.pointee.unrealized
    state.pointee.unrealized = unrealized
    equity += change
    if !state.pointee.spec.isSpot { marginUnrealized += change }
    valued(raisesPeak: raisesPeak)
    if hasInstanceLossLimit {
      for instance in state.pointee.firstInstance..<state.pointee.endInstance { judgeLoss(instance) }
    }
  }

  /// Loss and drawdown are judged on every value of the account.
  mutating func valued(raisesPeak: Bool = true) {
    if gate.marked(equity: equity, raisesPeak: raisesPeak) { noteRiskState() }
  }

  /// The instance's profit at the mark, net of everything.
  func profit(_ index: Int) -> Money {
    let state = instruments + Int(instances[index].instrument)
    let book = instances[index].book
    return book.realizedNet + (book.isEmpty ? .zero : book.unrealized(at: state.pointee.mark, spec: state.pointee.spec))
  }

  mutating func judgeLoss(_ index: Int) {
    guard hasInstanceLossLimit, gate.marked(instance: Int32(index), dayPnL: profit(index) - instances[index].dayBase) else { return }
    noteRiskState()
  }

  mutating func marked(_ index: Int, _ mark: MarkPrice) {
    let state = instruments + index
    // Spot is worth what it can be sold for.
    if !state.pointee.spec.isSpot {
      state.pointee.venueMark = mark.price
      if !state.pointee.book.isEmpty { self.mark(index) }
    }
    for instance in state.pointee.firstInstance..<state.pointee.endInstance { contexts[instance].mark_price = mark.price.raw }
    deliver(mark, index, from: state.pointee.firstInstance)
  }

  mutating func deliver(_ mark: MarkPrice, _ index: Int, from first: Int) {
    let state = instruments + index
    for instance in first..<state.pointee.endInstance where instances[instance].binding.wants(QE_EVENT_MARK_PRICE) {
      event.pointee.as.mark_price = qe_mark_price(
        price: mark.price.raw, funding_rate: Double(mark.fundingRate.raw) / 1e10, next_funding_ms: mark.nextFundingMilliseconds)
      deliver(instance, QE_EVENT_MARK_PRICE, market: state)
      if isSuspended { return suspension.hold(.mark(mark), instrument: index, next: instance + 1) }
    }
  }

  /// Each instance pays for its own position, rounded to 8 decimals; the account pays their sum.
  mutating func fund(_ index: Int, rate: BasisPoints, price: Price) {
    isTouched = true
    let state = instruments + index
    for instance in state.pointee.firstInstance..<state.pointee.endInstance {
      let position = instances[instance].book.position
      if position == 0 { continue }
      let payment = rate.fee(on: state.pointee.spec.notional(price, Quantity(raw: position)))
      instances[instance].book.fund(payment)
      instances[instance].trip.funding += payment
      state.pointee.book.fund(payment)
      cash -= payment
      equity -= payment
      actions.append(
        .funding(
          FundingRecord(
            sequence: sequence, receiveNanoseconds: now, instance: Int32(instance), instrument: Int32(index), amount: payment)))
      refreshBook(instance)
    }
    mark(index)
    valued()
  }

  /// Deposits and withdrawals move what loss and drawdown are measured against; they are never profit.
  mutating func transfer(_ amount: Money) {
    isTouched = true
    cash += amount
    equity += amount
    transfers += amount
    gate.transferred(amount)
    noteRiskState()
  }

  mutating func health(_ index: Int, isStale: Bool, lagNanoseconds: Int64) {
    gate.health(Int32(index), isStale: isStale, lagNanoseconds: lagNanoseconds)
    if instruments[index].isStale == isStale { return }
    isTouched = true
    instruments[index].isStale = isStale
    if isStale { instruments[index].contextFlags |= QE_CONTEXT_STALE } else { instruments[index].contextFlags &= ~QE_CONTEXT_STALE }
    noteRiskState()
  }

  /// Books what a fill moves between the balances. Returns what left the instance's position as a commission in base.
  mutating func settle(_ report: ExecutionReport, _ request: OrderRequest, realized: Money) {
    let spec = instruments[Int(request.instrument)].spec
    if spec.isSpot {
      cash.raw -= Int128(request.side.sign) * spec.notional(report.price, report.quantity).raw
    } else {
      cash += realized
    }
    switch report.feeAsset {
    case .quote: cash -= report.fee
    case .third:
      thirdBalance -= report.feeAmount
      feesInKind += report.fee
    case .base: break
    }
    equity += realized - report.fee
  }

  /// Below the venue's filters: named, shown, and outside what counts as a position to leave.
  func isDust(_ position: Int64, _ spec: InstrumentSpec, at price: Price) -> Bool {
    let sellable = abs(position) / spec.stepSize * spec.stepSize
    if sellable < spec.minimumQuantity { return true }
    return spec.isSpot && price.raw > 0 && spec.notional(price, Quantity(raw: sellable)) < spec.minimumNotional
  }

  /// The gate values every instrument; it is shown the prices when it is asked, not on every tick.
  func showPrices() {
    for index in 0..<instrumentCount {
      let state = instruments + index
      gate.quoted(Int32(index), bid: state.pointee.bid, ask: state.pointee.ask)
      gate.traded(Int32(index), price: state.pointee.last)
    }
  }

  /// Gains on margin are no cash to buy coins with; losses are owed in any case.
  func availableCash(_ spec: InstrumentSpec) -> Money { cash + (spec.isSpot ? min(.zero, marginUnrealized) : marginUnrealized) }

  func refreshBook(_ index: Int) {
    let book = instances[index].book
    contexts[index].position = book.position
    contexts[index].average_price = book.averagePrice(spec: instruments[Int(instances[index].instrument)].spec)
    contexts[index].realized_pnl = qe_money(book.realizedNet)
  }

  /// What is open, as the instance's context shows it.
  mutating func refreshWorking(_ index: Int) {
    let instance = Int32(index)
    contexts[index].working_buy = gate.working(instance: instance, side: .buy)
    contexts[index].working_sell = gate.working(instance: instance, side: .sell)
    contexts[index].pending_buy = gate.pending(instance: instance, side: .buy)
    contexts[index].pending_sell = gate.pending(instance: instance, side: .sell)
  }
}
