import Market

/// What all hosts of a mode are held to together; config/risk.yaml.
public struct PortfolioLimits: Sendable, Hashable {
  /// Of all amounts.
  public var currency: String
  public var maximumDailyLoss: Money
  /// Millionths of the day's first equity; 0 = none.
  public var maximumDailyLossMillionths: Int64
  /// From the day's highest point; zero = none.
  public var maximumDrawdown: Money
  /// Millionths of the day's highest equity; 0 = none.
  public var maximumDrawdownMillionths: Int64
  /// Of one symbol over all hosts.
  public var maximumSymbolNotional: Money
  /// Of one order, in millionths.
  public var maximumLeverageMillionths: Int64
  /// Of all symbols over all hosts; nil = none.
  public var maximumTotalNotional: Money?
  /// The same as a multiple of the hosts' equity, in millionths; nil = none.
  public var maximumAccountLeverageMillionths: Int64?
  /// Whether a halt by a loss of the day ends with the UTC day.
  public var resumesOnNewDay: Bool
  /// Whether an opening order of a host is refused that has not reported for `staleAfterMilliseconds`.
  public var refusesStaleHosts: Bool
  public var staleAfterMilliseconds: Int64

  public init(
    currency: String = "USDT", maximumDailyLoss: Money, maximumDailyLossMillionths: Int64 = 0, maximumDrawdown: Money = .zero,
    maximumDrawdownMillionths: Int64 = 0, maximumSymbolNotional: Money, maximumLeverageMillionths: Int64, maximumTotalNotional: Money? = nil,
    maximumAccountLeverageMillionths: Int64? = nil, resumesOnNewDay: Bool = false, refusesStaleHosts: Bool = true,
    staleAfterMilliseconds: Int64 = 15_000
  ) {
    self.currency = currency
    self.maximumDailyLoss = maximumDailyLoss
    self.maximumDailyLossMillionths = maximumDailyLossMillionths
    self.maximumDrawdown = maximumDrawdown
    self.maximumDrawdownMillionths = maximumDrawdownMillionths
    self.maximumSymbolNotional = maximumSymbolNotional
    self.maximumLeverageMillionths = maximumLeverageMillionths
    self.maximumTotalNotional = maximumTotalNotional
    self.maximumAccountLeverageMillionths = maximumAccountLeverageMillionths
    self.resumesOnNewDay = resumesOnNewDay
    self.refusesStaleHosts = refusesStaleHosts
    self.staleAfterMilliseconds = staleAfterMilliseconds
  }
}
