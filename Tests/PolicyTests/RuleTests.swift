import JSONTree
import TestKit
import Testing

@testable import Policy

@Suite struct RuleTests {
  private static let thresholds = PolicyThresholds(maximumDailyLoss: 200, maximumDrawdown: 500, maximumSpreadBps: 10, enterCycles: 1)

  private struct Case: Sendable {
    var reason: String
    var mode: Policy.Mode
    var allows: Bool
    var size: Double
    var signals: PolicySignals

    init(_ reason: String, _ mode: Policy.Mode, _ allows: Bool, _ size: Double, _ change: (inout PolicySignals) -> Void = { _ in }) {
      (self.reason, self.mode, self.allows, self.size, signals) = (reason, mode, allows, size, .healthy(change))
    }
  }

  private static let cases = [
    Case("OK", .normal, true, 1),
    Case("BOT_UNHEALTHY:bot_running=false", .riskOff, false, 0) { $0.isRunning = false },
    Case("BOT_UNHEALTHY:bot_running=unknown", .riskOff, false, 0) { $0.isRunning = nil },
    Case("RISK_ENGINE_HALTED:Daily loss 210.00 >= limit 200.00 USDT", .riskOff, false, 0) {
      $0.isRiskHalted = true
      $0.riskHaltReason = "Daily loss 210.00 >= limit 200.00 USDT"
    },
    Case("RISK_ENGINE_HALTED", .riskOff, false, 0) { $0.isRiskHalted = true },
    Case("OK", .normal, true, 1) {
      $0.isRiskHalted = nil
      $0.riskHaltReason = "old"
    },
    Case("OK", .normal, true, 1) { $0.restartsPerHour = 2.99 },
    Case("BOT_RESTART_LOOP:restart_rate=3.0 limit=3.0", .riskOff, false, 0) { $0.restartsPerHour = 3 },
    Case("OK", .normal, true, 1) { $0.dayProfit = -199.99 },
    Case("OK", .normal, true, 1) { $0.dayProfit = 1000 },
    Case("DAILY_LOSS_LIMIT:pnl_day=-200.0 limit=200.0", .riskOff, false, 0) { $0.dayProfit = -200 },
    Case("OK", .normal, true, 1) { $0.dayDrawdown = 499.99 },
    Case("DRAWDOWN_LIMIT:drawdown_day=500.0 limit=500.0", .riskOff, false, 0) { $0.dayDrawdown = 500 },
    Case("DRAWDOWN_LIMIT:drawdown_day=-500.5 limit=500.0", .riskOff, false, 0) { $0.dayDrawdown = -500.5 },
    Case("OK", .normal, true, 1) { $0.lossStreak = 2 },
    Case("LOSS_STREAK:loss_streak=3 limit=3", .conservative, true, 0.5) { $0.lossStreak = 3 },
    Case("OK", .normal, true, 1) { $0.volatility = 1.49 },
    Case("HIGH_VOL:volatility=1.5 limit=1.5", .conservative, true, 0.5) { $0.volatility = 1.5 },
    Case("OK", .normal, true, 1) { $0.spreadBps = 9.99 },
    Case("SPREAD_TOO_WIDE:spread_bps=10.0 limit=10.0", .normal, false, 1) { $0.spreadBps = 10 },
    // Shown, judged by nothing.
    Case("OK", .normal, true, 1) {
      $0.errorsPerMinute = 1e9
      $0.latencyMilliseconds = .nan
    },
    Case("HEURISTICS_ERROR:pnl_day is no number", .riskOff, false, 0) { $0.dayProfit = .nan },
    Case("HEURISTICS_ERROR:restart_rate is no number", .riskOff, false, 0) { $0.restartsPerHour = .nan },
    Case("HEURISTICS_ERROR:drawdown_day is no number", .riskOff, false, 0) { $0.dayDrawdown = .nan },
    Case("HEURISTICS_ERROR:spread_bps is no number", .riskOff, false, 0) { $0.spreadBps = -.infinity },
    Case("HEURISTICS_ERROR:volatility is no number", .riskOff, false, 0) { $0.volatility = .nan },
    // Several at once: all of them hold, the weightiest gives its name.
    Case("LOSS_STREAK:loss_streak=4 limit=3; SPREAD_TOO_WIDE spread_bps=11.0 limit=10.0", .conservative, false, 0.5) {
      $0.lossStreak = 4
      $0.spreadBps = 11
    },
    Case("BOT_UNHEALTHY:bot_running=false; RISK_ENGINE_HALTED; LOSS_STREAK loss_streak=9 limit=3", .riskOff, false, 0) {
      $0.isRunning = false
      $0.isRiskHalted = true
      $0.lossStreak = 9
    },
  ]

