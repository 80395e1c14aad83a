import Market
import Risk

/// An order as the practice venue keeps it.
struct VenueOrder {
  let request: OrderRequest
  let id: UInt64
  let slot: Int32
  let pairedID: UInt64
  /// Raw; of `request.quantity`.
  var remaining: Int64
  var queue = QueuePosition(displayed: nil)

  init(_ order: ApprovedOrder) {
    self.init(request: order.request, id: order.id, slot: order.slot, pairedID: order.pairedID)
  }

  init(request: OrderRequest, id: UInt64, slot: Int32, pairedID: UInt64 = 0) {
    self.request = request
    self.id = id
    self.slot = slot
    self.pairedID = pairedID
    remaining = request.quantity.raw
  }

  /// Numbers begin at 1, so that no order is paired with one that names nobody.
  func isPaired(with other: VenueOrder) -> Bool { pairedID == other.id || other.pairedID == id }

  /// Whether a trade at `last` makes a market order of it.
  func isTriggered(at last: Price) -> Bool {
    guard last.raw > 0 else { return false }
    switch (request.type, request.side) {
    case (.stopMarket, .sell), (.takeProfitMarket, .buy): return last <= request.triggerPrice
    case (.stopMarket, .buy), (.takeProfitMarket, .sell): return last >= request.triggerPrice
    default: return false
    }
  }
}
