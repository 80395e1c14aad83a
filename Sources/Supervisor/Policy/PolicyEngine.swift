import JSONTree

/// Makes policies of signals: one evaluation is one cycle, whenever somebody asks for it.
///
/// A danger engages risk_off at once, but for restarts, which must be found `enterCycles` times in a row; and it is released after
/// `exitCycles` evaluations without any. What only tightens within trading (conservative, a wide spread) comes and goes at once.
public struct PolicyEngine: Sendable {
  public let thresholds: PolicyThresholds
  private let holdsSeconds: Int64
  public private(set) var state: PolicyState
  /// Of the last evaluation; nil before the first one of this life.
  public private(set) var signals: PolicySignals?
  public private(set) var decision: PolicyDecision?
  private var latest: Policy?

  /// - Parameters:
  ///   - holdsSeconds: how long a policy holds; at least 1.
  ///   - state: of a former life.
  public init(_ thresholds: PolicyThresholds = PolicyThresholds(), holdsSeconds: Int64 = 30, restoring state: PolicyState = .initial) {
    precondition((1...Policy.maximumSeconds).contains(holdsSeconds), "a policy holds at least 1 s")
    self.thresholds = thresholds
    self.holdsSeconds = holdsSeconds
    self.state = state
  }

  /// The last one that was made; before the first one POLICY_NOT_READY.
  ///
  /// - Parameter now: ms since 1970 UTC.
  public func policy(at now: Int64) -> Policy { latest ?? .notReady(at: now, holdsSeconds: holdsSeconds) }

  /// - Parameter now: ms since 1970 UTC.
  public mutating func evaluate(_ signals: PolicySignals, at now: Int64) -> (policy: Policy, decision: PolicyDecision) {
    let findings = thresholds.findings(signals)
    let isDanger = findings.contains(where: \.code.isDanger)
    state.dangerCount = isDanger ? min(state.dangerCount + 1, PolicyState.maximumCount) : 0
    state.safeCount = isDanger ? 0 : min(state.safeCount + 1, PolicyState.maximumCount)
    let decision = decide(findings, isDanger: isDanger)
    state.mode = decision.mode
    state.updatedAt = now
    let policy = Policy(
      second: wholeSecond(now), holdsSeconds: holdsSeconds, allowsTrading: decision.allowsTrading, mode: decision.mode,
      sizeMultiplier: decision.sizeMultiplier, cooldownSeconds: decision.cooldownSeconds, maximumSpreadBps: decision.maximumSpreadBps,
      maximumDailyLoss: decision.maximumDailyLoss, reason: decision.reason)
    (self.signals, self.decision, latest) = (signals, decision, policy)
    return (policy, decision)
  }

  private func decide(_ findings: [PolicyThresholds.Finding], isDanger: Bool) -> PolicyDecision {
    func note(_ code: PolicyDecision.Code, _ count: Int, of cycles: Int) -> PolicyThresholds.Finding {
      PolicyThresholds.Finding(code: code, evidence: "\(count) of \(cycles)")
    }
    let isEngaged = state.mode == .riskOff
    if isDanger {
      let engages = isEngaged || findings.contains(where: \.code.isImmediate) || state.dangerCount >= thresholds.enterCycles
      return engages
        ? thresholds.decision(findings, isRiskOff: true)
        : thresholds.decision(findings, note: note(.hysteresisWait, state.dangerCount, of: thresholds.enterCycles), isRiskOff: false)
    }
    return isEngaged && state.safeCount < thresholds.exitCycles
      ? thresholds.decision(findings, note: note(.hysteresisHold, state.safeCount, of: thresholds.exitCycles), isRiskOff: true)
      : thresholds.decision(findings, isRiskOff: false)
  }

  /// As the reference's /api/v1/policy/debug gives it.
  ///
  /// - Parameters:
  ///   - breaker: of the language model.
  ///   - now: ms since 1970 UTC.
  public func debug(breaker: Breaker, isModelEnabled: Bool, at now: Int64) -> JSONNode {
    .object([
      "signals": signals?.json ?? .null, "decision": decision?.json ?? .null, "cb": breaker.json(at: now), "llm_enabled": .boolean(isModelEnabled),
    ])
  }
}
