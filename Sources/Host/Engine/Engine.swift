import Features
import Market
import PluginABI
import Risk

/// The trading core: events in, actions out.
///
/// A synchronous value machine with one owner: no I/O, no clock, no randomness, no allocation after `init`. Every
/// number of money is an integer. The same machine runs in backtest, mock, paper, demo and live.
public struct Engine: ~Copyable {
  private let pin = Pin()
  /// The gate owns positions by quantity and all limits; the engine owns the money.
  var gate: RiskGate
  var orders: OrderTable
  var brackets: BracketTable
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
  let maximumInflightEntries: Int
  let approvalNanoseconds: Int64?
  let onHalt: HaltAction
  let onFailure: FailureAction
  let maximumIntentsPerSecond: Int?
  /// Calls of plugins so far.
  public internal(set) var callCount: UInt64 = 0
  /// Is told each answer of a plugin that is not nothing, before it is acted on.
  public var answers: (any AnswerJournal)?
  /// Is shown what models are asked and say; decides nothing.
  public var modelWatch: (any ModelWatch)?
  /// Which plugin is being called, for a watchdog.
  public let callMark: CallMark
  var hasInstanceLossLimit: Bool
  let thirdAsset: AssetCode?
  let filters: DecisionFilters
  let featureWarmUpBars: Int64
  var models: [ModelState] = []
  var streams: [FeatureStream] = []
  /// The most that any instrument has.
  let modelsPerInstrument: Int
  // Lent, and never read back: a row and predictions for each instance, and what a model is asked with.
  let lentRows: UnsafeMutablePointer<Double>
  let lentPredictions: UnsafeMutablePointer<qe_prediction>
  let modelRow: UnsafeMutablePointer<Double>
  let modelOut: UnsafeMutablePointer<qe_prediction>

  /// Quote currency at hand; on margined markets the wallet balance.
  public internal(set) var cash: Money
  /// Cash plus positions at mark, less commissions that were paid in a third asset.
  public internal(set) var equity: Money
  /// What the account has of the third asset, x 10^18.
  public internal(set) var thirdBalance: Money
  /// The value of all commissions that were paid out of it.
  public internal(set) var feesInKind = Money.zero
  /// Deposits less withdrawals.
  public internal(set) var transfers = Money.zero
  /// Unrealized profit of margined positions: part of what may be spent.
  var marginUnrealized = Money.zero

  // Of the event in work.
  var sequence: UInt64 = 0
  var now: Int64 = .min
  var exchangeMilliseconds: Int64 = -1
  var blocking = RefusalCode.none
  /// Receive time of the next thing that is due: an order's life, a time stop, the end of a cool-down.
  var nextDeadline = Int64.max
  /// Instances for which the host has something left to do.
  var careCount = 0
  /// Orders or books have changed in this step.
  var isTouched = false
  /// The gate's, kept here so that a tick costs one compare.
  private var nextDayNanoseconds = Int64.min
  private var hasTimers = false
  var suspension = Suspension()

