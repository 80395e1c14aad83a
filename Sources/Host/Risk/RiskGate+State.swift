import Market

// MARK: - What the engine tells the gate

extension RiskGate {
  /// New best prices of an instrument; zero = unknown.
  public func quoted(_ instrument: Int32, bid: Price, ask: Price) { book.quoted(instrument, bid: bid, ask: ask) }

  /// A trade was seen.
  public func traded(_ instrument: Int32, price: Price) { book.traded(instrument, price: price) }

  public mutating func health(_ instrument: Int32, isStale: Bool, lagNanoseconds: Int64) {
    book.instruments[Int(instrument)].isStale = isStale
    book.instruments[Int(instrument)].lagNanoseconds = lagNanoseconds
  }

  /// `quantity` of the order in `slot` was filled: exposure moves from reserved to held.
  ///
  /// - Returns: false when the venue filled more than was ordered.
  public mutating func filled(slot: Int32, quantity: Quantity) -> Bool { book.filled(slot: slot, quantity: quantity) }

  /// After the venue filled more than was ordered: whether the instance's exits could open now. They count as opening then.
  public mutating func voidProofs(instance: Int32) -> Bool { book.voidProofs(instance: instance) }

  /// A commission took base units out of the instance's position.
  public mutating func debited(instance: Int32, quantity: Int64) { book.debited(instance: instance, quantity: quantity) }

  /// The order in `slot` is over: what was not filled is no longer reserved.
  public mutating func released(slot: Int32) { book.release(slot: slot) }

  public mutating func setUnknown(slot: Int32, _ isUnknown: Bool) { book.setUnknown(slot: slot, isUnknown) }

  /// A cancel goes out: it counts towards the venue's budget and is never held back.
  public mutating func cancelSent(now: Int64) { messages.note(now) }

  /// The instance was flat and is not any more.
  public mutating func tradeBegan(now: Int64) { trades.note(now) }

  /// The instance is flat again. True when it goes into its cool-down.
  public mutating func tradeEnded(instance index: Int32, pnl: Money, now: Int64) -> Bool {
    let instance = book.instances + Int(index)
    if pnl >= .zero {
      instance.pointee.lossStreak = 0
      return false
    }
    instance.pointee.lossStreak += 1
    guard let limit = limits.lossStreakTrades, instance.pointee.lossStreak >= limit else { return false }
    instance.pointee.coolingUntil = now + limits.coolingOffSeconds * Self.secondNanoseconds
    return true
  }

  public func coolingUntil(instance: Int32) -> Int64 { book.instances[Int(instance)].coolingUntil }

  /// The cool-down is over: the streak begins anew.
  public mutating func cooledDown(instance: Int32) {
    book.instances[Int(instance)].coolingUntil = .min
    book.instances[Int(instance)].lossStreak = 0
  }

  /// An instance's profit since the day's begin. True when it breaks the instance's own limit.
  public mutating func marked(instance: Int32, dayPnL: Money) -> Bool {
    guard let limit = limits.instance.maximumDailyLoss, book.instances[Int(instance)].lossStop == nil, dayPnL < .zero, -dayPnL >= limit else {
      return false
    }
    book.instances[Int(instance)].lossStop = .money(.instanceLossLimit, -dayPnL, limit: limit)
    return true
  }

  /// The instance's loss is inside its limit again and somebody has said to go on.
  public mutating func clearLossStop(instance: Int32) { book.instances[Int(instance)].lossStop = nil }

  /// The account was valued. True when this value breaks a limit.
  ///
  /// - Parameter raisesPeak: false while a position is valued at a price older than the fill that made it.
  public mutating func marked(equity: Money, raisesPeak: Bool = true) -> Bool { losses.marked(equity: equity, raisesPeak: raisesPeak) }

  /// Money came in or went out by hand.
  public mutating func transferred(_ amount: Money) { losses.transferred(amount) }

  /// An event arrived; rolls the UTC day on the first one after midnight. True when what may be opened changes with it.
  public mutating func advanced(to now: Int64) -> Bool { losses.advanced(to: now) }

