import Market

/// Worst-case exposures of the account, in quote currency.
struct Exposure {
  /// Of the symbol asked about.
  var symbol: Money
  /// Sum over all symbols.
  var gross: Money
  /// Cash that spot buys would spend, plus margin that futures would bind.
  var fundsNeeded: Money
  /// The margined part of `gross`, and the margin below which the venue would liquidate it.
  var margined: Money
  var maintenance: Money
}

/// Positions and open orders of every instrument and instance, and the reservations of what risk has approved.
///
/// Fixed memory: `capacity` reservations, allocated once.
struct ExposureBook: ~Copyable {
  struct InstrumentExposure: Codable {
    var spec: InstrumentSpec
    var position: Int64 = 0
    var openBuys: Int64 = 0
    var openSells: Int64 = 0
    var bid = Price.zero
    var ask = Price.zero
    var last = Price.zero
    var isStale = false
    /// A model that is configured for it is missing; nil = no. States of older hosts do not have it.
    var isModelMissing: Bool?
    var lagNanoseconds: Int64 = 0
    /// Open orders whose fate nobody knows.
    var unknownOrders: Int32 = 0
    /// Over the account's limit for a symbol, where this one has its own.
    var maximumNotional: Money?
    /// The venue once filled more than was ordered: its word is booked, whatever it makes of the position.
    var isOverfilled = false
  }

  struct InstanceExposure: Codable {
    var instrument: Int32
    var position: Int64 = 0
    /// Sent, resting or waiting for an approval; a one-cancels-other pair counts once.
    var openBuys: Int64 = 0
    var openSells: Int64 = 0
    /// The part that waits for an approval.
    var pendingBuys: Int64 = 0
    var pendingSells: Int64 = 0
    var openingOrders: Int32 = 0
    // What keeps this one instance from opening.
    var lossStreak: Int64 = 0
    var coolingUntil = Int64.min
    var lossStop: Refusal?
  }

  struct Reservation: Codable {
    var id: UInt64
    var request: OrderRequest
    var remaining: Int64
    /// The price at which the remainder is valued and funded.
    var price: Price
    var isReducing: Bool
    /// Not sent: waits for an approval.
    var isPending: Bool
    var isUnknown = false
    /// The other leg of a one-cancels-other pair; -1 = none. Both have the same remainder.
    var pair: Int32 = -1
    /// Whether the sums contain it: of a pair only one leg is counted.
    var isCounted = true
    /// Where the slot stands in `active`; -1 = free.
    var activeIndex: Int32
  }

  let capacity: Int
  let instrumentCount: Int
  let instanceCount: Int
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
    reservations.initialize(
      repeating: Reservation(id: 0, request: none, remaining: 0, price: .zero, isReducing: false, isPending: false, activeIndex: -1), count: capacity)
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

  func quoted(_ instrument: Int32, bid: Price, ask: Price) {
    instruments[Int(instrument)].bid = bid
    instruments[Int(instrument)].ask = ask
  }

