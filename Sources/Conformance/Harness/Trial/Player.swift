import Market
import PluginABI

/// Plays the sample market to an instance, and notes what it answers: a strategy by intents, a model by predictions.
struct Player {
  let instance: Instance
  let memory: LentMemory
  var market: SampleMarket
  var venue: ScriptedVenue
  private(set) var fingerprint = Fingerprint()
  private(set) var calls = 0
  private(set) var intentCount = 0
  private(set) var marketEvents = 0
  private var sequence: UInt64 = 0
  private var rows: Random
  private let forecasts: SampleForecasts
  private let features: SampleFeatures?

  /// Watches one call; nil = none.
  var probe: (any Probe)?
  /// Room for intents in the next call; by default all.
  var capacity: (inout Random) -> Int = { _ in LentMemory.intentCapacity }
  /// Changes what is lent, before the call.
  var alter: ((UnsafeMutablePointer<qe_context>, UnsafeMutablePointer<qe_event>, UnsafeMutablePointer<Double>, inout Random) -> Void)?
  /// Looks at what was wished.
  var inspect: ((UnsafeBufferPointer<qe_intent>, _ capacity: Int) throws -> Void)?
  /// Looks at what was predicted.
  var inspectPrediction: ((qe_prediction, UnsafeBufferPointer<Double>) throws -> Void)?
  /// A status other than QE_OK is an answer too.
  var acceptsRefusal = false
  private var chance: Random

  private let wanted: UInt64
  private let featureCount: Int
  private let processCall: Process?
  private let predictCall: Predict?

  typealias Process =
    @convention(c) (
      UnsafeMutableRawPointer, UnsafePointer<qe_context>, UnsafePointer<qe_event>, UnsafeMutablePointer<qe_intent>?, UInt32,
      UnsafeMutablePointer<UInt32>
    ) -> qe_status
  typealias Predict = @convention(c) (UnsafeMutableRawPointer, UnsafePointer<Double>, UInt32, UnsafeMutablePointer<qe_prediction>) -> qe_status

  init(_ instance: Instance, memory: LentMemory, market: SampleMarket, seed: UInt64, featureCount: Int) throws(Finding) {
    self.instance = instance
    self.memory = memory
    self.market = market
    self.featureCount = min(featureCount, LentMemory.featureLimit)
    venue = ScriptedVenue(seed: seed ^ 0x11)
    rows = Random(seed: seed ^ 0x12)
    forecasts = SampleForecasts(instance.setting.predictionHorizonsSeconds, seed: seed ^ 0x14)
    chance = Random(seed: seed ^ 0x13)
    let descriptor = instance.plugin.descriptor.pointee
    features = instance.plugin.facts.usesFeatures ? SampleFeatures(instance.plugin.facts.featureSchemaHash, market, seed: seed ^ 0x15) : nil
    wanted = descriptor.events & ~Self.alwaysTold
    processCall = instance.plugin.isModel ? nil : descriptor.strategy?.pointee.process
    predictCall = instance.plugin.isModel ? descriptor.model?.pointee.predict : nil
  }

  var isModel: Bool { predictCall != nil }
  /// Told always, subscribed or not.
  private static let alwaysTold: UInt64 = 1 << UInt64(QE_EVENT_ORDER_UPDATE) | 1 << UInt64(QE_EVENT_RISK_STATE)

  /// - Parameter events: of the market, or rows of features; what becomes of orders comes in between.
  mutating func play(_ events: Int) throws {
    for _ in 0..<events { try playOne() }
  }

  private mutating func playOne() throws {
    marketEvents += 1
    if isModel { return try predict() }
    // A strategy that subscribes to nothing lives on order updates, of which there are none without it.
    guard wanted != 0 else { return }
    let (features, forecasts) = (features, forecasts)
    let moment = market.next(wanted: wanted, timerPeriodMilliseconds: instance.plugin.facts.timerPeriodMilliseconds) { bar, trend in
      features?.close(bar)
      forecasts.close(bar, trend)
    }
    if marketEvents % 997 == 0 { try riskState(isOpen: marketEvents / 997 % 2 == 0) }
    for update in venue.advance(market) { try process(QE_EVENT_ORDER_UPDATE, at: moment.receiveNanoseconds) { $0.pointee.as.order_update = update } }
    let (market, memory) = (market, memory)
    let prediction = forecasts.next(at: moment.receiveNanoseconds)
    try process(moment.kind, at: moment.receiveNanoseconds) { Self.fill($0, moment, market, memory, prediction) }
  }

  private mutating func riskState(isOpen: Bool) throws {
    try process(QE_EVENT_RISK_STATE, at: market.receiveNanoseconds) {
      $0.pointee.as.risk_state = qe_risk_state(opening_allowed: isOpen ? 1 : 0, code: isOpen ? 0 : 70)
    }
  }

  // MARK: Strategies

  private mutating func process(_ kind: UInt32, at now: Int64, _ body: (UnsafeMutablePointer<qe_event>) -> Void) throws {
    guard let processCall else { return }
    memory.open()
    defer { memory.close() }
    let room = min(max(0, capacity(&chance)), LentMemory.intentCapacity)
    let (context, event, intents, count) = (memory.context, memory.event, memory.intents(room), memory.count)
    fill(context, now)
    event.initialize(to: qe_event())
    event.pointee.struct_size = UInt32(MemoryLayout<qe_event>.size)
    event.pointee.kind = kind
    body(event)
    for index in 0..<room {
      (intents + index).initialize(to: qe_intent())
      intents[index].struct_size = UInt32(MemoryLayout<qe_intent>.size)
    }
    count.pointee = 0
    alter?(context, event, memory.features, &chance)
    memory.beforeCall()
    probe?.before()
    let status = processCall(instance.memory, context, event, room == 0 ? nil : intents, UInt32(room), count)
    probe?.after()
    memory.afterCall()
    calls += 1
    try note(status, intents, Int(count.pointee), room, now)
  }

