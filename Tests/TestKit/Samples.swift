import Market
import Risk

/// Instruments and limits that tests share.
public enum Samples {
  /// Tick 0.1, step 0.001, linear perpetual.
  public static func perpetual(symbol: String = "BTCUSDT", leverage: Int64 = 5, minimumNotional: Money = .zero) -> Instrument {
    make("binance.usdm.\(symbol)", leverage: leverage, minimumNotional: minimumNotional)
  }

  public static func spot(symbol: String = "BTCUSDT", minimumNotional: Money = .zero) -> Instrument {
    make("binance.spot.\(symbol)", leverage: 1, minimumNotional: minimumNotional)
  }

  private static func make(_ id: String, leverage: Int64, minimumNotional: Money) -> Instrument {
    guard let id = InstrumentID(id),
      let instrument = try? Instrument(
        id: id, baseAsset: "BTC", quoteAsset: "USDT", priceScale: 1, quantityScale: 3, minimumNotional: minimumNotional, leverage: leverage)
    else { preconditionFailure("the sample instrument is valid") }
    return instrument
  }

  /// Every limit there is, far away: the checks run and pass.
  public static let farLimits: RiskLimits = {
    let far = Money(units: 1_000_000_000_000)
    var limits = RiskLimits()
    limits.maximumOrderNotional = far
    limits.maximumSymbolNotional = far
    limits.maximumGrossExposure = far
    limits.maximumLeverage = 1_000_000_000
    limits.minimumLiquidationDistance = 0
    limits.maximumOrdersPerSecond = 100_000
    limits.venueMessagesPerTenSeconds = 1_000_000
    limits.maximumTradesPerHour = 1_000_000
    limits.lossStreakTrades = 1_000_000
    limits.maximumSpread = BasisPoints(raw: 10_000_000_000)
    limits.maximumEventLagMilliseconds = 3_600_000
    limits.priceCollar = nil
    limits.emergencyCollar = nil
    limits.maximumDailyLoss = far
    limits.maximumDailyLossFraction = nil
    limits.maximumDrawdown = far
    limits.maximumDrawdownFraction = nil
    return limits
  }()
}