  /// - Parameter callMark: of another engine before it, where a watchdog looks already; nil = its own.
  public init(_ configuration: EngineConfiguration, callMark: CallMark? = nil) {
    self.callMark = callMark ?? CallMark()
    let instanceConfigurations = configuration.instances
    instrumentCount = configuration.instruments.count
    instanceCount = instanceConfigurations.count
    intentCapacity = max(1, configuration.maximumIntentsPerEvent)
    intentBudget = 4 * intentCapacity
    orders = OrderTable(instanceCount: instanceCount)
    brackets = BracketTable(instanceCount: instanceCount)
    maximumInflightEntries = configuration.maximumInflightEntries
    approvalNanoseconds = configuration.approvalNanoseconds
    onHalt = configuration.onHalt
    onFailure = configuration.onFailure
    maximumIntentsPerSecond = configuration.maximumIntentsPerSecond
    hasInstanceLossLimit = configuration.limits.instance.maximumDailyLoss != nil
    // Per step at most: each budgeted intent leads to a handful of actions, each open order to a cancel and its end.
    let bound = instanceCount * intentBudget * 8 + orders.capacity * 8 + 64
    actions = BoundedQueue(capacity: bound)
    updates = BoundedQueue(capacity: bound)
    gate = RiskGate(
      limits: configuration.limits, instruments: configuration.instruments, instances: instanceConfigurations.map(\.instrument),
      feeReserve: configuration.feeReserve, initialEquity: configuration.initialCash, capacity: orders.capacity,
      symbolNotional: configuration.symbolNotional, symbolLimits: configuration.symbolLimits)
    cash = configuration.initialCash
    equity = configuration.initialCash
    thirdAsset = configuration.thirdAsset
    thirdBalance = configuration.initialThirdAsset
    filters = configuration.filters
    featureWarmUpBars = configuration.featureWarmUpBars
    modelsPerInstrument = configuration.instruments.indices.map { index in configuration.models.count { Int($0.instrument) == index } }.max() ?? 0

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
    lentRows = .allocate(capacity: max(1, instanceCount * Self.widestRow))
    lentRows.initialize(repeating: .nan, count: max(1, instanceCount * Self.widestRow))
    lentPredictions = .allocate(capacity: max(1, instanceCount * modelsPerInstrument))
    lentPredictions.initialize(repeating: qe_prediction(), count: max(1, instanceCount * modelsPerInstrument))
    modelRow = .allocate(capacity: max(1, Self.widestRow))
    modelRow.initialize(repeating: .nan, count: max(1, Self.widestRow))
    modelOut = .allocate(capacity: 1)
    modelOut.initialize(to: qe_prediction())
    for index in 0..<instanceCount { clearIntents(index, intentCapacity) }
    for (index, model) in configuration.models.enumerated() {
      precondition(index == 0 || configuration.models[index - 1].instrument <= model.instrument, "models come in the order of their instruments")
      let stream = model.binding == nil ? -1 : stream(model.instrument, schema: model.schema)
      models.append(ModelState(instrument: model.instrument, horizonSeconds: model.horizonSeconds, binding: model.binding, stream: stream))
    }
    for index in 0..<instrumentCount {
      instruments[index].firstModel = models.firstIndex { Int($0.instrument) == index } ?? 0
      instruments[index].endModel = instruments[index].firstModel + models.count { Int($0.instrument) == index }
    }
    assignInstances()
  }

  deinit {
    instruments.deallocate()
    instances.deinitialize(count: instanceCount)
    instances.deallocate()
    contexts.deallocate()
    event.deallocate()
    intents.deallocate()
    for stream in streams { stream.row.deallocate() }
    lentRows.deallocate()
    lentPredictions.deallocate()
    modelRow.deallocate()
    modelOut.deallocate()
  }

  /// Which instances an instrument has, and what they want; again whenever one's plugin is another.
  private mutating func assignInstances() {
    hasTimers = (0..<instanceCount).contains { instances[$0].binding.wants(QE_EVENT_TIMER) }
    for index in 0..<instanceCount { assignModels(index) }
    for index in 0..<instrumentCount {
      var first = 0
      while first < instanceCount, Int(instances[first].instrument) < index { first += 1 }
      var end = first
      while end < instanceCount, Int(instances[end].instrument) == index {
        if instances[end].binding.wants(QE_EVENT_BAR) || instances[end].horizonSeconds > 0 || instances[end].readsModels {
          instruments[index].wantsBars = true
        }
        end += 1
      }
      instruments[index].firstInstance = first
      instruments[index].endInstance = end
    }
  }

  /// Takes one input to its end: books, marks, plugins, their intents, and the updates that follow.
  ///
  /// Returns whether there is something to do: perform what `nextAction` then gives, in order, and where a worker is
  /// `awaited` go on with its `answer`, before the next input.
  public mutating func process(_ event: Event) -> Bool {
    switch event.payload {
    case .trade(let instrument, let trade): return process(event.time, trade, instrument: instrument)
    case .quote(let instrument, let quote): return process(event.time, quote, instrument: instrument)
    case .markPrice(let instrument, let mark): return process(event.time, mark, instrument: instrument)
    case .execution(let report): return process(event.time, report)
    case .clock:
      begin(event.time)
      for index in 0..<instanceCount { instances[index].budget = intentBudget }
      if careCount > 0 { takeCare() }
    case .command(let command):
      begin(event.time)
      obey(command)
    case .funding(let instrument, let rate, let price):
      begin(event.time)
      fund(Int(instrument), rate: rate, price: price)
    case .transfer(let amount):
      begin(event.time)
      transfer(amount)
    case .health(let instrument, let isStale, let lag):
      begin(event.time)
      health(Int(instrument), isStale: isStale, lagNanoseconds: lag)
    case .verdict(let orderID, let code):
      begin(event.time)
      answered(orderID, code)
    }
    return end()
  }

