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
  /// The quote when the order was decided; zero = there was none.
  public var decisionBid: Price
  public var decisionAsk: Price
  /// Position in the recorder's list of fee assets.
  public var feeAsset: Int
  /// The commission in `feeAsset`; `fee` is its value in quote.
  public var feeAmount: Money
  /// Of an order that the host made: a bracket's leg, a flatten.
  public var isHostMade: Bool

  public init(
    tickIndex: Int, timeMilliseconds: Int64, instance: Int, side: Side, quantity: Quantity, price: Price, notional: Money, fee: Money,
    isMaker: Bool, positionAfter: Quantity, realizedPnL: Money, decisionBid: Price, decisionAsk: Price, feeAsset: Int, feeAmount: Money,
    isHostMade: Bool
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
    self.decisionBid = decisionBid
    self.decisionAsk = decisionAsk
    self.feeAsset = feeAsset
    self.feeAmount = feeAmount
    self.isHostMade = isHostMade
  }

  /// The fill takes the position further from zero, or through it.
  var isEntry: Bool { positionAfter.raw.signum() == side.sign }

  /// Against the side of the decision's quote that a market order meets: `(price - ask) / mid` for a buy, `(bid - price) / mid`
  /// for a sell, in bps. Above zero = worse than the quote. Nil: there was no quote.
  var slippageBps: Double? {
    guard decisionBid.raw > 0, decisionAsk.raw > 0 else { return nil }
    let worse = side == .buy ? price.raw - decisionAsk.raw : decisionBid.raw - price.raw
    return 2e4 * Double(worse) / Double(decisionBid.raw + decisionAsk.raw)
  }

  /// Against the mid of the decision's quote: `side x (price - mid) / mid` in bps, so half the spread is part of it.
  var midSlippageBps: Double? {
    guard decisionBid.raw > 0, decisionAsk.raw > 0 else { return nil }
    let twiceMid = decisionBid.raw + decisionAsk.raw
    return 1e4 * Double(side.sign) * Double(2 * price.raw - twiceMid) / Double(twiceMid)
  }
}
