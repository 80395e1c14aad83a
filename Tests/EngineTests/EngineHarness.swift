import Engine
import Market
import Risk
import Simulation
import TestKit

/// An engine with a practice venue, driven by hand; keeps what was noted.
///
/// The same step as the host's own loop, written again here in its plainest form, so that the tests of the engine do
/// not lean on the shell that they are meant to hold.
final class EngineHarness {
  var engine: Engine
  var venue: SimulatedVenue
  let strategies: [ScriptedStrategy]
  let spec: InstrumentSpec
  private(set) var fills: [FillRecord] = []
  private(set) var trips: [RoundTrip] = []
  private(set) var refusals: [RefusalRecord] = []
  private(set) var decisions: [Decision] = []
  private(set) var failures: [PluginFailure] = []
  private(set) var sent: [ApprovedOrder] = []
  private(set) var cancels: [UInt64] = []
  private(set) var riskCodes: [RefusalCode] = []
  private(set) var asked: [PendingOrder] = []
  private(set) var queried: [RestoredOrder] = []
  private(set) var funded: [FundingRecord] = []
  private(set) var instanceRiskCodes: [(instance: Int32, code: RefusalCode)] = []
  private var sequence: UInt64 = 0
  var milliseconds: Int64 = 1_700_000_000_000
  /// Off: orders stay at the test's mercy.
  var autoVenue = true

  /// Fills at the trade, fees in quote: what a ledger in quote alone can follow.
  static let tradeModel: SimulationModel = {
    var model = SimulationModel(fillPrice: .trade, syntheticSpread: .zero)
    model.feeAsset = .quote
    return model
  }()

  init(
    _ strategies: [ScriptedStrategy], instrument: Instrument = Samples.perpetual(), limits: RiskLimits = Samples.farLimits, horizonSeconds: Int64 = 0,
    model: SimulationModel = EngineHarness.tradeModel, cash: Int64 = 1_000_000, maximumIntentsPerEvent: Int = 16,
    maximumGapSeconds: Int64 = 3600, onFailure: FailureAction = .flatten, maximumIntentsPerSecond: Int? = nil
  ) {
    self.strategies = strategies
    spec = instrument.spec
    let instances = strategies.map { EngineConfiguration.Instance(binding: $0.binding, instrument: 0, horizonSeconds: horizonSeconds) }
    var configuration = EngineConfiguration(
      instruments: [instrument.spec], instances: instances, limits: limits, feeReserve: model.takerFee, initialCash: Money(units: cash),
      maximumIntentsPerEvent: maximumIntentsPerEvent, maximumGapSeconds: maximumGapSeconds)
    configuration.onFailure = onFailure
    configuration.maximumIntentsPerSecond = maximumIntentsPerSecond
    engine = Engine(configuration)
    venue = SimulatedVenue(model: model, instruments: [instrument.spec], capacity: 64 * strategies.count)
  }

  /// A trade, with a quote around it first.
  func trade(_ price: Int64, quantity: Int64 = 10, advanceMilliseconds: Int64 = 10, quoted: Bool = true, taker: Side = .buy) {
    milliseconds += advanceMilliseconds
    if quoted { quote(price, price) }
    let trade = Trade(price: Price(raw: price), quantity: Quantity(raw: quantity), takerSide: taker)
    if autoVenue, venue.observe(trade, instrument: 0) { settle() }
    feed(.trade(instrument: 0, trade))
  }

  func quote(_ bid: Int64, _ ask: Int64) {
    let quote = Quote(bidPrice: Price(raw: bid), bidQuantity: .zero, askPrice: Price(raw: ask), askQuantity: .zero, isSynthetic: true)
    if autoVenue, venue.observe(quote, instrument: 0) { settle() }
    feed(.quote(instrument: 0, quote))
  }

  func feed(_ payload: Event.Payload) {
    sequence += 1
    _ = engine.process(
      Event(EventTime(sequence: sequence, receiveNanoseconds: milliseconds * 1_000_000, exchangeMilliseconds: milliseconds), payload))
    settle()
  }

  func report(_ order: ApprovedOrder, _ kind: ExecutionReport.Kind, quantity: Int64 = 0, price: Int64 = 0, fee: Money = .zero) {
    feed(
      .execution(
        ExecutionReport(slot: order.slot, orderID: order.id, kind: kind, quantity: Quantity(raw: quantity), price: Price(raw: price), fee: fee)))
  }

  private func settle() {
    while true {
      while let action = engine.nextAction() { note(action) }
      guard autoVenue, let report = venue.nextReport() else { return }
      sequence += 1
      _ = engine.process(Event(EventTime(sequence: sequence, receiveNanoseconds: milliseconds * 1_000_000), .execution(report)))
    }
  }

  private func note(_ action: Action) {
    switch action {
    case .send(let order):
      sent.append(order)
      if autoVenue { venue.submit(order) }
    case .cancel(let slot, let orderID):
      cancels.append(orderID)
      if autoVenue { venue.cancel(slot: slot, orderID: orderID) }
    case .replace(let slot, let orderID, let order):
      cancels.append(orderID)
      sent.append(order)
      if autoVenue { venue.replace(slot: slot, orderID: orderID, with: order) }
    case .decision(let decision): decisions.append(decision)
    case .refusal(let record): refusals.append(record)
    case .fill(let fill): fills.append(fill)
    case .roundTrip(let trip): trips.append(trip)
    case .riskState(let refusal): riskCodes.append(refusal.code)
    case .instanceFailed(_, let failure): failures.append(failure)
    case .ask(let order): asked.append(order)
    case .query(let order): queried.append(order)
    case .funding(let record): funded.append(record)
    case .instanceRiskState(let instance, let refusal): instanceRiskCodes.append((instance, refusal.code))
    }
  }

  // The engine must not be copied, so an expectation looks at these.
  var equity: Money { engine.equity }
  var cash: Money { engine.cash }
  var book: PositionBook { engine.book(instrument: 0) }
  func book(instance: Int) -> PositionBook { engine.book(instance: instance) }
  func openOrders(instance: Int) -> Int { engine.openOrderCount(instance: instance) }
  func isOut(_ instance: Int) -> Bool { engine.isOut(instance: instance) }
  var peak: Money { engine.peak }
  var maximumDrawdown: Money { engine.maximumDrawdown }
  var mark: Price { engine.mark(instrument: 0) }
  var lateTrades: UInt64 { engine.lateTrades(instrument: 0) }
}