  /// The same for a trade, without the detour through `Event`: half of all inputs come this way.
  public mutating func process(_ time: EventTime, _ trade: Trade, instrument: Int32) -> Bool {
    begin(time)
    renewBudgets(instrument)
    traded(Int(instrument), trade)
    return endMarket(hasCare: true)
  }

  /// The same for a quote.
  public mutating func process(_ time: EventTime, _ quote: Quote, instrument: Int32) -> Bool {
    begin(time)
    renewBudgets(instrument)
    quoted(Int(instrument), quote)
    return endMarket(hasCare: true)
  }

  /// The same for what a venue says about an order.
  public mutating func process(_ time: EventTime, _ report: ExecutionReport) -> Bool {
    begin(time)
    executed(report)
    return end()
  }

  /// The same for the top of a book: best levels first, lent for the call.
  public mutating func process(_ time: EventTime, depth: qe_depth, instrument: Int32) -> Bool {
    begin(time)
    renewBudgets(instrument)
    deliver(depth, Int(instrument), from: instruments[Int(instrument)].firstInstance)
    return endMarket(hasCare: false)
  }

  private mutating func deliver(_ depth: qe_depth, _ instrument: Int, from first: Int) {
    let state = instruments + instrument
    for index in first..<state.pointee.endInstance where instances[index].binding.wants(QE_EVENT_DEPTH) {
      event.pointee.as.depth = depth
      deliver(index, QE_EVENT_DEPTH, market: state)
      if isSuspended { return suspension.hold(.depth(depth), instrument: instrument, next: index + 1) }
    }
  }

  /// The same for the venue's mark.
  public mutating func process(_ time: EventTime, _ mark: MarkPrice, instrument: Int32) -> Bool {
    begin(time)
    renewBudgets(instrument)
    marked(Int(instrument), mark)
    return endMarket(hasCare: false)
  }

  /// Tightens the limits of a running host; what is looser in `wanted` than what holds is ignored.
  ///
  /// - Parameter symbolNotional: see `RiskGate.tighten`.
  public mutating func tighten(_ time: EventTime, _ wanted: RiskLimits, symbolNotional: [Money?] = []) -> Bool {
    begin(time)
    gate.tighten(wanted, symbolNotional: symbolNotional)
    hasInstanceLossLimit = gate.limits.instance.maximumDailyLoss != nil
    for index in 0..<instanceCount { judgeLoss(index) }
    noteRiskState()
    return end()
  }

  @inline(__always)
  mutating func begin(_ time: EventTime) {
    sequence = time.sequence
    now = time.receiveNanoseconds
    exchangeMilliseconds = time.exchangeMilliseconds
    if now >= nextDayNanoseconds { rollDay() }
  }

  /// What an instance is lent of features and predictions.
  private mutating func assignModels(_ index: Int) {
    let schema = instances[index].binding.featureSchema
    instances[index].stream = schema < 0 ? -1 : stream(instances[index].instrument, schema: schema)
    instances[index].readsModels = schema >= 0 || instances[index].binding.wants(QE_EVENT_PREDICTION)
    contexts[index].features = nil
    contexts[index].feature_count = 0
    contexts[index].predictions = nil
    contexts[index].prediction_count = 0
    contexts[index].feature_schema_hash = qe_context().feature_schema_hash
    guard schema >= 0 else { return }
    withUnsafeMutableBytes(of: &contexts[index].feature_schema_hash) { $0.copyBytes(from: FeatureSchema.all[Int(schema)].hash) }
    let stream = streams[instances[index].stream]
    // One that takes over in the middle of a second has the last row at once.
    if stream.isReady { (lentRows + index * Self.widestRow).update(from: stream.row, count: stream.columns) }
  }

  private mutating func rollDay() {
    let known = gate.nextDayNanoseconds
    _ = gate.advanced(to: now)
    nextDayNanoseconds = gate.nextDayNanoseconds
    // The first event of a later life on the same day is no new day.
    if nextDayNanoseconds == known { return }
    for index in 0..<instanceCount {
      instances[index].dayBase = profit(index)
      if gate.limits.resumeOnNewDay { gate.clearLossStop(instance: Int32(index)) }
    }
    noteRiskState()
  }

