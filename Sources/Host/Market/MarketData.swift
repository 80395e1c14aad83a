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
public struct Bar: Sendable, BitwiseCopyable, Hashable, Codable {
  /// Start of the second, epoch seconds.
  public var second: Int64
  public var open: Price
  public var high: Price
  public var low: Price
  public var close: Price
  public var quantity: Quantity
  public var buyQuantity: Quantity
  public var tradeCount: UInt32
  /// The trades whose taker bought.
  public var buyCount: UInt32
  public init(
    second: Int64, open: Price, high: Price, low: Price, close: Price, quantity: Quantity, buyQuantity: Quantity, tradeCount: UInt32,
    buyCount: UInt32 = 0
  ) {
    self.second = second
    self.open = open
    self.high = high
    self.low = low
    self.close = close
    self.quantity = quantity
    self.buyQuantity = buyQuantity
    self.tradeCount = tradeCount
    self.buyCount = buyCount
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

/// What a venue marks a perpetual's positions at, and what holding one costs.
public struct MarkPrice: Sendable, BitwiseCopyable, Hashable {
  public var price: Price
  /// Per funding interval, of the notional at the mark; above zero longs pay shorts.
  public var fundingRate: BasisPoints
  /// When it is next paid, epoch ms; 0 = not told.
  public var nextFundingMilliseconds: Int64
  public init(price: Price, fundingRate: BasisPoints = .zero, nextFundingMilliseconds: Int64 = 0) {
    self.price = price
    self.fundingRate = fundingRate
    self.nextFundingMilliseconds = nextFundingMilliseconds
  }
}

/// One price level of an order book. In a change the quantity is absolute, and zero removes the level.
public struct BookLevel: Sendable, BitwiseCopyable, Hashable {
  public var price: Price
  public var quantity: Quantity
  public init(price: Price, quantity: Quantity) {
    self.price = price
    self.quantity = quantity
  }
}

/// Changes of an order book, in a buffer that is lent until the reader's next call.
public struct DepthUpdate {
  public var bids: UnsafeBufferPointer<BookLevel>
  public var asks: UnsafeBufferPointer<BookLevel>
  /// The whole book: what was known before is void.
  public var isSnapshot: Bool
  public init(bids: UnsafeBufferPointer<BookLevel>, asks: UnsafeBufferPointer<BookLevel>, isSnapshot: Bool) {
    // Unsafe: lent memory, so that a message of hundreds of levels costs no array; whoever keeps levels copies them.
    self.bids = bids
    self.asks = asks
    self.isSnapshot = isSnapshot
  }
}

/// One message of market data with both of its times.
public struct MarketEvent {
  public enum Payload {
    case trade(Trade)
    case quote(Quote)
    case depth(DepthUpdate)
    case mark(MarkPrice)
  }

  /// The venue's time, ns since the epoch UTC; -1 = none. May go backwards between streams.
  public var exchangeNanoseconds: Int64
  /// When it reached us; never decreases within a recording.
  public var receiveNanoseconds: Int64
  public var payload: Payload
  public init(exchangeNanoseconds: Int64, receiveNanoseconds: Int64, payload: Payload) {
    self.exchangeNanoseconds = exchangeNanoseconds
    self.receiveNanoseconds = receiveNanoseconds
    self.payload = payload
  }
}
