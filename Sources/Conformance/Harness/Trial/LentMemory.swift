import Glibc
import PluginABI

/// The memory that is lent to a call on the hot path: context, event and arrays in one page, the answer in another.
final class LentMemory {
  enum Mode {
    /// The same two pages for each call.
    case plain
    /// What is lent to be read cannot be written during the call; behind the answer's last byte is nothing.
    case guarded
    /// Fresh pages for each call, which are gone after it.
    case passing
  }

  let mode: Mode
  /// Everything that must not be touched at the wrong time.
  let whole: UnsafeMutableRawBufferPointer
  private var call = 0

  static let page = 4096
  static let intentCapacity = 16
  static let levelCount = 20
  static let featureLimit = Options.featureLimit
  private static let passingCalls = 8192

  init(_ mode: Mode) {
    self.mode = mode
    let size = mode == .passing ? Self.passingCalls * 2 * Self.page : 4 * Self.page
    // Unsafe: unmapped in deinit; nothing of it outlives this object.
    guard let base = mmap(nil, size, mode == .passing ? PROT_NONE : PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0), base != MAP_FAILED
    else { preconditionFailure("no memory to lend") }
    whole = UnsafeMutableRawBufferPointer(start: base, count: size)
    if mode == .guarded { protect(2, PROT_NONE) }
  }

  deinit { munmap(whole.baseAddress, whole.count) }

  private func protect(_ index: Int, _ protection: Int32) {
    guard mprotect(whole.baseAddress! + index * Self.page, Self.page, protection) == 0 else { preconditionFailure("mprotect: \(errno)") }
  }

  private var first: Int { mode == .passing ? (call % Self.passingCalls) * 2 : 0 }

  private func place<Value>(_ offset: Int, _ type: Value.Type) -> UnsafeMutablePointer<Value> {
    // Unsafe: pages of our own, at offsets that do not overlap; see the constants.
    (whole.baseAddress! + first * Self.page + offset).assumingMemoryBound(to: type)
  }

  var context: UnsafeMutablePointer<qe_context> { place(0, qe_context.self) }
  var event: UnsafeMutablePointer<qe_event> { place(512, qe_event.self) }
  var bids: UnsafeMutablePointer<qe_level> { place(1024, qe_level.self) }
  var asks: UnsafeMutablePointer<qe_level> { place(1408, qe_level.self) }
  var features: UnsafeMutablePointer<Double> { place(2048, Double.self) }
  /// One for each horizon, at most `Options.predictionHorizonLimit`.
  var predictions: UnsafeMutablePointer<qe_prediction> { place(3072, qe_prediction.self) }
  var count: UnsafeMutablePointer<UInt32> { place(Self.page, UInt32.self) }
  /// The last byte of the array is the last of its page.
  func intents(_ capacity: Int) -> UnsafeMutablePointer<qe_intent> {
    place(2 * Self.page - capacity * MemoryLayout<qe_intent>.stride, qe_intent.self)
  }
  var answer: UnsafeMutablePointer<qe_prediction> { place(2 * Self.page - MemoryLayout<qe_prediction>.stride, qe_prediction.self) }

  /// Before what is lent is written.
  @inline(__always) func open() {
    if mode == .passing {
      protect(first, PROT_READ | PROT_WRITE)
      protect(first + 1, PROT_READ | PROT_WRITE)
    }
  }

  @inline(__always) func beforeCall() { if mode == .guarded { protect(0, PROT_READ) } }
  @inline(__always) func afterCall() { if mode == .guarded { protect(0, PROT_READ | PROT_WRITE) } }

  /// After the answer was read.
  @inline(__always) func close() {
    if mode == .passing {
      protect(first, PROT_NONE)
      protect(first + 1, PROT_NONE)
      // The pages are given back, so that a long run does not fill the memory.
      madvise(whole.baseAddress! + first * Self.page, 2 * Self.page, MADV_DONTNEED)
    }
    call += 1
  }
}
