import Market

/// Closed one-second bars from trades, by exchange time.
///
/// A bar closes only on a trade of a later second. A late trade joins the open bar and is counted. Seconds without
/// trades become flat bars, unless the gap is over the bound: then the series starts anew.
struct BarBuilder: BitwiseCopyable {
  private var current = Bar(second: .min, open: .zero, high: .zero, low: .zero, close: .zero, quantity: .zero, buyQuantity: .zero, tradeCount: 0)
  private let maximumGapSeconds: Int64
  private(set) var lateTrades: UInt64 = 0

  init(maximumGapSeconds: Int64) { self.maximumGapSeconds = maximumGapSeconds }

  /// Whether a trade of this second closes at least one bar first.
  func closes(before second: Int64) -> Bool { current.second != .min && second > current.second }

  /// The oldest bar that a trade of `second` closes, and then the next one; nil when the open bar is that second's own,
  /// or when the series starts anew.
  mutating func closeNext(before second: Int64) -> Bar? {
    guard closes(before: second) else { return nil }
    if second - current.second > maximumGapSeconds {
      current.second = .min
      return nil
    }
    let bar = current
    let close = bar.close
    current = Bar(
      second: bar.second + 1, open: close, high: close, low: close, close: close, quantity: .zero, buyQuantity: .zero, tradeCount: 0)
    return bar
  }

  mutating func add(_ trade: Trade, second: Int64) {
    if current.second == .min {
      current = Bar(
        second: second, open: trade.price, high: trade.price, low: trade.price, close: trade.price, quantity: .zero, buyQuantity: .zero, tradeCount: 0
      )
    }
    if second < current.second { lateTrades += 1 }
    if current.tradeCount == 0 { current.open = trade.price; current.high = trade.price; current.low = trade.price }
    current.high = max(current.high, trade.price)
    current.low = min(current.low, trade.price)
    current.close = trade.price
    current.quantity.raw &+= trade.quantity.raw
    if trade.takerSide == .buy { current.buyQuantity.raw &+= trade.quantity.raw }
    current.tradeCount &+= 1
  }
}
