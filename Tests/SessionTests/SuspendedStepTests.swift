import Engine
import Market
import PluginABI
import Risk
import Session
import Simulation
import TestKit
import Testing

extension Chance {
  fileprivate mutating func below(_ bound: UInt64) -> UInt64 { next() % bound }
}

/// A worker that answers by calling the plugin itself: what is different is only that the engine stops and goes on.
private final class DirectWorker: Worker {
  let strategy: ScriptedStrategy
  var failure: PluginFailure?
  private(set) var calls = 0
  private var call: (context: UnsafePointer<qe_context>, event: UnsafePointer<qe_event>, capacity: UInt32)?
  /// Told when the wait begins.
  var waits: () -> Void = {}

  init(_ strategy: ScriptedStrategy) { self.strategy = strategy }

  func post(context: UnsafePointer<qe_context>, event: UnsafePointer<qe_event>, capacity: UInt32) {
    precondition(call == nil, "one call at a time")
    call = (context, event, capacity)
  }

  func wait(into room: UnsafeMutablePointer<qe_intent>) -> WorkerAnswer {
    guard let call else { preconditionFailure("nothing was posted") }
    self.call = nil
    waits()
    if let failure { return .failed(failure) }
    calls += 1
    var count: UInt32 = 0
    let binding = strategy.binding
    let status = binding.process(binding.instance, call.context, call.event, room, call.capacity, &count)
    return .intents(status: status, count: count)
  }
}

/// Steps that stop in the middle for a worker must decide as if the plugin had been called in place.
@Suite struct SuspendedStepTests {
  /// What a run left: decisions, fills, what each strategy saw.
  private struct Trace: Equatable {
    var hashes: DecisionHasher.Hashes
    var fills: [Int64]
    var refusals: [RefusalCode]
    var seen: [[String]]
    var breaches: [[String]]
    var equity: Money
  }

  private final class Notes: RunObserver {
    var fills: [Int64] = []
    var refusals: [RefusalCode] = []
    func filled(_ fill: FillRecord) { fills += [Int64(fill.sequence), Int64(fill.instance), fill.quantity.raw, fill.price.raw] }
    func closed(_ trip: RoundTrip) {}
    func refused(_ record: RefusalRecord) { refusals.append(record.refusal.code) }
    func riskChanged(_ refusal: Refusal) {}
    func failed(instance: Int32, _ failure: PluginFailure) {}
  }

  /// Wishes at random, on every kind of event, of everything there is: entries with brackets, exits, cancels, replacements,
  /// targets.
  private static func restless(_ seed: UInt64, _ horizon: Int64, _ note: @escaping (String) -> Void) -> ScriptedStrategy {
    var chance = Chance(seed: seed)
    var tag: UInt64 = 0
    var tags: [UInt64] = [1]
    return ScriptedStrategy(
      events: [QE_EVENT_TRADE, QE_EVENT_QUOTE, QE_EVENT_DEPTH, QE_EVENT_BAR, QE_EVENT_TIMER, QE_EVENT_MARK_PRICE], timerPeriodMilliseconds: 700
    ) { context, event in
      note(
        "\(event.kind) \(context.sequence) \(context.position) \(context.working_buy) \(context.working_sell) \(context.equity.low) \(context.flags)")
      guard chance.below(4) == 0 else { return [] }
      return (0..<Int(chance.below(3))).map { _ in
        tag += 1
        tags.append(tag)
        let side: Side = chance.below(2) == 0 ? .buy : .sell
        var intent = qe_intent.market(tag, side, Int64(1 + chance.below(5)))
        switch chance.below(8) {
        case 0: intent = .cancel(tag, target: tags[Int(chance.below(UInt64(tags.count)))])
        case 1: intent = .limit(tag, side, 2, at: 600_000 + Int64(chance.below(40)) - 20)
        case 2:
          intent = .limit(tag, side, 2, at: 600_000 + Int64(chance.below(40)) - 20)
          intent.kind = QE_INTENT_REPLACE
          intent.target_tag = tags[Int(chance.below(UInt64(tags.count)))]
        case 3:
          intent.kind = QE_INTENT_TARGET_POSITION
          intent.quantity = Int64(chance.below(9)) - 4
        case 4:
          intent.stop_price = side == .buy ? 599_900 : 600_100
          intent.take_profit_price = side == .buy ? 600_100 : 599_900
        default: break
        }
        return intent
      }
    }
  }

