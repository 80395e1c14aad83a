import Market
import PluginABI
import Risk

/// The engine's memory between two lives of the host: books, orders, brackets, limits in use. What a venue must be asked
/// about comes back as unknown.
public struct EngineSnapshot: Sendable {
  struct Instrument: Sendable {
    var book: PositionBook
    var unrealized: Money
    var last: Price
    var bid: Price
    var ask: Price
    var venueMark: Price
    var isStale: Bool
  }

  struct Instance: Sendable {
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
  /// With their slots, in the order of each instance's list.
  var orders: [(slot: Int32, order: OpenOrder, staged: StagedOrder)]
  var brackets: [Bracket]
  /// News that nobody has been told yet: of a life that ended before its first event.
  var updates: [PendingUpdate]
  var cash: Money
  var equity: Money
  var thirdBalance: Money
  var feesInKind: Money
  var transfers: Money
  var marginUnrealized: Money
}

extension Engine {
  public func snapshot() -> EngineSnapshot {
    var open: [(slot: Int32, order: OpenOrder, staged: StagedOrder)] = []
    for index in 0..<Int32(instanceCount) {
      for position in 0..<orders.count(index) {
        let slot = orders.slot(index, at: position)
        open.append((slot, orders[slot].pointee, orders.staged(slot).pointee))
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
      marginUnrealized: marginUnrealized)
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
    for (slot, saved, staged) in snapshot.orders { reopen(slot, saved, staged, job: snapshot.instances[Int(saved.request.instance)].job) }
    for (slot, _, _) in snapshot.orders where orders.isOpen(slot) { actions.append(.query(gate.restoredOrder(slot))) }
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
    for (slot, saved, staged) in snapshot.orders {
      orders.add(saved, slot: slot)
      orders.staged(slot).pointee = staged
      nextDeadline = min(nextDeadline, saved.deadline)
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
