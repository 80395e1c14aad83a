import Engine
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
  public let instances: [any HostedStrategy]
  public let configuration: EngineConfiguration
  public let model: SimulationModel

  /// Loads every strategy of every instrument.
  ///
  /// - Parameter strategies: what was resolved, by index into `instruments`.
  public init(instruments: [Instrument], strategies: [(instrument: Int, resolved: ResolvedStrategy)], settings: Settings) throws {
    var instances: [any HostedStrategy] = []
    var configurations: [EngineConfiguration.Instance] = []
    for (index, instrument) in instruments.enumerated() {
      if let reason = instrument.unsupportedReason { throw SessionError(.badData, "INSTRUMENT_UNSUPPORTED: \(reason)") }
      for (_, resolved) in strategies.filter({ $0.instrument == index }) {
        let library = try PluginLibrary.load(resolved.file)
        try resolved.check(library.facts)
        let instance = try StrategyInstance(
          library: library, instrument: instrument, horizonSeconds: resolved.horizonSeconds, parameters: resolved.parameters,
          id: "\(library.name)@\(instrument.id.symbol)/\(resolved.horizonSeconds)", deliverableEvents: Self.deliverableEvents)
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
    model = settings.simulation
    var configuration = EngineConfiguration(
      instruments: instruments.map(\.spec), instances: configurations, limits: settings.limits,
      feeReserve: BasisPoints(raw: max(settings.simulation.takerFee.raw, settings.simulation.makerFee.raw)),
      initialCash: settings.simulation.initialCash, maximumIntentsPerEvent: settings.maximumIntentsPerEvent,
      maximumGapSeconds: settings.maximumGapSeconds)
    configuration.maximumInflightEntries = settings.maximumInflightEntries
    configuration.onHalt = settings.onHalt
    configuration.symbolNotional = instruments.map { settings.symbolNotional[$0.id.description] ?? settings.symbolNotional[$0.id.symbol] }
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
  public func makeLoop(hasQuotes: Bool, clock: DataClock = .row, observer: (any RunObserver)?) -> TradingLoop {
    TradingLoop(
      configuration, model: model, syntheticSpread: hasQuotes ? nil : model.syntheticSpread, clock: clock, owner: self, observer: observer)
  }
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
