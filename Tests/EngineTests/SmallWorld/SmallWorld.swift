@testable import Engine
import Foundation
import Market
import PluginABI
import Risk
import TestKit

/// A world small enough to be walked through completely: one instrument, two instances, at most three lots, and everything
/// that can happen next in every state that can come about.
///
/// The price stands still and nothing is charged, so that money is one number; what remains is which orders are open, in
/// which state, and what is held. A state's key leaves out what does not matter to the future: ids, times, sequence.
final class SmallWorld {
  /// What can happen next.
  enum Move: Hashable {
    case wish(instance: Int, Wish)
    case report(order: Int, Report)
    case verdict(order: Int, isAllowed: Bool)
    /// The wait for an approval, an order's life or a time stop is over.
    case timePasses
    case trade(price: Int64)
    case halt, resume, flatten
    case restart
  }

  enum Wish: Hashable {
    case market(Side, Int64)
    case limit(Side, Int64)
    /// With a stop and a take-profit.
    case bracket(Side, Int64)
    case cancel(target: UInt64)
    case replace(target: UInt64, Side, Int64)
    case target(Int64)
  }

  enum Report: Hashable {
    case working, partial, filled, cancelled, rejected, unknown, cancelRejected, triggered
  }

  struct Rules {
    var wishes: [Wish]
    var targets: [Int64] = []
    var replaces = true
    var asksSupervisor = false
    /// Open orders in the whole world, above which no instance wishes for more.
    var maximumOpen: Int
    /// How many of the two instances wish for anything.
    var wishing = 2
    var restarts = true
    var trades: [Int64] = []
  }

  /// A state with what the checker knows of it.
  struct State {
    var snapshot: EngineSnapshot
    /// By instance: tags that were wished for and have no final update yet.
    var open: [Set<UInt64>]
    /// Orders that the venue has been sent, by id: no id is sent twice.
    var sent: Set<UInt64>
  }

  static let price: Int64 = 1000
  static let lots: Int64 = 3
  static let cash = Money(units: 1_000_000)
  static let start: Int64 = 1_700_000_000_000_000_000

  let rules: Rules
  private let instrument: Instrument
  private let limits: RiskLimits
  private(set) var states = 0
  private(set) var moves = 0
  /// How often each kind of update was seen: a world that never gets somewhere proves nothing about it.
  private(set) var finals: [UInt32: Int] = [:]
  private(set) var problems: [String] = []

  /// Where QE_TRACE names a file, each move is written there before it is made.
  private let trace: TraceFile?

  init(_ rules: Rules) {
    self.rules = rules
    trace = ProcessInfo.processInfo.environment["QE_TRACE"].flatMap(TraceFile.init)
    guard let id = InstrumentID("binance.usdm.ABCUSDT"),
      let instrument = try? Instrument(
        id: id, baseAsset: "ABC", quoteAsset: "USDT", priceScale: 0, quantityScale: 0, maximumQuantity: Self.lots, maximumPrice: 1_000_000,
        leverage: 1)
    else { preconditionFailure("the small instrument is valid") }
    self.instrument = instrument
    var limits = Samples.farLimits
    limits.lossStreakTrades = nil
    limits.maximumTradesPerHour = nil
    limits.maximumOrdersPerSecond = nil
    limits.venueMessagesPerTenSeconds = nil
    self.limits = limits
  }

  // MARK: Walking

  /// Visits every state that can be reached. Stops early at the first problem or when `maximumStates` is passed.
  func walk(maximumStates: Int) {
    var seen: Set<[UInt8]> = []
    var queue: [State] = [first()]
    seen.insert(key(queue[0]))
    while let state = queue.popLast() {
      states += 1
      if states > maximumStates { return problems.append("more than \(maximumStates) states: the world is not small") }
      for move in possible(state) {
        moves += 1
        let next = take(move, in: state)
        if !problems.isEmpty { return }
        if seen.insert(key(next)).inserted { queue.append(next) }
      }
    }
  }

