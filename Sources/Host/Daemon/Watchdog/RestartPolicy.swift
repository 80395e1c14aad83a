import Glibc
import Kernel

/// When a host that ended is started again.
struct RestartPolicy {
  enum Decision: Equatable {
    case restart(afterSeconds: Int64)
    /// Its exit code is the answer.
    case finish
  }

  static let longestDelaySeconds: Int64 = 60
  /// A run of this length was good: the count begins anew.
  static let goodRunSeconds: Int64 = 600
  static let restartsInARow = 10

  /// In a row.
  private(set) var restarts = 0

  /// What a plugin does to its host: a hang, which the watchdog ends, or a fault.
  static func isRecoverable(_ end: KeptProcess.End) -> Bool {
    switch end {
    case .exited(let code): code == HangExit.code
    case .killed(let signal): [SIGSEGV, SIGABRT, SIGBUS, SIGILL, SIGFPE, SIGTRAP].contains(signal)
    }
  }

  mutating func ended(_ end: KeptProcess.End, ranSeconds: Int64) -> Decision {
    guard Self.isRecoverable(end) else { return .finish }
    if ranSeconds >= Self.goodRunSeconds { restarts = 0 }
    guard restarts < Self.restartsInARow else { return .finish }
    restarts += 1
    return .restart(afterSeconds: min(Self.longestDelaySeconds, 1 << (restarts - 1)))
  }
}
