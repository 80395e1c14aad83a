import CKernel
import Glibc

/// Memory of a fixed size that two processes have in common; nobody can make it smaller under the other's feet.
public final class SharedMemory {
  public let descriptor: Int32
  public let size: Int
  /// Valid while this object lives. Whatever is read from it may have been written by the other side at any moment.
  public let base: UnsafeMutableRawPointer

  /// A new one, all zero.
  public init(name: String, size: Int) throws(KernelError) {
    descriptor = qe_shared_file(name, size)
    guard descriptor >= 0 else { throw KernelError("make the shared memory", name) }
    self.size = size
    do throws(KernelError) { base = try Self.map(descriptor, size) } catch {
      Glibc.close(descriptor)
      throw error
    }
  }

  /// The one that another process made.
  public init(descriptor: Int32, size: Int) throws(KernelError) {
    self.descriptor = descriptor
    self.size = size
    base = try Self.map(descriptor, size)
  }

  deinit {
    munmap(base, size)
    Glibc.close(descriptor)
  }

  private static func map(_ descriptor: Int32, _ size: Int) throws(KernelError) -> UnsafeMutableRawPointer {
    let memory = mmap(nil, size, PROT_READ | PROT_WRITE, MAP_SHARED, descriptor, 0)
    // Unsafe: MAP_FAILED is the address -1; anything else is `size` mapped bytes.
    guard let memory, Int(bitPattern: memory) != -1 else { throw KernelError("map", "shared memory") }
    return memory
  }
}

/// A word in shared memory that one process raises and another waits for.
public struct SharedWord: @unchecked Sendable {
  // Unchecked: all access is atomic, in C.
  private let word: UnsafeMutablePointer<qe_word>

  /// A cache line for the value, and one for the flag of its sleeper.
  public static let size = MemoryLayout<qe_word>.size

  /// - Parameter memory: `size` bytes, aligned to 64.
  public init(at memory: UnsafeMutableRawPointer) { word = memory.assumingMemoryBound(to: qe_word.self) }

  public var value: UInt32 { qe_word_load(word) }
  /// Sets it, and wakes who sleeps for it.
  public func raise(_ value: UInt32) { qe_word_raise(word, value) }
  /// Looks so often, while it is `old`; gives what it saw last.
  public func spin(while old: UInt32, times: Int) -> UInt32 { qe_word_spin(word, old, UInt64(times)) }
  /// The same until it is `wanted`, or the other side has ended.
  public func spin(whileNot wanted: UInt32, times: Int) -> UInt32 { qe_word_spin_for(word, wanted, UInt64(times)) }
  /// Sleeps while it is `old`, at most so long; nil = without end. May return early.
  public func sleep(while old: UInt32, nanoseconds: Int64?) { qe_word_sleep(word, old, nanoseconds ?? -1) }

  fileprivate var pointer: UnsafeMutablePointer<qe_word> { word }
}

/// The box around a worker's plugin; there is no way out of it.
public enum Sandbox {
  /// Walls that not every kernel has.
  public struct Parts: OptionSet, Sendable {
    public let rawValue: UInt32
    public init(rawValue: UInt32) { self.rawValue = rawValue }
    public static let landlock = Parts(rawValue: 1)
    /// Time that needs no system call is refused too.
    public static let clocks = Parts(rawValue: 2)
  }

  /// What a dying worker left in shared memory: a hint, since a plugin can write there too.
  public struct LastWords: Sendable {
    /// 0 = none.
    public var signal: Int32
    /// As `WorkerEnd.Breach`; 0 = none.
    public var breach: UInt32
    /// -1 = none.
    public var systemCall: Int32

    public static let size = MemoryLayout<qe_last_words>.size

    public init(at memory: UnsafeRawPointer) {
      let words = memory.load(as: qe_last_words.self)
      signal = words.signal
      breach = words.breach
      systemCall = words.system_call
    }
  }

  /// The value of the answer's word that says that there are last words.
  public static let ended: UInt32 = 0xFFFF_FFFF
  /// Descriptors that a worker is started with, from 3 on.
  public static let memoryDescriptor: Int32 = 3
  public static let libraryPath = "/proc/self/fd/4"
  public static let lifelineDescriptor: Int32 = 5

  /// Stage 1: no files, no network, no other processes, no clock, no environment; what loading the library needs is left.
  ///
  /// - Parameters:
  ///   - answer: raised to `ended` when the process dies of a fault or a breach.
  ///   - words: where it says why.
  ///   - memoryBytes: private data that the process may have in all.
  public static func enter(answer: SharedWord, words: UnsafeMutableRawPointer, memoryBytes: UInt64) throws(KernelError) -> Parts {
    var sandbox = qe_sandbox(
      answer: answer.pointer, words: words.assumingMemoryBound(to: qe_last_words.self), memory_bytes: memoryBytes)
    var parts: UInt32 = 0
    var step: UnsafePointer<CChar>?
    guard qe_sandbox_enter(&sandbox, &parts, &step) == 0 else { throw KernelError(step.map { String(cString: $0) } ?? "enter", "the sandbox") }
    return Parts(rawValue: parts)
  }

  /// Stage 2: the hot path alone.
  public static func close() throws(KernelError) {
    guard qe_sandbox_close() == 0 else { throw KernelError("close", "the sandbox") }
  }

  /// From now on this process ends when nobody has the lifeline's other end.
  public static func holdLifeline() throws(KernelError) {
    guard qe_die_with(lifelineDescriptor) == 0 else { throw KernelError("hold", "the host's lifeline") }
  }
}
