import CKernel
import Glibc

/// A process that this one has started. It is known by a descriptor and not by its number, so nobody else is ever meant.
public final class ChildProcess {
  public enum End: Sendable, Equatable {
    case signal(Int32)
    case exited(Int32)
  }

  public let processID: Int32
  private let descriptor: Int32
  /// Our end of its lifeline: when it is closed, also by our own death, the kernel ends the child.
  private let lifeline: Int32
  private var end: End?

  /// Starts a program in a process group of its own, with exactly these descriptors from 3 on, `/dev/null` below, and a
  /// lifeline behind them.
  public init(_ path: String, _ arguments: [String], environment: [String], descriptors: [Int32]) throws(KernelError) {
    var ends: [Int32] = [0, 0]
    guard qe_pipe(&ends) == 0 else { throw KernelError("make", "a lifeline") }
    var number: Int32 = 0
    let all = descriptors + [ends[0]]
    // Unsafe: C strings for the length of the call, freed right after it.
    var words: [UnsafeMutablePointer<CChar>?] = arguments.map { strdup($0) } + [nil]
    var variables: [UnsafeMutablePointer<CChar>?] = environment.map { strdup($0) } + [nil]
    let code = qe_spawn(path, &words, &variables, all, Int32(all.count), &number)
    for word in words + variables { free(word) }
    close(ends[0])
    guard code == 0 else {
      close(ends[1])
      throw KernelError("start", path, code: code)
    }
    let descriptor = qe_process_descriptor(number)
    guard descriptor >= 0 else {
      let error = KernelError("hold", "process \(number)")
      // Its lifeline ends it; it is reaped here, where its number is still ours.
      close(ends[1])
      var status: Int32 = 0
      waitpid(number, &status, 0)
      throw error
    }
    processID = number
    self.descriptor = descriptor
    lifeline = ends[1]
  }

  /// Ends it, and reaps it if that takes no longer than a second.
  deinit {
    kill()
    _ = reap(milliseconds: 1000)
    close(lifeline)
    close(descriptor)
  }

  /// SIGKILL.
  public func kill() { if end == nil { _ = qe_process_kill(descriptor) } }

  /// How it ended; nil while it runs. Reaps it.
  ///
  /// - Parameter milliseconds: to wait for that; -1 = for ever.
  public func reap(milliseconds: Int32 = 0) -> End? {
    if let end { return end }
    guard qe_process_ended(descriptor, milliseconds) == 1 else { return nil }
    var (signal, status): (Int32, Int32) = (0, 0)
    guard qe_process_reap(descriptor, &signal, &status) == 1 else { return nil }
    end = signal != 0 ? .signal(signal) : .exited(status)
    return end
  }

  /// Binds the calling thread to these processors, 0...1023.
  public static var allowedCPUs: [Int] {
    var mask = [UInt64](repeating: 0, count: 16)
    guard qe_pinned(&mask) == 0 else { return [] }
    return (0..<1024).filter { mask[$0 / 64] & 1 << UInt64($0 % 64) != 0 }
  }

  public static func pin(to processors: [Int]) throws(KernelError) {
    var mask = [UInt64](repeating: 0, count: 16)
    for number in processors where (0..<1024).contains(number) { mask[number / 64] |= 1 << UInt64(number % 64) }
    guard qe_pin(mask) == 0 else { throw KernelError("use", "the CPUs \(processors.map(String.init).joined(separator: ", "))") }
  }
}
