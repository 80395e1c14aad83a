import Market
import Risk
import Session

/// What the Supervisor is asked about an order: the reference's eight members and ours.
public struct OrderQuestion: Sendable {
  public var orderID: UInt64
  public var instrument: Instrument
  public var request: OrderRequest
  public var market: OrderMarket
  public var isReducing: Bool

  public init(orderID: UInt64, instrument: Instrument, request: OrderRequest, market: OrderMarket, isReducing: Bool) {
    self.orderID = orderID
    self.instrument = instrument
    self.request = request
    self.market = market
    self.isReducing = isReducing
  }

  /// What it is valued at: its own price; without one the worse side of the market.
  var price: Price {
    for own in [request.price, request.triggerPrice] where own.raw > 0 { return own }
    let touch = request.side == .buy ? market.ask : market.bid
    return touch.raw > 0 ? touch : market.last
  }

  func body(hostID: String, runID: String) -> JSONValue {
    let spec = instrument.spec
    func decimal(_ raw: Int64, _ scale: Int) -> JSONValue { .number(DecimalText.formatShort(Int128(raw), scale: scale)) }
    let type =
      switch request.type {
      case .market: "MARKET"
      case .limit: "LIMIT"
      case .stopMarket, .takeProfitMarket: "STOP"
      }
    return .object([
      ("symbol", .text(instrument.id.symbol)), ("side", .text(request.side == .buy ? "BUY" : "SELL")), ("order_type", .text(type)),
      ("quantity", decimal(request.quantity.raw, Int(spec.quantityScale))),
      ("price", price.raw > 0 ? decimal(price.raw, Int(spec.priceScale)) : .null),
      ("notional", price.raw > 0 ? .number(DecimalText.formatShort(spec.notional(price, request.quantity).raw, scale: Money.scale)) : .null),
      ("leverage", .null),
      ("is_reduce_only", .boolean(isReducing)), ("host_id", .text(hostID)), ("client_order_id", .text("\(runID)-\(orderID)")),
      ("market", .text(instrument.id.description)), ("position_before", decimal(market.position, Int(spec.quantityScale))),
      ("order_seq", .integer(Int(clamping: orderID))),
    ])
  }
}