  private func first() -> State {
    let desk = Desk(self, nil)
    desk.feed(
      .quote(instrument: 0, Quote(bidPrice: Price(raw: Self.price), bidQuantity: .zero, askPrice: Price(raw: Self.price), askQuantity: .zero)))
    desk.feed(.trade(instrument: 0, Trade(price: Price(raw: Self.price), quantity: Quantity(raw: 1), takerSide: .buy)))
    return desk.state()
  }

  private func possible(_ state: State) -> [Move] {
    var moves: [Move] = []
    let orders = state.snapshot.orders.map(\.order)
    for instance in 0..<rules.wishing {
      let own = orders.filter { Int($0.request.instance) == instance }
      if state.snapshot.instances[instance].isOut { continue }
      // One protected position at a time: a second one beside it multiplies the states and adds no kind of step.
      let isProtected = state.snapshot.brackets.contains(where: \.isActive)
      if orders.count < rules.maximumOpen, !isProtected { moves += rules.wishes.map { .wish(instance: instance, $0) } }
      for target in rules.targets where orders.count < rules.maximumOpen || !own.isEmpty { moves.append(.wish(instance: instance, .target(target))) }
      for order in own where order.tag != 0 && order.role == .wish {
        if order.cancelTag == 0 { moves.append(.wish(instance: instance, .cancel(target: order.tag))) }
        if rules.replaces, orders.count < rules.maximumOpen {
          moves.append(.wish(instance: instance, .replace(target: order.tag, order.request.side, 1)))
        }
      }
    }
    for (index, order) in orders.enumerated() { moves += possible(order, index, rest: Self.rest(of: order, state.snapshot)) }
    if orders.contains(where: { $0.deadline != .max }) || state.snapshot.brackets.contains(where: { $0.isActive && $0.deadline != .max }) {
      moves.append(.timePasses)
    }
    moves += rules.trades.map { .trade(price: $0) }
    if state.snapshot.instances.contains(where: \.needsCare), rules.trades.isEmpty { moves.append(.trade(price: Self.price)) }
    moves += [.halt, .resume]
    if !rules.targets.isEmpty { moves.append(.flatten) }
    if rules.restarts { moves.append(.restart) }
    return moves
  }

  private func possible(_ order: OpenOrder, _ index: Int, rest: Int64) -> [Move] {
    if order.state == .pending { return [.verdict(order: index, isAllowed: true), .verdict(order: index, isAllowed: false)] }
    var reports: [Report] = []
    let mayFill = rest > 0 && (!order.request.type.isConditional || order.state == .triggered)
    if order.state == .sent || order.state == .unknown { reports.append(.working) }
    if order.request.type.isConditional, order.state != .triggered, rest > 0 { reports.append(.triggered) }
    if mayFill, rest > 1 { reports.append(.partial) }
    if mayFill { reports.append(.filled) }
    reports.append(.cancelled)
    if order.filled == 0 { reports.append(.rejected) }
    if order.state != .unknown { reports.append(.unknown) }
    if order.cancelSent { reports.append(.cancelRejected) }
    var moves: [Move] = reports.map { .report(order: index, $0) }
    // The Supervisor may deny late what was sent meanwhile.
    if rules.asksSupervisor, !order.isReducing { moves.append(.verdict(order: index, isAllowed: false)) }
    return moves
  }

  // MARK: One move