  /// Before this receive time `advanced` has nothing to do.
  public var nextDayNanoseconds: Int64 { losses.nextDayNanoseconds }

  /// Operator's halt: until `resume`.
  public mutating func halt() { losses.halt() }
  /// Nothing opens any more in this life of the host.
  public mutating func end() { losses.end() }
  public mutating func resume() { losses.resume() }
  public mutating func resetPeak() { losses.resetPeak() }

  /// The kill switch; once on it stays on for the life of the process.
  public mutating func kill() { losses.kill() }

  public mutating func supervisor(_ word: SupervisorWord) { losses.supervisor(word) }
  public mutating func journal(hasTrouble: Bool) { losses.journal(hasTrouble: hasTrouble) }

  /// A model that is configured is missing, for one instrument or (-1) for the account.
  public mutating func models(_ instrument: Int32, isMissing: Bool) {
    guard instrument >= 0 else { return losses.models(isMissing: isMissing) }
    guard instrument < Int32(book.instrumentCount) else { return }
    book.instruments[Int(instrument)].isModelMissing = isMissing ? true : nil
  }

  /// Limits of a running host only tighten; what is looser in `wanted` is ignored.
  ///
  /// - Parameter symbolNotional: for each instrument the limit that it is to have in the place of the common one; nil = it keeps what it
  ///   has. Empty = all do.
  public mutating func tighten(_ wanted: RiskLimits, symbolNotional: [Money?] = []) {
    for (index, own) in symbolNotional.enumerated() {
      guard let own else { continue }
      book.instruments[index].maximumNotional = [own, symbolLimit(Int32(index))].compactMap(\.self).min()
    }
    limits = limits.tightened(by: wanted)
    losses.tighten(limits)
    rate.tighten(limits.maximumOrdersPerSecond)
    messages.tighten(limits.venueMessagesPerTenSeconds)
    trades.tighten(limits.maximumTradesPerHour)
    for index in 0..<book.instanceCount { instanceRates[index].tighten(limits.instance.maximumOrdersPerMinute) }
  }

  /// Why nothing may open in the whole account; nil when it may.
  public var blockingRefusal: Refusal? { losses.blockingRefusal }
  public var dayBase: Money { losses.dayBase }
  public var peak: Money { losses.peak }
  public var maximumDrawdown: Money { losses.maximumDrawdown }

  public func position(instance: Int32) -> Int64 { book.instances[Int(instance)].position }
  public func position(instrument: Int32) -> Int64 { book.instruments[Int(instrument)].position }
  /// Whether the order would be proven reducing as things stand.
  public func isReducing(_ request: OrderRequest) -> Bool { book.isReducing(request) }
  /// The most that an order on this side may be and still be proven reducing.
  public func reducible(_ request: OrderRequest) -> Int64 { book.reducible(request) }
  /// Sent or resting on a side, unfilled: raw quantity; a one-cancels-other pair counts once.
  public func working(instance: Int32, side: Side) -> Int64 {
    let own = book.instances[Int(instance)]
    return side == .buy ? own.openBuys - own.pendingBuys : own.openSells - own.pendingSells
  }
  /// Waiting for an approval on a side.
  public func pending(instance: Int32, side: Side) -> Int64 {
    side == .buy ? book.instances[Int(instance)].pendingBuys : book.instances[Int(instance)].pendingSells
  }
  public func openingOrders(instance: Int32) -> Int { Int(book.instances[Int(instance)].openingOrders) }
  public func remaining(slot: Int32) -> Int64 { book.reservation(slot).remaining }

  /// A text that names what does not hold and always must; nil when all is well.
  public func violation() -> String? { book.violation() ?? book.overReduction() }
}

// MARK: - Save and restore

/// The gate's memory: what a restarted host needs so that its limits go on where they were.
public struct RiskSnapshot: Sendable, Codable {
  var book: ExposureBook.Saved
  var losses: LossGuard
  var rate: [Int64]
  var messages: [Int64]
  var trades: [Int64]
  var instanceRates: [[Int64]]
  var nextID: UInt64

