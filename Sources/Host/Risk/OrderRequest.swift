import Market

public enum OrderType: UInt8, Sendable, BitwiseCopyable, Codable {
  case market = 1
  case limit = 2
  /// Becomes a market order once a trade is at its trigger or beyond it, against the position it protects.
  case stopMarket = 3
  /// Becomes a market order once a trade is at its trigger or beyond it, in favour of the position it closes.
  case takeProfitMarket = 4

  public var isConditional: Bool { self == .stopMarket || self == .takeProfitMarket }
}

/// How long a venue keeps an order. A life in milliseconds is the engine's own business: the venue sees `goodTillCancelled`.
public enum TimeInForce: UInt8, Sendable, BitwiseCopyable, Codable {
  case goodTillCancelled = 0
  /// What does not fill at once expires.
  case immediateOrCancel = 1
  /// Fills at once and in full, or expires.
  case fillOrKill = 2
}

/// What an intent asks for after it was read and floored to the step; not yet allowed.
public struct OrderRequest: Sendable, BitwiseCopyable, Hashable, Codable {
  /// Index of the instrument in the run.
  public var instrument: Int32
  /// Ordinal of the strategy instance in the run.
  public var instance: Int32
  public var side: Side
  public var type: OrderType
  public var timeInForce = TimeInForce.goodTillCancelled
  /// Must not take: the venue rejects it where it would cross.
  public var postOnly = false
  /// The author asks for WOULD_OPEN unless this is proven reducing.
  public var reduceOnly: Bool
  public var quantity: Quantity
  /// Of limit orders; else zero.
  public var price: Price
  /// Of conditional orders; else zero.
  public var triggerPrice = Price.zero

  public init(instrument: Int32, instance: Int32, side: Side, type: OrderType, quantity: Quantity, price: Price, reduceOnly: Bool = false) {
    self.instrument = instrument
    self.instance = instance
    self.side = side
    self.type = type
    self.quantity = quantity
    self.price = price
    self.reduceOnly = reduceOnly
  }
}
