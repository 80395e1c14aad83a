import Market

/// An order book as it was received, with the quote that it implies: the venue's own may be ahead of it, and has our takings
/// in it.
struct SeenBook {
  private(set) var book = OrderBook()
  /// The feed has quotes of its own: none are made.
  var hasQuotes = false
  private var last: Quote?

  /// The quote of the book's top; nil where it is the same as before, or not whole.
  mutating func quote(after depth: DepthUpdate) -> Quote? {
    book.apply(depth)
    guard !hasQuotes, let bid = book.bestBid, let ask = book.bestAsk else { return nil }
    let quote = Quote(bidPrice: bid.price, bidQuantity: bid.quantity, askPrice: ask.price, askQuantity: ask.quantity)
    if quote == last { return nil }
    last = quote
    return quote
  }
}
