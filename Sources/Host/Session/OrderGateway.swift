import Market
import Risk

/// Who is asked about orders: the Supervisor. Called on the engine's thread, for orders alone; it must not wait.
public protocol OrderGateway: AnyObject {
  /// An opening order waits for `TradingLoop.answer`.
  func ask(_ order: PendingOrder, _ market: OrderMarket)
  /// A reducing order has gone out; the answer stops nothing.
  func tell(_ order: ApprovedOrder, _ market: OrderMarket)
}

/// What is known of an order's market as it is asked about.
public struct OrderMarket: Sendable {
  public var bid: Price
  public var ask: Price
  public var last: Price
  /// The account's net position in the instrument.
  public var position: Int64

  public init(bid: Price, ask: Price, last: Price, position: Int64) {
    self.bid = bid
    self.ask = ask
    self.last = last
    self.position = position
  }
}
