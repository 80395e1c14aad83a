import JSONTree

/// What the engine remembers from one evaluation to the next, and over a restart: runtime/policy_state.json.
public struct PolicyState: Sendable, Hashable {
  /// Evaluations in a row that found a danger, and that found none; one of both is 0.
  public internal(set) var dangerCount: Int
  public internal(set) var safeCount: Int
  /// Of the last policy.
  public internal(set) var mode: Policy.Mode
  /// Of the last evaluation, ms since 1970 UTC; 0 = there was none.
  public internal(set) var updatedAt: Int64

  /// Of a Supervisor that never evaluated anything.
  public static let initial = PolicyState(dangerCount: 0, safeCount: 0, mode: .normal, updatedAt: 0)

  /// Where a file was there and cannot be read: it may have said risk_off, so it takes as many good evaluations as after that.
  public static let unknown = PolicyState(dangerCount: 0, safeCount: 0, mode: .riskOff, updatedAt: 0)

  /// Counts stop here: no threshold is as high.
  static let maximumCount = 1_000_000

  init(dangerCount: Int, safeCount: Int, mode: Policy.Mode, updatedAt: Int64) {
    (self.dangerCount, self.safeCount, self.mode, self.updatedAt) = (dangerCount, safeCount, mode, updatedAt)
  }

  /// Of the file.
  ///
  /// - Throws: every member that is missing or not what it must be.
  public init(reading node: JSONNode) throws(PolicyFaults) {
    var members = try Members(node)
    let counts: ClosedRange<Int64> = 0...Int64(Self.maximumCount)
    let (danger, safe) = (members.whole("danger_count", counts), members.whole("safe_count", counts))
    let mode = Policy.Mode(rawValue: members.word("mode", of: Policy.Mode.allCases.map(\.rawValue))) ?? .riskOff
    let updatedAt = members.figure("updated_at", limit: Double(Policy.maximumSecond))
    try members.check()
    self.init(dangerCount: Int(danger), safeCount: Int(safe), mode: mode, updatedAt: Int64((updatedAt * 1000).rounded()))
  }

  public var json: JSONNode {
    .object([
      "danger_count": .integer(Int64(dangerCount)), "safe_count": .integer(Int64(safeCount)), "mode": .text(mode.rawValue),
      "updated_at": .real(Double(updatedAt) / 1000),
    ])
  }
}
