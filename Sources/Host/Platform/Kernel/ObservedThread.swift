import CKernel
import Glibc

/// A thread of this process that another one looks at.
public struct ObservedThread: Sendable {
  public enum State: Sendable, Equatable {
    /// It has a processor, or waits for one.
    case running
    /// It waits for something.
    case sleeping
    /// A signal or a debugger holds it.
    case stopped
  }

  /// The kernel's number of it.
  private let number: pid_t
  private let clock: clockid_t

  /// The calling thread.
  ///
  /// - Throws: where the kernel does not tell its clock.
  public static func current() throws(KernelError) -> ObservedThread {
    var clock = clockid_t()
    let code = pthread_getcpuclockid(pthread_self(), &clock)
    guard code == 0 else { throw KernelError("find the clock of", "a thread", code: code) }
    return ObservedThread(number: qe_thread_number(), clock: clock)
  }

  /// What it has used of a processor, ns; nil when it has ended.
  public func cpuNanoseconds() -> Int64? {
    var time = timespec()
    guard clock_gettime(clock, &time) == 0 else { return nil }
    return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
  }

  /// Nil when it has ended, or the kernel does not tell.
  public func state() -> State? {
    let descriptor = qe_open("/proc/self/task/\(number)/stat", O_RDONLY, 0)
    guard descriptor >= 0 else { return nil }
    defer { close(descriptor) }
    var bytes = [UInt8](repeating: 0, count: 256)
    let count = read(descriptor, &bytes, bytes.count)
    // `1234 (name) S …`, and a name may hold parentheses of its own.
    guard count > 0, let end = bytes[..<count].lastIndex(of: UInt8(ascii: ")")), end + 2 < count else { return nil }
    switch bytes[end + 2] {
    case UInt8(ascii: "R"): return .running
    case UInt8(ascii: "T"), UInt8(ascii: "t"): return .stopped
    default: return .sleeping
    }
  }
}
