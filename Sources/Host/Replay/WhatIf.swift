import Cryptography
import Engine
import Journal
import Market
import PluginABI
import Plugins
import Risk
import Session
import Settings
import Simulation

/// What would have been decided instead: a journal's market, clocks and commands through the practice venue twice, side by side, once with
/// what ran and once with something changed.
///
/// What the venue said is not taken from the journal, for other orders get other answers. So both runs get theirs from the practice
/// venue, and the one without a change is held to the journal: whether it decides as the journal says is part of the result.
public struct WhatIf {
  /// What is changed. Nothing at all is allowed: both runs are equal then.
  public struct Change: Sendable {
    /// In the place of the journal's settings; nil = those, with `overrides` over them.
    public var settings: Settings?
    /// `section.key=value`
    public var overrides: [String]
    /// New strategies by the name or the instance id of what they stand for; `strategy` = all.
    public var strategies: [String: String]
    /// Of the new strategies; without one, of all.
    public var parameters: [String: String]

    public init(settings: Settings? = nil, overrides: [String] = [], strategies: [String: String] = [:], parameters: [String: String] = [:]) {
      self.settings = settings
      self.overrides = overrides
      self.strategies = strategies
      self.parameters = parameters
    }
  }

  public let folder: String
  private let store: ArtefactStore
  private let resolver: StrategyResolver

  /// - Parameters:
  ///   - runtimePath: whose store has the journal's libraries.
  ///   - resolver: finds the new ones.
  public init(folder: String, runtimePath: String, resolver: StrategyResolver) {
    self.folder = folder
    self.resolver = resolver
    store = ArtefactStore(runtimePath: runtimePath)
  }

  private var models: KeptModels { KeptModels(store: store, file: headPath) }
  private var headPath: String { "\(folder)/\(JournalFormat.headName)" }

  /// - Throws: the journal or a plugin of it cannot be read, or what is changed does not fit it.
  public func run(_ change: Change) throws -> WhatIfResult {
    let reader = try JournalReader(folder: folder, checksChain: false)
    let head = reader.head
    let recorded = try head.settingsInForce(in: headPath)
    let changed = try change.settings ?? head.settingsInForce(change.overrides, in: "--set")
    guard changed.simulation.syntheticSpread == recorded.simulation.syntheticSpread else {
      throw SessionError(
        .usage, "simulation.synthetic_spread_bps: the journal has the quotes that were made with its own; a backtest of the ticks makes others")
    }
    let state = try head.state(in: folder).map { try SavedState($0, in: "\(folder)/\(JournalFormat.stateName)") }
    let instruments = recorded.pairs.instruments
    let mayChange = try places(head, change)
    var control = Side(try session(head, recorded, instruments, instruments) { try stored($0) })
    var other = Side(
      try session(head, changed, try Self.same(instruments, in: changed.pairs), instruments) { instance in
        try mayChange[instance.id].map { try new($0, for: instance, instruments, change) } ?? stored(instance)
      })
    if var state, let refused = state.restorePlugins(of: control.session).first {
      throw JournalError(.badData, "\(folder)/\(JournalFormat.stateName): \(refused.instance) does not take what it kept: \(refused.reason)")
    }
    // What is changed takes it where it can.
    if var state { _ = state.restorePlugins(of: other.session) }
    var result = WhatIfResult()
    let text = RecordText(instruments: instruments, instances: head.instances.map(\.id))
    var steps = ReplaySteps(reader)
    var journal = DecisionQueue()
    var held = try steps.take()
    while let step = held {
      journal.add(step, steps.bytes)
      held = nil
      switch step.input {
      case .restore(let time):
        guard let state else { throw JournalError(.badData, "input \(time.sequence): it goes on with a state, and the head names none") }
        // What the host said at once belongs to it: the venue answers after that.
        var first = FirstCommands()
        while let next = try steps.take() {
          guard first.take(next.input) else {
            held = next
            break
          }
          journal.add(next, steps.bytes)
        }
        control.restore(state.engine, first, time.receiveNanoseconds)
        other.restore(state.engine, first, time.receiveNanoseconds)
      case .replacement(let time, let instance, let warmUntil, let description):
        try control.replace(Int(instance), time, warmUntil, try stored(description))
        // The changed one stays in its place.
        if head.instances.indices.contains(Int(instance)), mayChange[head.instances[Int(instance)].id] == nil {
          try other.replace(Int(instance), time, warmUntil, try stored(description))
        }
      case .modelReplacement(let time, let model, let place):
        try control.replaceModel(Int(model), time, place, models)
        try other.replaceModel(Int(model), time, place, models)
      default:
        control.take(step.input)
        other.take(step.input)
      }
      result.inputs += 1
      compare(&control, &other, &journal, text, &result)
      if held == nil { held = try steps.take() }
    }
    control.finish()
    other.finish()
    compare(&control, &other, &journal, text, &result)
    result.journalDecisions = journal.count
    result.repeatsJournal = journal.isEqual && journal.isEmpty
    result.ending = steps.ending ?? .open
    result.control = control.figures(state?.engine.equity ?? recorded.simulation.initialCash)
    result.changed = other.figures(state?.engine.equity ?? changed.simulation.initialCash)
    return result
  }

