import Market

/// Worst-case exposures of the account, in quote currency.
struct Exposure {
  /// Of the symbol asked about.
  var symbol: Money
  /// Sum over all symbols.
  var gross: Money
  /// Cash that spot buys would spend, plus margin that futures would bind.
  var fundsNeeded: Money
}

/// Positions and open orders of every instrument and instance, and the reservations of what risk has approved.
///
/// Fixed memory: `capacity` reservations, allocated once.
struct ExposureBook: ~Copyable {
  struct InstrumentExposure {
    var spec: InstrumentSpec
    var position: Int64 = 0
    var openBuys: Int64 = 0
    var openSells: Int64 = 0
    var bid = Price.zero
    var ask = Price.zero
    var last = Price.zero
  }

  struct InstanceExposure {
    let instrument: Int32
    var position: Int64 = 0
    var openBuys: Int64 = 0
    var openSells: Int64 = 0
  }

  struct Reservation {
    var request: OrderRequest
    var remaining: Int64
    /// The price at which the remainder is valued and funded.
    var price: Price
    var isReducing: Bool
    /// Where the slot stands in `active`; -1 = free.
    var activeIndex: Int32
  }

  let capacity: Int
  let instrumentCount: Int
  private let instanceCount: Int
  let instruments: UnsafeMutablePointer<InstrumentExposure>
  let instances: UnsafeMutablePointer<InstanceExposure>
  private let reservations: UnsafeMutablePointer<Reservation>
  /// Slots in use, densely; order is free.
  private let active: UnsafeMutablePointer<Int32>
  private(set) var activeCount = 0
  private let free: UnsafeMutablePointer<Int32>
  private var freeCount: Int

  init(instruments specs: [InstrumentSpec], instances instanceInstruments: [Int32], capacity: Int) {
    self.capacity = capacity
    instrumentCount = specs.count
    instanceCount = instanceInstruments.count
    // Unsafe: raw tables, because an Array would check and retain on the hot path. Owned here, sized once, freed in deinit.
    instruments = .allocate(capacity: max(1, specs.count))
    for (index, spec) in specs.enumerated() { (instruments + index).initialize(to: InstrumentExposure(spec: spec)) }
    instances = .allocate(capacity: max(1, instanceCount))
    for (index, instrument) in instanceInstruments.enumerated() { (instances + index).initialize(to: InstanceExposure(instrument: instrument)) }
    let none = OrderRequest(instrument: 0, instance: 0, side: .buy, type: .market, quantity: .zero, price: .zero)
    reservations = .allocate(capacity: capacity)
    reservations.initialize(repeating: Reservation(request: none, remaining: 0, price: .zero, isReducing: false, activeIndex: -1), count: capacity)
    active = .allocate(capacity: capacity)
    free = .allocate(capacity: capacity)
    for index in 0..<capacity { free[index] = Int32(capacity - 1 - index) }
    freeCount = capacity
  }

  deinit {
    instruments.deallocate()
    instances.deallocate()
    reservations.deallocate()
    active.deallocate()
    free.deallocate()
  }

  func spec(_ instrument: Int32) -> InstrumentSpec { instruments[Int(instrument)].spec }
  func hasQuote(_ instrument: Int32) -> Bool {
    instruments[Int(instrument)].bid.raw > 0 && instruments[Int(instrument)].ask.raw > 0
  }

  mutating func quoted(_ instrument: Int32, bid: Price, ask: Price) {
    instruments[Int(instrument)].bid = bid
    instruments[Int(instrument)].ask = ask
  }

  mutating func traded(_ instrument: Int32, price: Price) { instruments[Int(instrument)].last = price }
}

// MARK: - Reducing

extension ExposureBook {
  /// Shrinks the instance's position and the account's net, whatever else that is open fills first.
  func isReducing(_ request: OrderRequest) -> Bool {
    request.quantity.raw > 0 && request.quantity.raw <= reducible(request)
  }

  /// Whether another instance of the instrument holds, or could come to hold, the side that this order works against.
  func hasOpposite(_ request: OrderRequest) -> Bool {
    for index in 0..<instanceCount where index != Int(request.instance) && instances[index].instrument == request.instrument {
      let other = instances[index]
      if request.side == .buy ? other.position - other.openSells < 0 : other.position + other.openBuys > 0 { return true }
    }
    return false
  }

  /// What reducing orders of the instrument still have open on a side.
  ///
  /// An order was proven reducing against what was open then. That proof holds only as long as nothing that is not
  /// reducing joins it on its side, so nothing may.
  func reducingOpen(_ instrument: Int32, side: Side) -> Int64 {
    var sum: Int64 = 0
    for position in 0..<activeCount {
      let reservation = reservations[Int(active[position])]
      if reservation.isReducing, reservation.request.instrument == instrument, reservation.request.side == side { sum += reservation.remaining }
    }
    return sum
  }

  /// The most that an order on this side may be and still be proven reducing.
  func reducible(_ request: OrderRequest) -> Int64 {
    let instance = instances[Int(request.instance)]
    let account = instruments[Int(request.instrument)]
    switch request.side {
    case .sell: return max(0, min(instance.position - instance.openSells, account.position - account.openSells))
    case .buy: return max(0, min(-instance.position - instance.openBuys, -account.position - account.openBuys))
    }
  }

}

