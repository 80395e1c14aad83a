import CKernel
import Glibc

/// Watches what a call into foreign code does. For a process of one thread that does nothing else; it cannot be undone.
public enum CallWatch {
  /// From here on system calls are counted while a watch is on.
  public static func watchSystemCalls() throws(KernelError) {
    let code = qe_watch_system_calls()
    guard code == 0 else { throw KernelError("watch", "system calls", code: code) }
  }

  /// From here on reads of the clock that make no system call are counted while a watch is on.
  public static func watchClock() throws(KernelError) {
    let code = qe_watch_clock()
    guard code == 0 else { throw KernelError("watch", "the clock", code: code) }
  }

  @inline(__always) public static func begin() { qe_watch_begin() }
  @inline(__always) public static func end() { qe_watch_end() }

  public static var clockReads: UInt64 { qe_watched(-1) }

  /// By name, most frequent first.
  public static var systemCalls: [(name: String, count: UInt64)] {
    (0..<qe_watched_limit()).map { (name: qe_system_call_name($0).map { String(cString: $0) } ?? "system call \($0)", count: qe_watched($0)) }
      .filter { $0.count > 0 }.sorted { $0.count > $1.count }
  }

  /// A touch of this memory ends the process with `record` written to the descriptor.
  ///
  /// - Precondition: both stay as they are until the process ends.
  public static func watch(_ memory: UnsafeRawBufferPointer, descriptor: Int32, record: UnsafeRawBufferPointer) throws(KernelError) {
    let code = qe_watch_region(memory.baseAddress, memory.count, descriptor, record.baseAddress, record.count)
    guard code == 0 else { throw KernelError("watch", "memory", code: code) }
  }
}