  private func compare(_ control: inout Side, _ other: inout Side, _ journal: inout DecisionQueue, _ text: RecordText, _ result: inout WhatIfResult) {
    let (old, new) = (control.takeDecisions(), other.takeDecisions())
    if old.isEmpty, new.isEmpty { return }
    journal.compare(old)
    result.count(old, new, text)
  }

  // MARK: What runs

  /// The instances that get something else, with its name; nil as a name = their own library with other parameters.
  private func places(_ head: JournalHead, _ change: Change) throws -> [String: String?] {
    var places: [String: String?] = [:]
    for (name, new) in change.strategies.sorted(by: { $0.key < $1.key }) {
      let meant = head.instances.filter { $0.isolation != "vacant" && (name == "strategy" || $0.id == name || $0.id.hasPrefix("\(name)@")) }
      guard !meant.isEmpty else {
        throw SessionError(
          .usage, "--with \(name)=\(new): the journal has no such strategy; it has \(head.instances.map(\.id).joined(separator: ", "))")
      }
      for instance in meant { places[instance.id] = .some(new) }
    }
    if change.strategies.isEmpty, !change.parameters.isEmpty {
      for instance in head.instances where instance.isolation != "vacant" { places[instance.id] = .some(nil) }
    }
    return places
  }

  private func new(_ name: String?, for instance: JournalHead.Instance, _ instruments: [Instrument], _ change: Change) throws -> ResolvedStrategy {
    var old = try stored(instance)
    old.parameters.merge(change.parameters) { $1 }
    guard let name, let instrument = instruments.first(where: { $0.id.description == instance.instrument }) else { return old }
    guard var found = try resolver.resolve(strategy: name, instrument: instrument, parameters: change.parameters).first else { return old }
    found.horizonSeconds = instance.horizonSeconds
    // Another build of the same strategy keeps what the journal's was given.
    if found.name == old.name { found.parameters = old.parameters }
    return found
  }

  /// A plugin of the journal, from the store.
  private func stored(_ instance: JournalHead.Instance) throws -> ResolvedStrategy {
    guard let digest = Digest(hex: instance.digest) else { throw JournalError(.badData, "\(headPath): \(instance.id): its digest is none") }
    return ResolvedStrategy(
      file: try store.file(digest, name: instance.fileName), horizonSeconds: instance.horizonSeconds, parameters: instance.parameters,
      source: headPath)
  }

  /// The journal's instruments, as other settings have them.
  private static func same(_ instruments: [Instrument], in pairs: Pairs) throws -> [Instrument] {
    try instruments.map { instrument in
      guard let found = pairs.instruments.first(where: { $0.id == instrument.id }) else {
        throw SessionError(.configuration, "the journal trades \(instrument.id), which these settings' pairs.yaml does not know")
      }
      guard found.spec.priceScale == instrument.spec.priceScale, found.spec.quantityScale == instrument.spec.quantityScale else {
        throw SessionError(.configuration, "\(instrument.id): its price or quantity scale is not the journal's, whose figures are in that one")
      }
      return found
    }
  }

