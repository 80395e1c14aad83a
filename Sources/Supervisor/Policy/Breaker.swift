import JSONTree

/// Leaves something alone that has failed too often of late.
///
/// Failures stay counted while they are within the window, also when the time of leaving alone is over: where that is shorter than the
/// window, the first failure after it opens the breaker again. A success forgets them.
public struct Breaker: Sendable, Hashable {
  /// How many failures it takes, at least 1.
  public let failureThreshold: Int
  /// Within which time, and how long it is left alone then; at least 1, at most a day's seconds.
  public let windowSeconds: Int64
  public let openSeconds: Int64

  /// Of the last failures, at most as many as it takes; ms since 1970 UTC.
  private var failures: [Int64] = []
  /// ms since 1970 UTC; 0 = it never was.
  private var openUntil: Int64 = 0

  public init(failureThreshold: Int = 3, windowSeconds: Int64 = 300, openSeconds: Int64 = 120) {
    precondition(
      failureThreshold >= 1 && (1...86_400).contains(windowSeconds) && (1...86_400).contains(openSeconds), "a breaker's figures are positive")
    self.failureThreshold = failureThreshold
    self.windowSeconds = windowSeconds
    self.openSeconds = openSeconds
  }

  /// Whether to leave it alone.
  ///
  /// - Parameter now: ms since 1970 UTC. A clock that was set back does not make it longer than `openSeconds`.
  public func isOpen(at now: Int64) -> Bool { now < openUntil && openUntil - now <= openSeconds * 1000 }

  /// - Returns: whether it opened by this.
  public mutating func fail(at now: Int64) -> Bool {
    let wasOpen = isOpen(at: now)
    failures.append(now)
    failures = recent(at: now).suffix(failureThreshold)
    guard failures.count >= failureThreshold else { return false }
    openUntil = now + openSeconds * 1000
    return !wasOpen
  }

  public mutating func succeed() { (failures, openUntil) = ([], 0) }

  private func recent(at now: Int64) -> [Int64] { failures.filter { $0 <= now && now - $0 < windowSeconds * 1000 } }

  /// `cb` of the reference's /api/v1/policy/debug; `open_until` in seconds.
  public func json(at now: Int64) -> JSONNode {
    .object([
      "open": .boolean(isOpen(at: now)), "open_until": .real(Double(openUntil) / 1000), "failures": .integer(Int64(recent(at: now).count)),
      "failure_threshold": .integer(Int64(failureThreshold)), "window_sec": .integer(windowSeconds), "open_sec": .integer(openSeconds),
    ])
  }
}
