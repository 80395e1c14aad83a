import Engine
import Features
import Market
import PluginABI
import Risk
import TestKit

/// An engine with one instrument, a strategy that reads predictions, and models; seconds pass by hand.
final class ModelDesk {
  /// One call of the strategy.
  struct Call {
    var event: UInt32
    var prediction: qe_prediction
    var bar: qe_bar
    var predictions: [qe_prediction]
    var features: [Double]?
    var position: Int64
  }

  final class Notes {
    var calls: [Call] = []
    var wish: (Call) -> [qe_intent] = { _ in [] }
  }

  var engine: Engine
  let notes = Notes()
  let strategy: ScriptedStrategy
  let models: [ScriptedModel?]
  private(set) var sequence: UInt64 = 0
  private(set) var now: Int64 = 1_700_010_000_000_000_000
  private(set) var refusals: [RefusalRecord] = []
  private(set) var decisions: [Decision] = []
  private(set) var sent: [ApprovedOrder] = []
  let answers = Answers()

  final class Answers: AnswerJournal {
    var predictions: [ModelAnswer] = []
    func answered(_ answer: PluginAnswer, _ intents: UnsafePointer<qe_intent>) {}
    func predicted(_ answer: ModelAnswer) { predictions.append(answer) }
  }

  /// - Parameter models: by horizon, in rising order; nil = the place is empty.
  init(
    models: [(horizonSeconds: Int64, model: ScriptedModel?)], events: [UInt32] = [QE_EVENT_BAR, QE_EVENT_PREDICTION], warmUpBars: Int64 = 0,
    filters: DecisionFilters = DecisionFilters(), featureSchema: Int32 = -1, modelSchema: Int32 = 0, horizonSeconds: Int64 = 0,
    maximumGapSeconds: Int64 = 3600
  ) {
    self.models = models.map(\.model)
    let notes = notes
    strategy = ScriptedStrategy(events: events) { context, event in
      let call = Call(
        event: event.kind, prediction: event.as.prediction, bar: event.as.bar,
        predictions: context.predictions.map { Array(UnsafeBufferPointer(start: $0, count: Int(context.prediction_count))) } ?? [],
        features: context.features.map { Array(UnsafeBufferPointer(start: $0, count: Int(context.feature_count))) }, position: context.position)
      guard event.kind <= QE_EVENT_MARK_PRICE else { return [] }
      notes.calls.append(call)
      return notes.wish(call)
    }
    var binding = strategy.binding
    binding.featureSchema = featureSchema
    var configuration = EngineConfiguration(
      instruments: [Samples.perpetual().spec],
      instances: [EngineConfiguration.Instance(binding: binding, instrument: 0, horizonSeconds: horizonSeconds)], limits: Samples.farLimits,
      feeReserve: .zero, initialCash: Money(units: 1_000_000), maximumGapSeconds: maximumGapSeconds)
    configuration.models = models.map {
      EngineConfiguration.Model(
        binding: $0.model?.binding, instrument: 0, horizonSeconds: $0.horizonSeconds, schema: $0.model == nil ? -1 : modelSchema)
    }
    configuration.featureWarmUpBars = warmUpBars
    configuration.filters = filters
    engine = Engine(configuration)
    engine.answers = answers
  }

  private func time() -> EventTime {
    sequence += 1
    return EventTime(sequence: sequence, receiveNanoseconds: now, exchangeMilliseconds: now / 1_000_000)
  }

  func feed(_ payload: Event.Payload) {
    _ = engine.process(Event(time(), payload))
    drain()
  }

  func replace(model: Int, with new: ScriptedModel?, schema: Int32 = 0) {
    _ = engine.replaceModel(time(), model: model, with: new?.binding, schema: schema)
    drain()
  }

  func quote(_ price: Int64) {
    feed(
      .quote(
        instrument: 0, Quote(bidPrice: Price(raw: price - 1), bidQuantity: .zero, askPrice: Price(raw: price + 1), askQuantity: .zero)))
  }

  func trade(_ price: Int64, side: Side = .buy, quantity: Int64 = 10) {
    feed(.trade(instrument: 0, Trade(price: Price(raw: price), quantity: Quantity(raw: quantity), takerSide: side)))
  }

  func pass(milliseconds: Int64) { now += milliseconds * 1_000_000 }

  /// So many seconds, each with one trade of a walk that goes up and down.
  func seconds(_ count: Int, from price: Int64 = 600_000, step: (Int) -> Int64 = { $0 % 3 == 0 ? 7 : -3 }) {
    var price = price
    for index in 0..<count {
      pass(milliseconds: 1000)
      price += step(index)
      trade(price, side: index % 2 == 0 ? .buy : .sell, quantity: 10 + Int64(index % 5))
    }
  }

  private func drain() {
    while let action = engine.nextAction() {
      switch action {
      case .refusal(let record): refusals.append(record)
      case .decision(let decision): decisions.append(decision)
      case .send(let order): sent.append(order)
      default: break
      }
    }
  }

  func of(_ kind: UInt32) -> [Call] { notes.calls.filter { $0.event == kind } }
  func forget() { notes.calls = [] }
  func status(_ model: Int) -> ModelStatus { engine.model(model) }
  func blocking() -> RefusalCode { engine.blockingRefusal(instance: 0)?.code ?? .none }
}
