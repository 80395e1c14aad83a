/// The side of an order, or the aggressor of a trade.
public enum Side: UInt32, Sendable {
  case buy = 1
  case sell = 2
}

/// One public trade. Decimal values are computed on use; the raw integers are the exact ones.
public struct Trade {
  @usableFromInline let event: qe_trade
  @usableFromInline let scales: Scales
  @inlinable init(_ event: qe_trade, _ scales: Scales) {
    self.event = event
    self.scales = scales
  }

  /// In quote currency.
  @inlinable public var price: Double { scales.price(event.price) }
  /// In base currency.
  @inlinable public var quantity: Double { scales.quantity(event.quantity) }
  @inlinable public var rawPrice: Int64 { event.price }
  @inlinable public var rawQuantity: Int64 { event.quantity }
  /// The aggressor; nil if the data does not say.
  @inlinable public var takerSide: Side? { Side(rawValue: event.taker_side) }
}

/// Best bid and ask. A quantity of 0 is unknown (synthetic quotes have no size).
public struct Quote {
  @usableFromInline let event: qe_quote
  @usableFromInline let scales: Scales
  @inlinable init(_ event: qe_quote, _ scales: Scales) {
    self.event = event
    self.scales = scales
  }

  @inlinable public var bid: Double { scales.price(event.bid_price) }
  @inlinable public var ask: Double { scales.price(event.ask_price) }
  @inlinable public var bidQuantity: Double { scales.quantity(event.bid_quantity) }
  @inlinable public var askQuantity: Double { scales.quantity(event.ask_quantity) }
  @inlinable public var rawBid: Int64 { event.bid_price }
  @inlinable public var rawAsk: Int64 { event.ask_price }
  @inlinable public var rawBidQuantity: Int64 { event.bid_quantity }
  @inlinable public var rawAskQuantity: Int64 { event.ask_quantity }
}

/// One closed one-second bar. Empty seconds come as flat bars: quantities 0, all prices the last close.
public struct Bar {
  @usableFromInline let event: qe_bar
  @usableFromInline let scales: Scales
  @inlinable init(_ event: qe_bar, _ scales: Scales) {
    self.event = event
    self.scales = scales
  }

  /// Start of the second, epoch milliseconds UTC.
  @inlinable public var openMilliseconds: Int64 { event.open_ms }
  @inlinable public var open: Double { scales.price(event.open) }
  @inlinable public var high: Double { scales.price(event.high) }
  @inlinable public var low: Double { scales.price(event.low) }
  @inlinable public var close: Double { scales.price(event.close) }
  @inlinable public var quantity: Double { scales.quantity(event.quantity) }
  /// The part whose taker bought.
  @inlinable public var buyQuantity: Double { scales.quantity(event.buy_quantity) }
  @inlinable public var tradeCount: UInt32 { event.trade_count }
  /// The exact integers.
  @inlinable public var raw: qe_bar { event }
}

/// The mark price and funding of a perpetual future.
public struct MarkPrice {
  @usableFromInline let event: qe_mark_price
  @usableFromInline let scales: Scales
  @inlinable init(_ event: qe_mark_price, _ scales: Scales) {
    self.event = event
    self.scales = scales
  }

  @inlinable public var price: Double { scales.price(event.price) }
  @inlinable public var rawPrice: Int64 { event.price }
  /// A fraction per funding interval.
  @inlinable public var fundingRate: Double { event.funding_rate }
  /// Epoch milliseconds UTC.
  @inlinable public var nextFundingMilliseconds: Int64 { event.next_funding_ms }
}
