import Market
import PluginABI

/// An order book as it was received, with the quote that it implies: the venue's own may be ahead of it, and has our takings
/// in it.
struct SeenBook {
  private(set) var book = OrderBook()
  /// The feed has quotes of its own: none are made.
  var hasQuotes: Bool
  private var last: Quote?

  init(hasQuotes: Bool) { self.hasQuotes = hasQuotes }

  /// The quote of the book's top; nil where it is the same as before, or not whole.
  mutating func quote(after depth: DepthUpdate) -> Quote? {
    book.apply(depth)
    guard !hasQuotes, let bid = book.bestBid, let ask = book.bestAsk else { return nil }
    let quote = Quote(bidPrice: bid.price, bidQuantity: bid.quantity, askPrice: ask.price, askQuantity: ask.quantity)
    if quote == last { return nil }
    last = quote
    return quote
  }

  /// Levels of each side that plugins see.
  static let lentLevels = 20

  /// The best levels of both sides, best first, written into `room` for twice `lentLevels`.
  func top(in room: UnsafeMutablePointer<qe_level>) -> qe_depth {
    // Unsafe: the caller's scratch; each side has its half of it.
    let asks = room + Self.lentLevels
    return qe_depth(
      bids: UnsafePointer(room), asks: UnsafePointer(asks), bid_count: Self.write(book.bids, to: room), ask_count: Self.write(book.asks, to: asks))
  }

  private static func write(_ levels: [BookLevel], to room: UnsafeMutablePointer<qe_level>) -> UInt32 {
    let count = min(levels.count, lentLevels)
    for index in 0..<count {
      let level = levels[levels.count - 1 - index]
      room[index] = qe_level(price: level.price.raw, quantity: level.quantity.raw)
    }
    return UInt32(count)
  }
}
