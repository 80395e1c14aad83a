import Engine
import Journal
import Kernel
import Market
import PluginABI
import Risk
import Simulation

/// Who wants to know what happened. Called for orders and their fates, never per tick.
public protocol RunObserver: AnyObject {
  func decided(_ decision: Decision)
  func sent(_ order: ApprovedOrder)
  func filled(_ fill: FillRecord)
  func closed(_ trip: RoundTrip)
  func refused(_ record: RefusalRecord)
  /// Code `.none`: opening is allowed again.
  func riskChanged(_ refusal: Refusal)
  /// The same for one instance, for causes of its own.
  func riskChanged(instance: Int32, _ refusal: Refusal)
  func funded(_ record: FundingRecord)
  func failed(instance: Int32, _ failure: PluginFailure)
}

extension RunObserver {
  public func decided(_ decision: Decision) {}
  public func sent(_ order: ApprovedOrder) {}
  public func riskChanged(instance: Int32, _ refusal: Refusal) {}
  public func funded(_ record: FundingRecord) {}
}

/// The engine and a practice venue, joined: the step that backtest, mock and paper share.
///
/// Numbers the inputs, carries approved orders to the venue and its reports back until all is quiet, keeps the
/// decision hash and the run's counters. Order of a step: funding, fills of resting orders, the market data, timers.
/// With latencies, or on data with two clocks, everything goes over a delay line instead, and nothing is immediate.
public struct TradingLoop: ~Copyable {
  public private(set) var engine: Engine
  var venue: SimulatedVenue
  private var hasher: DecisionHasher
  public private(set) var counters = RunCounters()
  /// Who is asked about orders where `EngineConfiguration.approvalNanoseconds` says so; nil = nobody, and an order that waits expires.
  public var gateway: (any OrderGateway)?
  let observer: (any RunObserver)?
  let journal: LoopJournal?
  /// The wall clock, ns, of a loop that lives in it; nil where the times are the data's.
  let realTime: (() -> Int64)?
  /// What waits for the disk; nil where nothing does.
  var outbox: Outbox?
  /// Ends of orders that never left.
  var unsent: [ExecutionReport] = []
  /// Keeps the plugins' instances alive for as long as the engine may call them.
  private let owner: AnyObject?
  /// By instance; nil for those that the engine calls itself.
  private var workers: [(any Worker)?]
  /// Per instrument; nil where the feed brings quotes.
  private let synthetic: UnsafeMutablePointer<SyntheticQuotes>?
  private var sequence: UInt64 = 0
  /// Books as the engine has received them, per instrument; empty until depth comes.
  private var books: [SeenBook] = []
  /// Per instrument: its depth makes the quotes, and so its trades do not.
  private var hasDepth: [Bool]
  /// Whether any has.
  private var hasBooks = false
  /// What is lent to plugins of a book.
  private let levels = UnsafeMutablePointer<qe_level>.allocate(capacity: 2 * SeenBook.lentLevels)
  // Unsafe: scratch for one call, owned here, freed in deinit; only what was just written is lent.
  /// Whether messages take their time; then everything passes `line`.
  public let isDelayed: Bool
  var line: DelayLine
  /// Data from this moment on does not go straight through: all of it where messages take their time, else what funding
  /// comes before. The one compare that a tick pays for both.
  private var detourFrom: Int64
  /// Receive time of the engine's last input, ns.
  public private(set) var receiveNanoseconds: Int64 = 0

