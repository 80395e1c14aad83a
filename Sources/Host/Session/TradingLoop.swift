import Engine
import Market
import Risk
import Simulation

/// Who wants to know what happened. Called for orders and their fates, never per tick.
public protocol RunObserver: AnyObject {
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
  public func riskChanged(instance: Int32, _ refusal: Refusal) {}
  public func funded(_ record: FundingRecord) {}
}

/// The engine and a practice venue, joined: the step that backtest, mock and paper share.
///
/// Numbers the inputs, carries approved orders to the venue and its reports back until all is quiet, keeps the
/// decision hash and the run's counters. Order of a step: fills of resting orders, the market data, timers.
public struct TradingLoop: ~Copyable {
  public private(set) var engine: Engine
  private var venue: SimulatedVenue
  private var hasher: DecisionHasher
  public private(set) var counters = RunCounters()
  private let observer: (any RunObserver)?
  /// Keeps the plugins' instances alive for as long as the engine may call them.
  private let owner: AnyObject?
  /// Per instrument; nil where the feed brings quotes.
  private let synthetic: UnsafeMutablePointer<SyntheticQuotes>?
  /// Of the last input.
  public private(set) var sequence: UInt64 = 0

  /// - Parameters:
  ///   - syntheticSpread: nil when the feed has quotes of its own.
  ///   - owner: of the instances that the configuration binds; held until the loop is gone.
  public init(
    _ configuration: EngineConfiguration, model: SimulationModel, syntheticSpread: BasisPoints?, owner: AnyObject?, observer: (any RunObserver)?
  ) {
    let specs = configuration.instruments
    engine = Engine(configuration)
    venue = SimulatedVenue(model: model, instruments: specs, capacity: max(1, configuration.instances.count) * Engine.openOrdersPerInstance)
    hasher = DecisionHasher(instanceCount: configuration.instances.count)
    self.observer = observer
    self.owner = owner
    if let syntheticSpread {
      // Unsafe: a fixed table beside the engine's own, freed in deinit.
      let table = UnsafeMutablePointer<SyntheticQuotes>.allocate(capacity: max(1, specs.count))
      for (index, spec) in specs.enumerated() { (table + index).initialize(to: SyntheticQuotes(spread: syntheticSpread, spec: spec)) }
      synthetic = table
    } else {
      synthetic = nil
    }
  }

  deinit { synthetic?.deallocate() }

  /// One trade; on a feed without quotes the quote that it implies comes first.
  public mutating func trade(_ tick: Tick, instrument: Int32, receiveNanoseconds: Int64) {
    if let synthetic, let quote = synthetic[Int(instrument)].quote(after: tick.trade.price) {
      self.quote(quote, exchangeMilliseconds: tick.exchangeMilliseconds, instrument: instrument, receiveNanoseconds: receiveNanoseconds)
    }
    if venue.observe(tick.trade, instrument: instrument) { settle(receiveNanoseconds) }
    if engine.process(next(receiveNanoseconds, tick.exchangeMilliseconds), tick.trade, instrument: instrument) { settle(receiveNanoseconds) }
  }

  public mutating func quote(_ quote: Quote, exchangeMilliseconds: Int64, instrument: Int32, receiveNanoseconds: Int64) {
    if venue.observe(quote, instrument: instrument) { settle(receiveNanoseconds) }
    if engine.process(next(receiveNanoseconds, exchangeMilliseconds), quote, instrument: instrument) { settle(receiveNanoseconds) }
  }

  public mutating func clock(receiveNanoseconds: Int64) { step(receiveNanoseconds, .clock) }

  public mutating func command(_ command: Event.Command, receiveNanoseconds: Int64) { step(receiveNanoseconds, .command(command)) }

  /// How well an instrument's data arrives.
  public mutating func health(instrument: Int32, isStale: Bool, lagNanoseconds: Int64, receiveNanoseconds: Int64) {
    step(receiveNanoseconds, .health(instrument: instrument, isStale: isStale, lagNanoseconds: lagNanoseconds))
  }

  /// SHA-256 over all decisions so far, and over each instance's own.
  public func decisionHashes() -> DecisionHasher.Hashes { hasher.hashes() }

  private mutating func next(_ receive: Int64, _ exchange: Int64 = -1) -> EventTime {
    sequence &+= 1
    return EventTime(sequence: sequence, receiveNanoseconds: receive, exchangeMilliseconds: exchange)
  }

  private mutating func step(_ receive: Int64, _ payload: Event.Payload) {
    if engine.process(Event(next(receive), payload)) { settle(receive) }
  }

  /// Performs actions and returns reports until neither is left. Ends, because the engine's budgets do.
  private mutating func settle(_ receive: Int64) {
    while true {
      while let action = engine.firstAction {
        perform(action.pointee)
        engine.removeFirstAction()
      }
      guard let report = venue.nextReport() else { return }
      _ = engine.process(next(receive), report)
    }
  }

  private mutating func perform(_ action: borrowing Action) {
    switch action {
    case .send(let order):
      counters.orders += 1
      venue.submit(order)
    case .cancel(_, let orderID):
      venue.cancel(orderID: orderID)
    case .replace(_, let orderID, let order):
      venue.cancel(orderID: orderID)
      venue.submit(order)
    case .decision(let decision):
      hasher.add(decision)
    case .refusal(let record):
      counters.refusals += 1
      counters.refusalsByCode[Int(record.refusal.code.rawValue)] += 1
      observer?.refused(record)
    case .fill(let fill):
      counters.fills += 1
      if fill.isMaker { counters.makerFills += 1 }
      counters.fees += fill.fee
      counters.realized += fill.realized
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
    // Nobody is asked here: no approvals are configured, and the practice venue answers at once.
    case .ask, .query: break
    case .instanceFailed(let instance, let failure):
      counters.failedInstances += 1
      observer?.failed(instance: instance, failure)
    }
  }
}