  private func take(_ move: Move, in state: State) -> State {
    let desk = Desk(self, state)
    let before = state.snapshot
    // A violation that the engine itself finds ends the process: what led to it is the last line of the trace.
    trace?.write("\(move) in \(Self.describe(before))\n")
    switch move {
    case .wish(let instance, let wish): desk.wish(instance, wish)
    case .report(let index, let report): desk.report(before.orders[index].slot, before.orders[index].order, report)
    case .verdict(let index, let isAllowed): desk.feed(.verdict(orderID: before.orders[index].order.id, isAllowed ? .none : .supervisorDenied))
    case .timePasses:
      desk.now += 3_600_000_000_000
      desk.feed(.clock)
    case .trade(let price): desk.trade(price)
    case .halt: desk.feed(.command(.halt))
    case .resume: desk.feed(.command(.resume))
    case .flatten: desk.feed(.command(.flatten(instrument: -1)))
    case .restart: desk.restart(before)
    }
    let next = desk.state()
    for problem in desk.problems + check(next, after: move, from: before) {
      problems.append("\(problem)\n  after \(move)\n  in \(Self.describe(before))\n  came \(Self.describe(next.snapshot))")
    }
    for (state, count) in desk.finals { finals[state, default: 0] += count }
    return next
  }

  // MARK: What must hold in every state

  private func check(_ state: State, after move: Move, from before: EngineSnapshot) -> [String] {
    var problems: [String] = []
    let snapshot = state.snapshot
    let positions = snapshot.instances.map(\.book.position)
    let net = snapshot.instruments[0].book.position
    if positions[0] + positions[1] != net { problems.append("the instances hold \(positions), the account \(net)") }
    if abs(net) > Self.lots { problems.append("the account holds \(net) lots") }
    if positions[0].signum() * positions[1].signum() < 0 { problems.append("the instances hold opposite positions") }
    if snapshot.equity != Self.cash { problems.append("money has come or gone: \(snapshot.equity.raw)") }
    for instance in 0..<2 {
      let own = snapshot.orders.map(\.order).filter { Int($0.request.instance) == instance }
      // By hand: whatever fills next, what is an exit must stay one.
      for side in [Side.buy, .sell] {
        var pairs: Set<Int32> = []
        var sum: Int64 = 0
        for order in own where order.isReducing && order.request.side == side {
          if order.role == .stop || order.role == .takeProfit {
            if pairs.insert(order.bracket).inserted { sum += Self.rest(of: order, snapshot) }
          } else {
            sum += order.request.quantity.raw - order.filled
          }
        }
        let held = side == .sell ? max(0, positions[instance]) : max(0, -positions[instance])
        if sum > held { problems.append("instance \(instance) holds \(positions[instance]) and has exits over \(sum) to \(side.name)") }
      }
      var engineTags: Set<UInt64> = []
      for (order, staged) in snapshot.orders.map({ ($0.order, $0.staged) }) where Int(order.request.instance) == instance {
        // A target's steps have its tag; the target itself is listed below.
        if order.tag != 0, order.role == .wish { engineTags.insert(order.tag) }
        if order.cancelTag != 0 { engineTags.insert(order.cancelTag) }
        if order.hasSuccessor { engineTags.insert(staged.tag) }
      }
      let job = snapshot.instances[instance].job
      if job.isActive, job.tag != 0 { engineTags.insert(job.tag) }
      if job.isActive, job.cancelTag != 0 { engineTags.insert(job.cancelTag) }
      // No intent without a final update, none after it: what the strategy still waits for is what the engine still has.
      if engineTags != state.open[instance] {
        problems.append("instance \(instance) waits for \(state.open[instance].sorted()), the engine has \(engineTags.sorted())")
      }
      // An entry's position is never without its protection, unless that is on its way in or out.
      for order in own where snapshot.instances[instance].told != .none && !order.isReducing && !order.cancelSent && order.state != .unknown {
        problems.append("order \(order.id) of instance \(instance) could open while \(snapshot.instances[instance].told.name)")
      }
    }
    return problems
  }

