import Market

/// The best bid and ask beside a bar, as the instrument's scaled integers; 0 = none or unknown.
public struct BarQuote: Sendable, BitwiseCopyable, Hashable, Codable {
  public var bid: Int64
  public var bidQuantity: Int64
  public var ask: Int64
  public var askQuantity: Int64

  @inlinable
  public init(bid: Int64, bidQuantity: Int64, ask: Int64, askQuantity: Int64) {
    self.bid = bid
    self.bidQuantity = bidQuantity
    self.ask = ask
    self.askQuantity = askQuantity
  }

  /// A quote that was made from trades tells a model nothing that the trades do not: it is none.
  @inlinable
  public init(_ quote: Quote) {
    self =
      quote.isSynthetic
      ? .none
      : BarQuote(
        bid: quote.bidPrice.raw, bidQuantity: quote.bidQuantity.raw, ask: quote.askPrice.raw, askQuantity: quote.askQuantity.raw)
  }

  @inlinable public static var none: BarQuote { BarQuote(bid: 0, bidQuantity: 0, ask: 0, askQuantity: 0) }
}
