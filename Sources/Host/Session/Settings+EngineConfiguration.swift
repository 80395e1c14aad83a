import Engine
import Market
import Risk
import Settings

extension Settings {
  /// The engine that these settings ask for.
  ///
  /// - Throws: of kind `.configuration`, an asset's name that none has.
  public func engineConfiguration(instruments: [Instrument], instances: [EngineConfiguration.Instance]) throws -> EngineConfiguration {
    var configuration = EngineConfiguration(
      instruments: instruments.map(\.spec), instances: instances, limits: limits,
      feeReserve: BasisPoints(raw: max(simulation.takerFee.raw, simulation.makerFee.raw)), initialCash: simulation.initialCash,
      maximumIntentsPerEvent: plugins.maximumIntentsPerEvent, maximumGapSeconds: maximumGapSeconds)
    configuration.maximumInflightEntries = maximumInflightEntries
    configuration.onHalt = onHalt
    configuration.filters = decisionFilters
    configuration.featureWarmUpBars = models.warmUpSeconds
    configuration.onFailure = plugins.onFailure
    configuration.maximumIntentsPerSecond = plugins.maximumIntentsPerSecond
    configuration.symbolNotional = instruments.map { exposureLimit(of: $0) }
    if !pairs.symbolLimits.isEmpty { configuration.symbolLimits = instruments.map { pairs.symbolLimits[$0.id] ?? SymbolLimits() } }
    guard simulation.feeAsset == .third, let name = simulation.thirdAsset.name else { return configuration }
    guard let code = AssetCode(name) else {
      throw SessionError(
        .configuration, "simulation.third_asset_name has \(name.utf8.count) bytes; write an asset of 1...\(AssetCode.maximumLength)")
    }
    configuration.thirdAsset = code
    configuration.initialThirdAsset = simulation.thirdAsset.balance
    return configuration
  }
}
