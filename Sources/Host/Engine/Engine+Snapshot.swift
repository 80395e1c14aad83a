import Market
import PluginABI
import Risk

/// The engine's memory between two lives of the host: books, orders, brackets, limits in use. What a venue must be asked
/// about comes back as unknown.
public struct EngineSnapshot: Sendable, Codable {
  struct Instrument: Sendable, Codable {
    var book: PositionBook
    var unrealized: Money
    var last: Price
    var bid: Price
    var ask: Price
    var venueMark: Price
    var isStale: Bool
  }

  struct Instance: Sendable, Codable {
    var book: PositionBook
    var trip: OpenTrip
    var dayBase: Money
    var isOut: Bool
    var job: TargetJob
    var needsCare: Bool
    var told: RefusalCode
  }

  var risk: RiskSnapshot
  var instruments: [Instrument]
  var instances: [Instance]
  struct Order: Sendable, Codable {
    var slot: Int32
    var order: OpenOrder
    /// Where the order has a successor.
    var staged: StagedOrder
  }

  /// With their slots, in the order of each instance's list.
  var orders: [Order]
  var brackets: [Bracket]
  /// News that nobody has been told yet: of a life that ended before its first event.
  var updates: [PendingUpdate]
  public internal(set) var cash: Money
  public internal(set) var equity: Money
  public internal(set) var thirdBalance: Money
  var feesInKind: Money
  var transfers: Money
  var marginUnrealized: Money
  /// Receive time of the last input, ns; `.min` before the first.
  var now: Int64
}

extension EngineSnapshot {
  /// Instances that hold something, or have something open, or that a bracket protects.
  public var busyInstances: [Int] {
    instances.indices.filter { index in
      !instances[index].book.isEmpty || orders.contains { Int($0.order.request.instance) == index }
        || brackets[index * BracketTable.perInstance..<(index + 1) * BracketTable.perInstance].contains(where: \.isActive)
    }
  }

  /// The last price of an instrument; zero = none was known.
  public func lastPrice(instrument: Int) -> Price { instruments[instrument].last }

  public func prices(instrument: Int) -> (last: Price, bid: Price, ask: Price) {
    (instruments[instrument].last, instruments[instrument].bid, instruments[instrument].ask)
  }

  /// Whether it can be one of an engine with so many instruments and instances.
  public func isConsistent(instruments count: Int, instances instanceCount: Int) -> Bool {
    let capacity = max(1, instanceCount) * OrderTable.slotsPerInstance
    let places = max(1, instanceCount) * BracketTable.perInstance
    func isSlot(_ slot: Int32) -> Bool { slot >= -1 && slot < Int32(capacity) }
    return risk.isConsistent(instruments: count, instances: instanceCount, capacity: capacity) && instruments.count == count
      && instances.count == instanceCount && brackets.count == places && instances.allSatisfy { isSlot($0.job.slot) }
      && brackets.allSatisfy { isSlot($0.entry) && isSlot($0.stop) && isSlot($0.takeProfit) && isSlot($0.exit) }
      && updates.allSatisfy { (0..<instanceCount).contains(Int($0.instance)) }
      && Set(orders.map(\.slot)) == Set(risk.openSlots) && orders.count == risk.openSlots.count
      && orders.allSatisfy { saved in
        (0..<instanceCount).contains(Int(saved.order.request.instance)) && (0..<count).contains(Int(saved.order.request.instrument))
          && isSlot(saved.order.replaces) && saved.order.bracket >= -1 && Int(saved.order.bracket) < places
      }
  }

  /// What an instrument's raw numbers count.
  public func spec(instrument: Int) -> InstrumentSpec { risk.spec(instrument: instrument) }

  public var openOrderIDs: [UInt64] { orders.map(\.order.id) }

  /// By instance, each instance's oldest first.
  public var openOrders: [(id: UInt64, instance: Int, request: OrderRequest, remaining: Int64)] {
    orders.map { (id: $0.order.id, instance: Int($0.order.request.instance), request: $0.order.request, remaining: risk.remaining(slot: $0.slot)) }
  }

  public func position(instance: Int) -> Int64 { instances[instance].book.position }
  /// Whoever goes on with it opens nothing before an operator resumes.
  public mutating func halt() { risk.halt() }
  public func cost(instance: Int) -> Money { instances[instance].book.cost }
  public var dayBase: Money { risk.dayBase }
  public var peak: Money { risk.peak }
  /// Why nothing may open; nil when it may.
  public var blocking: RefusalCode? { risk.blocking }

  /// That the next order has: a number is never used twice.
  public var nextOrderID: UInt64 { risk.nextOrderID }

  /// When its last input was received, ns since the epoch.
  public var receiveNanoseconds: Int64 { now }