  /// - Parameter isolated: which of three instances (on two instruments) are asked through a worker.
  private func run(seed: UInt64, isolated: Set<Int>, latency: Bool) -> Trace {
    var seen: [[String]] = [[], [], []]
    let strategies = (0..<3).map { index in
      Self.restless(seed &+ UInt64(index), index == 1 ? 1 : 0) { seen[index].append($0) }
    }
    var model = SimulationModel(fillPrice: .quote, syntheticSpread: BasisPoints(raw: 20_000), initialCash: Money(units: 1_000_000))
    if latency { model.latency.orderNanoseconds = 3_000_000 }
    let instances = strategies.enumerated().map { index, strategy in
      var binding = strategy.binding
      if isolated.contains(index) { binding.isIsolated = true }
      return EngineConfiguration.Instance(binding: binding, instrument: index < 2 ? 0 : 1, horizonSeconds: index == 1 ? 1 : 0)
    }
    var configuration = EngineConfiguration(
      instruments: [Samples.perpetual().spec, Samples.perpetual(symbol: "ETHUSDT").spec], instances: instances, limits: Samples.farLimits,
      feeReserve: model.takerFee, initialCash: model.initialCash)
    configuration.maximumInflightEntries = 8
    let notes = Notes()
    let workers = strategies.enumerated().map { index, strategy -> (any Worker)? in isolated.contains(index) ? DirectWorker(strategy) : nil }
    var loop = TradingLoop(configuration, model: model, syntheticSpread: nil, workers: workers, owner: nil, observer: notes)
    var chance = Chance(seed: seed &* 77)
    var milliseconds: Int64 = 1_704_067_200_000
    var price: Int64 = 600_000
    for _ in 0..<1500 {
      milliseconds += Int64(chance.below(40) == 0 ? 2500 : chance.below(60))
      price += Int64(chance.below(21)) - 10
      let instrument = Int32(chance.below(3) == 0 ? 1 : 0)
      let now = milliseconds * 1_000_000
      switch chance.below(6) {
      case 0:
        let bids = [BookLevel(price: Price(raw: price - 1), quantity: Quantity(raw: 9))]
        let asks = [BookLevel(price: Price(raw: price + 1), quantity: Quantity(raw: 9))]
        bids.withUnsafeBufferPointer { bids in
          asks.withUnsafeBufferPointer { asks in
            loop.depth(
              DepthUpdate(bids: bids, asks: asks, isSnapshot: true), exchangeMilliseconds: milliseconds, instrument: instrument,
              receiveNanoseconds: now)
          }
        }
      case 1:
        loop.mark(
          MarkPrice(price: Price(raw: price), fundingRate: .zero), exchangeMilliseconds: milliseconds,
          instrument: instrument, receiveNanoseconds: now)
      case 2, 3:
        loop.quote(
          Quote(bidPrice: Price(raw: price - 1), bidQuantity: Quantity(raw: 9), askPrice: Price(raw: price + 1), askQuantity: Quantity(raw: 9)),
          exchangeMilliseconds: milliseconds, instrument: instrument, receiveNanoseconds: now)
      default:
        let trade = Trade(price: Price(raw: price), quantity: Quantity(raw: 5), takerSide: .sell)
        loop.trade(Tick(exchangeMilliseconds: milliseconds, trade: trade), instrument: instrument, receiveNanoseconds: now)
      }
      if chance.below(50) == 0 { loop.clock(receiveNanoseconds: now) }
      if chance.below(300) == 0 { loop.command(chance.below(2) == 0 ? .halt : .resume, receiveNanoseconds: now) }
    }
    loop.finish()
    return Trace(
      hashes: loop.decisionHashes(), fills: notes.fills, refusals: notes.refusals, seen: seen, breaches: strategies.map(\.breaches),
      equity: loop.engine.equity)
  }

  @Test(arguments: [false, true]) func `Asked through workers, strategies see and decide the same as called in place`(latency: Bool) {
    var seeds = Chance.seeded("suspended steps, latency \(latency)")
    var acts = (fills: 0, refusals: 0)
    for _ in 0..<6 {
      let seed = seeds.next()
      let inPlace = run(seed: seed, isolated: [], latency: latency)
      acts = (acts.fills + inPlace.fills.count, acts.refusals + inPlace.refusals.count)
      #expect(inPlace.breaches.allSatisfy { $0.isEmpty }, "seed \(seed): \(inPlace.breaches)")
      for isolated: Set<Int> in [[0], [1], [2], [0, 1], [0, 1, 2]] {
        let through = run(seed: seed, isolated: isolated, latency: latency)
        #expect(through == inPlace, "seed \(seed), isolated \(isolated.sorted())")
      }
    }
    #expect(acts.fills > 100 && acts.refusals > 20, "the strategies act: \(acts)")
  }

