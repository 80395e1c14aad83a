import Engine
import Journal
import Market
import PluginABI
import Plugins
import Risk
import Settings
import Simulation

/// One run's strategy instances, loaded and active, with the engine's configuration for them.
///
/// Owns the instances; a loop made from it keeps it alive.
public final class TradingSession {
  /// Events that this host's feeds can deliver.
  public static let deliverableEvents: Set<UInt32> = [
    QE_EVENT_TRADE, QE_EVENT_QUOTE, QE_EVENT_DEPTH, QE_EVENT_BAR, QE_EVENT_TIMER, QE_EVENT_MARK_PRICE, QE_EVENT_ORDER_UPDATE, QE_EVENT_RISK_STATE,
  ]

  public let instruments: [Instrument]
  /// In the order of their instruments; the index is the ordinal in the run.
  public private(set) var instances: [any HostedStrategy]
  /// What each of them was started from.
  public private(set) var resolved: [ResolvedStrategy]
  public let launcher: StrategyLauncher
  public let configuration: EngineConfiguration
  public let model: SimulationModel

  /// Loads every strategy of every instrument.
  ///
  /// - Parameter strategies: what was resolved, by index into `instruments`.
  public init(
    instruments: [Instrument], strategies: [(instrument: Int, resolved: ResolvedStrategy)], settings: Settings, launcher: StrategyLauncher? = nil
  ) throws {
    let launcher = launcher ?? StrategyLauncher(settings)
    var sources: [ResolvedStrategy] = []
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
    var configuration = EngineConfiguration(
      instruments: instruments.map(\.spec), instances: configurations, limits: settings.limits,
      feeReserve: BasisPoints(raw: max(settings.simulation.takerFee.raw, settings.simulation.makerFee.raw)),
      initialCash: settings.simulation.initialCash, maximumIntentsPerEvent: settings.plugins.maximumIntentsPerEvent,
      maximumGapSeconds: settings.maximumGapSeconds)
    configuration.maximumInflightEntries = settings.maximumInflightEntries
    configuration.onHalt = settings.onHalt
    configuration.onFailure = settings.plugins.onFailure
    configuration.maximumIntentsPerSecond = settings.plugins.maximumIntentsPerSecond
    configuration.symbolNotional = instruments.map { settings.exposureLimit(of: $0) }
    if settings.simulation.feeAsset == .third, let name = settings.simulation.thirdAsset.name {
      guard let code = AssetCode(name) else {
        throw SessionError(
          .configuration, "simulation.third_asset_name has \(name.utf8.count) bytes; write an asset of 1...\(AssetCode.maximumLength)")
      }
      configuration.thirdAsset = code
      configuration.initialThirdAsset = settings.simulation.thirdAsset.balance
    }
    self.configuration = configuration
  }

  /// - Parameters:
  ///   - hasQuotes: whether the feed brings quotes; where it does not, they are made from trades.
  ///   - clock: what the times of its data say.
  ///   - journal: where every input and action goes; nil = nowhere.
  public func makeLoop(hasQuotes: Bool, clock: DataClock = .row, observer: (any RunObserver)?, journal: JournalWriter? = nil) -> TradingLoop {
    TradingLoop(
      configuration, model: model, syntheticSpread: hasQuotes ? nil : model.syntheticSpread, clock: clock,
      workers: instances.map { $0 as? any Worker }, owner: self, observer: observer, journal: journal)
  }

  /// Notes another plugin in an instance's place; gives the one that stood there.
  public func replace(_ ordinal: Int, with strategy: any HostedStrategy, from source: ResolvedStrategy) -> any HostedStrategy {
    let old = instances[ordinal]
    instances[ordinal] = strategy
    resolved[ordinal] = source
    return old
  }

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
