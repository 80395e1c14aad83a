/// One public trade.
public struct Trade: Sendable, BitwiseCopyable, Hashable {
  public var price: Price
  public var quantity: Quantity
  public var takerSide: Side
  public init(price: Price, quantity: Quantity, takerSide: Side) {
    self.price = price
    self.quantity = quantity
    self.takerSide = takerSide
  }
}

/// Best bid and ask. A quantity of zero is unknown.
public struct Quote: Sendable, BitwiseCopyable, Hashable {
  public var bidPrice: Price
  public var bidQuantity: Quantity
  public var askPrice: Price
  public var askQuantity: Quantity
  /// Made from trades because the data has no quotes.
  public var isSynthetic: Bool
  public init(bidPrice: Price, bidQuantity: Quantity, askPrice: Price, askQuantity: Quantity, isSynthetic: Bool = false) {
    self.bidPrice = bidPrice
    self.bidQuantity = bidQuantity
    self.askPrice = askPrice
    self.askQuantity = askQuantity
    self.isSynthetic = isSynthetic
  }
}

/// One closed one-second bar.
public struct Bar: Sendable, BitwiseCopyable, Hashable {
  /// Start of the second, epoch seconds.
  public var second: Int64
  public var open: Price
  public var high: Price
  public var low: Price
  public var close: Price
  public var quantity: Quantity
  public var buyQuantity: Quantity
  public var tradeCount: UInt32
  public init(second: Int64, open: Price, high: Price, low: Price, close: Price, quantity: Quantity, buyQuantity: Quantity, tradeCount: UInt32) {
    self.second = second
    self.open = open
    self.high = high
    self.low = low
    self.close = close
    self.quantity = quantity
    self.buyQuantity = buyQuantity
    self.tradeCount = tradeCount
  }
}

/// A trade with its times: one row of a tick file, one message of a feed.
public struct Tick: Sendable, BitwiseCopyable, Hashable {
  /// Venue's time, epoch milliseconds UTC.
  public var exchangeMilliseconds: Int64
  public var trade: Trade
  public init(exchangeMilliseconds: Int64, trade: Trade) {
    self.exchangeMilliseconds = exchangeMilliseconds
    self.trade = trade
  }
}
