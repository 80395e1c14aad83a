import Engine
import Foundation
import Market
import PluginABI
import Risk
import TestKit

/// An engine whose venue, Supervisor and strategies are the test itself: nothing happens that it does not say.
///
/// Each instance wishes for what `wish` is given and notes what it is told. Every step is followed by a look at the
/// life cycle: an update after a final one is a breach.
final class HandDesk {
  /// One order update as a test compares it.
  struct News: Equatable, CustomStringConvertible {
    var tag: UInt64
    var state: UInt32
    var code = RefusalCode.none

    init(_ tag: UInt64, _ state: UInt32, _ code: RefusalCode = .none) {
      self.tag = tag
      self.state = state
      self.code = code
    }

    static let names: [UInt32: String] = [
      QE_ORDER_WORKING: "working", QE_ORDER_PARTIAL: "partial", QE_ORDER_UNKNOWN: "unknown", QE_ORDER_REFUSED: "refused",
      QE_ORDER_FILLED: "filled", QE_ORDER_CANCELLED: "cancelled", QE_ORDER_EXPIRED: "expired", QE_ORDER_REPLACED: "replaced", QE_ORDER_DONE: "done",
    ]
    var description: String { "\(tag) \(Self.names[state] ?? "\(state)")\(code == .none ? "" : " " + code.name)" }
  }

  let configuration: EngineConfiguration
  var engine: Engine
  let strategies: [ScriptedStrategy]
  private let queues: [Queue]
  private var seenUpdates: [Int]
  private var sequence: UInt64 = 0
  /// 2023-11-15 01:00 UTC: far from midnight.
  var milliseconds: Int64 = 1_700_010_000_000
  private var lastPrices: [Int64]

  private(set) var sent: [ApprovedOrder] = []
  private(set) var cancels: [UInt64] = []
  /// The old order's id and the new order, of requests that do both.
  private(set) var replacements: [(old: UInt64, new: ApprovedOrder)] = []
  private(set) var asked: [PendingOrder] = []
  private(set) var queried: [RestoredOrder] = []
  private(set) var refusals: [RefusalRecord] = []
  private(set) var decisions: [Decision] = []
  private(set) var fills: [FillRecord] = []
  private(set) var trips: [RoundTrip] = []
  private(set) var riskCodes: [RefusalCode] = []
  private(set) var instanceRiskCodes: [RefusalCode] = []

  private final class Queue { var intents: [qe_intent] = [] }

  /// - Parameter instances: for each instance the index of its instrument.
  init(
    _ instruments: [Instrument] = [Samples.perpetual()], instances: [Int32] = [0], limits: RiskLimits = Samples.farLimits,
    cash: Money = Money(units: 1_000_000), third: Money = .zero, symbolNotional: [Money?] = [], approvalMilliseconds: Int64? = nil,
    maximumInflightEntries: Int = 64, onHalt: HaltAction = .cancel, price: Int64 = 600_000
  ) {
    let queues = instances.map { _ in Queue() }
    self.queues = queues
    strategies = queues.map { queue in
      ScriptedStrategy(events: [QE_EVENT_TRADE]) { _, event in
        guard event.kind == QE_EVENT_TRADE else { return [] }
        defer { queue.intents = [] }
        return queue.intents
      }
    }
    var configuration = EngineConfiguration(
      instruments: instruments.map(\.spec),
      instances: zip(instances, strategies).map { EngineConfiguration.Instance(binding: $1.binding, instrument: $0, horizonSeconds: 0) },
      limits: limits, feeReserve: .zero, initialCash: cash)
    configuration.thirdAsset = AssetCode("BNB")
    configuration.initialThirdAsset = third
    configuration.symbolNotional = symbolNotional
    configuration.approvalNanoseconds = approvalMilliseconds.map { $0 * 1_000_000 }
    configuration.maximumInflightEntries = maximumInflightEntries
    configuration.onHalt = onHalt
    self.configuration = configuration
    engine = Engine(configuration)
    seenUpdates = instances.map { _ in 0 }
    lastPrices = instruments.map { _ in price }
    for index in instruments.indices where price > 0 {
      quote(price, price, instrument: Int32(index))
      trade(price, instrument: Int32(index))
    }
  }

  // MARK: Inputs

  func feed(_ payload: Event.Payload) {
    sequence += 1
    _ = engine.process(
      Event(EventTime(sequence: sequence, receiveNanoseconds: milliseconds * 1_000_000, exchangeMilliseconds: milliseconds), payload))
    drain()
  }

  func quote(_ bid: Int64, _ ask: Int64, instrument: Int32 = 0) {
    let quote = Quote(bidPrice: Price(raw: bid), bidQuantity: .zero, askPrice: Price(raw: ask), askQuantity: .zero)
    feed(.quote(instrument: instrument, quote))
  }

  func trade(_ price: Int64, instrument: Int32 = 0) {
    lastPrices[Int(instrument)] = price
    feed(.trade(instrument: instrument, Trade(price: Price(raw: price), quantity: Quantity(raw: 1), takerSide: .buy)))
  }

  func pass(milliseconds: Int64) {
    self.milliseconds += milliseconds
    feed(.clock)
  }

  func command(_ command: Event.Command) { feed(.command(command)) }

  func tighten(_ limits: RiskLimits) {
    sequence += 1
    _ = engine.tighten(EventTime(sequence: sequence, receiveNanoseconds: milliseconds * 1_000_000), limits)
    drain()
  }

  /// The instance wishes for this at a trade at the price that was last.
  func wish(_ intents: qe_intent..., instance: Int = 0) {
    queues[instance].intents = intents
    let instrument = configuration.instances[instance].instrument
    trade(lastPrices[Int(instrument)], instrument: instrument)
  }

