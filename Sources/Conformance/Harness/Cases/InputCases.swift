import Kernel
import PluginABI

extension Catalogue {
  /// Below the least normal value; a literal of it is warned of.
  private static let denormal = Double.leastNormalMagnitude / 256
  private static let integers: [Int64] = [.min, .min + 1, -1, 0, 1, .max - 1, .max, 1 << 53, -(1 << 53)]
  private static let reals: [Double] = [
    .nan, .infinity, -.infinity, 0, -0.0, .leastNonzeroMagnitude, denormal, .greatestFiniteMagnitude, -.greatestFiniteMagnitude, 1,
  ]

  /// Inputs that a market does not have.
  static let inputCases: [Case] = [
    Case(
      "extreme-inputs", "survives NaN, infinity, denormals, zero and the ends of 64 bits", strictness: 2,
      after: ["capacity-respected", "predict-in-bounds"], isSeeded: true
    ) { trial in
      let instance = try trial.active()
      var player = try trial.player(instance)
      player.acceptsRefusal = true
      player.alter = { context, event, features, random in
        for index in 0..<18 where random.chance(0.3) { features[index] = reals[Int(random.below(Int64(reals.count)))] }
        guard random.chance(0.3) else { return }
        alterContext(context, &random)
        alterEvent(event, &random)
      }
      player.inspect = { _, room in if room < 0 { throw Finding.fails("says that it wrote more intents than there was room for") } }
      player.inspectPrediction = { prediction, _ in if let objection = objection(prediction) { throw Finding.fails(objection) } }
      try player.play(trial.size(20_000, quick: 3000))
      try instance.end()
      return "\(player.calls) calls"
    },
    Case("empty-and-late-events", "survives events out of order, empty books and kinds of a later version", .strategy, strictness: 2, isSeeded: true)
    { trial in
      try trial.plugin().require(.strategy)
      let instance = try trial.active()
      var player = try trial.player(instance)
      player.alter = { context, event, _, random in
        if random.chance(0.1) { context.pointee.receive_ns -= 1 + random.below(3_600_000_000_000) }
        if random.chance(0.05) { context.pointee.exchange_ms = -1 }
        if event.pointee.kind == QE_EVENT_DEPTH, random.chance(0.3) {
          event.pointee.as.depth = qe_depth(bids: nil, asks: nil, bid_count: 0, ask_count: 0)
        }
        if event.pointee.kind == QE_EVENT_ORDER_UPDATE, random.chance(0.1) { event.pointee.as.order_update.tag = random.next() }
        if random.chance(0.02) { event.pointee.kind = 10 + UInt32(random.below(40)) }
      }
      try player.play(trial.size(20_000, quick: 3000))
      try instance.end()
      return "\(player.calls) calls"
    },
    Case("denormals", "is not slower where values decay to nothing", strictness: 8, seconds: 60, isSeeded: true, setup: .init(isAlone: true)) {
      trial in
      let events = trial.size(20_000, quick: 4000)
      func nanoseconds(_ isTiny: Bool) throws -> Double {
        var least = Double.infinity
        for _ in 0..<3 {
          let instance = try trial.active()
          var player = try trial.player(instance)
          player.acceptsRefusal = true
          // As the market, then nothing: averages decay for long.
          if isTiny {
            player.alter = { context, event, features, _ in
              for index in 0..<LentMemory.featureLimit { features[index] = denormal }
              (context.pointee.last_price, context.pointee.bid_price, context.pointee.ask_price, context.pointee.mark_price) = (0, 0, 0, 0)
              if event.pointee.kind == QE_EVENT_TRADE { event.pointee.as.trade.price = 0 }
              if event.pointee.kind == QE_EVENT_BAR { event.pointee.as.bar = qe_bar() }
              if event.pointee.kind == QE_EVENT_QUOTE { event.pointee.as.quote = qe_quote() }
            }
          }
          let probe = DurationProbe(expectedCalls: 2 * events)
          player.probe = probe
          try player.play(events)
          try instance.end()
          least = min(least, probe.usualNanoseconds)
        }
        return least
      }
      let (usual, tiny) = (try nanoseconds(false), try nanoseconds(true))
      // A call of some ns is all clock: a floor keeps noise out.
      let ratio = (tiny + 50) / (usual + 50)
      guard ratio <= 3 else { throw Finding.fails("\(fixed(ratio, 1)) times as slow: \(fixed(tiny, 0)) ns instead of \(fixed(usual, 0)) ns a call") }
      return "\(fixed(ratio, 2)) times as long"
    },
  ]