  /// - Parameters:
  ///   - syntheticSpread: nil when the feed has quotes of its own.
  ///   - clock: what the data's times say; `.recorded` has two, and so always uses the delay line.
  ///   - workers: of the isolated instances, by instance; empty where there are none.
  ///   - owner: of the instances that the configuration binds; held until the loop is gone.
  ///   - journal: where every input and action goes; nil = nowhere.
  ///   - realTime: the wall clock, ns, of a loop that lives in it: what leaves is stamped with it, and waits for the disk by itself where it
  ///     has to. Nil = the times are the data's.
  ///   - callMark: of a loop before it, where a watchdog looks already; nil = its own.
  public init(
    _ configuration: EngineConfiguration, model: SimulationModel, syntheticSpread: BasisPoints?, clock: DataClock = .row,
    workers: [(any Worker)?] = [], owner: AnyObject?, observer: (any RunObserver)?, journal: JournalWriter? = nil,
    realTime: (() -> Int64)? = nil, callMark: CallMark? = nil
  ) {
    let specs = configuration.instruments
    hasDepth = Array(repeating: false, count: specs.count)
    engine = Engine(configuration, callMark: callMark)
    self.journal = journal.map { LoopJournal($0, horizonSeconds: configuration.models.map(\.horizonSeconds)) }
    engine.answers = self.journal
    let openOrders = max(1, configuration.instances.count) * Engine.openOrdersPerInstance
    venue = SimulatedVenue(model: model, instruments: specs, capacity: openOrders)
    self.realTime = realTime
    outbox = realTime != nil && journal?.holdsSends == true ? Outbox(openOrders: openOrders) : nil
    isDelayed = !model.latency.isZero || clock == .recorded
    detourFrom = isDelayed ? .min : venue.nextFunding
    line = DelayLine(model: model, clock: clock)
    hasher = DecisionHasher(instanceCount: configuration.instances.count)
    self.observer = observer
    self.owner = owner
    self.workers = workers.isEmpty ? configuration.instances.map { _ in nil } : workers
    if let syntheticSpread {
      // Unsafe: a fixed table beside the engine's own, freed in deinit.
      let table = UnsafeMutablePointer<SyntheticQuotes>.allocate(capacity: max(1, specs.count))
      for (index, spec) in specs.enumerated() { (table + index).initialize(to: SyntheticQuotes(spread: syntheticSpread, spec: spec)) }
      synthetic = table
    } else {
      synthetic = nil
    }
  }

  deinit {
    synthetic?.deallocate()
    levels.deallocate()
  }

  // MARK: Inputs

  /// One trade; on a feed without quotes the quote that it implies comes first.
  public mutating func trade(_ tick: Tick, instrument: Int32, receiveNanoseconds: Int64) {
    if let synthetic, let quote = synthetic[Int(instrument)].quote(after: tick.trade.price), !(hasBooks && hasDepth[Int(instrument)]) {
      self.quote(quote, exchangeMilliseconds: tick.exchangeMilliseconds, instrument: instrument, receiveNanoseconds: receiveNanoseconds)
    }
    if receiveNanoseconds >= detourFrom {
      if isDelayed { return delay(.trade(tick.trade), tick.exchangeMilliseconds, instrument, receiveNanoseconds) }
      payFunding(receiveNanoseconds)
    }
    if venue.observe(tick.trade, instrument: instrument) { settle(receiveNanoseconds) }
    let time = next(receiveNanoseconds, tick.exchangeMilliseconds)
    journal?.input(time, tick.trade, instrument: instrument)
    if engine.process(time, tick.trade, instrument: instrument) { settle(receiveNanoseconds) }
  }

  public mutating func quote(_ quote: Quote, exchangeMilliseconds: Int64, instrument: Int32, receiveNanoseconds: Int64) {
    if receiveNanoseconds >= detourFrom {
      if isDelayed { return delay(.quote(quote), exchangeMilliseconds, instrument, receiveNanoseconds) }
      payFunding(receiveNanoseconds)
    }
    if venue.observe(quote, instrument: instrument) { settle(receiveNanoseconds) }
    show(quote, exchangeMilliseconds: exchangeMilliseconds, instrument: instrument, receiveNanoseconds: receiveNanoseconds)
  }

  /// Changes of an order book; from the first on, takers walk it and queues are read from it.
  public mutating func depth(_ depth: DepthUpdate, exchangeMilliseconds: Int64, instrument: Int32, receiveNanoseconds: Int64) {
    noteDepth(instrument)
    if isDelayed { return delay(.depth(depth), exchangeMilliseconds, instrument, receiveNanoseconds) }
    payFunding(receiveNanoseconds)
    if venue.observe(depth, instrument: instrument) { settle(receiveNanoseconds) }
    show(depth, exchangeMilliseconds: exchangeMilliseconds, instrument: instrument, receiveNanoseconds: receiveNanoseconds)
  }

