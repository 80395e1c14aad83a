import PluginABI
import Testing

@Suite struct EntryTests {
  @Test func `it is called for bars, predictions and quotes, and reads feat.v1`() {
    #expect(EnsembleHost.events == [QE_EVENT_BAR, QE_EVENT_PREDICTION, QE_EVENT_QUOTE].reduce(0) { $0 | 1 << UInt64($1) })
    #expect(
      EnsembleHost.schemaHash.map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined()
        == "641a2bca157b178fa040a40c34172ed69853e3ae947d490881493ad7097e3f59")
  }

  @Test func `an entry is a market order with a real size, a bracket on the grid, its confidence and its edge`() throws {
    let buy = try #require(try EnsembleHost().bar().first)
    #expect(buy.kind == QE_INTENT_SUBMIT && buy.tag == 1 && buy.side == QE_SIDE_BUY && buy.type == QE_TYPE_MARKET && buy.price == 0)
    // 2 % of 10,000 at 50,000.10 is 0.0039999..., down to the step of 0.00001.
    #expect(buy.quantity == 399_000 && buy.flags == 0 && buy.time_in_force == QE_TIF_GTC && buy.time_stop_ms == 0)
    // 40 bps below and 60 above 5,000,010, away from it to the tick: 4,980,009.96 and 5,030,010.06.
    #expect(buy.stop_price == 4_980_000 && buy.take_profit_price == 5_030_020)
    // Three edges of 0.125; 2 x 0.125 x 1 bps x sqrt(5) x sqrt(2 / pi).
    #expect(buy.confidence == 0.625)
    #expect(abs(buy.edge - 0.25 * 0.0001 * 5.0.squareRoot() * 0.7978845608028654) < 1e-18)
    let host = try EnsembleHost(["order_quantity": 0.0123456, "max_hold_seconds": 90])
    host.say(0.375)
    let sell = try #require(try host.bar().first)
    #expect(sell.side == QE_SIDE_SELL && sell.quantity == 1_234_000 && sell.confidence == 0.625 && sell.time_stop_ms == 90_000)
    // 40 bps above and 60 below 5,000,000.
    #expect(sell.stop_price == 5_020_000 && sell.take_profit_price == 4_970_000)
  }

  /// What is changed in a world that enters long, and whom it then enters; 0 = nobody.
  struct Situation: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let side: UInt32
    let values: [String: Double]
    let texts: [String: String]
    let change: @Sendable (EnsembleHost) -> Void

    init(
      _ name: String, _ side: UInt32, _ values: [String: Double] = [:], texts: [String: String] = [:],
      change: @escaping @Sendable (EnsembleHost) -> Void = { _ in }
    ) {
      testDescription = name
      self.side = side
      self.values = values
      self.texts = texts
      self.change = change
    }
  }

  private static let (no, long, short) = (UInt32(0), QE_SIDE_BUY, QE_SIDE_SELL)
  private static func p(_ horizon: Int64, _ pUp: Double, _ state: UInt32 = QE_PREDICTION_FRESH) -> qe_prediction {
    EnsembleHost.prediction(horizon, pUp, state)
  }

  static let agreement: [Situation] = [
    Situation("all agree on a rise", long), Situation("all agree on a fall", short) { $0.say(0.375) },
    Situation("a primary horizon as sure as it must be", long) { $0.predictions = [p(1, 0.52), p(5, 0.75), p(30, 0.75)] },
    Situation("a primary horizon a little less sure", no) { $0.predictions = [p(1, 0.5199), p(5, 0.75), p(30, 0.75)] },
    Situation("a primary horizon that falls while others rise", no) { $0.predictions = [p(1, 0.75), p(5, 0.25), p(30, 0.875)] },
    Situation("a primary horizon that is even", no, ["min_conf_primary": 0]) { $0.predictions = [p(1, 0.5), p(5, 0.75), p(30, 0.75)] },
    Situation("a primary horizon that is missing", no) { $0.predictions.remove(at: 1) },
    Situation("no predictions at all", no) { $0.predictions = [] },
    Situation("a stale primary horizon", no) { $0.predictions[0].state = QE_PREDICTION_STALE },
    Situation("a primary horizon that warms up", no) { $0.predictions[1].state = QE_PREDICTION_WARMING },
    Situation("a primary horizon whose model failed", no) { $0.predictions[1].state = QE_PREDICTION_FAILED },
    Situation("a primary horizon without a model", no) { $0.predictions[0].state = QE_PREDICTION_NONE },
    Situation("a primary horizon in a state of a later version", no) { $0.predictions[0].state = 9 },
    Situation("a primary horizon of NaN", no) { $0.predictions[0].p_up = .nan },
    Situation("a probability above 1", no) { $0.predictions[0].p_up = 1.5 },
    Situation("one primary horizon alone is asked for", long, texts: ["primary_horizons": "5"]) { $0.predictions.removeFirst() },
    Situation("three primary horizons, one against", no, ["anchor_horizon": 0], texts: ["primary_horizons": "1, 5,30"]) {
      $0.predictions[2] = p(30, 0.4)
    },
    Situation("an anchor that opposes as surely as it may not", no) { $0.predictions = [p(1, 0.9), p(5, 0.9), p(30, 0.4)] },
    Situation("an anchor that opposes a little less surely", long) { $0.predictions = [p(1, 0.9), p(5, 0.9), p(30, 0.4001)] },
    Situation("an anchor that opposes a fall", no) { $0.predictions = [p(1, 0.1), p(5, 0.1), p(30, 0.6)] },
    Situation("an anchor that opposes and is stale", long) { $0.predictions = [p(1, 0.9), p(5, 0.9), p(30, 0.1, QE_PREDICTION_STALE)] },
    Situation("an anchor that is missing", long) { $0.predictions.removeLast() },
    Situation("no anchor is asked for", long, ["anchor_horizon": 0]) { $0.predictions = [p(1, 0.9), p(5, 0.9), p(30, 0.1)] },
    Situation("as much confidence in a long as it must have", long, ["min_conf_long": 0.625]),
    Situation("a little less confidence in a long", no, ["min_conf_long": 0.6251]),
    Situation("the confidence of shorts does not count for a long", long, ["min_conf_short": 1]),
    Situation("as much confidence in a short", short, ["min_conf_short": 0.625]) { $0.say(0.375) },
    Situation("a little less confidence in a short", no, ["min_conf_short": 0.6251]) { $0.say(0.375) },
    Situation("as much edge as there must be", long, ["min_edge": 0.125]), Situation("a little less edge", no, ["min_edge": 0.1251]),
    Situation("the edge is the mean of all fresh horizons", no, ["min_edge": 0.125]) { $0.predictions[2] = p(30, 0.6249) },
    Situation("a stale horizon is not in the mean", long, ["min_edge": 0.125]) { $0.predictions[2] = p(30, 0.5, QE_PREDICTION_STALE) },
  ]

  static let market: [Situation] = [
    Situation("flat: as sure as it must be", long, ["flat_min_conf": 0.625]),
    Situation("flat: a little less sure", no, ["flat_min_conf": 0.6251]), Situation("flat: longs are off", no, ["flat_allow_long": 0]),
    Situation("flat: longs are off, and it falls", short, ["flat_allow_long": 0]) { $0.say(0.375) },
    Situation("flat: shorts are off", no, ["flat_allow_short": 0]) { $0.say(0.375) },
    Situation("trending up: a long", long) { $0.features = EnsembleHost.features(regime: 1) },
    Situation("trending up: no short", no) {
      $0.features = EnsembleHost.features(regime: 1)
      $0.say(0.375)
    },
    Situation("trending up: less sure", no, ["trending_up_min_conf": 0.6251]) { $0.features = EnsembleHost.features(regime: 1) },
    Situation("trending down: no long", no) { $0.features = EnsembleHost.features(regime: -1) },
    Situation("trending down: a short", short) {
      $0.features = EnsembleHost.features(regime: -1)
      $0.say(0.375)
    },
    Situation("trending down: less sure", no, ["trending_down_min_conf": 0.6251]) {
      $0.features = EnsembleHost.features(regime: -1)
      $0.say(0.375)
    },
    Situation("high volatility: a long", long, ["high_vol_min_conf": 0.625]) { $0.features = EnsembleHost.features(regime: 2) },
    Situation("high volatility: less sure", no, ["high_vol_min_conf": 0.6251]) { $0.features = EnsembleHost.features(regime: 2) },
    Situation("high volatility: shorts are off", no, ["high_vol_allow_short": 0]) {
      $0.features = EnsembleHost.features(regime: 2)
      $0.say(0.375)
    },
    Situation("a regime that is none", no) { $0.features = EnsembleHost.features(regime: 3) },
    Situation("a regime of NaN", no) { $0.features = EnsembleHost.features(regime: .nan) },
    Situation("features that are not warm", no) { $0.features = nil },
    Situation("features of another schema's width", no) { $0.features?.removeFirst() },
    Situation("a second that moved as far as it may", long) { $0.features = EnsembleHost.features(lastReturn: -0.01) },
    Situation("a second that moved further", no) { $0.features = EnsembleHost.features(lastReturn: -0.0101) },
    Situation("a second that moved further, and any may", long, ["max_return_1s": 0]) { $0.features = EnsembleHost.features(lastReturn: 0.5) },
    Situation("a return of NaN", no) { $0.features = EnsembleHost.features(lastReturn: .nan) },
    Situation("as lively as it must be", long) { $0.features = EnsembleHost.features(volatility: 0.00001) },
    Situation("a market that sleeps", no) { $0.features = EnsembleHost.features(volatility: 0.000009) },
    Situation("a stale feed", no) { $0.context.flags = QE_CONTEXT_STALE },
    Situation("a host that warms up", no) { $0.context.flags = QE_CONTEXT_WARMING },
    Situation("a made-up quote", long) { $0.context.flags = QE_CONTEXT_SYNTHETIC_QUOTE },
    Situation("something works for it already", no) { $0.context.working_buy = 1 },
    Situation("on the other side", no) { $0.context.working_sell = 1 },
    Situation("something waits for an approval", no) { $0.context.pending_buy = 1 },
    Situation("likewise on the other side", no) { $0.context.pending_sell = 1 },
    Situation("no quote, but a trade", long) { $0.context.bid_price = 0 },
    Situation("neither", no) {
      $0.context.bid_price = 0
      $0.context.last_price = 0
    },
    Situation("a share of equity that is worth as much as the venue wants", long) { $0.context.equity = EnsembleHost.money(251) },
    Situation("a share of equity below the least notional", no) { $0.context.equity = EnsembleHost.money(249) },
    Situation("no equity", no) { $0.context.equity = EnsembleHost.money(0) },
    Situation("an equity below 0", no) { $0.context.equity = EnsembleHost.money(-1000) },
  ]

  @Test(arguments: agreement + market)
  func `each rule lets in what is just inside it and keeps out what is just outside`(_ situation: Situation) throws {
    let host = try EnsembleHost(situation.values, texts: situation.texts)
    situation.change(host)
    let wishes = try host.bar()
    #expect(wishes.count == (situation.side == 0 ? 0 : 1))
    #expect((wishes.first?.side ?? 0) == situation.side)
    #expect(try host.prediction().isEmpty && host.quote(host.context.bid_price, host.context.ask_price).isEmpty, "it decides when a second closes")
  }

  @Test func `while opening is not allowed it opens nothing`() throws {
    let host = try EnsembleHost()
    #expect(try host.risk(allowed: false).isEmpty)
    #expect(try host.bar().isEmpty)
    #expect(try host.risk(allowed: true).isEmpty)
    #expect(try host.bar().first?.kind == QE_INTENT_SUBMIT)
  }

  @Test func `with a horizon of its own it enters on that cadence alone, and leaves on every second`() throws {
    let host = try EnsembleHost(horizon: 5)
    let base = EnsembleHost.start / EnsembleHost.second
    for second in 1..<5 { #expect(try host.bar(base + Int64(second)).isEmpty) }
    let entry = try #require(try host.bar(base + 5).first)
    #expect(try host.fill(entry).isEmpty)
    host.say(0.375)
    #expect(try host.bar(base + 6).first?.kind == QE_INTENT_TARGET_POSITION)
  }

  @Test func `on spot it never sells what it has not got`() throws {
    let host = try EnsembleHost(market: "spot")
    host.say(0.375)
    #expect(try host.bar().isEmpty)
    host.say(0.625)
    #expect(try host.bar().first?.side == QE_SIDE_BUY)
  }

  @Test func `a size is never rounded up to what the venue takes, nor beyond it`() throws {
    for (quantity, minimum, expected) in [(0.00199, 200_000, nil), (0.002, 200_000, 200_000), (0.0020099, 200_000, 200_000)]
      as [(Double, Int64, Int64?)]
    {
      #expect(try EnsembleHost(["order_quantity": quantity], minimumQuantity: minimum).bar().first?.quantity == expected, "\(quantity)")
    }
    #expect(try EnsembleHost(["position_pct": 100], maximumQuantity: 555_500).bar().first?.quantity == 555_000)
    // At 50,000.10 a step of 0.00001 is worth 0.500001.
    #expect(try EnsembleHost(["order_quantity": 0.0001], minimumNotional: 6).bar().isEmpty)
    #expect(try EnsembleHost(["order_quantity": 0.0001], minimumNotional: 5).bar().first?.quantity == 10_000)
  }

  @Test func `a stop is never nearer than ten basis points, and a take profit that pays no costs is refused at once`() throws {
    let host = try EnsembleHost(["base_stop_bps": 3, "tp_rr": 2])
    let buy = try #require(try host.bar().first)
    #expect(buy.stop_price == 4_995_000 && buy.take_profit_price == 5_010_020)
    let refused = #expect(throws: EnsembleHost.Refused.self) { try EnsembleHost(["cost_bps": 60]) }
    #expect(refused?.status == QE_INVALID && refused?.reason.contains("cost_bps") == true)
    #expect(try EnsembleHost(["cost_bps": 59.99]).bar().count == 1)
  }

  @Test func `a refused entry does not jam it: each refusal in a row doubles the pause`() throws {
    let host = try EnsembleHost(["pause_ms": 1500])
    var wish = try #require(try host.bar().first)
    for pause in [1.5, 3, 6, 12, 24, 48, 96, 96] {
      let refusedAt = host.context.receive_ns
      #expect(try host.update(wish.tag, QE_ORDER_REFUSED, code: 97).isEmpty)
      let next = [try host.nextWish()]
      let waited = Double(host.context.receive_ns - refusedAt) / 1e9
      #expect(waited >= pause && waited < pause + 1, "\(waited)")
      #expect(next[0].kind == QE_INTENT_SUBMIT && next[0].tag == wish.tag + 1)
      wish = next[0]
    }
  }

  @Test func `without room nothing is wished and no tag is spent`() throws {
    let host = try EnsembleHost()
    host.capacity = 0
    #expect(try host.bar().isEmpty)
    host.capacity = 1
    let entry = try #require(try host.bar().first)
    #expect(entry.tag == 1)
    #expect(try host.fill(entry).isEmpty)
    host.say(0.25)
    host.capacity = 0
    #expect(try host.bar().isEmpty)
    host.capacity = 1
    #expect(try host.bar().first?.kind == QE_INTENT_TARGET_POSITION)
  }

  @Test(arguments: [
    ("position_pct", -1.0), ("position_pct", .nan), ("min_conf_primary", 1.1), ("strong_conf_anchor", -0.1), ("min_edge", .infinity), ("tp_rr", 0),
    ("base_stop_bps", 5001), ("pause_ms", 1e12), ("max_hold_seconds", -1), ("anchor_horizon", 5), ("anchor_horizon", 90_000),
    ("high_vol_min_conf", 2),
    ("cost_bps", 1001), ("position_pct", 0),
  ])
  func `values out of bounds are refused even if a host lets them through`(_ name: String, _ value: Double) throws {
    let refused = #expect(throws: EnsembleHost.Refused.self) { try EnsembleHost([name: value]) }
    #expect(refused?.status == QE_INVALID && refused?.reason.contains(name) == true, "\(refused as Any)")
  }

  @Test(arguments: ["", "1,1", "0", "86401", "1;5", "a", "1,2,3,4,5,6,7,8,9", ","])
  func `horizons that are none are refused`(_ text: String) throws {
    let refused = #expect(throws: EnsembleHost.Refused.self) { try EnsembleHost(texts: ["primary_horizons": text]) }
    #expect(refused?.reason.contains("primary_horizons") == true)
  }

  @Test func `another mode and an inverse contract are refused`() throws {
    #expect(throws: EnsembleHost.Refused.self) { try EnsembleHost(texts: ["mode": "Scalp"]) }
    #expect(throws: EnsembleHost.Refused.self) { try EnsembleHost(contract: QE_CONTRACT_INVERSE) }
  }
}
