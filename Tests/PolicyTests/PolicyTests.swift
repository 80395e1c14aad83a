import JSONTree
import TestKit
import Testing

@testable import Policy

@Suite struct PolicyTests {
  private func signals(_ change: (inout PolicySignals) -> Void = { _ in }) -> PolicySignals {
    var signals = PolicySignals()
    signals.isRunning = true
    change(&signals)
    return signals
  }

  private static var thresholds: PolicyThresholds {
    var thresholds = PolicyThresholds()
    (thresholds.maximumDailyLoss, thresholds.maximumDrawdown, thresholds.maximumSpreadBps) = (100, 50, 8)
    return thresholds
  }

  @Test func `Before anything was evaluated there is one that lets nothing happen`() {
    #expect(
      Policy.notReady(at: 1_795_386_556, lifeSeconds: 30).node == [
        "version": "policy.v1", "ts": 1_795_386_556, "ttl_sec": 30, "allow_trading": false, "mode": "risk_off", "size_multiplier": 0.0,
        "cooldown_sec": 0, "spread_max_bps": nil, "max_daily_loss": nil, "reason": "POLICY_NOT_READY",
      ])
  }

  private struct Case: Sendable {
    var name: String
    var mode: Policy.Mode
    var allows: Bool
    var signal: @Sendable (inout PolicySignals) -> Void
  }

  private static let cases: [Case] = [
    Case(name: "OK", mode: .normal, allows: true) { _ in }, Case(name: "BOT_UNHEALTHY", mode: .riskOff, allows: false) { $0.isRunning = false },
    Case(name: "RISK_ENGINE_HALTED", mode: .riskOff, allows: false) { $0.isHalted = true },
    Case(name: "DAILY_LOSS_LIMIT", mode: .riskOff, allows: false) { $0.pnlOfTheDay = -100 },
    Case(name: "OK", mode: .normal, allows: true) { $0.pnlOfTheDay = -99.99 },
    Case(name: "DRAWDOWN_LIMIT", mode: .riskOff, allows: false) { $0.drawdownOfTheDay = 50 },
    Case(name: "LOSS_STREAK", mode: .conservative, allows: true) { $0.lossStreak = 3 },
    Case(name: "SPREAD_TOO_WIDE", mode: .conservative, allows: false) { $0.spreadBps = 8.1 },
    // It is not off at the first of them.
    Case(name: "HYSTERESIS_WAIT", mode: .conservative, allows: true) { $0.restartsPerHour = 3 },
  ]

  @Test(arguments: cases.indices)
  func `Each signal has its code and what follows from it`(index: Int) {
    let wanted = Self.cases[index]
    var engine = PolicyEngine(Self.thresholds)
    let policy = engine.evaluate(signals(wanted.signal), at: 7)
    #expect(policy.reason.hasPrefix(wanted.name) && policy.mode == wanted.mode && policy.allowsTrading == wanted.allows, "\(policy)")
    #expect(policy.seconds == 7 && policy.lifeSeconds == 30 && policy.maximumSpreadBps == 8 && policy.maximumDailyLoss == 100)
    #expect(policy.sizeMultiplier == (wanted.mode == .riskOff ? 0 : wanted.name == "LOSS_STREAK" || wanted.name == "HYSTERESIS_WAIT" ? 0.5 : 1))
  }

  @Test func `It takes two in a row to be off and three to be on again`() {
    var engine = PolicyEngine(Self.thresholds)
    let loop = signals { $0.restartsPerHour = 5 }
    let steps: [(PolicySignals, String)] = [
      (loop, "HYSTERESIS_WAIT"), (signals(), "OK"), (loop, "HYSTERESIS_WAIT"), (loop, "BOT_RESTART_LOOP"), (signals(), "HYSTERESIS_HOLD"),
      (signals(), "HYSTERESIS_HOLD"), (loop, "BOT_RESTART_LOOP"), (signals(), "HYSTERESIS_HOLD"), (signals(), "HYSTERESIS_HOLD"), (signals(), "OK"),
      (signals { $0.isHalted = true }, "RISK_ENGINE_HALTED"), (signals(), "HYSTERESIS_HOLD"),
    ]
    for (index, (signals, code)) in steps.enumerated() {
      let policy = engine.evaluate(signals, at: Int64(index))
      #expect(policy.reason.hasPrefix(code), "step \(index): \(policy.reason)")
      #expect(policy.allowsTrading == (code == "OK" || code == "HYSTERESIS_WAIT"))
    }
    // A restart goes on from where it was.
    var again = PolicyEngine(Self.thresholds, state: engine.state)
    #expect(again.evaluate(signals(), at: 0).reason.hasPrefix("HYSTERESIS_HOLD") && again.evaluate(signals(), at: 0).reason == "OK")
  }

  @Test func `Two tighten each other, whichever comes first, and never loosen`() {
    var chance = Chance.seeded("policies")
    func any() -> Policy {
      func maybe(_ range: ClosedRange<Double>) -> Double? { chance.chance(50) ? Double.random(in: range, using: &chance) : nil }
      var policy = Policy(
        seconds: 1, lifeSeconds: 30, allowsTrading: chance.chance(50), mode: Policy.Mode.allCases.randomElement(using: &chance)!,
        sizeMultiplier: Double.random(in: 0...2, using: &chance), maximumSpreadBps: maybe(0...9), maximumDailyLoss: maybe(0...9), reason: "R")
      policy.cooldownSeconds = Int64.random(in: 0...9, using: &chance)
      return policy
    }
    for _ in 0..<2000 {
      let (a, b) = (any(), any())
      let both = a.tightened(by: b)
      #expect(both == b.tightened(by: a) && both.tightened(by: a) == both && both.tightened(by: both) == both, "seed \(chance.seed)")
      for one in [a, b] {
        #expect(!both.allowsTrading || one.allowsTrading)
        #expect(both.mode >= one.mode && both.sizeMultiplier <= one.sizeMultiplier && both.cooldownSeconds >= one.cooldownSeconds)
        #expect(one.maximumSpreadBps.map { (both.maximumSpreadBps ?? .infinity) <= $0 } ?? true)
        #expect(one.maximumDailyLoss.map { (both.maximumDailyLoss ?? .infinity) <= $0 } ?? true)
      }
    }
  }
}
