import Market

/// The account's hard limits. `nil` = unlimited: printed in every report, refused in demo and live.
///
/// Amounts are in the account's quote currency. The checks always run; there is no switch that turns one off.
public struct RiskLimits: Sendable, Hashable, Codable {
  /// Largest worst-case notional of one opening order.
  public var maximumOrderNotional: Money? = Money(units: 10_000)
  /// Largest worst-case exposure of one symbol: |position| with everything open filled the worst way, at the mark.
  public var maximumSymbolNotional: Money? = Money(units: 10_000)
  /// Largest sum of the symbols' worst-case exposures.
  public var maximumGrossExposure: Money? = Money(units: 20_000)
  /// Largest gross exposure as a multiple of equity; scaled by 10^6.
  public var maximumLeverage: Int64? = 5_000_000
  /// Smallest fall (or rise, for shorts) of all margined prices at once that would reach the maintenance margin, with
  /// everything open filled the worst way, as a fraction of the price; scaled by 10^6.
  public var minimumLiquidationDistance: Int64? = 50_000
  /// Opening orders in any one second of receive time; a reducing order or a cancel is never held back.
  public var maximumOrdersPerSecond: Int64? = 10
  /// The venue's budget of messages in any ten seconds: every order and cancel counts, and the last fifth is kept for
  /// reducing orders and cancels.
  public var venueMessagesPerTenSeconds: Int64? = 300
  /// Trades (an instance's ways from flat to flat) begun in any one hour.
  public var maximumTradesPerHour: Int64? = 20
  /// Losing trades of an instance in a row that send it into a cool-down.
  public var lossStreakTrades: Int64? = 3
  /// How long that cool-down lasts.
  public var coolingOffSeconds: Int64 = 600
  /// Widest quote that is opened into.
  public var maximumSpread: BasisPoints? = BasisPoints(raw: 50_000_000)
  /// Longest time from receiving an event to deciding on it.
  public var maximumEventLagMilliseconds: Int64? = 500
  /// How far beyond the touch a limit order may be priced: an opening one, and a reducing one.
  public var priceCollar: BasisPoints? = BasisPoints(raw: 100_000_000)
  public var emergencyCollar: BasisPoints? = BasisPoints(raw: 1_000_000_000)
  /// Loss since the day's base that halts.
  public var maximumDailyLoss: Money? = Money(units: 50)
  /// The same as a fraction of the day's base; scaled by 10^6.
  public var maximumDailyLossFraction: Int64? = 50_000
  /// Fall from the highest equity that halts.
  public var maximumDrawdown: Money? = Money(units: 500)
  /// The same as a fraction of the peak; scaled by 10^6.
  public var maximumDrawdownFraction: Int64? = 100_000
  /// Of every single instance, so that one plugin cannot spend the account's budget.
  public var instance = InstanceLimits()
  /// Whether a halt for daily loss ends with the UTC day. A drawdown halt never does.
  public var resumeOnNewDay = false

  /// Larger values of a rate mean this many: the times of that many orders are kept.
  public static let rateBound: Int64 = 1_000_000

  /// Decimals of the fractions and of `maximumLeverage`.
  public static let fractionScale = 6

  /// The reference's defaults where it has them.
  public init() {}
}

/// What a stop of the whole account does beside taking back what would open.
public enum HaltAction: String, Sendable, CaseIterable {
  /// Positions stay, with what protects them.
  case cancel
  /// Every position is closed at the market.
  case flatten
}

/// What one instance may do, whatever the account may.
public struct InstanceLimits: Sendable, Hashable, Codable {
  /// Largest worst-case exposure of the instance: |position| with its open orders filled the worst way.
  public var maximumNotional: Money?
  /// Loss of the instance since the day's begin that stops it.
  public var maximumDailyLoss: Money?
  /// Opening orders in any one minute.
  public var maximumOrdersPerMinute: Int64?

  public init(maximumNotional: Money? = nil, maximumDailyLoss: Money? = nil, maximumOrdersPerMinute: Int64? = nil) {
    self.maximumNotional = maximumNotional
    self.maximumDailyLoss = maximumDailyLoss
    self.maximumOrdersPerMinute = maximumOrdersPerMinute
  }
}

extension RiskLimits {
  /// The tighter of both, limit by limit: while a host runs nothing loosens, whatever is asked.
  public func tightened(by other: RiskLimits) -> RiskLimits {
    func least<Value: Comparable>(_ a: Value?, _ b: Value?) -> Value? {
      guard let a else { return b }
      guard let b else { return a }
      return min(a, b)
    }
    func least(_ a: BasisPoints?, _ b: BasisPoints?) -> BasisPoints? { least(a?.raw, b?.raw).map { BasisPoints(raw: $0) } }
    var result = self
    result.maximumOrderNotional = least(maximumOrderNotional, other.maximumOrderNotional)
    result.maximumSymbolNotional = least(maximumSymbolNotional, other.maximumSymbolNotional)
    result.maximumGrossExposure = least(maximumGrossExposure, other.maximumGrossExposure)
    result.maximumLeverage = least(maximumLeverage, other.maximumLeverage)
    result.minimumLiquidationDistance = [minimumLiquidationDistance, other.minimumLiquidationDistance].compactMap(\.self).max()
    result.maximumOrdersPerSecond = least(maximumOrdersPerSecond, other.maximumOrdersPerSecond)
    result.venueMessagesPerTenSeconds = least(venueMessagesPerTenSeconds, other.venueMessagesPerTenSeconds)
    result.maximumTradesPerHour = least(maximumTradesPerHour, other.maximumTradesPerHour)
    result.lossStreakTrades = least(lossStreakTrades, other.lossStreakTrades)
    result.coolingOffSeconds = max(coolingOffSeconds, other.coolingOffSeconds)
    result.maximumSpread = least(maximumSpread, other.maximumSpread)
    result.maximumEventLagMilliseconds = least(maximumEventLagMilliseconds, other.maximumEventLagMilliseconds)
    result.priceCollar = least(priceCollar, other.priceCollar)
    result.emergencyCollar = least(emergencyCollar, other.emergencyCollar)
    result.maximumDailyLoss = least(maximumDailyLoss, other.maximumDailyLoss)
    result.maximumDailyLossFraction = least(maximumDailyLossFraction, other.maximumDailyLossFraction)
    result.maximumDrawdown = least(maximumDrawdown, other.maximumDrawdown)
    result.maximumDrawdownFraction = least(maximumDrawdownFraction, other.maximumDrawdownFraction)
    result.instance.maximumNotional = least(instance.maximumNotional, other.instance.maximumNotional)
    result.instance.maximumDailyLoss = least(instance.maximumDailyLoss, other.instance.maximumDailyLoss)
    result.instance.maximumOrdersPerMinute = least(instance.maximumOrdersPerMinute, other.instance.maximumOrdersPerMinute)
    result.resumeOnNewDay = resumeOnNewDay && other.resumeOnNewDay
    return result
  }
}