  @Test func `What was decided before goes out before a worker is waited for`() {
    var venue: [String] = []
    let exits = ScriptedStrategy { _, event in event.kind == QE_EVENT_TRADE ? [.market(1, .buy, 2)] : [] }
    let slow = ScriptedStrategy { _, _ in [] }
    let worker = DirectWorker(slow)
    var second = slow.binding
    second.isIsolated = true
    let configuration = EngineConfiguration(
      instruments: [Samples.perpetual().spec],
      instances: [
        .init(binding: exits.binding, instrument: 0, horizonSeconds: 0), .init(binding: second, instrument: 0, horizonSeconds: 0),
      ], limits: Samples.farLimits, feeReserve: .zero, initialCash: Money(units: 1_000_000))
    var engine = Engine(configuration)
    worker.waits = { venue.append("wait") }
    func time(_ sequence: UInt64) -> EventTime { EventTime(sequence: sequence, receiveNanoseconds: Int64(sequence) * 1_000_000) }
    _ = engine.process(
      time(1),
      Quote(bidPrice: Price(raw: 600_000), bidQuantity: .zero, askPrice: Price(raw: 600_000), askQuantity: .zero), instrument: 0)
    let between = engine.awaited
    #expect(between < 0)
    let trade = Trade(price: Price(raw: 600_000), quantity: Quantity(raw: 1), takerSide: .buy)
    let hasWork = engine.process(time(2), trade, instrument: 0)
    let awaited = engine.awaited
    #expect(hasWork && awaited == 1)
    let call = engine.awaitedCall
    worker.post(context: call.context, event: call.event, capacity: call.capacity)
    while let action = engine.nextAction() { if case .send = action { venue.append("send") } }
    _ = engine.answer(worker.wait(into: engine.awaitedRoom))
    #expect(venue == ["send", "wait"])
  }

  @Test(arguments: FailureAction.allCases) func `A worker that fails takes its instance out in that step, and nobody else`(action: FailureAction) {
    let failures: [PluginFailure] = [
      .timedOut(deadlineMicroseconds: 2000), .ended(.signal(11)), .ended(.exited(status: 3)), .ended(.breach(.file, systemCall: 257)),
      .ended(.garbled),
    ]
    for failure in failures {
      var calls = 0
      let strategy = ScriptedStrategy { _, event in
        guard event.kind == QE_EVENT_TRADE else { return [] }
        calls += 1
        return calls == 1 ? [.market(1, .buy, 2)] : []
      }
      var others: UInt64 = 0
      let other = ScriptedStrategy { _, event in
        guard event.kind == QE_EVENT_TRADE else { return [] }
        others += 1
        return [.market(others, .buy, 1)]
      }
      let worker = DirectWorker(strategy)
      var binding = strategy.binding
      binding.isIsolated = true
      var configuration = EngineConfiguration(
        instruments: [Samples.perpetual().spec],
        instances: [
          .init(binding: binding, instrument: 0, horizonSeconds: 0), .init(binding: other.binding, instrument: 0, horizonSeconds: 0),
        ], limits: Samples.farLimits, feeReserve: .zero, initialCash: Money(units: 1_000_000))
      configuration.onFailure = action
      let notes = Notes()
      var loop = TradingLoop(
        configuration, model: SimulationModel(fillPrice: .trade, syntheticSpread: .zero, initialCash: Money(units: 1_000_000)),
        syntheticSpread: .zero, workers: [worker, nil], owner: nil, observer: notes)
      func trade(_ index: Int64) {
        loop.trade(
          Tick(exchangeMilliseconds: index, trade: Trade(price: Price(raw: 600_000), quantity: Quantity(raw: 5), takerSide: .buy)), instrument: 0,
          receiveNanoseconds: index * 1_000_000)
      }
      trade(1)
      let before = loop.engine.book(instance: 0).position
      #expect(before == 2)
      worker.failure = failure
      for index in 2...4 { trade(Int64(index)) }
      let (isOut, failed) = (loop.engine.isOut(instance: 0), loop.counters.failedInstances)
      let (left, kept) = (loop.engine.book(instance: 0).position, loop.engine.book(instance: 1).position)
      #expect(isOut && failed == 1)
      #expect(left == (action == .hold ? 2 : 0))
      #expect(others == 4 && kept == 4)
    }
  }

  @Test func `A plugin in another's place goes on with its book, and opens nothing while it warms up`() {
    var tag: UInt64 = 100
    let first = ScriptedStrategy { _, event in event.kind == QE_EVENT_TRADE ? [.market(1, .buy, 2)] : [] }
    let second = ScriptedStrategy { context, event in
      guard event.kind == QE_EVENT_TRADE else { return [] }
      tag += 1
      return [context.position > 0 ? .market(tag, .sell, 2, reduceOnly: true) : .market(tag, .buy, 1)]
    }
    let harness = LoopHarness([first], syntheticSpread: .zero)
    harness.trade(600_000)
    #expect(harness.loop.engine.book(instance: 0).position == 2)
    harness.replace(with: second, warmUpMilliseconds: 5)
    harness.trade(600_000)
    #expect(harness.loop.engine.book(instance: 0).position == 0, "an exit is no opening")
    #expect(second.lastContext.flags & QE_CONTEXT_WARMING != 0)
    harness.trade(600_000)
    #expect(harness.refusals.map(\.refusal.code) == [.warming])
    harness.trade(600_000, afterMilliseconds: 5)
    #expect(harness.loop.engine.book(instance: 0).position == 1)
    #expect(second.lastContext.flags & QE_CONTEXT_WARMING == 0)
    #expect(first.events.filter { $0 == QE_EVENT_TRADE }.count == 1 && second.events.filter { $0 == QE_EVENT_TRADE }.count == 3)
  }
}