  /// The venue's mark of a perpetual, with its funding.
  public mutating func mark(_ mark: MarkPrice, exchangeMilliseconds: Int64, instrument: Int32, receiveNanoseconds: Int64) {
    if isDelayed { return delay(.mark(mark), exchangeMilliseconds, instrument, receiveNanoseconds) }
    payFunding(receiveNanoseconds)
    venue.observe(mark, instrument: instrument)
    detourFrom = venue.nextFunding
    let time = next(receiveNanoseconds, exchangeMilliseconds)
    journal?.input(time, mark, instrument: instrument)
    if engine.process(time, mark, instrument: instrument) { settle(receiveNanoseconds) }
  }

  /// One message of a feed, whatever it is.
  public mutating func event(_ event: MarketEvent, instrument: Int32) {
    let milliseconds = event.exchangeNanoseconds >= 0 ? event.exchangeNanoseconds / 1_000_000 : -1
    if case .depth = event.payload { noteDepth(instrument) }
    switch event.payload {
    case .trade(let trade):
      if isDelayed, synthetic == nil { return delay(event, instrument) }
      self.trade(Tick(exchangeMilliseconds: milliseconds, trade: trade), instrument: instrument, receiveNanoseconds: event.receiveNanoseconds)
    case _ where isDelayed: delay(event, instrument)
    case .quote(let quote):
      self.quote(quote, exchangeMilliseconds: milliseconds, instrument: instrument, receiveNanoseconds: event.receiveNanoseconds)
    case .depth(let depth):
      self.depth(depth, exchangeMilliseconds: milliseconds, instrument: instrument, receiveNanoseconds: event.receiveNanoseconds)
    case .mark(let mark):
      self.mark(mark, exchangeMilliseconds: milliseconds, instrument: instrument, receiveNanoseconds: event.receiveNanoseconds)
    }
  }

  public mutating func clock(receiveNanoseconds: Int64) {
    if isDelayed { reach(receiveNanoseconds) } else { payFunding(receiveNanoseconds) }
    step(max(receiveNanoseconds, self.receiveNanoseconds), .clock)
  }

  /// Over a delay line it reaches the engine where the line stands, and what follows from it is on its way from there.
  ///
  /// - Returns: the number of the input that it was.
  @discardableResult
  public mutating func command(_ command: Event.Command, receiveNanoseconds: Int64) -> UInt64 {
    if isDelayed { reach(receiveNanoseconds) }
    let number = sequence &+ 1
    step(max(receiveNanoseconds, self.receiveNanoseconds), .command(command))
    return number
  }

  /// No more data comes: what is on its way arrives.
  public mutating func finish() {
    sendAll()
    if isDelayed { closeLine() }
  }

  /// The Supervisor's answer about an order that waits for it; see `Event.Payload.verdict`.
  ///
  /// - Returns: the number of the input that it was.
  @discardableResult
  public mutating func answer(orderID: UInt64, _ code: RefusalCode, receiveNanoseconds: Int64) -> UInt64 {
    if isDelayed { reach(receiveNanoseconds) }
    let number = sequence &+ 1
    step(max(receiveNanoseconds, self.receiveNanoseconds), .verdict(orderID: orderID, code))
    return number
  }

  private func market(of request: OrderRequest) -> OrderMarket {
    let index = Int(request.instrument)
    return OrderMarket(
      bid: engine.bid(instrument: index), ask: engine.ask(instrument: index), last: engine.lastPrice(instrument: index),
      position: engine.book(instrument: index).position)
  }

  /// Number of the last input.
  public var lastSequence: UInt64 { sequence }

  /// The engine as it stands between two inputs; nil in the middle of one.
  public func checkpoint() -> EngineCheckpoint? { engine.checkpoint() }