  private func session(
    _ head: JournalHead, _ settings: Settings, _ instruments: [Instrument], _ recorded: [Instrument],
    _ resolve: (JournalHead.Instance) throws -> ResolvedStrategy
  ) throws -> TradingSession {
    var strategies: [(instrument: Int, resolved: ResolvedStrategy)] = []
    var vacant: [TradingSession.Vacancy] = []
    for instance in head.instances {
      guard let index = recorded.firstIndex(where: { $0.id.description == instance.instrument }) else {
        throw JournalError(.badData, "\(headPath): \(instance.id): its instrument \(instance.instrument) is not among those of the journal")
      }
      if instance.isolation == "vacant" {
        vacant.append(TradingSession.Vacancy(instrument: index, id: instance.id, digest: Digest(hex: instance.digest) ?? SHA256Hasher.digest(of: [])))
      } else {
        strategies.append((instrument: index, resolved: try resolve(instance)))
      }
    }
    var settings = settings
    // Nothing is sent from here: how a plugin may run is a matter of paper.
    if settings.mode.tradesOnVenue { settings.mode = .paper }
    return try TradingSession(instruments: instruments, strategies: strategies, vacant: vacant, settings: settings) { index, _ in
      try models.places(head.models ?? [], of: instruments[index], index: index)
    }
  }
}

/// What a host says right after it has taken over a former one's state.
private struct FirstCommands {
  var vacant: [Int] = []
  var isHalted = false
  var isKilled = false

  /// False for an input that is none of them.
  mutating func take(_ input: JournalInput) -> Bool {
    guard case .event(let event) = input, case .command(let command) = event.payload else { return false }
    switch command {
    case .quarantine(let instance): vacant.append(Int(instance))
    case .halt: isHalted = true
    case .kill: isKilled = true
    default: return false
    }
    return true
  }
}

/// One of the two runs.
private struct Side: ~Copyable {
  private final class Ears: RunObserver {
    var decisions: [Decision] = []
    func decided(_ decision: Decision) { decisions.append(decision) }
    func filled(_ fill: FillRecord) {}
    func closed(_ trip: RoundTrip) {}
    func refused(_ record: RefusalRecord) {}
    func riskChanged(_ refusal: Refusal) {}
    func failed(instance: Int32, _ failure: PluginFailure) {}
  }

  let session: TradingSession
  private let ears = Ears()
  private var loop: TradingLoop
  private var now: Int64 = 0

  init(_ session: TradingSession) {
    self.session = session
    // The journal has quotes that were made as well as those that came; the times are those at which the host had the data.
    loop = session.makeLoop(hasQuotes: true, clock: .live, observer: ears)
  }

  mutating func replaceModel(_ index: Int, _ time: EventTime, _ place: JournalHead.ModelPlace, _ kept: KeptModels) throws {
    guard session.models.indices.contains(index) else {
      throw JournalError(.badData, "input \(time.sequence): it replaces model \(index), and there is no such place")
    }
    let old = session.replace(model: index, with: try kept.content(place, on: session.instruments[session.models[index].instrument]))
    let new = session.models[index]
    loop.replaceModel(
      index, with: new.binding, schema: new.schemaIndex, description: place, receiveNanoseconds: time.receiveNanoseconds)
    old.close()
  }

  mutating func takeDecisions() -> [Decision] {
    if ears.decisions.isEmpty { return [] }
    defer { ears.decisions.removeAll(keepingCapacity: true) }
    return ears.decisions
  }

  mutating func take(_ input: JournalInput) {
    switch input {
    case .event(let event): take(event)
    case .depth(let time, let instrument, let bids, let asks):
      let (bids, asks) = (bids.map(BookLevel.init), asks.map(BookLevel.init))
      bids.withUnsafeBufferPointer { bids in
        asks.withUnsafeBufferPointer { asks in
          // Unsafe: lent for the call. The journal has the best levels alone, so that each is the whole book that is known.
          loop.depth(
            DepthUpdate(bids: bids, asks: asks, isSnapshot: true), exchangeMilliseconds: time.exchangeMilliseconds, instrument: instrument,
            receiveNanoseconds: time.receiveNanoseconds)
        }
      }
    case .tighten(let time, let limits, let symbolNotional):
      loop.tighten(limits, symbolNotional: symbolNotional, receiveNanoseconds: time.receiveNanoseconds)
    case .replacement, .modelReplacement, .restore, .end: break
    }
  }

