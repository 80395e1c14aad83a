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

  // The one place where an order is minted: the functions of RiskGate below.
  fileprivate init(request: OrderRequest, id: UInt64, slot: Int32, isReducing: Bool, pairedID: UInt64 = 0) {
    self.request = request
    self.id = id
    self.slot = slot
    self.isReducing = isReducing
    self.pairedID = pairedID
  }
}

/// An order that hard risk has passed once and that waits for the Supervisor: its exposure is reserved, it cannot be sent.
public struct PendingOrder: Sendable {
  public let request: OrderRequest
  public let id: UInt64
  public let slot: Int32
  fileprivate init(request: OrderRequest, id: UInt64, slot: Int32) {
    self.request = request
    self.id = id
    self.slot = slot
  }
}

/// An order whose fate must be asked, of a former life of the host above all: it can be asked about and cancelled, never
/// sent.
public struct RestoredOrder: Sendable {
  public let request: OrderRequest
  public let id: UInt64
  public let slot: Int32
  /// What is not filled, raw.
  public let remaining: Int64
  /// The other leg of a one-cancels-other pair; 0 = none.
  public let pairedID: UInt64
  fileprivate init(request: OrderRequest, id: UInt64, slot: Int32, remaining: Int64, pairedID: UInt64) {
    self.request = request
    self.id = id
    self.slot = slot
    self.remaining = remaining
    self.pairedID = pairedID
  }
}

public enum Verdict: Sendable {
  case approved(ApprovedOrder)
  case pending(PendingOrder)
  case refused(Refusal)
}

/// Hard risk: decides on every order, reserves what it approves, and halts on losses.
///
/// Opening orders pass every check; an order that is proven reducing is held to the venue's filters and a wide collar
/// alone, because leaving a position must stay possible; a cancel passes always. Exposure is what would result if all
/// that is open filled in the worst way. Nothing here reads a clock or allocates after `init`.
public struct RiskGate: ~Copyable {
  private let pin = Pin()
  public internal(set) var limits: RiskLimits
  /// Fees that funds are set aside for: the larger of the venue's two rates, never below zero.
  let feeReserve: BasisPoints
  /// For each instrument what holds beside the account's; empty = nothing.
  let symbolLimits: [SymbolLimits]

  /// 10^12 currency units: larger orders are refused even without a limit.
  static let amountBound = Money(units: 1_000_000_000_000)
  static let secondNanoseconds: Int64 = 1_000_000_000

  var book: ExposureBook
  var losses: LossGuard
  /// Opening orders in a second.
  var rate: RateWindow
  /// All messages to the venue in ten seconds.
  var messages: RateWindow
  /// Trades begun in an hour.
  var trades: RateWindow
  /// Opening orders of each instance in a minute.
  let instanceRates: UnsafeMutablePointer<RateWindow>
  var nextID: UInt64 = 1

  /// - Parameters:
  ///   - instances: for each instance the index of its instrument.
  ///   - symbolNotional: for each instrument a limit of its own, tighter or wider than the common one; empty = none has.
  ///   - symbolLimits: for each instrument limits beside the account's; empty = none has.
  public init(
    limits: RiskLimits, instruments: [InstrumentSpec], instances: [Int32], feeReserve: BasisPoints, initialEquity: Money, capacity: Int,
    symbolNotional: [Money?] = [], symbolLimits: [SymbolLimits] = []
  ) {
    precondition(symbolLimits.isEmpty || symbolLimits.count == instruments.count, "limits of other instruments")
    self.limits = limits
    self.symbolLimits = symbolLimits
    self.feeReserve = BasisPoints(raw: max(0, feeReserve.raw))
    book = ExposureBook(instruments: instruments, instances: instances, capacity: capacity)
    for (index, limit) in symbolNotional.enumerated() { book.instruments[index].maximumNotional = limit }
    losses = LossGuard(limits: limits, equity: initialEquity)
    rate = RateWindow(maximum: limits.maximumOrdersPerSecond, periodNanoseconds: Self.secondNanoseconds)
    messages = RateWindow(maximum: limits.venueMessagesPerTenSeconds, periodNanoseconds: 10 * Self.secondNanoseconds)
    trades = RateWindow(maximum: limits.maximumTradesPerHour, periodNanoseconds: 3600 * Self.secondNanoseconds)
    // Unsafe: a fixed table of values that cannot be copied; owned here, freed in deinit.
    instanceRates = .allocate(capacity: max(1, instances.count))
    for index in 0..<instances.count {
      (instanceRates + index).initialize(
        to: RateWindow(maximum: limits.instance.maximumOrdersPerMinute, periodNanoseconds: 60 * Self.secondNanoseconds))
    }
  }

  deinit {
    instanceRates.deinitialize(count: book.instanceCount)
    instanceRates.deallocate()
  }

