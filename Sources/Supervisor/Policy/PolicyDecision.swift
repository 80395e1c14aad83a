import JSONTree

/// What the rules said and why; a policy is this with a time.
public struct PolicyDecision: Sendable, Hashable {
  /// The reference's words.
  public enum Code: String, Sendable, CaseIterable {
    case ok = "OK"
    case botUnhealthy = "BOT_UNHEALTHY"
    case riskEngineHalted = "RISK_ENGINE_HALTED"
    case restartLoop = "BOT_RESTART_LOOP"
    case dailyLossLimit = "DAILY_LOSS_LIMIT"
    case drawdownLimit = "DRAWDOWN_LIMIT"
    case lossStreak = "LOSS_STREAK"
    case highVolatility = "HIGH_VOL"
    case spreadTooWide = "SPREAD_TOO_WIDE"
    /// A danger that is not yet one of so many evaluations in a row.
    case hysteresisWait = "HYSTERESIS_WAIT"
    /// A danger that is over, and not yet for so many evaluations.
    case hysteresisHold = "HYSTERESIS_HOLD"
    /// A signal is no number: what is not known is not good.
    case heuristicsError = "HEURISTICS_ERROR"
    case notReady = "POLICY_NOT_READY"

    /// Nothing is risked while it holds.
    var isDanger: Bool {
      switch self {
      case .botUnhealthy, .riskEngineHalted, .restartLoop, .dailyLossLimit, .drawdownLimit, .heuristicsError, .notReady: true
      case .ok, .lossStreak, .highVolatility, .spreadTooWide, .hysteresisWait, .hysteresisHold: false
      }
    }

    /// A danger that is not waited for: only restarts can be chance.
    var isImmediate: Bool { isDanger && self != .restartLoop }
  }

  public var code: Code
  /// The figures that it was made for, and every other rule that held; one line, empty for OK.
  public var evidence: String
  public var mode: Policy.Mode
  public var allowsTrading: Bool
  public var sizeMultiplier: Double
  public var cooldownSeconds: Int64
  public var maximumSpreadBps: Double?
  public var maximumDailyLoss: Double?

  /// `CODE:evidence`, a policy's reason.
  public var reason: String { evidence.isEmpty ? code.rawValue : "\(code.rawValue):\(evidence)" }

  /// As the reference's /api/v1/policy/debug gives it; its reason is the code alone, as the evidence stands beside it.
  public var json: JSONNode {
    .object([
      "mode": .text(mode.rawValue), "allow_trading": .boolean(allowsTrading), "size_multiplier": .real(sizeMultiplier),
      "cooldown_sec": .integer(cooldownSeconds), "spread_max_bps": maximumSpreadBps.map(JSONNode.real) ?? .null,
      "max_daily_loss": maximumDailyLoss.map(JSONNode.real) ?? .null, "reason": .text(code.rawValue), "evidence": .text(evidence),
    ])
  }
}