  /// What an order can still fill. Of a bracket's legs one ends the other, at the venue too: both together fill what the
  /// bracket holds, and never more than the position.
  private static func rest(of order: OpenOrder, _ snapshot: EngineSnapshot) -> Int64 {
    let own = order.request.quantity.raw - order.filled
    guard order.role == .stop || order.role == .takeProfit else { return own }
    let position = snapshot.instances[Int(order.request.instance)].book.position
    let held = order.request.side == .sell ? max(0, position) : max(0, -position)
    return min(own, snapshot.brackets[Int(order.bracket)].held, held)
  }

  // MARK: Keys

  /// The instances are alike: which of them is called the first does not matter.
  private func key(_ state: State) -> [UInt8] {
    let one = part(state.snapshot, 0)
    let other = part(state.snapshot, 1)
    let account = [UInt8(truncatingIfNeeded: state.snapshot.instruments[0].last.raw &- Self.price)]
    return account + (one.lexicographicallyPrecedes(other) ? one + other : other + one)
  }

  private func part(_ snapshot: EngineSnapshot, _ instance: Int) -> [UInt8] {
    var key: [UInt8] = []
    var tags: [UInt64: UInt8] = [0: 0]
    func tag(_ value: UInt64) -> UInt8 {
      if let known = tags[value] { return known }
      tags[value] = UInt8(tags.count)
      return tags[value]!
    }
    func small(_ value: Int64) { key.append(UInt8(truncatingIfNeeded: value &+ 100)) }
    let orders = snapshot.orders.filter { Int($0.order.request.instance) == instance }
    func place(_ slot: Int32) { small(slot < 0 ? -1 : Int64(orders.firstIndex { $0.slot == slot } ?? 99)) }
    let own = snapshot.instances[instance]
    small(own.book.position)
    key.append(UInt8(truncatingIfNeeded: own.told.rawValue))
    key.append((own.isOut ? 1 : 0) | (own.needsCare ? 2 : 0) | (own.job.isActive ? 4 : 0) | (own.job.isClearing ? 8 : 0))
    if own.job.isActive {
      key += [tag(own.job.tag), tag(own.job.cancelTag)]
      small(own.job.position)
      small(own.job.filled)
      place(own.job.slot)
    }
    for saved in orders {
      let (order, staged) = (saved.order, saved.staged)
      key += [
        order.request.side.rawValue, order.request.type.rawValue, order.state.rawValue, order.role.rawValue,
        (order.isReducing ? 1 : 0) | (order.cancelSent ? 2 : 0) | (order.isExpiring ? 4 : 0) | (order.isReplaced ? 8 : 0)
          | (order.hasSuccessor ? 16 : 0) | (order.deadline != .max ? 32 : 0), tag(order.tag), tag(order.cancelTag),
      ]
      small(order.request.quantity.raw)
      small(order.filled)
      place(order.replaces)
      small(Int64(order.bracket))
      if order.hasSuccessor {
        key.append(tag(staged.tag))
        small(staged.request.quantity.raw)
      }
    }
    let places = Int(BracketTable.perInstance)
    for index in instance * places..<(instance + 1) * places where snapshot.brackets[index].isActive {
      let bracket = snapshot.brackets[index]
      small(Int64(index - instance * places))
      small(bracket.held)
      key.append(bracket.side.rawValue)
      key.append((bracket.isLeaving ? 1 : 0) | (bracket.watchesTakeProfit ? 2 : 0) | (bracket.deadline != .max ? 4 : 0))
      for slot in [bracket.entry, bracket.stop, bracket.takeProfit, bracket.exit] { place(slot) }
    }
    return key
  }

  static func describe(_ snapshot: EngineSnapshot) -> String {
    let positions = snapshot.instances.map {
      "\($0.book.position)\($0.told == .none ? "" : " \($0.told.name)")\($0.job.isActive ? " -> \($0.job.position)" : "")"
    }
    let orders = snapshot.orders.map { saved in
      let order = saved.order
      return
        "#\(order.id)@\(order.request.instance) \(order.role) \(order.state) \(order.request.side.name) \(order.filled)/\(order.request.quantity.raw)"
        + (order.isReducing ? " reducing" : "") + (order.cancelSent ? " cancel" : "") + " tag \(order.tag)/\(order.cancelTag)"
    }
    let brackets = snapshot.brackets.filter(\.isActive).map {
      "bracket \($0.side.name) held \($0.held) entry \($0.entry) stop \($0.stop) tp \($0.takeProfit) exit \($0.exit)\($0.isLeaving ? " leaving" : "")"
    }
    return "\(positions) \(orders) \(brackets)"
  }

