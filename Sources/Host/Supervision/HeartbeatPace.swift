/// When a heartbeat goes out, and what it means that none does. Times are a monotonic clock's, ns.
struct HeartbeatPace {
  enum Step: Equatable {
    /// The engine is to say how things stand.
    case wantSnapshot
    case send
    /// The engine has not said so for an interval: a host that hangs must not look healthy.
    case stalled
    /// The engine turns again.
    case turnsAgain
    /// Nobody has answered for too long.
    case lost
  }

  private let interval: Int64
  private let lostAfter: Int64
  /// How long before a heartbeat the engine is asked: it answers between two of its inputs.
  private let lead: Int64
  private var due: Int64
  private var wantedAt: Int64?
  /// The snapshot is there, and it is not time yet.
  private var isReady = false
  private var isUnderWay = false
  private var failures = 0
  private var lastGood: Int64
  private(set) var isStalled = false
  private(set) var isLost = false

  private static let leastInterval: Int64 = 50_000_000
  private static let mostBackOff: Int64 = 30_000_000_000

  init(intervalNanoseconds: Int64, lostAfterNanoseconds: Int64, now: Int64) {
    interval = max(Self.leastInterval, intervalNanoseconds)
    lostAfter = lostAfterNanoseconds
    lead = min(interval / 2, 200_000_000)
    due = now
    lastGood = now
  }

  mutating func steps(at now: Int64, hasSnapshot: Bool) -> [Step] {
    var steps: [Step] = []
    if !isUnderWay {
      if wantedAt == nil, now >= due - lead {
        wantedAt = now
        steps.append(.wantSnapshot)
      } else if let wantedAt {
        isReady = hasSnapshot
        if hasSnapshot {
          if isStalled { steps.append(.turnsAgain) }
          isStalled = false
          if now >= due {
            isUnderWay = true
            self.wantedAt = nil
            isReady = false
            steps.append(.send)
          }
        } else if !isStalled, now >= wantedAt + interval {
          isStalled = true
          steps.append(.stalled)
        }
      }
    }
    if !isLost, now >= lastGood + lostAfter {
      isLost = true
      steps.append(.lost)
    }
    return steps
  }

  /// - Parameters:
  ///   - chance: 0..<1, so that many hosts do not come at the same moment.
  /// - Returns: whether the Supervisor is there again.
  mutating func answered(isGood: Bool, at now: Int64, chance: Double) -> Bool {
    isUnderWay = false
    failures = isGood ? 0 : min(failures + 1, 16)
    // A tenth sooner or later; after failures twice as long each time, and never so long that its return is missed.
    let base = failures < 2 ? interval : min(interval << (failures - 1), max(interval, min(Self.mostBackOff, lostAfter / 2)))
    due = now + Int64(Double(base) * (0.9 + 0.2 * chance))
    guard isGood else { return false }
    lastGood = now
    defer { isLost = false }
    return isLost
  }

  /// When to look again at the latest.
  var nextLook: Int64 {
    let own = isUnderWay ? Int64.max : wantedAt.map { isReady ? due : isStalled ? .max : $0 + interval } ?? due - lead
    return isLost ? own : min(own, lastGood + lostAfter)
  }

  /// Since the last good answer.
  func silence(at now: Int64) -> Int64 { now - lastGood }
}