  /// The same for the engine of the next life, whose instruments and instances may be others. The kill switch and the Supervisor are not
  /// in it: they have states of their own. Its symbols are stale: nothing opens before new data has come.
  ///
  /// - Parameters:
  ///   - fresh: of that engine, before anything happened.
  ///   - instruments: for each of its instruments the one here; nil = it is new.
  ///   - instances: the same for its instances.
  /// - Returns: nil where a busy instance is none of them.
  public func moved(to fresh: EngineSnapshot, instruments: [Int?], instances: [Int?]) -> EngineSnapshot? {
    guard busyInstances.allSatisfy({ instances.contains($0) }),
      let (risk, slots) = risk.moved(to: fresh.risk, instruments: instruments, instances: instances)
    else { return nil }
    func place(_ slot: Int32) -> Int32 { slots[slot] ?? -1 }
    var moved = self
    moved.risk = risk
    moved.instruments = fresh.instruments
    moved.instances = fresh.instances
    moved.brackets = fresh.brackets
    for (new, old) in instruments.enumerated() {
      guard let old else { continue }
      moved.instruments[new] = self.instruments[old]
      // Its data comes anew.
      moved.instruments[new].isStale = true
    }
    let perInstance = BracketTable.perInstance
    /// Of each bracket, by where it stood.
    var brackets: [Int32: Int32] = [:]
    for (new, old) in instances.enumerated() {
      guard let old else { continue }
      moved.instances[new] = self.instances[old]
      // Its plugin is started anew.
      moved.instances[new].isOut = false
      moved.instances[new].job.slot = place(self.instances[old].job.slot)
      for offset in 0..<perInstance {
        var bracket = self.brackets[old * perInstance + offset]
        bracket.entry = place(bracket.entry)
        bracket.stop = place(bracket.stop)
        bracket.takeProfit = place(bracket.takeProfit)
        bracket.exit = place(bracket.exit)
        moved.brackets[new * perInstance + offset] = bracket
        brackets[Int32(old * perInstance + offset)] = Int32(new * perInstance + offset)
      }
    }
    func renamed(_ request: inout OrderRequest) {
      request.instrument = Int32(instruments.firstIndex(of: Int(request.instrument)) ?? 0)
      request.instance = Int32(instances.firstIndex(of: Int(request.instance)) ?? 0)
    }
    moved.orders = orders.map { saved in
      var saved = saved
      saved.slot = place(saved.slot)
      renamed(&saved.order.request)
      if saved.order.hasSuccessor { renamed(&saved.staged.request) }
      saved.order.bracket = brackets[saved.order.bracket] ?? -1
      saved.order.replaces = place(saved.order.replaces)
      return saved
    }
    moved.updates = updates.compactMap { update in
      guard let instance = instances.firstIndex(of: Int(update.instance)) else { return nil }
      return PendingUpdate(instance: Int32(instance), news: update.news)
    }
    return moved
  }
}

extension Engine {
  /// What is open: the order's number, its instance, and what is left of it.
  public var openOrders: [(id: UInt64, instance: Int, remaining: Int64)] {
    (0..<Int32(instanceCount)).flatMap { instance in
      (0..<orders.count(instance)).map { position in
        let slot = orders.slot(instance, at: position)
        return (orders[slot].pointee.id, Int(instance), gate.remaining(slot: slot))
      }
    }
  }

  public func snapshot() -> EngineSnapshot {
    var open: [EngineSnapshot.Order] = []
    for index in 0..<Int32(instanceCount) {
      for position in 0..<orders.count(index) {
        let slot = orders.slot(index, at: position)
        open.append(EngineSnapshot.Order(slot: slot, order: orders[slot].pointee, staged: orders.staged(slot).pointee))
      }
    }
    return EngineSnapshot(
      risk: gate.snapshot(),
      instruments: (0..<instrumentCount).map {
        let state = instruments[$0]
        return EngineSnapshot.Instrument(
          book: state.book, unrealized: state.unrealized, last: state.last, bid: state.bid, ask: state.ask, venueMark: state.venueMark,
          isStale: state.isStale)
      },
      instances: (0..<instanceCount).map {
        EngineSnapshot.Instance(
          book: instances[$0].book, trip: instances[$0].trip, dayBase: instances[$0].dayBase, isOut: instances[$0].isOut, job: instances[$0].job,
          needsCare: instances[$0].needsCare, told: instances[$0].told)
      },
      orders: open, brackets: brackets.saved, updates: updates.elements, cash: cash, equity: equity, thirdBalance: thirdBalance,
      feesInKind: feesInKind, transfers: transfers,
      marginUnrealized: marginUnrealized, now: now)
  }

  /// Takes over a former life, before the first event. Orders that waited for an approval were never sent and end as
  /// refused; all others are unknown until the venue answers the queries that this asks for. A target that was on its way
  /// ends; its orders are cancelled once they are known.
  public mutating func restore(_ time: EventTime, _ snapshot: EngineSnapshot) -> Bool {
    load(time, snapshot)
    // Known anew from here on: what waits for care, what was told, and every order.
    careCount = 0
    blocking = .none
    for index in 0..<instanceCount {
      instances[index].needsCare = false
      instances[index].told = .none
      instances[index].job = TargetJob()
    }
    // Asked before anything else is sent about them: a practice venue learns of them by it.
    for saved in snapshot.orders where saved.order.state != .pending { actions.append(.query(gate.restoredOrder(saved.slot))) }
    for saved in snapshot.orders { reopen(saved.slot, saved.order, saved.staged, job: snapshot.instances[Int(saved.order.request.instance)].job) }
    for (index, saved) in snapshot.instances.enumerated() { dropTarget(index, saved.job) }
    for index in 0..<instanceCount {
      refreshWorking(index)
      needsCare(index)
    }
    noteRiskState()
    assertInvariants()
    return !actions.isEmpty
  }