// MARK: - Exposure

extension ExposureBook {
  /// Where an order is valued: a limit at its price, a market order at the touch it takes; nil without any price.
  func reservePrice(_ request: OrderRequest) -> Price? {
    if request.type == .limit { return request.price }
    let instrument = instruments[Int(request.instrument)]
    let price = request.side == .buy ? max(instrument.ask, instrument.last) : max(instrument.bid, instrument.last)
    return price.raw > 0 ? price : nil
  }

  /// The largest position, either way, that open orders and `request` could lead to: raw quantity.
  func worstPosition(_ index: Int32, adding request: OrderRequest) -> Int64 {
    let instrument = instruments[Int(index)]
    var buys = instrument.openBuys
    var sells = instrument.openSells
    if request.instrument == index {
      if request.side == .buy { buys += request.quantity.raw } else { sells += request.quantity.raw }
    }
    return max(abs(instrument.position + buys), abs(instrument.position - sells))
  }

  /// Fees that the open opening orders may still cost.
  func openFees(_ rate: BasisPoints) -> Money {
    var sum = Money.zero
    for position in 0..<activeCount {
      let reservation = reservations[Int(active[position])]
      if reservation.isReducing { continue }
      sum += rate.fee(on: spec(reservation.request.instrument).notional(reservation.price, Quantity(raw: reservation.remaining)))
    }
    return sum
  }

  /// The highest price at which any of the instrument's exposure is valued.
  private func valuationPrice(_ index: Int32, adding request: OrderRequest) -> Price {
    let instrument = instruments[Int(index)]
    var price = max(instrument.ask, instrument.last)
    if request.instrument == index, let own = reservePrice(request) { price = max(price, own) }
    for position in 0..<activeCount {
      let reservation = reservations[Int(active[position])]
      if reservation.request.instrument == index { price = max(price, reservation.price) }
    }
    return price
  }

  func symbolExposure(_ index: Int32, adding request: OrderRequest) -> Money {
    let worst = worstPosition(index, adding: request)
    if worst == 0 { return .zero }
    return instruments[Int(index)].spec.notional(valuationPrice(index, adding: request), Quantity(raw: worst))
  }

  func exposure(adding request: OrderRequest) -> Exposure {
    var result = Exposure(symbol: .zero, gross: .zero, fundsNeeded: .zero)
    for index in 0..<Int32(instrumentCount) {
      let exposure = symbolExposure(index, adding: request)
      result.gross += exposure
      if request.instrument == index { result.symbol = exposure }
      let spec = instruments[Int(index)].spec
      if !spec.isSpot { result.fundsNeeded += exposure.scaled(by: 1, over: spec.leverage) }
    }
    if request.side == .buy, spec(request.instrument).isSpot, let price = reservePrice(request) {
      result.fundsNeeded += spec(request.instrument).notional(price, request.quantity)
    }
    for position in 0..<activeCount {
      let reservation = reservations[Int(active[position])]
      let spec = instruments[Int(reservation.request.instrument)].spec
      if spec.isSpot, reservation.request.side == .buy {
        result.fundsNeeded += spec.notional(reservation.price, Quantity(raw: reservation.remaining))
      }
    }
    return result
  }
}

// MARK: - Reservations

extension ExposureBook {
  /// Nil when `capacity` orders are open.
  mutating func reserve(_ request: OrderRequest, isReducing: Bool) -> Int32? {
    guard freeCount > 0 else { return nil }
    freeCount -= 1
    let slot = free[freeCount]
    let price = reservePrice(request) ?? .zero
    reservations[Int(slot)] = Reservation(
      request: request, remaining: request.quantity.raw, price: price, isReducing: isReducing, activeIndex: Int32(activeCount))
    active[activeCount] = slot
    activeCount += 1
    addOpen(request, request.quantity.raw)
    return slot
  }

  mutating func filled(slot: Int32, quantity: Quantity) {
    let reservation = reservations[Int(slot)]
    precondition(reservation.activeIndex >= 0 && quantity.raw > 0 && quantity.raw <= reservation.remaining, "fill without a matching reservation")
    reservations[Int(slot)].remaining -= quantity.raw
    addOpen(reservation.request, -quantity.raw)
    let signed = reservation.request.side.sign * quantity.raw
    instruments[Int(reservation.request.instrument)].position += signed
    instances[Int(reservation.request.instance)].position += signed
  }

  mutating func release(slot: Int32) {
    let reservation = reservations[Int(slot)]
    precondition(reservation.activeIndex >= 0, "released twice")
    addOpen(reservation.request, -reservation.remaining)
    activeCount -= 1
    let moved = active[activeCount]
    active[Int(reservation.activeIndex)] = moved
    reservations[Int(moved)].activeIndex = reservation.activeIndex
    reservations[Int(slot)].activeIndex = -1
    reservations[Int(slot)].remaining = 0
    free[freeCount] = slot
    freeCount += 1
  }

  private mutating func addOpen(_ request: OrderRequest, _ quantity: Int64) {
    if request.side == .buy {
      instruments[Int(request.instrument)].openBuys += quantity
      instances[Int(request.instance)].openBuys += quantity
    } else {
      instruments[Int(request.instrument)].openSells += quantity
      instances[Int(request.instance)].openSells += quantity
    }
  }
}
