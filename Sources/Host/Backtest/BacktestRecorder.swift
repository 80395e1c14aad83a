import Engine
import Market
import Report
import Risk
import Session

/// Carries what happens in a run into its figures and its report, and remembers why it stopped.
///
/// Around each input: `advance` before it if it is later than `wakeMilliseconds`, `mark` after it if there is a report.
final class BacktestRecorder: RunObserver {
  private let specs: [InstrumentSpec]
  private var measures: RunMeasures?
  private var report: ReportRecorder?
  /// The data row in work; every fill is booked on it.
  var tickIndex = 0
  /// Of the input in work, by the data's clock.
  var timeMilliseconds: Int64 = 0
  /// `RunMeasures.wakeMilliseconds`, kept here so that a tick costs one compare.
  private(set) var wakeMilliseconds = Int64.min
  /// The first stop: why and when.
  private(set) var halt: (reason: String, milliseconds: Int64)?
  private(set) var firstRefusals = FirstRefusals()
  private(set) var failure: (instance: Int, PluginFailure, tickIndex: Int)?
  private(set) var limits = LimitPeaks()
  private var nextLimitMilliseconds = Int64.min

  init(instrument: Instrument, instances: [String], initialEquity: Money, report: consuming ReportRecorder?) {
    specs = [instrument.spec]
    measures = RunMeasures(instrument: instrument, instances: instances, initialEquity: initialEquity)
    self.report = report
  }

  var hasReport: Bool { report != nil }

  /// Before an input later than `wakeMilliseconds`; `timeMilliseconds` is still that of the input before it.
  func advance(to timeMilliseconds: Int64, _ engine: borrowing Engine) {
    measures?.advance(to: timeMilliseconds, moment(engine))
    wakeMilliseconds = measures?.wakeMilliseconds ?? .max
  }

  /// After an input; only for a run with a report.
  func mark(equity: Money, price: Price) { report?.mark(timeMilliseconds: timeMilliseconds, equity: equity, price: price) }

  /// Limits are to be looked at: after an input that filled, and once a minute.
  var wantsLimits: Bool { timeMilliseconds >= nextLimitMilliseconds }

  func mark(limits uses: [LimitUse]) {
    limits.add(uses, timeMilliseconds: timeMilliseconds)
    nextLimitMilliseconds = timeMilliseconds + 60_000
  }

  /// After the last input. Nil: they were taken already.
  func figures(_ engine: borrowing Engine) -> RunFigures? { measures.take()?.finish(moment(engine)) }

  func finish(_ summary: ReportSummary, _ figures: RunFigures) throws {
    // Taken out of the class to be consumed; a second call finds nothing and does nothing.
    if let report = report.take() { try report.finish(summary, figures) }
  }

  private func moment(_ engine: borrowing Engine) -> RunMeasures.Moment {
    RunMeasures.Moment(
      timeMilliseconds: timeMilliseconds, equity: engine.equity, bid: engine.bid(instrument: 0), ask: engine.ask(instrument: 0),
      last: engine.lastPrice(instrument: 0))
  }

  func filled(_ fill: FillRecord) {
    nextLimitMilliseconds = timeMilliseconds
    let row = FillRow(
      tickIndex: tickIndex, timeMilliseconds: fill.receiveNanoseconds / 1_000_000, instance: Int(fill.instance), side: fill.side,
      quantity: fill.quantity,
      price: fill.price, notional: specs[Int(fill.instrument)].notional(fill.price, fill.quantity), fee: fill.fee, isMaker: fill.isMaker,
      positionAfter: fill.position, realizedPnL: fill.realized, decisionBid: fill.decisionBid, decisionAsk: fill.decisionAsk,
      feeAsset: Int(fill.feeAsset.rawValue), feeAmount: fill.feeAmount, isHostMade: fill.isHostMade)
    measures?.fill(row)
    wakeMilliseconds = measures?.wakeMilliseconds ?? .max
    report?.fill(row)
  }

  func closed(_ trip: RoundTrip) {
    let spec = specs[Int(trip.instrument)]
    let row = TradeRow(
      instance: Int(trip.instance), side: trip.side, entryMilliseconds: trip.entryNanoseconds / 1_000_000,
      exitMilliseconds: trip.exitNanoseconds / 1_000_000, entryPrice: spec.averagePrice(trip.entryNotional, trip.entryQuantity),
      exitPrice: spec.averagePrice(trip.exitNotional, trip.entryQuantity), quantity: Quantity(raw: Int64(clamping: trip.entryQuantity)),
      pnl: trip.pnl, fees: trip.fees, funding: trip.funding)
    measures?.roundTrip(row)
    report?.roundTrip(row)
  }

  func refused(_ record: RefusalRecord) {
    measures?.refusal(instance: Int(record.instance))
    report?.refusal(code: Int(record.refusal.code.rawValue), timeMilliseconds: timeMilliseconds)
    _ = firstRefusals.add(record, spec: specs[Int(record.instrument)])
  }

  func riskChanged(_ refusal: Refusal) {
    let reason = refusal.code == .none ? nil : refusal.text(for: nil)
    measures?.stop(reason, timeMilliseconds: timeMilliseconds)
    if let reason, halt == nil { halt = (reason, timeMilliseconds) }
  }

  func failed(instance: Int32, _ failure: PluginFailure) {
    if self.failure == nil { self.failure = (Int(instance), failure, tickIndex) }
  }
}
