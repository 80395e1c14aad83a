import Market

/// What a run comes to, for the page and for JSON alike.
public struct RunFigures: Sendable {
  /// In the order of the run.
  public var instances: [InstanceFigures]
  /// All instances together.
  public var total: InstanceFigures
  public var daily: DailyFigures
  /// Greatest |net position| in quote, seen at each fill (at its price) and once a minute of the data's time (at the mid).
  public var maximumExposure: Money
  /// Part of the data's time in which the account held a position, 0...1; nil = the data span no time.
  public var timeInMarket: Double?
  /// Markouts that were given up because over 65,536 fills waited at once.
  public var droppedMarkouts: Int
  /// When and why opening ended and began again; the first 1024.
  public var stops: [RunStop]
}

/// One instance's result. Of its finished trades: what is still open is in none of the amounts.
public struct InstanceFigures: Sendable {
  public var id: String
  public var symbol: String
  public var trades: Int
  public var wins: Int
  /// Net of fees and funding.
  public var netPnL: Money
  public var fees: Money
  /// Paid; below zero: received.
  public var funding: Money
  /// Nil: no trade.
  public var averageHoldingMilliseconds: Int64?
  public var medianHoldingMilliseconds: Int64?
  /// At the end, signed.
  public var openPosition: Quantity
  /// Greatest |position| in quote, at the fills that led to it; of all together, `RunFigures.maximumExposure`.
  public var maximumExposure: Money
  /// Refused intents.
  public var refusals: Int
  public var all: ExecutionFigures
  public var maker: ExecutionFigures
  public var taker: ExecutionFigures

  /// Before fees and funding.
  public var grossPnL: Money { netPnL + fees + funding }
  /// Nil: no trade.
  public var winRate: Double? { trades > 0 ? Double(wins) / Double(trades) : nil }
  /// By notional; nil: no fill.
  public var makerShare: Double? { all.notional > .zero ? maker.notional.doubleValue / all.notional.doubleValue : nil }
}

/// How fills of one kind were executed. All bps are volume-weighted.
public struct ExecutionFigures: Sendable {
  public var fills: Int
  public var notional: Money
  /// Against the side of the quote that a market order would have met when the order was decided; above zero = a cost.
  /// `FillRow.slippageBps`.
  public var touchSlippage: BpsFigure
  /// Against the mid of that quote. `FillRow.midSlippageBps`.
  public var midSlippage: BpsFigure
  /// After 0.1, 1, 5 and 30 s; above zero = the market went the fill's way.
  public var markouts: [BpsFigure]

  public static let horizonsSeconds = ["0.1", "1", "5", "30"]
}

/// Opening ended, or is allowed again.
public struct RunStop: Sendable, Equatable {
  /// Epoch milliseconds UTC.
  public var timeMilliseconds: Int64
  /// Nil: opening is allowed again.
  public var reason: String?

  public init(timeMilliseconds: Int64, reason: String?) {
    self.timeMilliseconds = timeMilliseconds
    self.reason = reason
  }
}