  /// Decides on `request` at `now` (receive time, ns).
  ///
  /// - Parameters:
  ///   - availableCash: the quote currency at hand, plus unrealized profit and loss of margined positions.
  ///   - needsApproval: an opening order is reserved and waits; `confirm` decides again.
  public mutating func check(_ request: OrderRequest, now: Int64, availableCash: Money, needsApproval: Bool = false) -> Verdict {
    let reducing = book.isReducing(request)
    if let refusal = refusal(request, reducing: reducing, now: now, availableCash: availableCash) { return .refused(refusal) }
    let isPending = needsApproval && !reducing
    guard let slot = book.reserve(request, id: nextID, isReducing: reducing, isPending: isPending) else { return .refused(fullRefusal) }
    let id = nextID
    nextID += 1
    if isPending { return .pending(PendingOrder(request: request, id: id, slot: slot)) }
    count(request, reducing: reducing, now: now)
    return .approved(ApprovedOrder(request: request, id: id, slot: slot, isReducing: reducing))
  }

  /// Decides again on an order that waited, on the state of this moment. A refused one is released.
  public mutating func confirm(_ slot: Int32, now: Int64, availableCash: Money) -> Verdict {
    let waiting = book.reservation(slot)
    precondition(waiting.isPending && waiting.activeIndex >= 0, "nothing waits in this slot")
    // Its own reservation must not count against it.
    book.release(slot: slot)
    let request = waiting.request
    let reducing = book.isReducing(request)
    if let refusal = refusal(request, reducing: reducing, now: now, availableCash: availableCash) { return .refused(refusal) }
    guard let again = book.reserve(request, id: waiting.id, isReducing: reducing) else { return .refused(fullRefusal) }
    precondition(again == slot, "the slot that was just freed is the next one taken")
    count(request, reducing: reducing, now: now)
    return .approved(ApprovedOrder(request: request, id: waiting.id, slot: slot, isReducing: reducing))
  }

  /// Both legs of a bracket at once: a stop and a take-profit of which at most one fills. Each must be proven reducing.
  public mutating func checkPair(
    _ first: OrderRequest, _ second: OrderRequest, now: Int64, availableCash: Money
  ) -> Result<(ApprovedOrder, ApprovedOrder), PairRefusal> {
    precondition(first.side == second.side && first.quantity == second.quantity && first.instance == second.instance, "legs of one bracket")
    if let refusal = legRefusal(first, now: now, availableCash: availableCash) { return .failure(PairRefusal(isFirst: true, refusal: refusal)) }
    if let refusal = legRefusal(second, now: now, availableCash: availableCash) { return .failure(PairRefusal(isFirst: false, refusal: refusal)) }
    guard let slot = book.reserve(first, id: nextID, isReducing: true) else {
      return .failure(PairRefusal(isFirst: true, refusal: fullRefusal))
    }
    guard let other = book.reserveLeg(second, id: nextID + 1, beside: slot) else {
      book.release(slot: slot)
      return .failure(PairRefusal(isFirst: false, refusal: fullRefusal))
    }
    let id = nextID
    nextID += 2
    messages.note(now)
    messages.note(now)
    return .success(
      (
        ApprovedOrder(request: first, id: id, slot: slot, isReducing: true, pairedID: id + 1),
        ApprovedOrder(request: second, id: id + 1, slot: other, isReducing: true, pairedID: id)
      ))
  }

  private func legRefusal(_ leg: OrderRequest, now: Int64, availableCash: Money) -> Refusal? {
    guard book.isReducing(leg) else {
      return Refusal(.wouldOpen, unit: .quantity, value: Int128(leg.quantity.raw), limit: Int128(book.reducible(leg)))
    }
    return refusal(leg, reducing: true, now: now, availableCash: availableCash)
  }

  public struct PairRefusal: Error {
    public var isFirst: Bool
    public var refusal: Refusal
  }

  /// An order that is open, for asking about it.
  public func restoredOrder(_ slot: Int32) -> RestoredOrder {
    let reservation = book.reservation(slot)
    precondition(reservation.activeIndex >= 0, "nothing is open in this slot")
    return RestoredOrder(
      request: reservation.request, id: reservation.id, slot: slot, remaining: reservation.remaining,
      pairedID: reservation.pair >= 0 ? book.reservation(reservation.pair).id : 0)
  }

  private var fullRefusal: Refusal {
    Refusal(.tooManyOrders, unit: .count, value: Int128(book.capacity) + 1, limit: Int128(book.capacity))
  }

  private mutating func count(_ request: OrderRequest, reducing: Bool, now: Int64) {
    messages.note(now)
    if reducing { return }
    rate.note(now)
    instanceRates[Int(request.instance)].note(now)
  }

  private func refusal(_ request: OrderRequest, reducing: Bool, now: Int64, availableCash: Money) -> Refusal? {
    let spec = book.spec(request.instrument)
    if let refusal = filterRefusal(request, spec, reducing: reducing) { return refusal }
    if let refusal = collarRefusal(request, reducing: reducing) { return refusal }
    return reducing ? nil : openingRefusal(request, spec, now: now, availableCash: availableCash)
  }
}