  /// Has the journal keep what the host knows now; see `JournalWriter.snapshot`.
  public func keepSnapshot(_ content: @escaping @Sendable () -> [UInt8]) -> Bool { journal?.snapshot(after: sequence, content: content) ?? false }

  /// Why the last snapshot was not written.
  public var snapshotTrouble: String? { journal?.snapshotTrouble }

  /// Writes down what an instance's plugin keeps, once nothing will be asked of it any more.
  public func keep(pluginState bytes: [UInt8], instance: Int) { journal?.keep(bytes, of: Int32(instance)) }

  /// Seals the journal, after all is done; what comes later is in none.
  public mutating func closeJournal() {
    sendAll()
    guard let journal else { return }
    journal.end(next(receiveNanoseconds))
  }

  /// Shows somebody what models are asked and say; it decides nothing.
  public mutating func watchModels(_ watch: any ModelWatch) { engine.modelWatch = watch }

  /// What keeps the journal from the disk; nil while all is well.
  public var journalTrouble: String? { journal?.trouble }
  /// Records are lost: from here on nothing can be proven or recovered.
  public var isJournalLost: Bool { journal?.isLost ?? false }
  /// The disk refused what was written, so that a power cut may take it.
  public var isJournalNotOnDisk: Bool { journal?.isNotOnDisk ?? false }

  /// Puts another plugin in an instance's place, between two inputs.
  ///
  /// - Parameters:
  ///   - worker: that has it; nil when the engine calls it itself.
  ///   - warmUpNanoseconds: how long it opens nothing; nil for one that has its predecessor's state.
  ///   - description: for the journal.
  /// - Returns: the number of the input that it was.
  @discardableResult
  public mutating func replace(
    instance: Int, with binding: StrategyBinding, worker: (any Worker)?, warmUpNanoseconds: Int64?, receiveNanoseconds: Int64,
    description: JournalHead.Instance? = nil
  ) -> UInt64 {
    if isDelayed { reach(receiveNanoseconds) }
    let now = max(receiveNanoseconds, self.receiveNanoseconds)
    let time = next(now)
    workers[instance] = worker
    let warmUntil = warmUpNanoseconds.map { now + $0 } ?? .min
    if let description { journal?.input(time, replacing: Int32(instance), warmUntilNanoseconds: warmUntil, with: description) }
    if engine.replace(time, instance: instance, with: binding, warmUntilNanoseconds: warmUntil) { settle(now) }
    return time.sequence
  }

  /// Puts another model into a place, or none, between two inputs.
  ///
  /// - Parameters:
  ///   - schema: index into `FeatureSchema.all`; -1 for none.
  ///   - description: for the journal.
  @discardableResult
  public mutating func replaceModel(
    _ model: Int, with binding: ModelBinding?, schema: Int32, description: JournalHead.ModelPlace, receiveNanoseconds: Int64
  ) -> UInt64 {
    if isDelayed { reach(receiveNanoseconds) }
    let now = max(receiveNanoseconds, self.receiveNanoseconds)
    let time = next(now)
    journal?.input(time, replacingModel: Int32(model), with: description)
    if engine.replaceModel(time, model: model, with: binding, schema: schema) { settle(now) }
    return time.sequence
  }

  /// Goes on where a former life was, before the first input. The practice venue has its open orders again: what it had not answered it
  /// answers now.
  ///
  /// - Parameters:
  ///   - vacant: instances whose plugins are not there any more: each is taken out before anybody would call it.
  ///   - isHalted: whether it begins with a halt, as an operator's.
  ///   - isKilled: whether the kill switch is on: it is obeyed before anybody is told anything.
  public mutating func restore(
    _ snapshot: EngineSnapshot, vacant: [Int] = [], isHalted: Bool = false, isKilled: Bool = false, receiveNanoseconds: Int64
  ) {
    for index in 0..<hasDepth.count {
      let (last, bid, ask) = snapshot.prices(instrument: index)
      venue.show(last: last, bid: bid, ask: ask, instrument: Int32(index))
    }
    venue.take(thirdBalance: snapshot.thirdBalance)
    let now = max(receiveNanoseconds, snapshot.receiveNanoseconds)
    let time = next(now)
    journal?.input(restore: time)
    if engine.restore(time, snapshot) { performActions() }
    for command in vacant.map({ Event.Command.quarantine(instance: Int32($0)) }) + (isHalted ? [.halt] : []) + (isKilled ? [.kill] : []) {
      _ = process(Event(next(now), .command(command)))
      if engine.awaited < 0 { performActions() } else { settle(now) }
    }
    settle(now)
  }

