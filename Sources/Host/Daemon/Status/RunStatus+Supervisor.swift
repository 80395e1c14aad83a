import Kernel
import Risk
import Supervision

extension RunStatus.Supervisor {
  /// - Parameter asks: whether opening orders wait for it.
  init(_ status: SupervisorStatus, asks: Bool) {
    let (state, why): (String, String?) =
      if status.isStalled {
        ("stalled", "the engine does not turn")
      } else if status.isLost {
        ("lost", status.trouble)
      } else if let trouble = status.trouble {
        ("silent", trouble)
      } else {
        switch status.word {
        case .halted: ("halted", status.why)
        case .paused: ("paused", status.why)
        case .allows, .lost: ("answers", nil)
        case nil: ("waiting", nil)
        }
      }
    self.init(
      state: state, why: why, answerAgeMilliseconds: status.answeredAt.map { Int(max(0, Clocks.monotonicNanoseconds() - $0) / 1_000_000) },
      bypasses: asks && status.bypasses, asked: status.asked, allowed: status.allowed, denied: status.denied, bypassed: status.bypassed,
      failures: status.failures, deniedReducing: status.deniedReducing, lastAnswerMicroseconds: Int(status.lastNanoseconds / 1000),
      longestAnswerMicroseconds: Int(status.longestNanoseconds / 1000))
  }
}
