import JSONTree

/// Something that a person should look at.
public struct Alert: Sendable, Hashable {
  public enum Key: String, Sendable, CaseIterable {
    case restartLoop = "BOT_RESTART_LOOP"
    case errorSpike = "ERROR_SPIKE"
    case latencySpike = "LATENCY_SPIKE"
    /// Also of the day's loss, as in the reference.
    case drawdownLimit = "DRAWDOWN_LIMIT"
    case policySafeMode = "POLICY_SAFE_MODE_ACTIVE"

    public var severity: String {
      switch self {
      case .restartLoop, .errorSpike, .drawdownLimit: "high"
      case .latencySpike, .policySafeMode: "medium"
      }
    }
  }

  public var key: Key
  /// For people: one line.
  public var message: String
  /// ms since 1970 UTC.
  public var firstSeen: Int64
  /// When its cause was last found, ms since 1970 UTC.
  public var lastSeen: Int64
  /// Its cause was there when it was last looked for.
  public var isActive: Bool
  /// The figures that it was raised for, as they were when its cause was last found.
  public var evidence: [String: JSONNode]

  /// As the reference gives it; times are seconds.
  public var json: JSONNode {
    .object([
      "key": .text(key.rawValue), "severity": .text(key.severity), "message": .text(message), "first_seen": .real(Double(firstSeen) / 1000),
      "last_seen": .real(Double(lastSeen) / 1000), "active": .boolean(isActive), "evidence": .object(evidence),
    ])
  }
}