  // MARK: -

  /// One engine for one move, with two strategies that wish for what they are told.
  private final class Desk {
    let world: SmallWorld
    let strategies: [ScriptedStrategy]
    var engine: Engine
    var now: Int64
    var sequence: UInt64 = 0
    var open: [Set<UInt64>]
    var sent: Set<UInt64>
    var problems: [String] = []
    var finals: [UInt32: Int] = [:]
    private var planned: (instance: Int, intent: qe_intent)?
    private var seen = [0, 0]

    init(_ world: SmallWorld, _ state: State?) {
      self.world = world
      let strategies = (0..<2).map { _ in ScriptedStrategy { _, _ in [] } }
      self.strategies = strategies
      now = SmallWorld.start
      open = state?.open ?? [[], []]
      sent = state?.sent ?? []
      engine = Engine(Self.configuration(world, strategies))
      if let state { engine.load(EventTime(sequence: 1, receiveNanoseconds: now), state.snapshot) }
      sequence = 1
      for (index, strategy) in strategies.enumerated() {
        strategy.script = { [unowned self] _, event in
          guard event.kind == QE_EVENT_TRADE, let planned = self.planned, planned.instance == index else { return [] }
          self.planned = nil
          return [planned.intent]
        }
      }
    }

    static func configuration(_ world: SmallWorld, _ strategies: [ScriptedStrategy]) -> EngineConfiguration {
      var configuration = EngineConfiguration(
        instruments: [world.instrument.spec],
        instances: strategies.map { EngineConfiguration.Instance(binding: $0.binding, instrument: 0, horizonSeconds: 0) }, limits: world.limits,
        feeReserve: .zero, initialCash: SmallWorld.cash, maximumIntentsPerEvent: 1)
      configuration.approvalNanoseconds = world.rules.asksSupervisor ? 250_000_000 : nil
      return configuration
    }

    func state() -> State { State(snapshot: Self.forgetful(engine.snapshot()), open: open, sent: sent) }

    /// Times count from the start again: how long ago something was does not matter here.
    private static func forgetful(_ snapshot: EngineSnapshot) -> EngineSnapshot {
      var snapshot = snapshot
      for index in snapshot.orders.indices where snapshot.orders[index].order.deadline != .max {
        snapshot.orders[index].order.deadline = SmallWorld.start + 250_000_000
      }
      return snapshot
    }

    func feed(_ payload: Event.Payload) {
      sequence += 1
      _ = engine.process(Event(EventTime(sequence: sequence, receiveNanoseconds: now), payload))
      settle()
    }

    func trade(_ price: Int64) {
      feed(.trade(instrument: 0, Trade(price: Price(raw: price), quantity: Quantity(raw: 1), takerSide: .buy)))
    }

    func wish(_ instance: Int, _ wish: Wish) {
      let tag = (1...UInt64.max).first { !open[0].contains($0) && !open[1].contains($0) }!
      var intent: qe_intent
      switch wish {
      case .market(let side, let quantity): intent = .market(tag, side, quantity)
      case .limit(let side, let quantity): intent = .limit(tag, side, quantity, at: SmallWorld.price + (side == .buy ? -10 : 10))
      case .bracket(let side, let quantity):
        intent = .limit(tag, side, quantity, at: SmallWorld.price)
        intent.stop_price = SmallWorld.price + (side == .buy ? -50 : 50)
        intent.take_profit_price = SmallWorld.price + (side == .buy ? 50 : -50)
      case .cancel(let target): intent = .cancel(tag, target: target)
      case .replace(let target, let side, let quantity):
        intent = .limit(tag, side, quantity, at: SmallWorld.price + (side == .buy ? -20 : 20))
        intent.kind = QE_INTENT_REPLACE
        intent.target_tag = target
      case .target(let position):
        intent = .market(tag, .buy, position)
        intent.kind = QE_INTENT_TARGET_POSITION
      }
      planned = (instance, intent)
      open[instance].insert(tag)
      trade(engine.lastPrice(instrument: 0).raw)
      if planned != nil { problems.append("the wish was never asked for") }
    }

