import Market
import Portfolio

/// A day's noon, ms since 1970 UTC.
let noon: Int64 = 1_770_033_600_000
let aDay: Int64 = 86_400_000

func units(_ whole: Int64) -> Money { Money(units: whole) }

extension Portfolio {
  /// As config/risk.yaml ships, changed.
  static func shipped(_ change: (inout PortfolioLimits) -> Void = { _ in }) -> Portfolio { Portfolio(limits(change)) }

  static func limits(_ change: (inout PortfolioLimits) -> Void = { _ in }) -> PortfolioLimits {
    var limits = PortfolioLimits(
      maximumDailyLoss: units(200), maximumDailyLossMillionths: 50_000, maximumDrawdown: units(500), maximumDrawdownMillionths: 100_000,
      maximumSymbolNotional: units(10_000), maximumLeverageMillionths: 5_000_000)
    change(&limits)
    return limits
  }

  /// A host that has reported.
  mutating func join(_ host: String = "a", equity: Int64 = 100_000, at now: Int64 = noon) {
    _ = take(HostReport(host: host, equity: units(equity), symbols: []), at: now)
  }
}

extension Question {
  static func buy(
    _ notional: Int64, _ symbol: String = "BTCUSDT", of host: String = "a", name: String? = nil, sequence: UInt64? = nil
  ) -> Question {
    Question(
      host: host, clientOrderID: name, symbol: symbol, isBuy: true, quantity: units(1), price: units(notional), notional: units(notional),
      orderSequence: sequence)
  }
}