  @inline(__always)
  private mutating func endMarket(hasCare: Bool) -> Bool {
    if isSuspended {
      suspension.hasCare = hasCare
      return true
    }
    if hasCare, careCount > 0 { takeCare() }
    return end()
  }

  @inline(__always)
  mutating func end() -> Bool {
    if hasTimers {
      runTimers(from: 0)
      if isSuspended { return true }
    }
    return finish()
  }

  @inline(__always)
  private mutating func finish() -> Bool {
    if now >= nextDeadline { meetDeadlines() }
    if !updates.isEmpty {
      deliverUpdates()
      if isSuspended { return true }
    }
    if isTouched {
      isTouched = false
      assertInvariants()
    }
    return !actions.isEmpty
  }

  /// The next thing to do, oldest first.
  public mutating func nextAction() -> Action? { actions.popFirst() }
  /// The same in place, for the loop that performs every action: `removeFirstAction` when it is done.
  public var firstAction: UnsafePointer<Action>? { actions.first }
  public mutating func removeFirstAction() { actions.removeFirst() }
  /// Open orders an instance may have at most, the host's own included.
  public static let openOrdersPerInstance = OrderTable.slotsPerInstance

  @inline(__always)
  private func renewBudgets(_ instrument: Int32) {
    let state = instruments + Int(instrument)
    state.pointee.inputs &+= 1
    for index in state.pointee.firstInstance..<state.pointee.endInstance { instances[index].budget = intentBudget }
  }

  /// The instrument of the order in a slot, open or just ended.
  public func instrument(slot: Int32) -> Int32 { slot >= 0 && slot < orders.capacity ? orders[slot].pointee.request.instrument : -1 }

  private mutating func obey(_ command: Event.Command) {
    isTouched = true
    switch command {
    case .halt: gate.halt()
    case .resume:
      gate.resume()
      for index in 0..<instanceCount {
        gate.clearLossStop(instance: Int32(index))
        judgeLoss(index)
      }
    case .resetPeak: gate.resetPeak()
    case .kill: gate.kill()
    case .shutDown(let flattens):
      gate.end()
      if flattens {
        noteRiskState()
        for index in 0..<instanceCount { flatten(index) }
      }
    case .supervisor(let word): gate.supervisor(word)
    case .journal(let hasTrouble): gate.journal(hasTrouble: hasTrouble)
    case .models(let instrument, let isMissing): gate.models(instrument, isMissing: isMissing)
    case .quarantine(let instance): takeOut(Int(instance))
    case .failed(let instance, let failure): fail(Int(instance), failure)
    case .flatten(let instrument):
      gate.halt()
      noteRiskState()
      for index in 0..<instanceCount where instrument < 0 || instances[index].instrument == instrument { flatten(index) }
    }
    noteRiskState()
  }

  func clearIntents(_ index: Int, _ count: Int) {
    var blank = qe_intent()
    blank.struct_size = UInt32(MemoryLayout<qe_intent>.size)
    (intents + index * intentCapacity).update(repeating: blank, count: count)
  }
}

// MARK: - Plugins that a worker has

extension Engine {
  @inline(__always) var isSuspended: Bool { suspension.instance >= 0 }

  /// The instance whose worker must be asked before the step goes on; -1 = none. Perform the actions that are there, ask,
  /// and call `answer`.
  public var awaited: Int32 { suspension.instance }
  /// What the worker is called with; valid until `answer`.
  public var awaitedCall: (context: UnsafePointer<qe_context>, event: UnsafePointer<qe_event>, capacity: UInt32) {
    (UnsafePointer(contexts + Int(suspension.instance)), UnsafePointer(event), suspension.capacity)
  }
  /// Where its intents are put before `answer`: room for `awaitedCall.capacity`, all zero but for their size.
  public var awaitedRoom: UnsafeMutablePointer<qe_intent> { intents + Int(suspension.instance) * intentCapacity }

