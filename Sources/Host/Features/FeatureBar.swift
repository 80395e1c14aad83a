import Market

/// One closed second as features see it: doubles, made from exact integers once per bar.
public struct FeatureBar: Sendable, BitwiseCopyable, Hashable {
  /// Start of the second, epoch seconds.
  public var second: Int64
  /// Quote currency per base unit, of trades; all equal the close before in a second without trades.
  public var close: Double
  public var high: Double
  public var low: Double
  /// Base units traded, and the part of it whose taker bought.
  public var quantity: Double
  public var buyQuantity: Double
  public var tradeCount: UInt32
  public var buyCount: UInt32
  /// The real quote in force when the second's last trade came (in a second without trades: when the last one before it
  /// came); 0 = none, synthetic, or not told.
  public var bidPrice: Double
  public var askPrice: Double
  public var bidQuantity: Double
  public var askQuantity: Double

  public init(
    second: Int64, close: Double, high: Double, low: Double, quantity: Double, buyQuantity: Double, tradeCount: UInt32, buyCount: UInt32,
    bidPrice: Double, askPrice: Double, bidQuantity: Double, askQuantity: Double
  ) {
    self.second = second
    self.close = close
    self.high = high
    self.low = low
    self.quantity = quantity
    self.buyQuantity = buyQuantity
    self.tradeCount = tradeCount
    self.buyCount = buyCount
    self.bidPrice = bidPrice
    self.askPrice = askPrice
    self.bidQuantity = bidQuantity
    self.askQuantity = askQuantity
  }

  /// - Parameter priceScale: decimal places of the instrument's prices, 0...18; `quantityScale` those of its quantities.
  public init(_ bar: Bar, _ quote: BarQuote, priceScale: Int, quantityScale: Int) {
    // Divided, never times a power of 0.1: the quotient is the double nearest to the decimal number.
    let priceUnit = Double(PowerOfTen[priceScale])
    let quantityUnit = Double(PowerOfTen[quantityScale])
    self.init(
      second: bar.second, close: Double(bar.close.raw) / priceUnit, high: Double(bar.high.raw) / priceUnit, low: Double(bar.low.raw) / priceUnit,
      quantity: Double(bar.quantity.raw) / quantityUnit, buyQuantity: Double(bar.buyQuantity.raw) / quantityUnit, tradeCount: bar.tradeCount,
      buyCount: bar.buyCount, bidPrice: Double(quote.bid) / priceUnit, askPrice: Double(quote.ask) / priceUnit,
      bidQuantity: Double(quote.bidQuantity) / quantityUnit, askQuantity: Double(quote.askQuantity) / quantityUnit)
  }
}
