import Market

/// Closed one-second bars from trades, by exchange time: the same in training, backtest and live.
///
/// A bar closes only on a trade of a later second. A late trade joins the open bar and is counted. Seconds without
/// trades become flat bars, unless the gap is over the bound: then the open bar is dropped and the series starts anew.
public struct BarBuilder: Sendable, BitwiseCopyable, Hashable, Codable {
  @usableFromInline var current = Bar(
    second: .min, open: .zero, high: .zero, low: .zero, close: .zero, quantity: .zero, buyQuantity: .zero, tradeCount: 0, buyCount: 0)
  @usableFromInline let maximumGapSeconds: Int64
  @usableFromInline var lastQuote = BarQuote.none
  @usableFromInline var lateCount: UInt64 = 0
  @usableFromInline var gapCount: UInt64 = 0

  /// - Parameter maximumGapSeconds: the longest distance of two trades, in seconds, that flat bars bridge.
  public init(maximumGapSeconds: Int64) { self.maximumGapSeconds = maximumGapSeconds }

  public var longestGapSeconds: Int64 { maximumGapSeconds }

  /// Belongs to the bar that `closeNext` gave last, until the next `add`: the quote of the last trade, which for a flat
  /// bar came in an earlier second.
  @inlinable public var quote: BarQuote { lastQuote }

  @inlinable public var lateTrades: UInt64 { lateCount }

  /// How often a gap over the bound has ended the series. `closeNext` raises it in the call in which it gives nil for the
  /// gap: whoever keeps windows of bars begins them anew when it has changed.
  @inlinable public var seriesCount: UInt64 { gapCount }

  /// Whether a trade of this second closes at least one bar first, or ends the series.
  @inlinable
  public func closes(before second: Int64) -> Bool { current.second != .min && second > current.second }

  /// The oldest bar that a trade of `second` closes, and then the next one; nil when the open bar is that second's own,
  /// or when the series starts anew.
  @inlinable
  public mutating func closeNext(before second: Int64) -> Bar? {
    guard closes(before: second) else { return nil }
    if second - current.second > maximumGapSeconds {
      current.second = .min
      gapCount &+= 1
      return nil
    }
    let bar = current
    begin(second: bar.second + 1, price: bar.close)
    return bar
  }

  /// Takes a trade into its second, after `closeNext` has given nil for it.
  ///
  /// - Parameter quote: what was in force when the trade came; `.none` where there is no real one.
  @inlinable
  public mutating func add(_ trade: Trade, second: Int64, quote: BarQuote) {
    if current.second == .min { begin(second: second, price: trade.price) }
    if second < current.second { lateCount &+= 1 }
    if current.tradeCount == 0 {
      current.open = trade.price
      current.high = trade.price
      current.low = trade.price
    }
    if trade.price.raw > current.high.raw { current.high = trade.price }
    if trade.price.raw < current.low.raw { current.low = trade.price }
    current.close = trade.price
    current.quantity.raw &+= trade.quantity.raw
    if trade.takerSide == .buy {
      current.buyQuantity.raw &+= trade.quantity.raw
      current.buyCount &+= 1
    }
    current.tradeCount &+= 1
    lastQuote = quote
  }

  @inlinable
  mutating func begin(second: Int64, price: Price) {
    current.second = second
    current.open = price
    current.high = price
    current.low = price
    current.close = price
    current.quantity.raw = 0
    current.buyQuantity.raw = 0
    current.tradeCount = 0
    current.buyCount = 0
  }
}
