import Market

/// The account's hard limits. `nil` = unlimited: printed in every report, refused in demo and live.
///
/// Amounts are in the account's quote currency. The checks always run; there is no switch that turns one off.
public struct RiskLimits: Sendable, Hashable {
  /// Largest worst-case notional of one opening order.
  public var maximumOrderNotional: Money?
  /// Largest worst-case exposure of one symbol: |position| with everything open filled the worst way, at the mark.
  public var maximumSymbolNotional: Money?
  /// Largest sum of the symbols' worst-case exposures.
  public var maximumGrossExposure: Money?
  /// Largest gross exposure as a multiple of equity; scaled by 10^6.
  public var maximumLeverage: Int64?
  /// Opening orders in any one second of receive time; a reducing order or a cancel is never held back.
  public var maximumOrdersPerSecond: Int64?
  /// Loss since the day's base that halts.
  public var maximumDailyLoss: Money?
  /// The same as a fraction of the day's base; scaled by 10^6.
  public var maximumDailyLossFraction: Int64?
  /// Fall from the highest equity that halts.
  public var maximumDrawdown: Money?
  /// The same as a fraction of the peak; scaled by 10^6.
  public var maximumDrawdownFraction: Int64?
  /// Whether a halt for daily loss ends with the UTC day. A drawdown halt never does.
  public var resumeOnNewDay: Bool

  /// Larger values of `maximumOrdersPerSecond` mean this many: the times of that many orders are kept.
  public static let ordersPerSecondBound: Int64 = 1_000_000

  /// Decimals of the fractions and of `maximumLeverage`.
  public static let fractionScale = 6

  /// The reference's defaults where it has them.
  public init(
    maximumOrderNotional: Money? = Money(units: 10_000), maximumSymbolNotional: Money? = Money(units: 10_000),
    maximumGrossExposure: Money? = Money(units: 20_000), maximumLeverage: Int64? = 5_000_000, maximumOrdersPerSecond: Int64? = 10,
    maximumDailyLoss: Money? = Money(units: 50), maximumDailyLossFraction: Int64? = 50_000,
    maximumDrawdown: Money? = Money(units: 500), maximumDrawdownFraction: Int64? = 100_000, resumeOnNewDay: Bool = false
  ) {
    self.maximumOrderNotional = maximumOrderNotional
    self.maximumSymbolNotional = maximumSymbolNotional
    self.maximumGrossExposure = maximumGrossExposure
    self.maximumLeverage = maximumLeverage
    self.maximumOrdersPerSecond = maximumOrdersPerSecond
    self.maximumDailyLoss = maximumDailyLoss
    self.maximumDailyLossFraction = maximumDailyLossFraction
    self.maximumDrawdown = maximumDrawdown
    self.maximumDrawdownFraction = maximumDrawdownFraction
    self.resumeOnNewDay = resumeOnNewDay
  }
}
