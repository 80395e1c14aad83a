/// What the Supervisor says to a host, or that it says nothing.
public enum SupervisorWord: UInt8, Sendable, BitwiseCopyable, Codable, CaseIterable {
  /// It answers, and lets the host open.
  case allows = 0
  /// It has not answered for too long.
  case lost = 1
  case halted = 2
  case paused = 3

  /// Why nothing may open; nil where it may.
  var refusal: Refusal? {
    switch self {
    case .allows: nil
    case .lost: Refusal(.supervisorLost)
    case .halted: Refusal(.supervisorHalted)
    case .paused: Refusal(.supervisorPaused)
    }
  }
}