  func traded(_ instrument: Int32, price: Price) { instruments[Int(instrument)].last = price }
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
      let reservation = reservations + Int(active[position])
      if reservation.pointee.isReducing, reservation.pointee.isCounted, reservation.pointee.request.instrument == instrument,
        reservation.pointee.request.side == side
      {
        sum += reservation.pointee.remaining
      }
    }
    return sum
  }

  /// The best price at which an own order of the other side rests or will rest: where an order on `side` would meet it.
  func ownTouch(_ instrument: Int32, against side: Side) -> Price? {
    var best: Price?
    for position in 0..<activeCount {
      let reservation = reservations + Int(active[position])
      guard reservation.pointee.request.instrument == instrument, reservation.pointee.request.side != side, reservation.pointee.request.type == .limit
      else { continue }
      let price = reservation.pointee.request.price
      if let known = best { best = side == .buy ? min(known, price) : max(known, price) } else { best = price }
    }
    return best
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
  /// Where an order is valued: a limit at its price, a conditional one at its trigger, a market order at the touch it
  /// takes; nil without any price.
  func reservePrice(_ request: OrderRequest) -> Price? {
    switch request.type {
    case .limit: return request.price
    case .stopMarket, .takeProfitMarket: return request.triggerPrice
    case .market: break
    }
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
      let reservation = reservations + Int(active[position])
      if reservation.pointee.isReducing { continue }
      sum += rate.fee(
        on: spec(reservation.pointee.request.instrument).notional(reservation.pointee.price, Quantity(raw: reservation.pointee.remaining)))
    }
    return sum
  }

  /// The highest price at which any of the instrument's exposure is valued.
  private func valuationPrice(_ index: Int32, adding request: OrderRequest) -> Price {
    let instrument = instruments[Int(index)]
    var price = max(instrument.ask, instrument.last)
    if request.instrument == index, let own = reservePrice(request) { price = max(price, own) }
    for position in 0..<activeCount {
      let reservation = reservations + Int(active[position])
      if reservation.pointee.request.instrument == index { price = max(price, reservation.pointee.price) }
    }
    return price
  }

  /// The instance's own worst case.
  func instanceExposure(_ request: OrderRequest) -> Money {
    let instance = instances[Int(request.instance)]
    let buys = instance.openBuys + (request.side == .buy ? request.quantity.raw : 0)
    let sells = instance.openSells + (request.side == .sell ? request.quantity.raw : 0)
    let worst = max(abs(instance.position + buys), abs(instance.position - sells))
    return spec(request.instrument).notional(valuationPrice(request.instrument, adding: request), Quantity(raw: worst))
  }

  func symbolExposure(_ index: Int32, adding request: OrderRequest) -> Money {
    let worst = worstPosition(index, adding: request)
    if worst == 0 { return .zero }
    return instruments[Int(index)].spec.notional(valuationPrice(index, adding: request), Quantity(raw: worst))
  }

  func exposure(adding request: OrderRequest) -> Exposure {
    var result = Exposure(symbol: .zero, gross: .zero, fundsNeeded: .zero, margined: .zero, maintenance: .zero)
    for index in 0..<Int32(instrumentCount) {
      let exposure = symbolExposure(index, adding: request)
      result.gross += exposure
      if request.instrument == index { result.symbol = exposure }
      let spec = instruments[Int(index)].spec
      if !spec.isSpot {
        result.fundsNeeded += exposure.scaled(by: 1, over: spec.leverage)
        result.margined += exposure
        result.maintenance += spec.maintenanceMargin.fee(on: exposure)
      }
    }
    if request.instrument >= 0, request.side == .buy, spec(request.instrument).isSpot, let price = reservePrice(request) {
      result.fundsNeeded += spec(request.instrument).notional(price, request.quantity)
    }
    for position in 0..<activeCount {
      let reservation = reservations + Int(active[position])
      let spec = instruments[Int(reservation.pointee.request.instrument)].spec
      if spec.isSpot, reservation.pointee.request.side == .buy {
        result.fundsNeeded += spec.notional(reservation.pointee.price, Quantity(raw: reservation.pointee.remaining))
      }
    }
    return result
  }
}

// MARK: - Reservations

extension ExposureBook {
  /// Nil when `capacity` orders are open.
  mutating func reserve(_ request: OrderRequest, id: UInt64, isReducing: Bool, isPending: Bool = false) -> Int32? {
    guard freeCount > 0 else { return nil }
    freeCount -= 1
    let slot = free[freeCount]
    let price = reservePrice(request) ?? .zero
    reservations[Int(slot)] = Reservation(
      id: id, request: request, remaining: request.quantity.raw, price: price, isReducing: isReducing, isPending: isPending,
      activeIndex: Int32(activeCount))
    active[activeCount] = slot
    activeCount += 1
    addOpen(request, request.quantity.raw, isPending: isPending)
    if !isReducing { instances[Int(request.instance)].openingOrders += 1 }
    return slot
  }

