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

  /// A place for a model, whether one is there or not.
  public struct Model: Sendable {
    /// Nil: nothing is there (yet).
    public var binding: ModelBinding?
    /// Index into `instruments`.
    public var instrument: Int32
    public var horizonSeconds: Int64
    /// Index into `FeatureSchema.all`; -1 where nothing is there.
    public var schema: Int32

    public init(binding: ModelBinding?, instrument: Int32, horizonSeconds: Int64, schema: Int32) {
      self.binding = binding
      self.instrument = instrument
      self.horizonSeconds = horizonSeconds
      self.schema = schema
    }
  }

  public var instruments: [InstrumentSpec]
  /// In the order of their instruments; the index is the instance's ordinal in the run.
  public var instances: [Instance]
  /// In the order of their instruments and horizons.
  public var models: [Model] = []
  /// Closed seconds in a row before features and predictions count.
  public var featureWarmUpBars: Int64 = 0
  public var filters = DecisionFilters()
  public var limits: RiskLimits
  /// The larger of the venue's fee rates: what funds are reserved for.
  public var feeReserve: BasisPoints
  public var initialCash: Money
  /// The asset beside base and quote that commissions may be charged in, e.g. BNB, and what the account has of it x 10^18.
  public var thirdAsset: AssetCode?
  public var initialThirdAsset = Money.zero
  /// For each instrument a limit of its notional in the place of the common one; empty = none has.
  public var symbolNotional: [Money?] = []
  /// For each instrument limits beside the account's; empty = none has.
  public var symbolLimits: [SymbolLimits] = []
  /// Opening orders that an instance may have on their way at a time; a replacement stands in for what it replaces.
  public var maximumInflightEntries = OrderTable.perInstance
  public var onHalt = HaltAction.cancel
  /// What becomes of the position of an instance whose plugin fails.
  public var onFailure = FailureAction.flatten
  /// More intents of an instance in one second, and more than four for each market event in it, are a flood, and it is out;
  /// nil = unlimited.
  public var maximumIntentsPerSecond: Int?
  /// How long an opening order waits for the Supervisor's answer; nil = nobody is asked.
  public var approvalNanoseconds: Int64?
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
