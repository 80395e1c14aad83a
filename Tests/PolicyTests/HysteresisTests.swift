import JSONTree
import TestKit
import Testing

@testable import Policy

@Suite struct HysteresisTests {
  /// r: restarts, which are waited for; d: a loss, which is not; s: a streak; a dot: nothing.
  private static func signals(_ cycle: Character) -> PolicySignals {
    .healthy {
      switch cycle {
      case "r": $0.restartsPerHour = 5
      case "d": $0.dayProfit = -500
      case "s": $0.lossStreak = 5
      default: break
      }
    }
  }

  /// N normal, C conservative, R risk off, w waiting for it, h held in it.
  private static func letter(_ decision: PolicyDecision) -> Character {
    switch decision.code {
    case .hysteresisWait: "w"
    case .hysteresisHold: "h"
    default: decision.mode == .riskOff ? "R" : decision.mode == .conservative ? "C" : "N"
    }
  }

  private static let shipped = [
    ("......", "NNNNNN"), ("r.r.r.", "wNwNwN"), ("rrr", "wRR"), ("rr....", "wRhhNN"), ("rr..r...", "wRhhRhhN"), ("d....", "RhhNN"), ("dr.", "RRh"),
    ("rd", "wR"), ("sss.", "CCCN"), ("dsss", "RhhC"), ("rsr", "wCw"), ("d.s.", "RhhN"), ("d.r...", "RhRhhN"), ("r.rr", "wNwR"),
  ]

  private func run(_ cycles: String, _ engine: inout PolicyEngine) -> String {
    String(
      cycles.map { cycle in
        let (policy, decision) = engine.evaluate(Self.signals(cycle), at: noon)
        let isOff = decision.mode == .riskOff
        #expect(policy.allowsTrading == !isOff && (policy.sizeMultiplier == 0) == isOff && engine.state.mode == decision.mode)
        return Self.letter(decision)
      })
  }

  @Test(arguments: shipped.indices)
  func `Two dangers in a row engage, three good evaluations release, and what cannot wait does not`(index: Int) {
    let (cycles, expected) = Self.shipped[index]
    var engine = PolicyEngine(PolicyThresholds(maximumDailyLoss: 200))
    #expect(run(cycles, &engine) == expected, "\(cycles)")
  }

  @Test(arguments: [(1, 1, "r.r.", "RNRN"), (1, 2, "r..", "RhN"), (4, 1, "rrrrr.", "wwwRRN"), (2, 5, "d.....", "RhhhhN")])
  func `As many as the settings say`(enter: Int, exit: Int, cycles: String, expected: String) {
    var engine = PolicyEngine(PolicyThresholds(maximumDailyLoss: 200, enterCycles: enter, exitCycles: exit))
    #expect(run(cycles, &engine) == expected)
  }

  @Test func `Waiting and holding say how far they are, and what else is the case`() {
    var engine = PolicyEngine(PolicyThresholds(maximumDailyLoss: 200))
    let both = PolicySignals.healthy {
      $0.restartsPerHour = 5
      $0.lossStreak = 3
    }
    let (waiting, _) = engine.evaluate(both, at: noon)
    #expect(waiting.reason == "HYSTERESIS_WAIT:1 of 2; BOT_RESTART_LOOP restart_rate=5.0 limit=3.0; LOSS_STREAK loss_streak=3 limit=3")
    #expect(waiting.mode == .conservative && waiting.allowsTrading && waiting.sizeMultiplier == 0.5, "what it does not wait for holds meanwhile")
    #expect(engine.evaluate(both, at: noon).policy.reason == "BOT_RESTART_LOOP:restart_rate=5.0 limit=3.0; LOSS_STREAK loss_streak=3 limit=3")
    let (held, _) = engine.evaluate(Self.signals("s"), at: noon)
    #expect(held.reason == "HYSTERESIS_HOLD:1 of 3; LOSS_STREAK loss_streak=5 limit=3" && held.mode == .riskOff && !held.allowsTrading)
  }

  @Test func `Its state goes into a file and comes out of it, and the engine goes on as if nothing had been`() throws {
    var chance = Chance.seeded("policy state")
    for _ in 0..<200 {
      let thresholds = PolicyThresholds(
        maximumDailyLoss: 200, enterCycles: Int.random(in: 1...4, using: &chance), exitCycles: Int.random(in: 1...4, using: &chance))
      var unbroken = PolicyEngine(thresholds)
      var broken = unbroken
      for step in 0..<30 as Range<Int64> {
        let signals = Self.signals(Array("rrd...s").randomElement(using: &chance)!)
        let now = noon + step * 5001
        let expected = unbroken.evaluate(signals, at: now)
        let actual = broken.evaluate(signals, at: now)
        #expect(actual.policy == expected.policy && actual.decision == expected.decision && broken.state == unbroken.state)
        if chance.chance(30) { broken = PolicyEngine(thresholds, restoring: try PolicyState(reading: try node(broken.state.json.indented))) }
      }
    }
  }

