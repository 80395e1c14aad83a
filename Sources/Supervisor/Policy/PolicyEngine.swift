import JSONTree

/// Makes policies of signals. To be off takes some evaluations in a row, and to be on again some more, but for what is plainly dangerous.
public struct PolicyEngine: Sendable {
  public struct State: Sendable, Equatable, Codable {
    public var dangerCount = 0
    public var safeCount = 0
    public var isOff = false
    public init() {}
  }

  public struct Decision: Sendable, Hashable {
    public var code: String
    public var evidence: String
    public var mode: Policy.Mode
    public var allowsTrading: Bool
    public var sizeMultiplier: Double
    public var maximumSpreadBps: Double?
    public var maximumDailyLoss: Double?

    public var reason: String { evidence.isEmpty ? code : "\(code):\(evidence)" }

    public var node: JSONNode {
      func number(_ value: Double?) -> JSONNode { value.map(JSONNode.real) ?? .null }
      return [
        "mode": .text(mode.rawValue), "allow_trading": .boolean(allowsTrading), "size_multiplier": .real(sizeMultiplier), "cooldown_sec": 0,
        "spread_max_bps": number(maximumSpreadBps), "max_daily_loss": number(maximumDailyLoss), "reason": .text(reason), "evidence": .text(evidence),
      ]
    }
  }

  private static let immediate: Set<String> = ["BOT_UNHEALTHY", "DAILY_LOSS_LIMIT", "DRAWDOWN_LIMIT", "RISK_ENGINE_HALTED"]
  private let thresholds: PolicyThresholds
  public private(set) var state: State
  public private(set) var last: (signals: PolicySignals, decision: Decision)?

  public init(_ thresholds: PolicyThresholds, state: State = State()) {
    self.thresholds = thresholds
    self.state = state
  }

  /// - Parameter now: seconds since 1970.
  public mutating func evaluate(_ signals: PolicySignals, at now: Int64) -> Policy {
    let decision = settle(judge(signals))
    last = (signals, decision)
    return Policy(
      seconds: now, lifeSeconds: thresholds.lifeSeconds, allowsTrading: decision.allowsTrading, mode: decision.mode,
      sizeMultiplier: decision.sizeMultiplier, maximumSpreadBps: decision.maximumSpreadBps, maximumDailyLoss: decision.maximumDailyLoss,
      reason: decision.reason)
  }

  private func off(_ code: String, _ evidence: String) -> Decision {
    Decision(
      code: code, evidence: evidence, mode: .riskOff, allowsTrading: false, sizeMultiplier: 0, maximumSpreadBps: thresholds.maximumSpreadBps,
      maximumDailyLoss: thresholds.maximumDailyLoss)
  }

  private func judge(_ signals: PolicySignals) -> Decision {
    if !signals.isRunning { return off("BOT_UNHEALTHY", "no host reports") }
    if signals.isHalted { return off("RISK_ENGINE_HALTED", signals.haltReason ?? "") }
    if let rate = signals.restartsPerHour, rate >= thresholds.restartsPerHour { return off("BOT_RESTART_LOOP", "restarts/h=\(rate)") }
    if let limit = thresholds.maximumDailyLoss, let pnl = signals.pnlOfTheDay, -pnl >= limit { return off("DAILY_LOSS_LIMIT", "pnl_day=\(pnl)") }
    if let limit = thresholds.maximumDrawdown, let fall = signals.drawdownOfTheDay, fall >= limit {
      return off("DRAWDOWN_LIMIT", "drawdown_day=\(fall)")
    }
    var decision = Decision(
      code: "OK", evidence: "", mode: .normal, allowsTrading: true, sizeMultiplier: 1, maximumSpreadBps: thresholds.maximumSpreadBps,
      maximumDailyLoss: thresholds.maximumDailyLoss)
    if let streak = signals.lossStreak, streak >= thresholds.lossStreak {
      (decision.code, decision.evidence) = ("LOSS_STREAK", "loss_streak=\(streak)")
      (decision.mode, decision.sizeMultiplier) = (.conservative, thresholds.conservativeSizeMultiplier)
    }
    if let limit = thresholds.maximumSpreadBps, let spread = signals.spreadBps, spread > limit {
      (decision.code, decision.evidence) = ("SPREAD_TOO_WIDE", "spread_bps=\(spread)")
      (decision.mode, decision.allowsTrading) = (.conservative, false)
    }
    return decision
  }

  private mutating func settle(_ raw: Decision) -> Decision {
    if raw.mode == .riskOff {
      state.safeCount = 0
      state.dangerCount += 1
      if state.isOff || Self.immediate.contains(raw.code) || state.dangerCount >= thresholds.enterCycles {
        state.isOff = true
        return raw
      }
      // Not yet off, and no longer at full size.
      var waiting = judgeFree()
      (waiting.code, waiting.evidence) = ("HYSTERESIS_WAIT", "\(raw.code) \(state.dangerCount)/\(thresholds.enterCycles)")
      return waiting
    }
    state.dangerCount = 0
    guard state.isOff else { return raw }
    state.safeCount += 1
    if state.safeCount >= thresholds.exitCycles {
      (state.isOff, state.safeCount) = (false, 0)
      return raw
    }
    return off("HYSTERESIS_HOLD", "\(state.safeCount)/\(thresholds.exitCycles)")
  }

  private func judgeFree() -> Decision {
    Decision(
      code: "OK", evidence: "", mode: .conservative, allowsTrading: true, sizeMultiplier: thresholds.conservativeSizeMultiplier,
      maximumSpreadBps: thresholds.maximumSpreadBps, maximumDailyLoss: thresholds.maximumDailyLoss)
  }
}