    func report(_ slot: Int32, _ order: OpenOrder, _ report: Report) {
      let rest = SmallWorld.rest(of: order, engine.snapshot())
      let kind: ExecutionReport.Kind
      var quantity: Int64 = 0
      switch report {
      case .working: kind = .working
      case .partial: (kind, quantity) = (.fill, 1)
      case .filled: (kind, quantity) = (.fill, rest)
      case .cancelled: kind = .cancelled
      case .rejected: kind = .rejected
      case .unknown: kind = .unknown
      case .cancelRejected: kind = .cancelRejected
      case .triggered: kind = .triggered
      }
      let before = engine.book(instance: Int(order.request.instance)).position
      feed(
        .execution(
          ExecutionReport(
            slot: slot, orderID: order.id, kind: kind, quantity: Quantity(raw: quantity), price: Price(raw: quantity > 0 ? SmallWorld.price : 0))))
      if quantity > 0, order.isReducing {
        // However the open orders were filled until now, an exit shrinks what is held and never turns it.
        let after = engine.book(instance: Int(order.request.instance)).position
        if abs(after) != abs(before) - quantity { problems.append("an exit over \(quantity) led from \(before) to \(after)") }
      }
    }

    /// The host is started anew with what it had saved; the venue has not been asked yet.
    func restart(_ snapshot: EngineSnapshot) {
      engine = Engine(Self.configuration(world, strategies))
      _ = engine.restore(EventTime(sequence: sequence + 1, receiveNanoseconds: now), snapshot)
      sequence += 1
      settle()
      // The first event of the new life tells the strategies what became of their orders.
      feed(.clock)
    }

    private func settle() {
      var asked: Set<UInt64> = []
      while let action = engine.nextAction() {
        switch action {
        case .send(let order): note(order)
        case .replace(_, _, let order): note(order)
        case .query(let order): if !asked.insert(order.id).inserted { problems.append("order \(order.id) is asked about twice in a step") }
        default: break
        }
      }
      if let violation = engine.violation() { problems.append(violation) }
      for (instance, strategy) in strategies.enumerated() {
        for update in strategy.updates[seen[instance]...] where update.tag != 0 && update.state >= QE_ORDER_REFUSED {
          finals[update.state, default: 0] += 1
          if open[instance].remove(update.tag) == nil {
            problems.append("instance \(instance) hears of tag \(update.tag) after its end: state \(update.state)")
          }
        }
        seen[instance] = strategy.updates.count
      }
    }

    private func note(_ order: ApprovedOrder) {
      if !sent.insert(order.id).inserted { problems.append("order \(order.id) is sent twice") }
      if !order.isReducing, engine.blockingRefusal != nil { problems.append("an opening order is sent while \(engine.blockingRefusal!.code.name)") }
    }
  }
}

/// The last line only: a walk is millions of moves long.
final class TraceFile {
  private let handle: FileHandle
  init?(path: String) {
    guard FileManager.default.createFile(atPath: path, contents: nil), let handle = FileHandle(forWritingAtPath: path) else { return nil }
    self.handle = handle
  }

  func write(_ text: String) {
    try? handle.truncate(atOffset: 0)
    try? handle.write(contentsOf: Data(text.utf8))
  }
}
