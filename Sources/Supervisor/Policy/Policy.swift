import JSONTree

/// `policy.v1`: whether and how a host may open. A file and the interface carry the same object.
public struct Policy: Sendable, Hashable {
  public enum Mode: String, Sendable, CaseIterable, Comparable {
    case normal, scalp, conservative
    case riskOff = "risk_off"

    /// From free to safe.
    private var severity: Int { Self.allCases.firstIndex(of: self) ?? 0 }
    public static func < (a: Mode, b: Mode) -> Bool { a.severity < b.severity }
  }

  /// Seconds since 1970.
  public var seconds: Int64
  public var lifeSeconds: Int64
  public var allowsTrading: Bool
  public var mode: Mode
  /// 0 or above.
  public var sizeMultiplier: Double
  public var cooldownSeconds: Int64 = 0
  public var maximumSpreadBps: Double?
  public var maximumDailyLoss: Double?
  public var reason: String

  public init(
    seconds: Int64, lifeSeconds: Int64, allowsTrading: Bool, mode: Mode, sizeMultiplier: Double, maximumSpreadBps: Double? = nil,
    maximumDailyLoss: Double? = nil, reason: String
  ) {
    self.seconds = seconds
    self.lifeSeconds = lifeSeconds
    self.allowsTrading = allowsTrading
    self.mode = mode
    self.sizeMultiplier = sizeMultiplier
    self.maximumSpreadBps = maximumSpreadBps
    self.maximumDailyLoss = maximumDailyLoss
    self.reason = reason
  }

  /// Before anything was evaluated.
  public static func notReady(at seconds: Int64, lifeSeconds: Int64) -> Policy {
    Policy(seconds: seconds, lifeSeconds: lifeSeconds, allowsTrading: false, mode: .riskOff, sizeMultiplier: 0, reason: "POLICY_NOT_READY")
  }

  /// Of both what lets less happen; the reason is the stricter one's.
  public func tightened(by other: Policy) -> Policy {
    func least(_ a: Double?, _ b: Double?) -> Double? { a.map { a in b.map { min(a, $0) } ?? a } ?? b }
    var result = self
    let isStricter = (other.allowsTrading ? 0 : 1, other.mode, -other.sizeMultiplier) > (allowsTrading ? 0 : 1, mode, -sizeMultiplier)
    result.allowsTrading = allowsTrading && other.allowsTrading
    result.mode = max(mode, other.mode)
    result.sizeMultiplier = min(sizeMultiplier, other.sizeMultiplier)
    result.cooldownSeconds = max(cooldownSeconds, other.cooldownSeconds)
    result.maximumSpreadBps = least(maximumSpreadBps, other.maximumSpreadBps)
    result.maximumDailyLoss = least(maximumDailyLoss, other.maximumDailyLoss)
    if isStricter { result.reason = other.reason }
    return result
  }

  public var node: JSONNode {
    func number(_ value: Double?) -> JSONNode { value.map(JSONNode.real) ?? .null }
    return [
      "version": "policy.v1", "ts": .integer(seconds), "ttl_sec": .integer(lifeSeconds), "allow_trading": .boolean(allowsTrading),
      "mode": .text(mode.rawValue), "size_multiplier": .real(sizeMultiplier), "cooldown_sec": .integer(cooldownSeconds),
      "spread_max_bps": number(maximumSpreadBps), "max_daily_loss": number(maximumDailyLoss), "reason": .text(reason),
    ]
  }
}
