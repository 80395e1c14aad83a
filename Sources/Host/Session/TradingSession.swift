import Cryptography
import Engine
import Journal
import Market
import Models
import PluginABI
import Plugins
import Risk
import Settings
import Simulation

/// One run's strategy instances, loaded and active, with the engine's configuration for them.
///
/// Owns the instances; a loop made from it keeps it alive.
public final class TradingSession {
  /// A place of a strategy that is not there any more.
  public struct Vacancy: Sendable {
    public var instrument: Int
    /// `EMACross@BTCUSDT/0`.
    public var id: String
    /// Of the library that it had.
    public var digest: Digest

    public init(instrument: Int, id: String, digest: Digest) {
      self.instrument = instrument
      self.id = id
      self.digest = digest
    }
  }

  /// Events that this host's feeds can deliver.
  public static let deliverableEvents: Set<UInt32> = [
    QE_EVENT_TRADE, QE_EVENT_QUOTE, QE_EVENT_DEPTH, QE_EVENT_BAR, QE_EVENT_TIMER, QE_EVENT_PREDICTION, QE_EVENT_MARK_PRICE,
    QE_EVENT_ORDER_UPDATE, QE_EVENT_RISK_STATE,
  ]

  public let instruments: [Instrument]
  /// In the order of their instruments; the index is the ordinal in the run.
  public private(set) var instances: [any HostedStrategy]
  /// What each of them was started from; nil where nobody was.
  public private(set) var resolved: [ResolvedStrategy?]
  /// In the order of their instruments and horizons.
  public private(set) var models: [ModelPlace]
  public let launcher: StrategyLauncher
  public let configuration: EngineConfiguration
  public let model: SimulationModel

  /// Loads every strategy of every instrument.
  ///
  /// - Parameters:
  ///   - strategies: what was resolved, by index into `instruments`.
  ///   - vacant: places of strategies that are not there any more.
  ///   - approvalMilliseconds: how long an opening order waits for the Supervisor's answer; nil = nobody is asked.
  ///   - models: the places of an instrument's models, given whether any of its strategies reads predictions.
  public init(
    instruments: [Instrument], strategies: [(instrument: Int, resolved: ResolvedStrategy)], vacant: [Vacancy] = [], settings: Settings,
    approvalMilliseconds: Int64? = nil, launcher: StrategyLauncher? = nil,
    models: (_ instrument: Int, _ isRead: Bool) throws -> [ModelPlace] = { _, _ in [] }
  ) throws {
    let launcher = launcher ?? StrategyLauncher(settings)
    var sources: [ResolvedStrategy?] = []
    var instances: [any HostedStrategy] = []
    var configurations: [EngineConfiguration.Instance] = []
    for (index, instrument) in instruments.enumerated() {
      if let reason = instrument.unsupportedReason { throw SessionError(.badData, "INSTRUMENT_UNSUPPORTED: \(reason)") }
      for (_, resolved) in strategies.filter({ $0.instrument == index }) {
        let instance = try launcher.start(resolved, instrument)
        sources.append(resolved)
        instances.append(instance)
        configurations.append(
          EngineConfiguration.Instance(binding: instance.binding, instrument: Int32(index), horizonSeconds: resolved.horizonSeconds))
      }
      for vacancy in vacant where vacancy.instrument == index {
        let instance = VacantStrategy(id: vacancy.id, digest: vacancy.digest)
        sources.append(nil)
        instances.append(instance)
        configurations.append(EngineConfiguration.Instance(binding: instance.binding, instrument: Int32(index), horizonSeconds: 0))
      }
    }
    guard Set(instruments.map(\.id)).count == instruments.count else {
      throw SessionError(.configuration, "an instrument is named twice: \(instruments.map(\.id.description).joined(separator: ", "))")
    }
    guard Set(instruments.map(\.quoteAsset)).count <= 1 else {
      throw SessionError(
        .configuration, "one account has one quote currency; \(instruments.map { "\($0.id) is quoted in \($0.quoteAsset)" }.joined(separator: ", "))")
    }
    self.instruments = instruments
    self.instances = instances
    resolved = sources
    self.launcher = launcher
    model = settings.simulation
    var configuration = try settings.engineConfiguration(instruments: instruments, instances: configurations)
    self.models = try instruments.indices.flatMap { index in
      try models(index, configurations.contains { $0.instrument == Int32(index) && $0.binding.wants(QE_EVENT_PREDICTION) })
    }
    configuration.models = self.models.map {
      EngineConfiguration.Model(
        binding: $0.binding, instrument: Int32($0.instrument), horizonSeconds: $0.horizonSeconds, schema: $0.schemaIndex)
    }
    configuration.approvalNanoseconds = approvalMilliseconds.map { $0 * 1_000_000 }
    self.configuration = configuration
  }

  func keepModel(_ index: Int, in store: ArtefactStore) throws(PluginError) {
    guard case .model(let instance, let resolved) = models[index].content else { return }
    try resolved.keep(in: store)
    models[index].content = .model(instance, from: resolved.withoutBytes)
  }

  /// - Parameters:
  ///   - hasQuotes: whether the feed brings quotes; where it does not, they are made from trades.
  ///   - clock: what the times of its data say.
  ///   - journal: where every input and action goes; nil = nowhere.
  ///   - realTime: the wall clock, ns, of a loop that lives in it; nil = the times are the data's.
  ///   - callMark: of a loop before it, where a watchdog looks already; nil = its own.
  public func makeLoop(
    hasQuotes: Bool, clock: DataClock = .row, observer: (any RunObserver)?, journal: JournalWriter? = nil, realTime: (() -> Int64)? = nil,
    callMark: CallMark? = nil
  ) -> TradingLoop {
    TradingLoop(
      configuration, model: model, syntheticSpread: hasQuotes ? nil : model.syntheticSpread, clock: clock,
      workers: instances.map { $0 as? any Worker }, owner: self, observer: observer, journal: journal, realTime: realTime,
      callMark: callMark)
  }

  /// Notes another plugin in an instance's place; gives the one that stood there.
  public func replace(_ ordinal: Int, with strategy: any HostedStrategy, from source: ResolvedStrategy) -> any HostedStrategy {
    let old = instances[ordinal]
    instances[ordinal] = strategy
    resolved[ordinal] = source
    return old
  }

  /// Notes another model in a place, or why there is none; gives what stood there.
  public func replace(model index: Int, with content: ModelPlace.Content) -> ModelPlace.Content {
    let old = models[index].content
    models[index].content = content
    return old
  }

  /// Which models are there, for people.
  public func readiness(nowSeconds: Int64) -> ModelReadiness {
    ModelReadiness(rows: models.map { $0.readiness(symbol: instruments[$0.instrument].id.symbol, nowSeconds: nowSeconds) })
  }

  /// Places of strategies that are not there any more.
  public var vacant: [Int] { instances.indices.filter { resolved[$0] == nil } }

  /// The instrument that an instance trades.
  public func instrument(of ordinal: Int) -> Instrument { instruments[Int(configuration.instances[ordinal].instrument)] }
}

/// What keeps a run from starting or going on.
public struct SessionError: Fault {
  public let kind: FaultKind
  public let description: String

  public init(_ kind: FaultKind, _ description: String) {
    self.kind = kind
    self.description = description
  }
}