  public mutating func halt() { losses.halt() }

  /// Whether it can be one of a gate with so many instruments, instances and orders: what somebody has edited is refused, and is no trap.
  public func isConsistent(instruments: Int, instances: Int, capacity: Int) -> Bool {
    let slots = book.active + book.free
    return book.instruments.count == instruments && book.instances.count == instances && book.reservations.count == capacity
      && instanceRates.count == instances && slots.count == capacity && Set(slots).count == capacity
      && slots.allSatisfy { (0..<capacity).contains(Int($0)) }
      && book.instances.allSatisfy { (0..<instruments).contains(Int($0.instrument)) }
      && book.active.enumerated().allSatisfy { position, slot in
        let reservation = book.reservations[Int(slot)]
        return reservation.activeIndex == Int32(position) && (0..<instruments).contains(Int(reservation.request.instrument))
          && (0..<instances).contains(Int(reservation.request.instance)) && reservation.remaining >= 0
          && (reservation.pair < 0 || book.active.contains(reservation.pair))
      }
  }

  /// That the next order has.
  public var nextOrderID: UInt64 { nextID }
  public var openSlots: [Int32] { book.active }
  /// What its raw numbers count.
  public func spec(instrument: Int) -> InstrumentSpec { book.instruments[instrument].spec }
  public var dayBase: Money { losses.dayBase }
  public var peak: Money { losses.peak }
  public var blocking: RefusalCode? { losses.blockingRefusal?.code }
  /// Of an open order, raw.
  public func remaining(slot: Int32) -> Int64 { book.reservations[Int(slot)].remaining }
}

extension RiskGate {
  public func snapshot() -> RiskSnapshot {
    RiskSnapshot(
      book: book.saved, losses: losses, rate: rate.remembered, messages: messages.remembered, trades: trades.remembered,
      instanceRates: (0..<book.instanceCount).map { instanceRates[$0].remembered }, nextID: nextID)
  }

  /// Takes over the state of a former life; this life's limits hold from now on.
  public mutating func restore(_ snapshot: RiskSnapshot) {
    book.restore(snapshot.book)
    losses = snapshot.losses
    losses.tighten(limits)
    rate.restore(snapshot.rate)
    messages.restore(snapshot.messages)
    trades.restore(snapshot.trades)
    for (index, times) in snapshot.instanceRates.enumerated() { instanceRates[index].restore(times) }
    nextID = snapshot.nextID
  }
}

extension RiskSnapshot {
  /// The same for the gate of the next life, whose instruments and instances may be others.
  ///
  /// - Parameters:
  ///   - fresh: of that gate, before anything happened.
  ///   - instruments: for each of its instruments the one here; nil = it is new.
  ///   - instances: the same for its instances.
  /// - Returns: nil where an open order belongs to none of them; else with the new slot of each open order.
  public func moved(to fresh: RiskSnapshot, instruments: [Int?], instances: [Int?]) -> (snapshot: RiskSnapshot, slots: [Int32: Int32])? {
    var moved = self
    moved.losses.beginAnew()
    moved.book = fresh.book
    moved.instanceRates = fresh.instanceRates
    for (new, old) in instruments.enumerated() {
      guard let old else { continue }
      moved.book.instruments[new] = book.instruments[old]
      moved.book.instruments[new].isStale = true
      moved.book.instruments[new].lagNanoseconds = 0
      moved.book.instruments[new].isModelMissing = nil
    }
    for (new, old) in instances.enumerated() {
      guard let old else { continue }
      let instrument = moved.book.instances[new].instrument
      moved.book.instances[new] = book.instances[old]
      moved.book.instances[new].instrument = instrument
      moved.instanceRates[new] = instanceRates[old]
    }
    var slots: [Int32: Int32] = [:]
    for old in book.active {
      var reservation = book.reservations[Int(old)]
      guard let instrument = instruments.firstIndex(of: Int(reservation.request.instrument)),
        let instance = instances.firstIndex(of: Int(reservation.request.instance)), let slot = moved.book.free.popLast()
      else { return nil }
      reservation.request.instrument = Int32(instrument)
      reservation.request.instance = Int32(instance)
      reservation.activeIndex = Int32(moved.book.active.count)
      moved.book.active.append(slot)
      moved.book.reservations[Int(slot)] = reservation
      slots[old] = slot
    }
    for slot in moved.book.active {
      let pair = moved.book.reservations[Int(slot)].pair
      if pair >= 0 { moved.book.reservations[Int(slot)].pair = slots[pair] ?? -1 }
    }
    return (moved, slots)
  }
}

