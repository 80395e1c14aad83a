import Market

/// One execution, as a row of trades.csv.
public struct FillRow: Sendable, BitwiseCopyable {
  /// Data row of the tick that was being processed, 0-based.
  public var tickIndex: Int
  /// Epoch milliseconds UTC.
  public var timeMilliseconds: Int64
  /// Position in the recorder's list of instance names.
  public var instance: Int
  public var side: Side
  public var quantity: Quantity
  public var price: Price
  /// Price times quantity, in quote.
  public var notional: Money
  /// In quote; negative = rebate.
  public var fee: Money
  public var isMaker: Bool
  /// The instance's position after the fill, signed.
  public var positionAfter: Quantity
  /// What this fill realized, fees not counted; zero where it opens.
  public var realizedPnL: Money

  public init(
    tickIndex: Int, timeMilliseconds: Int64, instance: Int, side: Side, quantity: Quantity, price: Price, notional: Money, fee: Money,
    isMaker: Bool, positionAfter: Quantity, realizedPnL: Money
  ) {
    self.tickIndex = tickIndex
    self.timeMilliseconds = timeMilliseconds
    self.instance = instance
    self.side = side
    self.quantity = quantity
    self.price = price
    self.notional = notional
    self.fee = fee
    self.isMaker = isMaker
    self.positionAfter = positionAfter
    self.realizedPnL = realizedPnL
  }

  /// The fill takes the position further from zero, or through it.
  var isEntry: Bool { positionAfter.raw.signum() == side.sign }
}
