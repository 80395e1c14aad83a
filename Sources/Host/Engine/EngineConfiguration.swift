import Market
import Risk

/// Everything the engine is made of; fixed for its life.
public struct EngineConfiguration: Sendable {
  public struct Instance: Sendable {
    public var binding: StrategyBinding
    /// Index into `instruments`.
    public var instrument: Int32
    /// 0: opening intents at any event. Else only on the closed bar whose second is a multiple of it.
    public var horizonSeconds: Int64

    public init(binding: StrategyBinding, instrument: Int32, horizonSeconds: Int64) {
      self.binding = binding
      self.instrument = instrument
      self.horizonSeconds = horizonSeconds
    }
  }

  public var instruments: [InstrumentSpec]
  /// In the order of their instruments; the index is the instance's ordinal in the run.
  public var instances: [Instance]
  public var limits: RiskLimits
  /// The larger of the venue's fee rates: what funds are reserved for.
  public var feeReserve: BasisPoints
  public var initialCash: Money
  /// Room lent for intents in one call; four times as many per instance and market event, answers to updates included.
  public var maximumIntentsPerEvent: Int
  /// A longer silence starts the bar series anew.
  public var maximumGapSeconds: Int64

  public init(
    instruments: [InstrumentSpec], instances: [Instance], limits: RiskLimits, feeReserve: BasisPoints, initialCash: Money,
    maximumIntentsPerEvent: Int = 16, maximumGapSeconds: Int64 = 3600
  ) {
    self.instruments = instruments
    self.instances = instances
    self.limits = limits
    self.feeReserve = feeReserve
    self.initialCash = initialCash
    self.maximumIntentsPerEvent = maximumIntentsPerEvent
    self.maximumGapSeconds = maximumGapSeconds
  }
}
