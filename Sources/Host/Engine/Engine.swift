import Market
import PluginABI
import Risk

/// The trading core: events in, actions out.
///
/// A synchronous value machine with one owner: no I/O, no clock, no randomness, no allocation after `init`. Every
/// number of money is an integer. The same machine runs in backtest, mock, paper, demo and live.
public struct Engine: ~Copyable {
  /// The gate owns positions by quantity and all limits; the engine owns the money.
  var gate: RiskGate
  var orders: OrderTable
  var actions: BoundedQueue<Action>
  var updates: BoundedQueue<PendingUpdate>

  let instrumentCount: Int
  let instanceCount: Int
  let instruments: UnsafeMutablePointer<InstrumentState>
  let instances: UnsafeMutablePointer<InstanceState>
  let contexts: UnsafeMutablePointer<qe_context>
  // Lent to plugins. Whatever a plugin does to contexts and events, the host never reads them back.
  let event: UnsafeMutablePointer<qe_event>
  let intents: UnsafeMutablePointer<qe_intent>
  let intentCapacity: Int
  let intentBudget: Int

  /// Quote currency at hand; on margined markets the wallet balance.
  public internal(set) var cash: Money
  /// Cash plus positions at mark.
  public internal(set) var equity: Money
  /// Unrealized profit of margined positions: part of what may be spent.
  var marginUnrealized = Money.zero

  // Of the event in work.
  var sequence: UInt64 = 0
  var now: Int64 = .min
  var exchangeMilliseconds: Int64 = -1
  var blocking = RefusalCode.none
  /// The gate's, kept here so that a tick costs one compare.
  private var nextDayNanoseconds = Int64.min
  private let hasTimers: Bool

  public init(_ configuration: EngineConfiguration) {
    let instanceConfigurations = configuration.instances
    instrumentCount = configuration.instruments.count
    instanceCount = instanceConfigurations.count
    intentCapacity = max(1, configuration.maximumIntentsPerEvent)
    intentBudget = 4 * intentCapacity
    orders = OrderTable(instanceCount: instanceCount)
    // Per step at most: each budgeted intent leads to a handful of actions, each open order to a cancel and its end.
    let bound = instanceCount * intentBudget * 4 + orders.capacity * 4 + 64
    actions = BoundedQueue(capacity: bound)
    updates = BoundedQueue(capacity: bound)
    gate = RiskGate(
      limits: configuration.limits, instruments: configuration.instruments, instances: instanceConfigurations.map(\.instrument),
      feeReserve: configuration.feeReserve, initialEquity: configuration.initialCash, capacity: orders.capacity)
    cash = configuration.initialCash
    equity = configuration.initialCash

    // Unsafe: fixed tables without reference counts for the hot path; owned here, initialised in full, freed in deinit.
    instruments = .allocate(capacity: max(1, instrumentCount))
    for (index, spec) in configuration.instruments.enumerated() {
      (instruments + index).initialize(to: InstrumentState(spec: spec, bars: BarBuilder(maximumGapSeconds: configuration.maximumGapSeconds)))
    }
    instances = .allocate(capacity: max(1, instanceCount))
    contexts = .allocate(capacity: max(1, instanceCount))
    for (index, instance) in instanceConfigurations.enumerated() {
      precondition(
        index == 0 || instanceConfigurations[index - 1].instrument <= instance.instrument, "instances come in the order of their instruments")
      (instances + index).initialize(to: InstanceState(instance))
      (contexts + index).initialize(to: qe_context())
      contexts[index].struct_size = UInt32(MemoryLayout<qe_context>.size)
    }
    event = .allocate(capacity: 1)
    event.initialize(to: qe_event())
    intents = .allocate(capacity: max(1, instanceCount) * intentCapacity)
    intents.initialize(repeating: qe_intent(), count: max(1, instanceCount) * intentCapacity)
    hasTimers = instanceConfigurations.contains { $0.binding.wants(QE_EVENT_TIMER) }
    for index in 0..<instanceCount { clearIntents(index, intentCapacity) }
    assignInstances()
  }

  deinit {
    instruments.deallocate()
    instances.deallocate()
    contexts.deallocate()
    event.deallocate()
    intents.deallocate()
  }

  private func assignInstances() {
    for index in 0..<instrumentCount {
      var first = 0
      while first < instanceCount, Int(instances[first].instrument) < index { first += 1 }
      var end = first
      while end < instanceCount, Int(instances[end].instrument) == index {
        if instances[end].binding.wants(QE_EVENT_BAR) || instances[end].horizonSeconds > 0 { instruments[index].wantsBars = true }
        end += 1
      }
      instruments[index].firstInstance = first
      instruments[index].endInstance = end
    }
  }

