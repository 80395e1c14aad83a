import Engine
import Market
import Risk
import TestKit

@testable import Simulation

/// A practice venue with a desk before it: orders by hand, reports as words.
///
/// Orders are placed as the venue keeps them, so that every kind can be tried: what hard risk lets through is its own
/// business.
final class VenueDesk {
  var venue: SimulatedVenue
  private var nextID: UInt64 = 0
  private var kept: [ExecutionReport] = []

  /// Prices in ticks of 0.1, quantities in thousandths.
  init(_ model: SimulationModel = VenueDesk.free(), instruments: [Instrument] = [Samples.perpetual()], capacity: Int = 64) {
    venue = SimulatedVenue(model: model, instruments: instruments.map(\.spec), capacity: capacity)
  }

  /// No fees, fills at the quote.
  static func free(_ change: (inout SimulationModel) -> Void = { _ in }) -> SimulationModel {
    var model = SimulationModel(fillPrice: .quote, takerFee: .zero, makerFee: .zero, syntheticSpread: .zero)
    change(&model)
    return model
  }

  // MARK: Market data

  func trade(_ price: Int64, _ quantity: Int64 = 1, taker: Side = .buy, instrument: Int32 = 0) {
    _ = venue.observe(Trade(price: Price(raw: price), quantity: Quantity(raw: quantity), takerSide: taker), instrument: instrument)
  }

  func quote(_ bid: Int64, _ ask: Int64, _ bidQuantity: Int64 = 0, _ askQuantity: Int64 = 0, instrument: Int32 = 0) {
    _ = venue.observe(
      Quote(
        bidPrice: Price(raw: bid), bidQuantity: Quantity(raw: bidQuantity), askPrice: Price(raw: ask), askQuantity: Quantity(raw: askQuantity)),
      instrument: instrument)
  }

  func depth(bids: [(Int64, Int64)] = [], asks: [(Int64, Int64)] = [], isSnapshot: Bool = false, instrument: Int32 = 0) {
    let levels = { (rows: [(Int64, Int64)]) in rows.map { BookLevel(price: Price(raw: $0.0), quantity: Quantity(raw: $0.1)) } }
    let (bids, asks) = (levels(bids), levels(asks))
    bids.withUnsafeBufferPointer { bids in
      asks.withUnsafeBufferPointer { asks in
        _ = venue.observe(DepthUpdate(bids: bids, asks: asks, isSnapshot: isSnapshot), instrument: instrument)
      }
    }
  }

  // MARK: Orders

  /// The order's number, which is its slot too; they begin at 1.
  @discardableResult
  func order(
    _ side: Side, _ type: OrderType, _ quantity: Int64, at price: Int64 = 0, trigger: Int64 = 0, _ timeInForce: TimeInForce = .goodTillCancelled,
    postOnly: Bool = false, pairedWith pairedID: UInt64 = 0, instrument: Int32 = 0
  ) -> UInt64 {
    let order = make(
      side, type, quantity, at: price, trigger: trigger, timeInForce, postOnly: postOnly, pairedWith: pairedID, instrument: instrument)
    venue.place(order)
    return order.id
  }

  func make(
    _ side: Side, _ type: OrderType, _ quantity: Int64, at price: Int64 = 0, trigger: Int64 = 0, _ timeInForce: TimeInForce = .goodTillCancelled,
    postOnly: Bool = false, pairedWith pairedID: UInt64 = 0, instrument: Int32 = 0
  ) -> VenueOrder {
    nextID += 1
    var request = OrderRequest(
      instrument: instrument, instance: 0, side: side, type: type, quantity: Quantity(raw: quantity), price: Price(raw: price))
    request.triggerPrice = Price(raw: trigger)
    request.timeInForce = timeInForce
    request.postOnly = postOnly
    return VenueOrder(request: request, id: nextID, slot: Int32(nextID), pairedID: pairedID)
  }

  func cancel(_ id: UInt64) { venue.cancel(slot: Int32(id), orderID: id) }

  // MARK: Reports

  /// Reports since the last look, e.g. `1 fill 5@600000 taker`.
  func news() -> [String] { reports().map(Self.words) }

  func reports() -> [ExecutionReport] {
    var reports: [ExecutionReport] = []
    while let report = venue.nextReport() { reports.append(report) }
    return reports
  }

  static func words(_ report: ExecutionReport) -> String {
    var words = "\(report.orderID) \(report.kind)"
    if report.kind == .fill { words += " \(report.quantity.raw)@\(report.price.raw) \(report.isMaker ? "maker" : "taker")" }
    if report.code != .none { words += " \(report.code.name)" }
    return words
  }
}
