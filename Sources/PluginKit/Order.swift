/// How long an order lives.
public enum TimeInForce: Sendable {
  case goodTillCancelled
  case immediateOrCancel
  case fillOrKill
  /// On receive time.
  case milliseconds(Int64)

  @inlinable var code: UInt32 {
    switch self {
    case .goodTillCancelled: QE_TIF_GTC
    case .immediateOrCancel: QE_TIF_IOC
    case .fillOrKill: QE_TIF_FOK
    case .milliseconds: QE_TIF_MS
    }
  }

  @inlinable var lifeMilliseconds: Int64 {
    if case .milliseconds(let life) = self { return life }
    return 0
  }
}

/// All that an order can say, for `Intents.submit` and `Intents.replace`. Quantities and prices are raw.
public struct Order: Sendable {
  public var side: Side
  public var quantity: Int64
  /// On the tick grid; nil = market order.
  public var price: Int64?
  public var timeInForce = TimeInForce.goodTillCancelled
  public var postOnly = false
  /// Asks the host to refuse the order if it cannot prove it reducing. Relaxes nothing.
  public var reduceOnly = false
  /// Bracket, raw; nil = none.
  public var stopPrice: Int64?
  public var takeProfitPrice: Int64?
  public var timeStopMilliseconds: Int64?
  /// 0...1; NaN = none.
  public var confidence = Double.nan
  /// Expected gain as a fraction of the price; NaN = none.
  public var edge = Double.nan

  @inlinable public init(_ side: Side, quantity: Int64, price: Int64? = nil) {
    self.side = side
    self.quantity = quantity
    self.price = price
  }
}
