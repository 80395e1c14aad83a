/// An order book by price: each side sorted with its best level last, because nearly every change is near the touch.
public struct OrderBook: Sendable {
  public private(set) var bids: [BookLevel] = []
  public private(set) var asks: [BookLevel] = []

  public init() {
    bids.reserveCapacity(4096)
    asks.reserveCapacity(4096)
  }

  public var bestBid: BookLevel? { bids.last }
  public var bestAsk: BookLevel? { asks.last }

  public mutating func clear() {
    bids.removeAll(keepingCapacity: true)
    asks.removeAll(keepingCapacity: true)
  }

  public mutating func apply(_ update: DepthUpdate) {
    if update.isSnapshot { clear() }
    for level in update.bids { set(.buy, level) }
    for level in update.asks { set(.sell, level) }
  }

  /// Sets one level; a quantity of zero removes it, and removing what is not there is normal.
  public mutating func set(_ side: Side, _ level: BookLevel) {
    if side == .buy { Self.set(&bids, level) { $0 < $1 } } else { Self.set(&asks, level) { $0 > $1 } }
  }

  /// What rests at a price; zero when nothing does.
  public func quantity(_ side: Side, at price: Price) -> Quantity {
    let levels = side == .buy ? bids : asks
    let index = Self.index(of: price, in: levels, worse: side == .buy ? { $0 < $1 } : { $0 > $1 })
    return index < levels.count && levels[index].price == price ? levels[index].quantity : .zero
  }

  /// - Parameter worse: whether its first price is further from the touch than its second.
  @inline(__always)
  private static func set(_ levels: inout [BookLevel], _ level: BookLevel, worse: (Price, Price) -> Bool) {
    let index = index(of: level.price, in: levels, worse: worse)
    let isThere = index < levels.count && levels[index].price == level.price
    if level.quantity.raw == 0 {
      if isThere { levels.remove(at: index) }
    } else if isThere {
      levels[index].quantity = level.quantity
    } else {
      levels.insert(level, at: index)
    }
  }

  /// Where the price is, or would be inserted: in steps that double from the touch on, then by halves.
  @inline(__always)
  private static func index(of price: Price, in levels: [BookLevel], worse: (Price, Price) -> Bool) -> Int {
    // No level from `high` on is worse than the price; every one below `low` is.
    var high = levels.count
    var step = 1
    while step <= high, !worse(levels[high - step].price, price) {
      high -= step
      step *= 2
    }
    var low = step <= high ? high - step + 1 : 0
    while low < high {
      let middle = (low + high) / 2
      if worse(levels[middle].price, price) { low = middle + 1 } else { high = middle }
    }
    return low
  }
}