  private mutating func note(_ status: qe_status, _ intents: UnsafeMutablePointer<qe_intent>, _ count: Int, _ room: Int, _ now: Int64) throws {
    fingerprint.add(status)
    fingerprint.add(UInt32(truncatingIfNeeded: count))
    guard status == QE_OK else {
      if acceptsRefusal { return }
      throw Finding.fails("process returned \(status) at call \(calls)")
    }
    let read = min(count, room)
    try inspect?(UnsafeBufferPointer(start: intents, count: read), count > room ? -1 : room)
    fingerprint.add(UnsafeRawBufferPointer(start: intents, count: read * MemoryLayout<qe_intent>.stride))
    intentCount += read
    for index in 0..<read { venue.accept(intents[index], at: now) }
  }

  private mutating func fill(_ context: UnsafeMutablePointer<qe_context>, _ now: Int64) {
    sequence += 1
    context.initialize(to: qe_context())
    context.pointee.struct_size = UInt32(MemoryLayout<qe_context>.size)
    context.pointee.sequence = sequence
    context.pointee.receive_ns = now
    context.pointee.exchange_ms = now / 1_000_000 - 3
    context.pointee.position = venue.position
    context.pointee.average_price = venue.averagePrice / Double(PowerOfTen[Int(market.instrument.spec.priceScale)])
    context.pointee.working_buy = venue.workingBuy
    context.pointee.working_sell = venue.workingSell
    // 100,000 of the quote currency.
    context.pointee.equity = qe_money(low: UInt64(truncatingIfNeeded: Money(units: 100_000).raw), high: Int64(Money(units: 100_000).raw >> 64))
    context.pointee.last_price = market.lastPrice
    context.pointee.bid_price = market.bidPrice
    context.pointee.ask_price = market.askPrice
    context.pointee.mark_price = market.markPrice
    if wanted & 1 << UInt64(QE_EVENT_PREDICTION) != 0 {
      context.pointee.prediction_count = forecasts.write(to: memory.predictions, at: now)
      context.pointee.predictions = UnsafePointer(memory.predictions)
    }
    if instance.plugin.facts.usesFeatures {
      let columns = if let features { features.write(to: memory.features) } else { writeRow() }
      guard let columns else { return }
      context.pointee.features = UnsafePointer(memory.features)
      context.pointee.feature_count = UInt32(columns)
      context.pointee.feature_schema_hash = instance.plugin.descriptor.pointee.feature_schema_hash
    }
  }

  private static func fill(
    _ event: UnsafeMutablePointer<qe_event>, _ moment: SampleMarket.Moment, _ market: SampleMarket, _ memory: LentMemory,
    _ prediction: qe_prediction
  ) {
    switch moment.kind {
    case QE_EVENT_TRADE: event.pointee.as.trade = qe_trade(price: moment.price, quantity: moment.quantity, taker_side: moment.side, reserved: 0)
    case QE_EVENT_QUOTE:
      event.pointee.as.quote = qe_quote(
        bid_price: market.bidPrice, bid_quantity: market.bidQuantity, ask_price: market.askPrice, ask_quantity: market.askQuantity)
    case QE_EVENT_BAR: event.pointee.as.bar = moment.bar
    case QE_EVENT_TIMER: event.pointee.as.timer = qe_timer(scheduled_ms: moment.price)
    case QE_EVENT_MARK_PRICE:
      event.pointee.as.mark_price = qe_mark_price(price: moment.price, funding_rate: 0.0001, next_funding_ms: moment.receiveNanoseconds / 1_000_000)
    case QE_EVENT_PREDICTION: event.pointee.as.prediction = prediction
    case QE_EVENT_DEPTH:
      for level in 0..<LentMemory.levelCount {
        let away = Int64(level) * market.instrument.spec.tickSize
        memory.bids[level] = qe_level(price: market.bidPrice - away, quantity: 1000 + Int64(level) * 100)
        memory.asks[level] = qe_level(price: market.askPrice + away, quantity: 1000 + Int64(level) * 90)
      }
      let count = UInt32(LentMemory.levelCount)
      event.pointee.as.depth = qe_depth(bids: memory.bids, asks: memory.asks, bid_count: count, ask_count: count)
    default: break
    }
  }

  // MARK: Models

  @discardableResult private mutating func writeRow() -> Int? {
    for index in 0..<featureCount { memory.features[index] = rows.normal() }
    return featureCount
  }

  private mutating func predict() throws {
    guard let predictCall else { return }
    memory.open()
    defer { memory.close() }
    writeRow()
    let (features, answer) = (memory.features, memory.answer)
    answer.initialize(to: qe_prediction(horizon_s: 60, p_up: .nan, p_down: .nan, edge: .nan, age_ns: 0, state: 0, reserved: 0))
    alter?(memory.context, memory.event, features, &chance)
    memory.beforeCall()
    probe?.before()
    let status = predictCall(instance.memory, features, UInt32(featureCount), answer)
    probe?.after()
    memory.afterCall()
    calls += 1
    fingerprint.add(status)
    guard status == QE_OK else {
      if acceptsRefusal { return }
      throw Finding.fails("predict returned \(status) at row \(calls)")
    }
    fingerprint.add(answer.pointee.p_up.bitPattern)
    fingerprint.add(answer.pointee.p_down.bitPattern)
    fingerprint.add(answer.pointee.edge.bitPattern)
    try inspectPrediction?(answer.pointee, UnsafeBufferPointer(start: features, count: featureCount))
  }
}

/// Looks at one call from both sides.
protocol Probe: AnyObject {
  func before()
  func after()
}
