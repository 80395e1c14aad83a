/// From which value on each rule holds, and how long it takes; config/supervisor.yaml, `policy.thresholds` and `policy.hysteresis`.
///
/// A threshold is reached by what equals it. One of 0 is reached by the first loss, restart or spread, never by none.
public struct PolicyThresholds: Sendable, Hashable {
  /// Amounts of 0 or above; nil = none.
  public var maximumDailyLoss: Double?
  public var maximumDrawdown: Double?
  /// Losing trades in a row; 1...1000.
  public var lossStreak: Int
  /// 0...10,000; nil = none.
  public var maximumSpreadBps: Double?
  /// In an hour; 0...1000.
  public var restartsPerHour: Double
  /// What sizes are multiplied by while it is conservative; 0...1.
  public var conservativeSizeMultiplier: Double
  /// Nil = none. No key of supervisor.yaml: from here on the reference's market analysis calls the risk high.
  public var highVolatility: Double?
  /// Evaluations in a row that it takes to get into risk_off, and out of it; 1...1000.
  public var enterCycles: Int
  public var exitCycles: Int

  /// The shipped values.
  public init(
    maximumDailyLoss: Double? = nil, maximumDrawdown: Double? = nil, lossStreak: Int = 3, maximumSpreadBps: Double? = nil,
    restartsPerHour: Double = 3, conservativeSizeMultiplier: Double = 0.5, highVolatility: Double? = 1.5, enterCycles: Int = 2, exitCycles: Int = 3
  ) {
    precondition(
      [maximumDailyLoss ?? 0, maximumDrawdown ?? 0, maximumSpreadBps ?? 0, restartsPerHour, highVolatility ?? 0]
        .allSatisfy { $0.isFinite && $0 >= 0 }, "a threshold is 0 or above")
    precondition((0...1).contains(conservativeSizeMultiplier), "conservative_size_multiplier is 0...1")
    precondition([lossStreak, enterCycles, exitCycles].allSatisfy((1...1000).contains), "loss_streak, enter_cycles and exit_cycles are 1...1000")
    self.maximumDailyLoss = maximumDailyLoss
    self.maximumDrawdown = maximumDrawdown
    self.lossStreak = lossStreak
    self.maximumSpreadBps = maximumSpreadBps
    self.restartsPerHour = restartsPerHour
    self.conservativeSizeMultiplier = conservativeSizeMultiplier
    self.highVolatility = highVolatility
    self.enterCycles = enterCycles
    self.exitCycles = exitCycles
  }
}
