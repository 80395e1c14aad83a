import CKernel
import Glibc

/// This executable once more, as a child that is waited for.
///
/// Its number cannot become another process's before `reap` has said how it ended.
public struct KeptProcess: Sendable {
  public enum End: Sendable, Equatable {
    case exited(Int32)
    /// By a signal.
    case killed(Int32)

    /// As a shell tells it.
    public var exitCode: Int32 {
      switch self {
      case .exited(let code): code
      case .killed(let signal): 128 + signal
      }
    }
  }

  public let number: Int32

  /// Starts it, in a process group of its own and with no signal blocked, but SIGHUP where it is blocked here.
  ///
  /// - Parameters:
  ///   - arguments: without the program's name.
  ///   - entries: `NAME=value` with a zero at the end each, for its environment beside what this process's own has.
  public static func start(_ arguments: [String], adding entries: [UnsafeMutablePointer<CChar>] = []) throws(KernelError) -> KeptProcess {
    var words = ([CommandLine.arguments.first ?? "quantumedge"] + arguments).map { strdup($0) } + [nil]
    defer { words.forEach { free($0) } }
    // Unsafe: the table of entries is read by the kernel before the call returns; nothing is copied but pointers.
    var environment = ProcessEnvironment.entries + entries + [nil]
    let number = qe_start_again(&words, &environment)
    guard number > 0 else { throw KernelError("start", "/proc/self/exe") }
    return KeptProcess(number: number)
  }

  public func signal(_ signal: Int32) { kill(number, signal) }

  /// How it ended; nil while it runs. Not to be asked again after an end.
  public func reap() -> End? {
    var status: Int32 = 0
    guard waitpid(number, &status, WNOHANG) == number else { return nil }
    // The macros WIFSIGNALED and WEXITSTATUS do not come over from C.
    return status & 0x7F != 0 ? .killed(status & 0x7F) : .exited((status >> 8) & 0xFF)
  }

  /// For the child: SIGTERM comes when its parent ends.
  ///
  /// - Throws: ESRCH when that has happened already.
  public static func endWithParent(_ parent: Int32) throws(KernelError) {
    guard qe_end_with_parent(parent, SIGTERM) == 0 else { throw KernelError("stay with", "process \(parent)") }
  }
}
