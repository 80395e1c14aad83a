import Engine
import Market
import Report
import Risk
import Session

/// Carries what happens in a run into its report, and remembers why it stopped.
final class BacktestRecorder: RunObserver {
  private let specs: [InstrumentSpec]
  private var report: ReportRecorder?
  /// The data row in work; every fill is booked on it.
  var tickIndex = 0
  var timeMilliseconds: Int64 = 0
  /// The first stop: why and when.
  private(set) var halt: (reason: String, milliseconds: Int64)?
  private(set) var firstRefusals = FirstRefusals()
  private(set) var failure: (instance: Int, PluginFailure, tickIndex: Int)?

  init(specs: [InstrumentSpec], report: consuming ReportRecorder?) {
    self.specs = specs
    self.report = report
  }

  var hasReport: Bool { report != nil }

  func mark(equity: Money, price: Price) { report?.mark(timeMilliseconds: timeMilliseconds, equity: equity, price: price) }

  func finish(_ summary: ReportSummary) throws {
    // Taken out of the class to be consumed; a second call finds nothing and does nothing.
    if let report = report.take() { try report.finish(summary) }
  }

  func filled(_ fill: FillRecord) {
    report?.fill(
      FillRow(
        tickIndex: tickIndex, timeMilliseconds: fill.receiveNanoseconds / 1_000_000, instance: Int(fill.instance), side: fill.side,
        quantity: fill.quantity,
        price: fill.price, notional: specs[Int(fill.instrument)].notional(fill.price, fill.quantity), fee: fill.fee, isMaker: fill.isMaker,
        positionAfter: fill.position, realizedPnL: fill.realized))
  }

  func closed(_ trip: RoundTrip) {
    let spec = specs[Int(trip.instrument)]
    report?.roundTrip(
      TradeRow(
        instance: Int(trip.instance), side: trip.side, entryMilliseconds: trip.entryNanoseconds / 1_000_000,
        exitMilliseconds: trip.exitNanoseconds / 1_000_000, entryPrice: spec.averagePrice(trip.entryNotional, trip.entryQuantity),
        exitPrice: spec.averagePrice(trip.exitNotional, trip.entryQuantity), quantity: Quantity(raw: Int64(clamping: trip.entryQuantity)),
        pnl: trip.pnl, fees: trip.fees))
  }

  func refused(_ record: RefusalRecord) {
    report?.refusal(code: Int(record.refusal.code.rawValue), timeMilliseconds: timeMilliseconds)
    _ = firstRefusals.add(record, spec: specs[Int(record.instrument)])
  }

  func riskChanged(_ refusal: Refusal) {
    if refusal.code != .none, halt == nil { halt = (refusal.text(for: nil), timeMilliseconds) }
  }

  func failed(instance: Int32, _ failure: PluginFailure) {
    if self.failure == nil { self.failure = (Int(instance), failure, tickIndex) }
  }
}
