import Market

/// One trade: an instance's way from flat to flat, as a row of roundtrips.csv.
public struct TradeRow: Sendable, BitwiseCopyable {
  /// Position in the recorder's list of instance names.
  public var instance: Int
  /// The side that opened it: `buy` is a long trade.
  public var side: Side
  /// Epoch milliseconds UTC.
  public var entryMilliseconds: Int64
  /// Epoch milliseconds UTC.
  public var exitMilliseconds: Int64
  /// Average over the opening fills, rounded to the price scale.
  public var entryPrice: Price
  /// Average over the closing fills, rounded to the price scale.
  public var exitPrice: Price
  /// Largest position on the way.
  public var quantity: Quantity
  /// Net of all fees and funding; a win is above zero.
  public var pnl: Money
  public var fees: Money
  /// Paid; below zero: received.
  public var funding: Money

  public init(
    instance: Int, side: Side, entryMilliseconds: Int64, exitMilliseconds: Int64, entryPrice: Price, exitPrice: Price, quantity: Quantity,
    pnl: Money, fees: Money, funding: Money
  ) {
    self.instance = instance
    self.side = side
    self.entryMilliseconds = entryMilliseconds
    self.exitMilliseconds = exitMilliseconds
    self.entryPrice = entryPrice
    self.exitPrice = exitPrice
    self.quantity = quantity
    self.pnl = pnl
    self.fees = fees
    self.funding = funding
  }

  /// Before fees and funding.
  var grossPnL: Money { pnl + fees + funding }

  /// Never negative: a recording's clock may step back.
  public var holdingMilliseconds: Int64 { max(0, exitMilliseconds - entryMilliseconds) }
}