  /// Tightens the limits, between two inputs; what is looser than what holds is ignored.
  ///
  /// - Returns: the number of the input that it was.
  @discardableResult
  public mutating func tighten(_ limits: RiskLimits, symbolNotional: [Money?] = [], receiveNanoseconds: Int64) -> UInt64 {
    if isDelayed { reach(receiveNanoseconds) }
    let now = max(receiveNanoseconds, self.receiveNanoseconds)
    let time = next(now)
    journal?.input(time, tighten: limits, symbolNotional: symbolNotional)
    if engine.tighten(time, limits, symbolNotional: symbolNotional) { settle(now) }
    return time.sequence
  }

  /// How well an instrument's data arrives.
  public mutating func health(instrument: Int32, isStale: Bool, lagNanoseconds: Int64, receiveNanoseconds: Int64) {
    if isDelayed { reach(receiveNanoseconds) }
    step(
      max(receiveNanoseconds, self.receiveNanoseconds),
      .health(instrument: instrument, isStale: isStale, lagNanoseconds: lagNanoseconds))
  }

  /// SHA-256 over all decisions so far, and over each instance's own.
  public func decisionHashes() -> DecisionHasher.Hashes { hasher.hashes() }

  private mutating func noteDepth(_ instrument: Int32) {
    if !hasBooks { books = hasDepth.map { _ in SeenBook(hasQuotes: synthetic == nil) } }
    hasBooks = true
    hasDepth[Int(instrument)] = true
  }

  mutating func payFunding(_ receive: Int64) {
    if venue.advance(to: receive) { settle(receive) }
    detourFrom = venue.nextFunding
  }

  // MARK: The engine's side

  mutating func show(_ quote: Quote, exchangeMilliseconds: Int64, instrument: Int32, receiveNanoseconds: Int64) {
    if hasBooks, !quote.isSynthetic { books[Int(instrument)].hasQuotes = true }
    let time = next(receiveNanoseconds, exchangeMilliseconds)
    journal?.input(time, quote, instrument: instrument)
    if engine.process(time, quote, instrument: instrument) { settle(receiveNanoseconds) }
  }

  mutating func show(_ trade: Trade, exchangeMilliseconds: Int64, instrument: Int32, receiveNanoseconds: Int64) {
    let time = next(receiveNanoseconds, exchangeMilliseconds)
    journal?.input(time, trade, instrument: instrument)
    if engine.process(time, trade, instrument: instrument) { settle(receiveNanoseconds) }
  }

  /// The one place where depth reaches the engine: the quote of the book's top, where the feed brings none, and then the
  /// book's best levels.
  mutating func show(_ depth: DepthUpdate, exchangeMilliseconds: Int64, instrument: Int32, receiveNanoseconds: Int64) {
    if let quote = books[Int(instrument)].quote(after: depth) {
      let time = next(receiveNanoseconds, exchangeMilliseconds)
      journal?.input(time, quote, instrument: instrument)
      if engine.process(time, quote, instrument: instrument) { settle(receiveNanoseconds) }
    }
    let top = books[Int(instrument)].top(in: levels)
    let time = next(receiveNanoseconds, exchangeMilliseconds)
    journal?.input(time, depth: top, instrument: instrument)
    if engine.process(time, depth: top, instrument: instrument) { settle(receiveNanoseconds) }
  }