  /// A second leg beside `first`: whatever one fills, the other cannot any more. Nil when `capacity` orders are open.
  mutating func reserveLeg(_ request: OrderRequest, id: UInt64, beside first: Int32) -> Int32? {
    guard let slot = reserve(request, id: id, isReducing: true) else { return nil }
    addOpen(request, -request.quantity.raw, isPending: false)
    reservations[Int(slot)].isCounted = false
    reservations[Int(slot)].pair = first
    reservations[Int(first)].pair = slot
    return slot
  }

  func reservation(_ slot: Int32) -> Reservation { reservations[Int(slot)] }

  /// - Returns: false when more was filled than was open: the position has it, the reservation could not hold it.
  mutating func filled(slot: Int32, quantity: Quantity) -> Bool {
    let reservation = reservations[Int(slot)]
    precondition(reservation.activeIndex >= 0 && quantity.raw > 0, "fill without a reservation")
    let taken = min(quantity.raw, reservation.remaining)
    reservations[Int(slot)].remaining -= taken
    if reservation.pair >= 0 { reservations[Int(reservation.pair)].remaining -= taken }
    addOpen(reservation.request, -taken, isPending: reservation.isPending)
    if taken < quantity.raw { instruments[Int(reservation.request.instrument)].isOverfilled = true }
    let signed = reservation.request.side.sign * quantity.raw
    instruments[Int(reservation.request.instrument)].position += signed
    instances[Int(reservation.request.instance)].position += signed
    return taken == quantity.raw
  }

  /// Base units that left the instance's position without an order: a commission in the base asset.
  mutating func debited(instance: Int32, quantity: Int64) {
    instances[Int(instance)].position -= quantity
    instruments[Int(instances[Int(instance)].instrument)].position -= quantity
  }

  mutating func setUnknown(slot: Int32, _ isUnknown: Bool) {
    guard reservations[Int(slot)].isUnknown != isUnknown else { return }
    reservations[Int(slot)].isUnknown = isUnknown
    instruments[Int(reservations[Int(slot)].request.instrument)].unknownOrders += isUnknown ? 1 : -1
  }

  mutating func release(slot: Int32) {
    let reservation = reservations[Int(slot)]
    precondition(reservation.activeIndex >= 0, "released twice")
    setUnknown(slot: slot, false)
    if reservation.pair >= 0 {
      // What the pair holds stays held by the other leg.
      reservations[Int(reservation.pair)].pair = -1
      reservations[Int(reservation.pair)].isCounted = true
    } else if reservation.isCounted {
      addOpen(reservation.request, -reservation.remaining, isPending: reservation.isPending)
    }
    if !reservation.isReducing { instances[Int(reservation.request.instance)].openingOrders -= 1 }
    activeCount -= 1
    let moved = active[activeCount]
    active[Int(reservation.activeIndex)] = moved
    reservations[Int(moved)].activeIndex = reservation.activeIndex
    reservations[Int(slot)].activeIndex = -1
    reservations[Int(slot)].remaining = 0
    free[freeCount] = slot
    freeCount += 1
  }

  private mutating func addOpen(_ request: OrderRequest, _ quantity: Int64, isPending: Bool) {
    let instance = Int(request.instance)
    if request.side == .buy {
      instruments[Int(request.instrument)].openBuys += quantity
      instances[instance].openBuys += quantity
      if isPending { instances[instance].pendingBuys += quantity }
    } else {
      instruments[Int(request.instrument)].openSells += quantity
      instances[instance].openSells += quantity
      if isPending { instances[instance].pendingSells += quantity }
    }
  }
}

// MARK: - Save and restore

extension ExposureBook {
  /// Everything but what the configuration gives; slots keep their numbers.
  struct Saved: Sendable, Codable {
    var instruments: [InstrumentExposure]
    var instances: [InstanceExposure]
    var reservations: [Reservation]
    var active: [Int32]
    var free: [Int32]
  }

  var saved: Saved {
    Saved(
      instruments: Array(UnsafeBufferPointer(start: instruments, count: instrumentCount)),
      instances: Array(UnsafeBufferPointer(start: instances, count: instanceCount)),
      reservations: Array(UnsafeBufferPointer(start: reservations, count: capacity)),
      active: Array(UnsafeBufferPointer(start: active, count: activeCount)), free: Array(UnsafeBufferPointer(start: free, count: freeCount)))
  }