  func report(_ order: ApprovedOrder, _ kind: ExecutionReport.Kind, code: RefusalCode = .none) {
    report(slot: order.slot, id: order.id, kind, code: code)
  }

  func report(slot: Int32, id: UInt64, _ kind: ExecutionReport.Kind, code: RefusalCode = .none) {
    var report = ExecutionReport(slot: slot, orderID: id, kind: kind)
    report.code = code
    feed(.execution(report))
  }

  func fill(
    _ order: ApprovedOrder, _ quantity: Int64, at price: Int64 = 600_000, fee: Money = .zero, feeAsset: ExecutionReport.FeeAsset = .quote,
    feeAmount: Money? = nil
  ) {
    fill(slot: order.slot, id: order.id, quantity, at: price, fee: fee, feeAsset: feeAsset, feeAmount: feeAmount)
  }

  func fill(
    slot: Int32, id: UInt64, _ quantity: Int64, at price: Int64 = 600_000, fee: Money = .zero, feeAsset: ExecutionReport.FeeAsset = .quote,
    feeAmount: Money? = nil
  ) {
    var report = ExecutionReport(slot: slot, orderID: id, kind: .fill, quantity: Quantity(raw: quantity), price: Price(raw: price), fee: fee)
    report.feeAsset = feeAsset
    report.feeAmount = feeAmount ?? fee
    feed(.execution(report))
  }

  func verdict(_ order: PendingOrder, isAllowed: Bool) { feed(.verdict(orderID: order.id, isAllowed ? .none : .supervisorDenied)) }

  /// A market order that fills at once and in full; precondition: risk takes it.
  func hold(_ signed: Int64, instance: Int = 0, at price: Int64 = 600_000, tag: UInt64 = 9_000) {
    let before = sent.count
    wish(.market(tag, signed > 0 ? .buy : .sell, abs(signed)), instance: instance)
    precondition(sent.count == before + 1, "the desk could not take its position: \(refusals.last.map { $0.refusal.text(for: nil) } ?? "")")
    fill(sent[before], abs(signed), at: price)
  }

  /// The host ends and begins again with what it had saved; the strategies are told what became of their orders.
  func restart() {
    // As it goes through a file.
    guard let bytes = try? JSONEncoder().encode(engine.snapshot()), let saved = try? JSONDecoder().decode(EngineSnapshot.self, from: bytes) else {
      preconditionFailure("a snapshot cannot be written and read")
    }
    engine = Engine(configuration)
    sequence += 1
    _ = engine.restore(EventTime(sequence: sequence, receiveNanoseconds: milliseconds * 1_000_000), saved)
    drain()
  }

  private func drain() {
    while let action = engine.nextAction() {
      switch action {
      case .send(let order): sent.append(order)
      case .cancel(_, let orderID): cancels.append(orderID)
      case .replace(_, let orderID, let order):
        replacements.append((orderID, order))
        sent.append(order)
      case .ask(let order): asked.append(order)
      case .query(let order): queried.append(order)
      case .decision(let decision): decisions.append(decision)
      case .refusal(let record): refusals.append(record)
      case .fill(let fill): fills.append(fill)
      case .roundTrip(let trip): trips.append(trip)
      case .riskState(let refusal): riskCodes.append(refusal.code)
      case .instanceRiskState(_, let refusal): instanceRiskCodes.append(refusal.code)
      case .funding, .instanceFailed: break
      }
    }
  }

  // MARK: What came of it

  /// What the instance was told about its own orders since the last look; the host's orders (tag 0) only if asked for.
  func news(_ instance: Int = 0, withHostOrders: Bool = false) -> [News] {
    let updates = strategies[instance].updates
    defer { seenUpdates[instance] = updates.count }
    return updates[seenUpdates[instance]...].filter { withHostOrders || $0.tag != 0 }
      .map { News($0.tag, $0.state, RefusalCode(rawValue: UInt16($0.code)) ?? .invalidIntent) }
  }

  // The engine must not be copied, so an expectation looks at these.
  var breaches: [String] { strategies.flatMap(\.breaches) }
  var position: Int64 { engine.book(instrument: 0).position }
  func position(instance: Int) -> Int64 { engine.book(instance: instance).position }
  func openOrders(_ instance: Int = 0) -> Int { engine.openOrderCount(instance: instance) }
  func blocking(_ instance: Int = 0) -> RefusalCode { engine.blockingRefusal(instance: instance)?.code ?? .none }
  func isDust(_ instance: Int = 0) -> Bool { engine.isDust(instance: instance) }
  var equity: Money { engine.equity }
  var cash: Money { engine.cash }
  var dayBase: Money { engine.dayBase }
  var peak: Money { engine.peak }
  var limits: RiskLimits { engine.limits }
  var violation: String? { engine.violation() }
}

extension qe_intent {
  static func target(_ tag: UInt64, _ position: Int64) -> qe_intent {
    var intent = blank()
    intent.kind = QE_INTENT_TARGET_POSITION
    intent.tag = tag
    intent.type = QE_TYPE_MARKET
    intent.quantity = position
    return intent
  }

  func bracketed(stop: Int64 = 0, takeProfit: Int64 = 0, timeStop: Int64 = 0) -> qe_intent {
    var intent = self
    intent.stop_price = stop
    intent.take_profit_price = takeProfit
    intent.time_stop_ms = timeStop
    return intent
  }

  func living(_ timeInForce: UInt32, milliseconds: Int64 = 0) -> qe_intent {
    var intent = self
    intent.time_in_force = timeInForce
    intent.time_in_force_ms = milliseconds
    return intent
  }
}