  private static func any(_ random: inout Random) -> Int64 { integers[Int(random.below(Int64(integers.count)))] }
  private static func anyReal(_ random: inout Random) -> Double { reals[Int(random.below(Int64(reals.count)))] }

  private static func alterContext(_ context: UnsafeMutablePointer<qe_context>, _ random: inout Random) {
    context.pointee.position = any(&random)
    context.pointee.average_price = anyReal(&random)
    context.pointee.last_price = any(&random)
    context.pointee.bid_price = any(&random)
    context.pointee.ask_price = any(&random)
    context.pointee.receive_ns = any(&random)
    context.pointee.equity = qe_money(low: random.next(), high: any(&random))
    // Unsafe: the harness's own memory, which it lends to be read; no call is on.
    if let predictions = UnsafeMutablePointer(mutating: context.pointee.predictions) {
      let index = Int(random.below(Int64(context.pointee.prediction_count)))
      (predictions[index].p_up, predictions[index].p_down) = (anyReal(&random), anyReal(&random))
      (predictions[index].horizon_s, predictions[index].state) = (any(&random), UInt32(random.below(6)))
    }
  }

  private static func alterEvent(_ event: UnsafeMutablePointer<qe_event>, _ random: inout Random) {
    switch event.pointee.kind {
    case QE_EVENT_TRADE:
      event.pointee.as.trade = qe_trade(price: any(&random), quantity: any(&random), taker_side: UInt32(random.below(4)), reserved: 0)
    case QE_EVENT_QUOTE:
      event.pointee.as.quote = qe_quote(bid_price: any(&random), bid_quantity: any(&random), ask_price: any(&random), ask_quantity: any(&random))
    case QE_EVENT_BAR:
      let value = any(&random)
      (event.pointee.as.bar.open, event.pointee.as.bar.high, event.pointee.as.bar.low, event.pointee.as.bar.close) = (
        value, value, any(&random), any(&random)
      )
      event.pointee.as.bar.quantity = any(&random)
    case QE_EVENT_MARK_PRICE:
      event.pointee.as.mark_price = qe_mark_price(price: any(&random), funding_rate: anyReal(&random), next_funding_ms: any(&random))
    case QE_EVENT_TIMER: event.pointee.as.timer.scheduled_ms = any(&random)
    case QE_EVENT_PREDICTION:
      event.pointee.as.prediction.p_up = anyReal(&random)
      event.pointee.as.prediction.edge = anyReal(&random)
    case QE_EVENT_ORDER_UPDATE:
      event.pointee.as.order_update.total_quantity = any(&random)
      event.pointee.as.order_update.price = any(&random)
      event.pointee.as.order_update.state = UInt32(random.below(30))
    default: break
    }
  }

  /// Why a prediction is none; nil for a sound one.
  static func objection(_ prediction: qe_prediction) -> String? {
    guard (0...1).contains(prediction.p_up), (0...1).contains(prediction.p_down) else {
      return "p_up \(prediction.p_up), p_down \(prediction.p_down)"
    }
    return prediction.edge.isFinite ? nil : "edge is \(prediction.edge)"
  }
}

private final class DurationProbe: Probe {
  private var nanoseconds: [Int64] = []
  private var start: Int64 = 0
  init(expectedCalls: Int) { nanoseconds.reserveCapacity(expectedCalls) }
  func before() { start = Clocks.monotonicNanoseconds() }
  func after() { nanoseconds.append(Clocks.monotonicNanoseconds() - start) }

  /// The mean without the longest tenth: those are calls in which another process had the processor.
  var usualNanoseconds: Double {
    let kept = nanoseconds.sorted().prefix(max(1, nanoseconds.count * 9 / 10))
    return Double(kept.reduce(0, +)) / Double(max(1, kept.count))
  }
}