  private mutating func next(_ receive: Int64, _ exchange: Int64 = -1) -> EventTime {
    sequence &+= 1
    receiveNanoseconds = receive
    return EventTime(sequence: sequence, receiveNanoseconds: receive, exchangeMilliseconds: exchange)
  }

  mutating func step(_ receive: Int64, _ payload: Event.Payload, _ exchangeMilliseconds: Int64 = -1) {
    if process(Event(next(receive, exchangeMilliseconds), payload)) { settle(receive) }
  }

  /// Performs actions and returns reports until neither is left. Ends: a strategy's wishes have
  /// a budget, and what the host orders by itself is asked for again with new data alone.
  mutating func settle(_ receive: Int64) {
    while true {
      let awaited = engine.awaited
      if awaited >= 0 { post(awaited) }
      performActions()
      if awaited >= 0 {
        // What was decided before has gone out; now there is time to wait.
        _ = engine.answer(wait(awaited))
        continue
      }
      if !unsent.isEmpty {
        report(unsent.removeFirst(), receive)
      } else if isDelayed {
        return
      } else if let report = venue.nextReport() {
        CrashPoint.pass(.beforeAck)
        self.report(report, receive)
      } else if let payment = venue.nextFundingPayment() {
        _ = process(Event(next(receive), .funding(instrument: payment.instrument, rate: payment.rate, price: payment.price)))
      } else {
        return
      }
    }
  }

  private mutating func report(_ report: ExecutionReport, _ receive: Int64) {
    let time = next(receive)
    journal?.input(time, report, instrument: engine.instrument(slot: report.slot))
    _ = engine.process(time, report)
  }

  @inline(__always)
  private mutating func performActions() {
    while let action = engine.firstAction {
      journal?.action(action)
      perform(action)
      engine.removeFirstAction()
    }
  }

  private mutating func process(_ event: Event) -> Bool {
    if let journal {
      var instrument: Int32 = -1
      if case .execution(let report) = event.payload { instrument = engine.instrument(slot: report.slot) }
      journal.input(event, instrument: instrument)
    }
    return engine.process(event)
  }

  private func post(_ instance: Int32) {
    let call = engine.awaitedCall
    workers[Int(instance)]?.post(context: call.context, event: call.event, capacity: call.capacity)
  }

  private func wait(_ instance: Int32) -> WorkerAnswer {
    workers[Int(instance)]?.wait(into: engine.awaitedRoom) ?? .failed(.ended(.garbled))
  }

  /// In place: an action is too large to be copied for a look at what it is.
  @inline(__always)
  private mutating func perform(_ action: UnsafePointer<Action>) {
    switch action.pointee {
    case .send(let order), .replace(_, _, let order):
      counters.orders += 1
      depart(action)
      if let gateway, order.isReducing { gateway.tell(order, market(of: order.request)) }
    case .cancel(_, let orderID):
      counters.cancels += 1
      if !takeBack(orderID) { depart(action) }
    case .query: depart(action)
    case .decision(let decision):
      hasher.add(decision)
      observer?.decided(decision)
    case .refusal(let record):
      counters.refusals += 1
      counters.refusalsByCode[Int(record.refusal.code.rawValue)] += 1
      observer?.refused(record)
    case .fill(let fill):
      counters.fills += 1
      if fill.isMaker { counters.makerFills += 1 }
      counters.fees += fill.fee
      counters.realized += fill.realized
      CrashPoint.pass(.afterFill)
      observer?.filled(fill)
    case .roundTrip(let trip):
      counters.trades += 1
      if trip.pnl > .zero { counters.wins += 1 }
      observer?.closed(trip)
    case .funding(let record):
      counters.funding += record.amount
      observer?.funded(record)
    case .riskState(let refusal):
      observer?.riskChanged(refusal)
    case .instanceRiskState(let instance, let refusal):
      observer?.riskChanged(instance: instance, refusal)
    case .ask(let order): gateway?.ask(order, market(of: order.request))
    case .instanceFailed(let instance, let failure):
      counters.failedInstances += 1
      observer?.failed(instance: instance, failure)
    }
  }
}