  /// The state as it was, to the last bit; what a restart cannot know is put right by `restore`.
  mutating func load(_ time: EventTime, _ snapshot: EngineSnapshot) {
    precondition(sequence == 0, "a former life comes before this one's first event")
    sequence = time.sequence
    now = time.receiveNanoseconds
    gate.restore(snapshot.risk)
    blocking = gate.blockingRefusal?.code ?? .none
    for (index, saved) in snapshot.instruments.enumerated() {
      instruments[index].book = saved.book
      instruments[index].unrealized = saved.unrealized
      instruments[index].last = saved.last
      instruments[index].bid = saved.bid
      instruments[index].ask = saved.ask
      instruments[index].venueMark = saved.venueMark
      instruments[index].isStale = saved.isStale
      if saved.isStale { instruments[index].contextFlags |= QE_CONTEXT_STALE }
    }
    brackets.restore(snapshot.brackets)
    for (index, saved) in snapshot.instances.enumerated() {
      instances[index].book = saved.book
      instances[index].trip = saved.trip
      instances[index].dayBase = saved.dayBase
      instances[index].isOut = saved.isOut
      instances[index].job = saved.job
      instances[index].told = saved.told
      if saved.needsCare { needsCare(index) }
      instruments[Int(instances[index].instrument)].bracketCount += Int32(brackets.count(index))
      nextDeadline = min(nextDeadline, gate.coolingUntil(instance: Int32(index)) == .min ? .max : gate.coolingUntil(instance: Int32(index)))
    }
    cash = snapshot.cash
    equity = snapshot.equity
    thirdBalance = snapshot.thirdBalance
    feesInKind = snapshot.feesInKind
    transfers = snapshot.transfers
    marginUnrealized = snapshot.marginUnrealized
    for news in snapshot.updates { updates.append(news) }
    for saved in snapshot.orders {
      orders.add(saved.order, slot: saved.slot)
      orders.staged(saved.slot).pointee = saved.staged
      nextDeadline = min(nextDeadline, saved.order.deadline)
    }
    for index in 0..<instanceCount {
      refreshBook(index)
      refreshWorking(index)
      for number in brackets.places(index) where brackets[number].pointee.isActive {
        nextDeadline = min(nextDeadline, brackets[number].pointee.deadline)
      }
    }
  }

  private mutating func reopen(_ slot: Int32, _ saved: OpenOrder, _ staged: StagedOrder, job: TargetJob) {
    let index = Int(saved.request.instance)
    if saved.hasSuccessor {
      orders[slot].pointee.hasSuccessor = false
      orders[slot].pointee.isReplaced = false
      refuse(index, staged.intent, Refusal(.decisionExpired), quantity: staged.request.quantity.raw)
    }
    if saved.state == .pending { return revoke(index, slot, .decisionExpired) }
    if saved.role == .target {
      // Its target is gone with the former life: the order has the target's end, or belongs to nobody where a newer target
      // had ended that one already.
      if job.isActive, job.tag == saved.tag, saved.tag != 0 { orders[slot].pointee.role = .wish } else { orders[slot].pointee.tag = 0 }
    }
    orders[slot].pointee.state = .unknown
    gate.setUnknown(slot: slot, true)
    nextDeadline = min(nextDeadline, saved.deadline)
    // A former life's cancel may not have arrived: it is asked for again.
    orders[slot].pointee.cancelSent = false
    if saved.cancelSent { requestCancel(slot) }
    update(
      index, tag: orders[slot].pointee.tag, state: QE_ORDER_UNKNOWN, side: UInt32(saved.request.side.rawValue), orderID: saved.id,
      total: saved.filled)
  }

  /// A target does not outlive its host. One with an open order ends when that order does.
  private mutating func dropTarget(_ index: Int, _ job: TargetJob) {
    guard job.isActive, !job.isHost else { return }
    if let open = (0..<orders.count(Int32(index))).map({ orders.slot(Int32(index), at: $0) }).first(where: { orders[$0].pointee.tag == job.tag }) {
      if orders[open].pointee.cancelTag == 0 { orders[open].pointee.cancelTag = job.cancelTag }
      return requestCancel(open)
    }
    update(index, tag: job.tag, state: QE_ORDER_REFUSED, code: .decisionExpired, total: job.filled)
    if job.cancelTag != 0 { update(index, tag: job.cancelTag, state: QE_ORDER_DONE) }
  }
}