  /// Takes one input to its end: books, marks, plugins, their intents, and the updates that follow.
  ///
  /// Returns whether there is something to do: perform what `nextAction` then gives, in order, before the next call.
  public mutating func process(_ event: Event) -> Bool {
    switch event.payload {
    case .trade(let instrument, let trade): return process(event.time, trade, instrument: instrument)
    case .quote(let instrument, let quote): return process(event.time, quote, instrument: instrument)
    case .execution(let report):
      begin(event.time)
      executed(report)
    case .clock:
      begin(event.time)
      for index in 0..<instanceCount { instances[index].budget = intentBudget }
    case .command(let command):
      begin(event.time)
      obey(command)
    // Contract for the branches in work; the engine's own branch fills these in.
    case .markPrice, .funding, .transfer, .health, .verdict: begin(event.time)
    }
    return end()
  }

  /// The same for a trade, without the detour through `Event`: half of all inputs come this way.
  public mutating func process(_ time: EventTime, _ trade: Trade, instrument: Int32) -> Bool {
    begin(time)
    renewBudgets(instrument)
    traded(Int(instrument), trade)
    return end()
  }

  /// The same for a quote.
  public mutating func process(_ time: EventTime, _ quote: Quote, instrument: Int32) -> Bool {
    begin(time)
    renewBudgets(instrument)
    quoted(Int(instrument), quote)
    return end()
  }

  @inline(__always)
  private mutating func begin(_ time: EventTime) {
    sequence = time.sequence
    now = time.receiveNanoseconds
    exchangeMilliseconds = time.exchangeMilliseconds
    if now >= nextDayNanoseconds { rollDay() }
  }

  private mutating func rollDay() {
    let resumes = gate.advanced(to: now)
    nextDayNanoseconds = gate.nextDayNanoseconds
    if resumes { noteRiskState() }
  }

  @inline(__always)
  private mutating func end() -> Bool {
    if hasTimers { runTimers() }
    if !updates.isEmpty { deliverUpdates() }
    return !actions.isEmpty
  }

  /// The next thing to do, oldest first.
  public mutating func nextAction() -> Action? { actions.popFirst() }
  /// Open orders an instance may have at most.
  public static let openOrdersPerInstance = OrderTable.perInstance

  private func renewBudgets(_ instrument: Int32) {
    let state = instruments + Int(instrument)
    for index in state.pointee.firstInstance..<state.pointee.endInstance { instances[index].budget = intentBudget }
  }

  private mutating func obey(_ command: Event.Command) {
    switch command {
    case .halt: gate.halt()
    case .resume, .flatten, .resetPeak, .supervisor: break
    case .kill: gate.kill()
    case .quarantine(let instance): takeOut(Int(instance))
    }
    noteRiskState()
  }

  func clearIntents(_ index: Int, _ count: Int) {
    var blank = qe_intent()
    blank.struct_size = UInt32(MemoryLayout<qe_intent>.size)
    (intents + index * intentCapacity).update(repeating: blank, count: count)
  }
}

// MARK: - What the shell may look at

extension Engine {
  /// The account's book of an instrument.
  public func book(instrument: Int) -> PositionBook { instruments[instrument].book }
  /// An instance's own book.
  public func book(instance: Int) -> PositionBook { instances[instance].book }
  public func mark(instrument: Int) -> Price { instruments[instrument].mark }
  public func lastPrice(instrument: Int) -> Price { instruments[instrument].last }
  /// Zero where there is no quote.
  public func bid(instrument: Int) -> Price { instruments[instrument].bid }
  public func ask(instrument: Int) -> Price { instruments[instrument].ask }
  public func isOut(instance: Int) -> Bool { instances[instance].isOut }
  public func openOrderCount(instance: Int) -> Int { orders.count(Int32(instance)) }
  public func lateTrades(instrument: Int) -> UInt64 { instruments[instrument].bars.lateTrades }
  /// Why nothing may open; `.none` when it may.
  public var blockingRefusal: Refusal? { gate.blockingRefusal }
  public var maximumDrawdown: Money { gate.maximumDrawdown }
  public var dayBase: Money { gate.dayBase }
  public var peak: Money { gate.peak }

  /// Every limit that is set, with what is used of it now; for people, not for the hot path.
  public func limitUses() -> [LimitUse] { gate.limitUses() }
}
