import PluginABI
import Testing

@Suite struct ExitTests {
  /// Long, or short, by a filled entry.
  static func held(_ values: [String: Double] = [:], texts: [String: String] = [:], long: Bool = true) throws -> EnsembleHost {
    let host = try EnsembleHost(["pause_ms": 1500].merging(values) { $1 }, texts: texts)
    host.say(long ? 0.625 : 0.375)
    let entry = try #require(try host.bar().first)
    #expect(try host.update(entry.tag, QE_ORDER_WORKING).isEmpty)
    #expect(try host.fill(entry).isEmpty)
    #expect(try host.bar().isEmpty, "while the signal holds nothing is done")
    return host
  }

  @Test(arguments: [true, false])
  func `a turned signal leaves by a target of 0, once, and never turns round in one step`(_ long: Bool) throws {
    let host = try ExitTests.held(long: long)
    host.say(long ? 0.375 : 0.625)
    let target = try #require(try host.bar().first)
    #expect(target.kind == QE_INTENT_TARGET_POSITION && target.quantity == 0 && target.stop_price == 0)
    #expect(try host.bar().isEmpty, "asked once")
    #expect(try host.update(target.tag, QE_ORDER_PARTIAL, filled: 1000, price: 5_000_000).isEmpty)
    #expect(try host.fill(target).isEmpty, "nothing is opened with the fill")
    #expect(try host.bar().isEmpty, "it rests a second first")
    let next = [try host.nextWish()]
    #expect(next.count == 1 && next[0].kind == QE_INTENT_SUBMIT && next[0].side == (long ? QE_SIDE_SELL : QE_SIDE_BUY))
  }

  /// What would keep an entry out, each of it: while it is held none may keep it in.
  static let obstacles: [(name: String, change: @Sendable (EnsembleHost) throws -> Void)] = [
    ("features are gone", { $0.features = nil }), ("the regime forbids everything", { $0.features = EnsembleHost.features(regime: 3) }),
    ("the regime allows no short", { $0.features = EnsembleHost.features(regime: 1) }),
    ("a jump", { $0.features = EnsembleHost.features(lastReturn: 0.2) }), ("a stale feed", { $0.context.flags = QE_CONTEXT_STALE }),
    ("a host that warms up", { $0.context.flags = QE_CONTEXT_WARMING }), ("opening is not allowed", { _ = try $0.risk(allowed: false) }),
    ("a primary horizon is missing", { $0.predictions.remove(at: 0) }),
    ("primary horizons disagree", { $0.predictions[0] = EnsembleHost.prediction(1, 0.51) }),
    ("the anchor opposes the exit", { $0.predictions = [1, 5, 30].map { EnsembleHost.prediction($0, $0 == 30 ? 0.65 : 0.2) } }),
    ("only the anchor is left", { $0.predictions.removeFirst(2) }), ("no quote", { $0.context.bid_price = 0 }),
    ("a protective order works", { $0.context.working_sell = 399_000 }), ("no equity", { $0.context.equity = EnsembleHost.money(0) }),
  ]

  @Test(arguments: obstacles.indices)
  func `no rule of entries holds up an exit`(_ index: Int) throws {
    for texts in [["mode": "normal"], ["mode": "scalp"]] {
      let host = try ExitTests.held(["min_depth_quote": 0], texts: texts)
      host.say(0.375)
      try ExitTests.obstacles[index].change(host)
      #expect(try host.bar().first?.kind == QE_INTENT_TARGET_POSITION, "\(ExitTests.obstacles[index].name)")
    }
  }

  @Test func `it turns at exit_edge, and at 0 on any edge against it`() throws {
    for (edge, pUp, leaves) in [(0.125, 0.375, true), (0.1251, 0.375, false), (0, 0.499, true), (0, 0.5, false), (0, 0.75, false)]
      as [(Double, Double, Bool)]
    {
      let host = try ExitTests.held(["exit_edge": edge])
      host.say(pUp)
      #expect(try host.bar().isEmpty != leaves, "\(edge), \(pUp)")
    }
    let host = try ExitTests.held()
    host.say(0.25)
    for index in 0..<3 { host.predictions[index].state = QE_PREDICTION_STALE }
    #expect(try host.bar().isEmpty, "what is not fresh says nothing, the bracket is there")
  }

  @Test(arguments: [(QE_ORDER_REFUSED, 78), (QE_ORDER_CANCELLED, 0), (QE_ORDER_EXPIRED, 0), (QE_ORDER_REPLACED, 0)] as [(UInt32, UInt32)])
  func `an exit that comes to nothing is asked for again after each pause, never ever later`(_ state: UInt32, _ code: UInt32) throws {
    let host = try ExitTests.held()
    host.say(0.375)
    var target = try #require(try host.bar().first)
    for _ in 0..<10 {
      let endedAt = host.context.receive_ns
      #expect(try host.update(target.tag, state, code: code).isEmpty)
      let next = [try host.nextWish()]
      #expect(host.context.receive_ns - endedAt <= 3 * EnsembleHost.second && next[0].kind == QE_INTENT_TARGET_POSITION)
      target = next[0]
    }
  }

  @Test func `the longest hold is the bracket's, and its own if that is gone`() throws {
    let host = try ExitTests.held(["max_hold_seconds": 10])
    var seconds = 1
    var wishes: [qe_intent] = []
    while wishes.isEmpty, seconds < 30 {
      wishes = try host.bar()
      seconds += 1
    }
    #expect(wishes.first?.kind == QE_INTENT_TARGET_POSITION && (12...13).contains(seconds), "\(seconds)")
    let unbounded = try ExitTests.held()
    for _ in 0..<1000 { #expect(try unbounded.bar().isEmpty) }
  }

  @Test func `what the host closes shows in the position alone, and it rests before it enters again`() throws {
    let host = try ExitTests.held()
    host.context.position = 0
    #expect(try host.update(0, QE_ORDER_FILLED, filled: 399_000, price: 4_980_000).isEmpty)
    #expect(try host.bar().isEmpty)
    let next = [try host.nextWish()]
    #expect(next[0].kind == QE_INTENT_SUBMIT)
  }

  @Test func `dust is neither left nor keeps it from entering`() throws {
    let host = try EnsembleHost()
    host.context.position = 999
    #expect(try host.bar().first?.side == QE_SIDE_BUY)
    let held = try EnsembleHost(minimumNotional: 0)
    held.context.position = 1000
    held.say(0.375)
    #expect(try held.bar().first?.kind == QE_INTENT_TARGET_POSITION)
  }
}