  mutating func restore(_ saved: Saved) {
    precondition(
      saved.instruments.count == instrumentCount && saved.instances.count == instanceCount && saved.reservations.count == capacity,
      "a state of other instruments and instances")
    for (index, value) in saved.instruments.enumerated() {
      let own = instruments[index]
      instruments[index] = value
      instruments[index].spec = own.spec
      instruments[index].maximumNotional = own.maximumNotional
    }
    instances.update(from: saved.instances, count: saved.instances.count)
    reservations.update(from: saved.reservations, count: saved.reservations.count)
    active.update(from: saved.active, count: saved.active.count)
    free.update(from: saved.free, count: saved.free.count)
    activeCount = saved.active.count
    freeCount = saved.free.count
  }
}

// MARK: - Invariants

extension ExposureBook {
  /// What must hold after every step, whatever came; a text that names what does not, else nil.
  func violation() -> String? {
    for index in 0..<instrumentCount {
      var position: Int64 = 0
      var buys: Int64 = 0
      var sells: Int64 = 0
      for instance in 0..<instanceCount where instances[instance].instrument == Int32(index) {
        position += instances[instance].position
        buys += instances[instance].openBuys
        sells += instances[instance].openSells
      }
      let account = instruments + index
      if account.pointee.position != position { return "the instances hold \(position), the account \(account.pointee.position)" }
      if account.pointee.openBuys != buys || account.pointee.openSells != sells { return "the instances' open orders are not the account's" }
      if account.pointee.spec.isSpot, account.pointee.position < 0, !account.pointee.isOverfilled {
        return "a spot position is short: \(account.pointee.position)"
      }
    }
    var open: Int64 = 0
    for position in 0..<activeCount {
      let reservation = reservations + Int(active[position])
      if reservation.pointee.remaining < 0 { return "order \(reservation.pointee.id) has less than nothing left" }
      if reservation.pointee.isCounted { open += reservation.pointee.remaining }
    }
    var sum: Int64 = 0
    for index in 0..<instrumentCount { sum += instruments[index].openBuys + instruments[index].openSells }
    if sum != open { return "open orders sum up to \(open), the books say \(sum)" }
    return nil
  }

  /// Reducing orders that are open on both levels must fit into what is held: else an exit could open.
  func overReduction() -> String? {
    for index in 0..<instanceCount {
      let position = instances[index].position
      let sells = reducingOpen(instance: Int32(index), side: .sell)
      if sells > max(0, position) { return "instance \(index) holds \(position) and has exits to sell \(sells)" }
      let buys = reducingOpen(instance: Int32(index), side: .buy)
      if buys > max(0, -position) { return "instance \(index) holds \(position) and has exits to buy \(buys)" }
    }
    return nil
  }

  /// Where exits no longer fit into what is held (a venue filled more than was ordered), none of the instance's is proven
  /// any more: they count as opening.
  mutating func voidProofs(instance: Int32) -> Bool {
    let position = instances[Int(instance)].position
    if reducingOpen(instance: instance, side: .sell) <= max(0, position), reducingOpen(instance: instance, side: .buy) <= max(0, -position) {
      return false
    }
    for position in 0..<activeCount {
      let reservation = reservations + Int(active[position])
      guard reservation.pointee.request.instance == instance, reservation.pointee.isReducing else { continue }
      reservation.pointee.isReducing = false
      instances[Int(instance)].openingOrders += 1
    }
    return true
  }

  private func reducingOpen(instance: Int32, side: Side) -> Int64 {
    var sum: Int64 = 0
    for position in 0..<activeCount {
      let reservation = reservations + Int(active[position])
      if reservation.pointee.isReducing, reservation.pointee.isCounted, reservation.pointee.request.instance == instance,
        reservation.pointee.request.side == side
      {
        sum += reservation.pointee.remaining
      }
    }
    return sum
  }
}