// MARK: - For people

extension RiskGate {
  /// Of each instrument, in the place of the common limit.
  public var symbolNotional: [Money?] { (0..<book.instrumentCount).map { book.instruments[$0].maximumNotional } }

  /// That the next order has.
  public var nextNumber: UInt64 { nextID }

  /// What an instrument's position would be worth at most if all that is open filled in the worst way.
  public func worstNotional(instrument: Int32) -> Money {
    book.symbolExposure(instrument, adding: OrderRequest(instrument: -1, instance: 0, side: .buy, type: .market, quantity: .zero, price: .zero))
  }

  /// Every limit that is set, with what is used of it at `now`.
  public func limitUses(now: Int64) -> [LimitUse] {
    var uses: [LimitUse] = []
    func add(_ code: RefusalCode, _ unit: Refusal.Unit, _ value: Int128, _ limit: Int128?, instrument: Int = -1, instance: Int = -1) {
      guard let limit, limit > 0 else { return }
      uses.append(LimitUse(code, unit: unit, value: value, limit: limit, instrument: Int32(instrument), instance: Int32(instance)))
    }
    add(.dailyLossLimit, .money, max(.zero, losses.dayBase - losses.equity).raw, losses.dailyLossLimit?.raw)
    add(.drawdownLimit, .money, max(.zero, losses.peak - losses.equity).raw, losses.drawdownLimit?.raw)
    let nothing = OrderRequest(instrument: -1, instance: 0, side: .buy, type: .market, quantity: .zero, price: .zero)
    let exposure = book.exposure(adding: nothing)
    add(.grossExposureLimit, .money, exposure.gross.raw, limits.maximumGrossExposure?.raw)
    add(.leverageLimit, .money, exposure.gross.raw, leverageLimit?.raw)
    if let distance = limits.minimumLiquidationDistance, exposure.margined > .zero {
      // The smaller the distance, the more is used: 1 where it is the least that is allowed.
      let now = max(1, Self.liquidationDistance(equity: losses.equity, exposure))
      add(.liquidationDistance, .fraction, Int128(distance), Int128(now))
    }
    add(.orderRateLimit, .count, Int128(rate.count(at: now)), rate.maximum.map { Int128($0) })
    add(.rateBudget, .count, Int128(messages.count(at: now)), messages.maximum.map { Int128($0 - $0 / 5) })
    add(.tradesPerHour, .count, Int128(trades.count(at: now)), trades.maximum.map { Int128($0) })
    for index in 0..<book.instrumentCount {
      add(.symbolNotionalLimit, .money, book.symbolExposure(Int32(index), adding: nothing).raw, symbolLimit(Int32(index))?.raw, instrument: index)
    }
    for index in 0..<book.instanceCount {
      let instance = book.instances[index]
      add(.lossStreak, .count, Int128(instance.lossStreak), limits.lossStreakTrades.map { Int128($0) }, instance: index)
      let own = OrderRequest(
        instrument: instance.instrument, instance: Int32(index), side: .buy, type: .market, quantity: .zero, price: .zero)
      add(.instanceNotionalLimit, .money, book.instanceExposure(own).raw, limits.instance.maximumNotional?.raw, instance: index)
      add(
        .instanceOrderRate, .count, Int128(instanceRates[index].count(at: now)), instanceRates[index].maximum.map { Int128($0) }, instance: index)
    }
    return uses
  }
}