  @Test func `The file has the reference's members`() throws {
    var engine = PolicyEngine(PolicyThresholds(maximumDailyLoss: 200))
    #expect(engine.state == .initial)
    _ = engine.evaluate(Self.signals("d"), at: noon + 500)
    #expect(engine.state.json == (try node(#"{"danger_count": 1, "safe_count": 0, "mode": "risk_off", "updated_at": 1770033600.5}"#)))
    _ = engine.evaluate(Self.signals("."), at: noon + 1000)
    #expect(engine.state.json == (try node(#"{"danger_count": 0, "safe_count": 1, "mode": "risk_off", "updated_at": 1770033601.0}"#)))
    let faults = #expect(throws: PolicyFaults.self) {
      try PolicyState(reading: try node(#"{"danger_count": -1, "safe_count": 1.5, "mode": "off", "updated_at": NaN}"#))
    }
    #expect(faults?.faults.map(\.field) == ["danger_count", "safe_count", "mode", "updated_at"])
    for late in ["1e300", "100000000000.1", "-1", "null"] {
      let text = #"{"danger_count": 0, "safe_count": 0, "mode": "normal", "updated_at": \#(late)}"#
      let fault = #expect(throws: PolicyFaults.self) { try PolicyState(reading: try node(text)) }
      #expect(fault?.description == "updated_at is no number of 0...100000000000")
    }
  }

  @Test func `After a file that cannot be read it takes as long as after a danger`() {
    var engine = PolicyEngine(PolicyThresholds(maximumDailyLoss: 200), restoring: .unknown)
    #expect(run("...", &engine) == "hhN")
  }

  @Test func `Counts do not run over`() throws {
    let full = #"{"danger_count": 0, "safe_count": 1000000, "mode": "normal", "updated_at": 0}"#
    var engine = PolicyEngine(restoring: try PolicyState(reading: try node(full)))
    _ = engine.evaluate(.healthy(), at: noon)
    #expect(engine.state.safeCount == 1_000_000)
    #expect(try PolicyState(reading: engine.state.json) == engine.state)
  }

  @Test func `Before the first evaluation it is not ready, also with a state of a former life`() throws {
    let engine = PolicyEngine(holdsSeconds: 45, restoring: .unknown)
    #expect(engine.policy(at: noon) == .notReady(at: noon, holdsSeconds: 45))
    #expect(engine.policy(at: noon + 5000).second == noonSecond + 5)
    let transcript = #"""
      {"signals": null, "decision": null, "cb": {"open": false, "open_until": 0.0, "failures": 0, "failure_threshold": 3, "window_sec": 300,
       "open_sec": 120}, "llm_enabled": false}
      """#
    #expect(engine.debug(breaker: Breaker(), isModelEnabled: false, at: noon) == (try node(transcript)))
  }

  @Test func `Signals and decision are shown with the reference's members`() throws {
    var engine = PolicyEngine(PolicyThresholds(maximumDailyLoss: 200, maximumSpreadBps: 10))
    let signals = PolicySignals.healthy {
      ($0.restartsPerHour, $0.dayProfit, $0.dayDrawdown, $0.lossStreak, $0.errorsPerMinute) = (0.5, -1, 2, 4, 6)
      ($0.spreadBps, $0.volatility, $0.latencyMilliseconds, $0.riskHaltReason) = (1.5, .nan, 7, "x")
    }
    _ = engine.evaluate(signals, at: noon)
    let debug = engine.debug(breaker: Breaker(), isModelEnabled: true, at: noon)
    let shown = #"""
      {"bot_running": true, "restart_rate": 0.5, "pnl_day": -1.0, "drawdown_day": 2.0, "loss_streak": 4, "error_rate": 6.0, "spread_bps": 1.5,
       "volatility": null, "latency_ms": 7.0, "risk_halted": false, "risk_halt_reason": "x"}
      """#
    #expect(debug["signals"] == (try node(shown)) && debug["llm_enabled"] == true)
    let decision = #"""
      {"mode": "risk_off", "allow_trading": false, "size_multiplier": 0.0, "cooldown_sec": 0, "spread_max_bps": 10.0, "max_daily_loss": 200.0,
       "reason": "HEURISTICS_ERROR", "evidence": "volatility is no number; LOSS_STREAK loss_streak=4 limit=3"}
      """#
    #expect(debug["decision"] == (try node(decision)))
    let nothing = PolicySignals().json.object ?? [:]
    #expect(nothing.count == 11 && nothing.values.allSatisfy(\.isNull))
  }
}