  @Test(arguments: cases.indices)
  func `Each rule holds from its threshold on`(index: Int) {
    let it = Self.cases[index]
    var engine = PolicyEngine(Self.thresholds, holdsSeconds: 30)
    let (policy, decision) = engine.evaluate(it.signals, at: noon + 999)
    #expect(
      policy
        == Policy(
          second: noonSecond, holdsSeconds: 30, allowsTrading: it.allows, mode: it.mode, sizeMultiplier: it.size, maximumSpreadBps: 10,
          maximumDailyLoss: 200, reason: it.reason))
    #expect(
      decision.reason == it.reason && decision == engine.decision && it.signals.json == engine.signals?.json
        && policy == engine.policy(at: noon + 99_000))
    #expect(decision.mode == it.mode && decision.allowsTrading == it.allows && decision.sizeMultiplier == it.size)
  }

  @Test func `Every code that a rule gives is in the table, in the order of its weight`() {
    var all = PolicySignals()
    all.isRiskHalted = true
    all.restartsPerHour = 9
    all.dayProfit = -900
    all.dayDrawdown = 900
    all.lossStreak = 9
    all.spreadBps = 90
    all.volatility = .infinity
    let codes = Self.thresholds.findings(all).map(\.code)
    #expect(
      codes == [
        .heuristicsError, .botUnhealthy, .riskEngineHalted, .restartLoop, .dailyLossLimit, .drawdownLimit, .lossStreak, .highVolatility,
        .spreadTooWide,
      ])
    let tabled = Set(Self.cases.map { String($0.reason.prefix { $0 != ":" }) })
    #expect(tabled == Set((codes + [.ok]).map(\.rawValue)))
    #expect(Set(codes + [.ok, .hysteresisWait, .hysteresisHold, .notReady]) == Set(PolicyDecision.Code.allCases))
  }

  @Test func `Without a threshold there is no rule, and one of 0 is reached by the first and not by none`() {
    let bad = PolicySignals.healthy {
      $0.dayProfit = -1e9
      $0.dayDrawdown = 1e9
      $0.spreadBps = 1e9
      $0.volatility = 1e9
    }
    var none = PolicyEngine(PolicyThresholds(highVolatility: nil))
    #expect(none.evaluate(bad, at: noon).policy.reason == "OK")
    let zero = PolicyThresholds(
      maximumDailyLoss: 0, maximumDrawdown: 0, maximumSpreadBps: 0, restartsPerHour: 0, conservativeSizeMultiplier: 0, highVolatility: 0)
    let calm = PolicySignals.healthy {
      ($0.dayProfit, $0.dayDrawdown, $0.spreadBps, $0.volatility, $0.restartsPerHour) = (0, 0, 0, 0, 0)
    }
    #expect(zero.findings(calm).isEmpty)
    let first = PolicySignals.healthy {
      ($0.dayProfit, $0.dayDrawdown, $0.spreadBps, $0.volatility, $0.restartsPerHour) = (-0.01, 0.01, 0.01, 0.01, 0.01)
    }
    #expect(zero.findings(first).map(\.code) == [.restartLoop, .dailyLossLimit, .drawdownLimit, .highVolatility, .spreadTooWide])
  }

  @Test func `Any signals make a policy that can be read, and a danger that is not waited for stops`() throws {
    var chance = Chance.seeded("policies of any signals")
    func figure() -> Double? { [nil, 0, 1, -1, 3, 200, -200, 1e308, -1e308, .nan, .infinity, -.infinity].randomElement(using: &chance)! }
    var engine = PolicyEngine(Self.thresholds)
    for step in 0..<1000 as Range<Int64> {
      var signals = PolicySignals()
      signals.isRunning = [true, true, true, false, nil].randomElement(using: &chance)!
      signals.isRiskHalted = [true, false, false, nil].randomElement(using: &chance)!
      signals.lossStreak = [nil, .min, 0, 3, .max].randomElement(using: &chance)!
      (signals.restartsPerHour, signals.dayProfit, signals.dayDrawdown) = (figure(), figure(), figure())
      (signals.spreadBps, signals.volatility, signals.errorsPerMinute, signals.latencyMilliseconds) = (figure(), figure(), figure(), figure())
      let (policy, _) = engine.evaluate(signals, at: noon + step)
      #expect(try Policy(reading: try node(policy.json.compact)) == policy)
      #expect(try PolicyState(reading: try node(engine.state.json.compact)) == engine.state)
      _ = try node(engine.debug(breaker: Breaker(), isModelEnabled: true, at: noon).compact)
      let isLost = (signals.dayProfit ?? 0) <= -200 || abs(signals.dayDrawdown ?? 0) >= 500
      if signals.isRunning != true || signals.isRiskHalted == true || isLost || signals.brokenFigure != nil {
        #expect(!policy.allowsTrading && policy.mode == .riskOff && policy.sizeMultiplier == 0)
      }
      #expect(policy.mode != .riskOff || !policy.allowsTrading)
    }
  }
}
