import Risk

/// What the host knows of its Supervisor.
public struct SupervisorStatus: Sendable, Equatable {
  /// What it said last; nil before its first answer.
  public var word: SupervisorWord?
  public var why = ""
  /// Of its last good answer to a heartbeat, monotonic ns; nil = there was none.
  public var answeredAt: Int64?
  /// Why the last heartbeat had no answer; nil where it had one.
  public var trouble: String?
  public var isStalled = false
  public var isLost = false
  /// Orders that nobody answers about go out.
  public var bypasses: Bool
  /// Opening orders.
  public var asked = 0
  public var allowed = 0
  public var denied = 0
  /// Sent without an answer.
  public var bypassed = 0
  /// Answers that are none, by code's name.
  public var failures: [String: Int] = [:]
  /// Reducing orders that it denied; they went out.
  public var deniedReducing = 0
  /// The last, the longest: from the question to its answer.
  public var lastNanoseconds: Int64 = 0
  public var longestNanoseconds: Int64 = 0

  init(bypasses: Bool) { self.bypasses = bypasses }

  mutating func heard(_ word: SupervisorWord, why: String, at: Int64) {
    (self.word, self.why, answeredAt, trouble, isLost) = (word, why, at, nil, false)
  }

  mutating func answered(_ answer: OrderAnswer, nanoseconds: Int64, wasBypassed: Bool, bypasses: Bool) {
    lastNanoseconds = nanoseconds
    longestNanoseconds = max(longestNanoseconds, nanoseconds)
    switch answer {
    case .allowed: allowed += 1
    case .denied: denied += 1
    case .none(let code, _):
      failures[code.name, default: 0] += 1
      if bypasses, code == .supervisorUnreachable, !wasBypassed { bypassed += 1 }
    }
  }

  mutating func audited(_ answer: OrderAnswer) {
    if case .denied = answer { deniedReducing += 1 }
    if case .none(let code, _) = answer { failures[code.name, default: 0] += 1 }
  }
}
