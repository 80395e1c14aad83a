import Market

/// Quotes made from trades, for data that has none: the last price with a fixed spread around it, on the tick grid.
///
/// The bid is floored and the ask raised to the grid, so that the spread is never smaller than asked for.
public struct SyntheticQuotes: Sendable, BitwiseCopyable {
  @usableFromInline let tickSize: Int64
  /// Half the spread as `raw / 10^10` of the price.
  @usableFromInline let halfSpread: Int64
  @usableFromInline var lastPrice = Price.zero

  private static let bpsUnit: Int128 = 10_000_000_000

  public init(spread: BasisPoints, spec: InstrumentSpec) {
    tickSize = spec.tickSize
    halfSpread = spread.raw / 2
  }

  /// The quote that a trade at `price` implies; nil if it is the same as before.
  @inlinable
  public mutating func quote(after price: Price) -> Quote? {
    if price == lastPrice { return nil }
    lastPrice = price
    if halfSpread == 0 {
      return Quote(bidPrice: price, bidQuantity: Quantity(raw: 0), askPrice: price, askQuantity: Quantity(raw: 0), isSynthetic: true)
    }
    return spread(around: price)
  }

  @usableFromInline
  func spread(around price: Price) -> Quote {
    let half = Int64((Int128(price.raw) * Int128(halfSpread) + Self.bpsUnit - 1) / Self.bpsUnit)
    let bid = max(tickSize, (price.raw - half) / tickSize * tickSize)
    let ask = (price.raw + half + tickSize - 1) / tickSize * tickSize
    return Quote(bidPrice: Price(raw: bid), bidQuantity: .zero, askPrice: Price(raw: ask), askQuantity: .zero, isSynthetic: true)
  }
}
