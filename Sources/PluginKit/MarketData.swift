/// The side of an order, or the aggressor of a trade.
public enum Side: UInt32, Sendable {
  case buy = 1
  case sell = 2

  @inlinable public var opposite: Side { self == .buy ? .sell : .buy }
  /// +1 for a buy, -1 for a sell: what a fill does to a position, and where a price has to go for a gain.
  @inlinable public var sign: Int64 { self == .buy ? 1 : -1 }
}

/// One public trade. Decimal values are computed on use; the raw integers are the exact ones.
///
/// Lent memory, like all events: it cannot be kept, which is why it cannot be copied.
public struct Trade: ~Copyable {
  @usableFromInline let lent: UnsafePointer<qe_trade>
  @usableFromInline let scales: UnsafePointer<Scales>
  @inlinable init(_ lent: UnsafePointer<qe_trade>, _ scales: UnsafePointer<Scales>) {
    self.lent = lent
    self.scales = scales
  }

  /// In quote currency.
  @inlinable public var price: Double { scales.pointee.price(lent.pointee.price) }
  /// In base currency.
  @inlinable public var quantity: Double { scales.pointee.quantity(lent.pointee.quantity) }
  @inlinable public var rawPrice: Int64 { lent.pointee.price }
  @inlinable public var rawQuantity: Int64 { lent.pointee.quantity }
  /// The aggressor; nil if the data does not say.
  @inlinable public var takerSide: Side? { Side(rawValue: lent.pointee.taker_side) }
}

/// Best bid and ask. A quantity of 0 is unknown (synthetic quotes have no size).
public struct Quote: ~Copyable {
  @usableFromInline let lent: UnsafePointer<qe_quote>
  @usableFromInline let scales: UnsafePointer<Scales>
  @inlinable init(_ lent: UnsafePointer<qe_quote>, _ scales: UnsafePointer<Scales>) {
    self.lent = lent
    self.scales = scales
  }

  @inlinable public var bid: Double { scales.pointee.price(lent.pointee.bid_price) }
  @inlinable public var ask: Double { scales.pointee.price(lent.pointee.ask_price) }
  @inlinable public var bidQuantity: Double { scales.pointee.quantity(lent.pointee.bid_quantity) }
  @inlinable public var askQuantity: Double { scales.pointee.quantity(lent.pointee.ask_quantity) }
  @inlinable public var rawBid: Int64 { lent.pointee.bid_price }
  @inlinable public var rawAsk: Int64 { lent.pointee.ask_price }
  @inlinable public var rawBidQuantity: Int64 { lent.pointee.bid_quantity }
  @inlinable public var rawAskQuantity: Int64 { lent.pointee.ask_quantity }
  /// Both sizes are told; a size of 0 says nothing about the book.
  @inlinable public var hasQuantities: Bool { lent.pointee.bid_quantity > 0 && lent.pointee.ask_quantity > 0 }
}

/// One closed one-second bar. Empty seconds come as flat bars: quantities 0, all prices the last close.
public struct Bar: ~Copyable {
  @usableFromInline let lent: UnsafePointer<qe_bar>
  @usableFromInline let scales: UnsafePointer<Scales>
  @inlinable init(_ lent: UnsafePointer<qe_bar>, _ scales: UnsafePointer<Scales>) {
    self.lent = lent
    self.scales = scales
  }

  /// Start of the second, epoch milliseconds UTC.
  @inlinable public var openMilliseconds: Int64 { lent.pointee.open_ms }
  @inlinable public var open: Double { scales.pointee.price(lent.pointee.open) }
  @inlinable public var high: Double { scales.pointee.price(lent.pointee.high) }
  @inlinable public var low: Double { scales.pointee.price(lent.pointee.low) }
  @inlinable public var close: Double { scales.pointee.price(lent.pointee.close) }
  @inlinable public var quantity: Double { scales.pointee.quantity(lent.pointee.quantity) }
  /// The part whose taker bought.
  @inlinable public var buyQuantity: Double { scales.pointee.quantity(lent.pointee.buy_quantity) }
  @inlinable public var tradeCount: UInt32 { lent.pointee.trade_count }
  /// The exact integers.
  @inlinable public var raw: qe_bar { lent.pointee }
}

/// The mark price and funding of a perpetual future.
public struct MarkPrice: ~Copyable {
  @usableFromInline let lent: UnsafePointer<qe_mark_price>
  @usableFromInline let scales: UnsafePointer<Scales>
  @inlinable init(_ lent: UnsafePointer<qe_mark_price>, _ scales: UnsafePointer<Scales>) {
    self.lent = lent
    self.scales = scales
  }

  @inlinable public var price: Double { scales.pointee.price(lent.pointee.price) }
  @inlinable public var rawPrice: Int64 { lent.pointee.price }
  /// A fraction per funding interval.
  @inlinable public var fundingRate: Double { lent.pointee.funding_rate }
  /// Epoch milliseconds UTC.
  @inlinable public var nextFundingMilliseconds: Int64 { lent.pointee.next_funding_ms }
}
