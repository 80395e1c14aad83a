import Market

public enum OrderType: UInt8, Sendable, BitwiseCopyable {
  case market = 1
  case limit = 2
}

/// What an intent asks for after it was read and floored to the step; not yet allowed.
public struct OrderRequest: Sendable, BitwiseCopyable, Hashable {
  /// Index of the instrument in the run.
  public var instrument: Int32
  /// Ordinal of the strategy instance in the run.
  public var instance: Int32
  public var side: Side
  public var type: OrderType
  /// The author asks for WOULD_OPEN unless this is proven reducing.
  public var reduceOnly: Bool
  public var quantity: Quantity
  /// Zero for market orders.
  public var price: Price

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
