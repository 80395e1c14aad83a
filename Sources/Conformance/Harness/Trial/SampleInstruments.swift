import Market

/// Instruments to try plugins on.
enum SampleInstruments {
  /// A linear perpetual with a coarse tick.
  static let perpetual = make(.usdm, priceScale: 2, quantityScale: 3, tickSize: 10, leverage: 10)
  static let spot = make(.spot, priceScale: 2, quantityScale: 5, tickSize: 1, leverage: 1)
  /// Whole units of the base asset, and no decimals in prices.
  static let coarse = make(.usdm, priceScale: 0, quantityScale: 0, tickSize: 1, leverage: 5)
  /// As fine as the values allow.
  static let fine = make(.usdm, priceScale: 8, quantityScale: 8, tickSize: 1, leverage: 20)

  static let all = [perpetual, spot, coarse, fine]

  private static func make(_ market: Market, priceScale: Int, quantityScale: Int, tickSize: Int64, leverage: Int64) -> Instrument {
    do throws(Instrument.Invalid) {
      return try Instrument(
        id: InstrumentID(venue: "binance", market: market, symbol: "BTCUSDT"), baseAsset: "BTC", quoteAsset: "USDT", priceScale: priceScale,
        quantityScale: quantityScale, tickSize: tickSize, maximumQuantity: 1_000_000 * PowerOfTen[quantityScale],
        maximumPrice: 10_000_000 * PowerOfTen[priceScale], minimumNotional: Money(units: 5), leverage: leverage)
    } catch { preconditionFailure("a sample instrument is not valid: \(error.reason)") }
  }
}