  /// Takes the worker's answer and goes on with the step, as if the plugin had been called in place: a part of the same
  /// input, with its number.
  public mutating func answer(_ answer: WorkerAnswer) -> Bool {
    precondition(isSuspended, "nobody was asked")
    let held = suspension
    let index = Int(held.instance)
    suspension.instance = -1
    switch answer {
    case .intents(let status, let count): if status != QE_OK || count > 0 { answered(index, status: status, count: count, capacity: held.capacity) }
    case .failed(let failure):
      answers?.answered(
        PluginAnswer(call: callCount, instance: Int32(index), status: QE_OK, claimed: 0, capacity: held.capacity, failure: failure),
        intents + index * intentCapacity)
      fail(index, failure)
    }
    if instances[index].horizonSeconds > 0 { instances[index].cadenceOpen = false }
    switch held.stage {
    case .quote(let quote): deliver(quote, held.instrument, from: held.next)
    case .depth(let depth): deliver(depth, held.instrument, from: held.next)
    case .mark(let mark): deliver(mark, held.instrument, from: held.next)
    case .trade(let trade): deliver(trade, held.instrument, from: held.next)
    case .bar(let bar, let trade, let step):
      deliver(bar, held.instrument, trade: trade, from: held.next, step: step)
      if !isSuspended { closeBars(held.instrument, trade) }
      if !isSuspended { deliver(trade, held.instrument, from: instruments[held.instrument].firstInstance) }
    case .timers:
      runTimers(from: held.next)
      return isSuspended || finish()
    case .updates: return finish()
    }
    return endMarket(hasCare: held.hasCare)
  }

  /// Puts another plugin in an instance's place, between two inputs: a newer version, or the same one started anew.
  ///
  /// - Parameter warmUntilNanoseconds: until then it opens nothing; `.min` for one that has its predecessor's state.
  public mutating func replace(_ time: EventTime, instance: Int, with binding: StrategyBinding, warmUntilNanoseconds: Int64) -> Bool {
    begin(time)
    isTouched = true
    let state = instances + instance
    state.pointee.binding = binding
    state.pointee.isOut = false
    state.pointee.warmUntilNanoseconds = warmUntilNanoseconds
    state.pointee.floodStartNanoseconds = .min
    state.pointee.nextTimerNanoseconds = .min
    state.pointee.budget = intentBudget
    assignInstances()
    clearIntents(instance, intentCapacity)
    // A new life is told what it could not have heard.
    if warmUntilNanoseconds != .min, state.pointee.told != .none {
      updates.append(PendingUpdate(instance: Int32(instance), news: .risk(state.pointee.told)))
    }
    return end()
  }

  public func isWarming(instance: Int) -> Bool { instances[instance].warmUntilNanoseconds > now }
  /// Whether the instance holds nothing and has no order.
  public func isIdle(instance: Int) -> Bool { instances[instance].book.position == 0 && orders.count(Int32(instance)) == 0 }
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
  public func unrealized(instrument: Int) -> Money { instruments[instrument].unrealized }
  public func isOut(instance: Int) -> Bool { instances[instance].isOut }
  public func openOrderCount(instance: Int) -> Int { orders.count(Int32(instance)) }
  public func lateTrades(instrument: Int) -> UInt64 { instruments[instrument].bars.lateTrades }
  /// Whether what the instance holds is below the venue's filters: it is there, and it cannot be sold.
  public func isDust(instance: Int) -> Bool {
    let book = instances[instance].book
    return !book.isEmpty
      && isDust(book.position, instruments[Int(instances[instance].instrument)].spec, at: mark(instrument: Int(instances[instance].instrument)))
  }
  /// Why nothing may open in the whole account; nil when it may.
  public var blockingRefusal: Refusal? { gate.blockingRefusal }
  /// Why this instance may not open: the account's cause, its instrument's or its own.
  public func blockingRefusal(instance: Int) -> Refusal? { gate.blockingRefusal(instance: Int32(instance), now: now) }
  public var maximumDrawdown: Money { gate.maximumDrawdown }
  public var dayBase: Money { gate.dayBase }
  public var peak: Money { gate.peak }
  public var limits: RiskLimits { gate.limits }
  /// That the last order has; 0 = there was none.
  public var lastOrderID: UInt64 { gate.nextNumber - 1 }
  /// What an instrument's position would be worth at most if all that is open filled in the worst way.
  public func worstNotional(instrument: Int) -> Money { gate.worstNotional(instrument: Int32(instrument)) }

  /// Every limit that is set, with what is used of it now; for people, not for the hot path.
  public func limitUses() -> [LimitUse] {
    showPrices()
    return gate.limitUses(now: now)
  }
}
