/// The side of an order, or the aggressor of a trade.
public enum Side: UInt8, Sendable, BitwiseCopyable, Codable {
  case buy = 1
  case sell = 2

  /// +1 for a buy, -1 for a sell: what a fill does to a position.
  public var sign: Int64 { self == .buy ? 1 : -1 }
  public var opposite: Side { self == .buy ? .sell : .buy }
  public var name: String { self == .buy ? "buy" : "sell" }
}