  private mutating func take(_ event: Event) {
    let (receive, exchange) = (event.time.receiveNanoseconds, event.time.exchangeMilliseconds)
    switch event.payload {
    case .trade(let instrument, let trade):
      loop.trade(Tick(exchangeMilliseconds: exchange, trade: trade), instrument: instrument, receiveNanoseconds: receive)
    case .quote(let instrument, let quote):
      loop.quote(quote, exchangeMilliseconds: exchange, instrument: instrument, receiveNanoseconds: receive)
    case .markPrice(let instrument, let mark):
      loop.mark(mark, exchangeMilliseconds: exchange, instrument: instrument, receiveNanoseconds: receive)
    case .health(let instrument, let isStale, let lag):
      loop.health(instrument: instrument, isStale: isStale, lagNanoseconds: lag, receiveNanoseconds: receive)
    case .clock: loop.clock(receiveNanoseconds: receive)
    case .command(let command): loop.command(command, receiveNanoseconds: receive)
    // The venue's and the Supervisor's words on the journal's orders: here are others.
    case .execution, .funding, .verdict, .transfer: break
    }
  }

  mutating func restore(_ snapshot: EngineSnapshot, _ first: FirstCommands, _ receive: Int64) {
    loop.restore(snapshot, vacant: first.vacant, isHalted: first.isHalted, isKilled: first.isKilled, receiveNanoseconds: receive)
  }

  mutating func replace(_ ordinal: Int, _ time: EventTime, _ warmUntil: Int64, _ resolved: ResolvedStrategy) throws {
    guard session.instances.indices.contains(ordinal) else {
      throw JournalError(.badData, "input \(time.sequence): it replaces instance \(ordinal), and there is none")
    }
    let strategy = try session.launcher.start(resolved, session.instrument(of: ordinal))
    if warmUntil == .min, let state = try session.instances[ordinal].saveState() { try strategy.restoreState(state) }
    let old = session.replace(ordinal, with: strategy, from: resolved)
    loop.replace(
      instance: ordinal, with: strategy.binding, worker: strategy as? any Worker,
      warmUpNanoseconds: warmUntil == .min ? nil : max(0, warmUntil - time.receiveNanoseconds), receiveNanoseconds: time.receiveNanoseconds)
    old.close()
  }

  mutating func finish() { loop.finish() }

  func figures(_ initialEquity: Money) -> WhatIfResult.Figures {
    WhatIfResult.Figures(
      counters: loop.counters, equity: loop.engine.equity, pnl: loop.engine.equity - initialEquity, maximumDrawdown: loop.engine.maximumDrawdown)
  }
}

/// The journal's decisions against those of the run without a change, as each comes.
private struct DecisionQueue {
  private var waiting: [[UInt8]] = []
  private var made: [[UInt8]] = []
  private(set) var count = 0
  private(set) var isEqual = true

  var isEmpty: Bool { waiting.isEmpty && made.isEmpty }

  mutating func add(_ step: ReplayStep, _ bytes: [UInt8]) {
    for part in step.actions where part.kind == .decision {
      count += 1
      if isEqual { waiting.append(Array(bytes[part.range])) }
    }
    drain()
  }

  mutating func compare(_ decisions: [Decision]) {
    guard isEqual else { return }
    made += decisions.map(\.payload)
    drain()
  }

  private mutating func drain() {
    let common = min(waiting.count, made.count)
    guard isEqual, common > 0 else { return }
    for index in 0..<common where !waiting[index].starts(with: made[index]) { isEqual = false }
    waiting.removeFirst(common)
    made.removeFirst(common)
    if !isEqual { (waiting, made) = ([], []) }
  }
}

extension Decision {
  /// As a journal has it.
  var payload: [UInt8] {
    var action = Action.decision(self)
    var bytes = [UInt8](repeating: 0, count: RecordLayout.decisionSize)
    bytes.withUnsafeMutableBytes { room in
      var encoder = RecordEncoder(at: room.baseAddress!)
      // Unsafe: room for one decision, whose layout is fixed.
      withUnsafePointer(to: &action) { encoder.put($0) }
    }
    return bytes
  }

  /// Whether it is the same but for what the plugin calls its orders.
  func isSame(as other: Decision) -> Bool {
    var (one, two) = (self, other)
    (one.tag, two.tag) = (0, 0)
    return one.payload == two.payload
  }
}

extension BookLevel {
  fileprivate init(_ level: qe_level) { self.init(price: Price(raw: level.price), quantity: Quantity(raw: level.quantity)) }
}
