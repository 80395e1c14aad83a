import Market

/// An order that a host asks about before it sends it. Amounts are below 10^15: whoever reads them sees to it.
public struct Question: Sendable, Hashable {
  public var host: String
  /// Of the host; nil = it gives none, and each question is one of its own.
  public var clientOrderID: String?
  public var symbol: String
  public var isBuy: Bool
  public var quantity: Money
  public var price: Money?
  public var notional: Money?
  /// In millionths; nil = 1.
  public var leverageMillionths: Int64?
  public var claimsReducing: Bool
  /// Signed, as the host saw it when it asked; nil = it does not say.
  public var positionBefore: Money?
  public var orderSequence: UInt64?

  public init(
    host: String, clientOrderID: String? = nil, symbol: String, isBuy: Bool, quantity: Money, price: Money? = nil, notional: Money? = nil,
    leverageMillionths: Int64? = nil, claimsReducing: Bool = false, positionBefore: Money? = nil, orderSequence: UInt64? = nil
  ) {
    self.host = host
    self.clientOrderID = clientOrderID
    self.symbol = symbol
    self.isBuy = isBuy
    self.quantity = quantity
    self.price = price
    self.notional = notional
    self.leverageMillionths = leverageMillionths
    self.claimsReducing = claimsReducing
    self.positionBefore = positionBefore
    self.orderSequence = orderSequence
  }

  /// The larger one of what is said and of price times quantity, held at the ends of `Money`; nil = neither can be told.
  var worth: Money? {
    let computed = price.map { $0.scaled(byWide: quantity.raw, over: Money(units: 1).raw) }
    guard let notional else { return computed }
    return max(notional, computed ?? notional)
  }
}
