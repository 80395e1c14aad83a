import Kernel
import Market
import Session
import Synchronization

/// `ops.status_file`: the state of the host for other programs, with the names that the Python system gave it. A thread of its own writes
/// it, whole or not at all: the engine does not wait for the disk.
final class StatusFile: Sendable {
  let path: String
  private let next = Mutex<[UInt8]?>(nil)
  private let isEnding = Atomic<Bool>(false)
  private let hasEnded = Atomic<Bool>(false)
  private let failure = Mutex<String?>(nil)

  private static let pauseNanoseconds: Int64 = 50_000_000

  init(path: String) { self.path = path }

  func start() throws(KernelError) {
    if let slash = path.lastIndex(of: "/"), slash != path.startIndex { try Files.createFolders(String(path[..<slash])) }
    try Files.checkReplaceable(path)
    try BackgroundThread.start { [self] in
      while !isEnding.load(ordering: .acquiring) {
        write()
        Clocks.sleep(nanoseconds: Self.pauseNanoseconds)
      }
      write()
      hasEnded.store(true, ordering: .releasing)
    }
  }

  /// The newest state; one that was not written yet is passed over.
  func offer(_ content: JSONValue) { next.withLock { $0 = Array((content.description + "\n").utf8) } }

  /// What keeps it from the disk; nil while all is well.
  var trouble: String? { failure.withLock { $0 } }

  /// Waits until the last state is written, but not for ever.
  func finish(timeoutSeconds: Int64 = 5) {
    isEnding.store(true, ordering: .releasing)
    let deadline = Clocks.monotonicNanoseconds() + timeoutSeconds * 1_000_000_000
    while !hasEnded.load(ordering: .acquiring), Clocks.monotonicNanoseconds() < deadline { Clocks.sleep(nanoseconds: 1_000_000) }
  }

  private func write() {
    guard let bytes = next.withLock({ content in content.take() }) else { return }
    do throws(KernelError) {
      try Files.writeAtomically(bytes, to: path)
      failure.withLock { $0 = nil }
    } catch {
      let text = "\(error)"
      failure.withLock { $0 = text }
    }
  }
}

extension RunStatus {
  /// The reference's keys. What this host does not have is null: no policy, and nothing that pauses but the limits.
  ///
  /// - Parameters:
  ///   - isRunning: false in the last one.
  ///   - source: mock, recording or ws.
  ///   - lastError: of the run's failures; nil for none.
  func statusFile(at time: String, isRunning: Bool, source: String, maximumDrawdown: Figure, lastError: String?) -> JSONValue {
    let isCircuit = ["DAILY_LOSS_LIMIT", "DRAWDOWN_LIMIT"].contains(blocked)
    return .object([
      ("ts", .text(time)), ("is_running", .boolean(isRunning)), ("is_trading", .boolean(isRunning && blocked == nil)),
      ("open_positions", .integer(symbols.count { !$0.position.isZero })), ("open_orders", .integer(queues.openOrders)), ("mode", .text(mode)),
      ("data_source", .text(source)), ("last_error", .optional(lastError)), ("info", .text(line)), ("circuit_paused", .boolean(isCircuit)),
      ("circuit_reason", .optional(isCircuit ? blockedWhy : nil)),
      ("trades_last_hour", limits.first { $0.code == "TRADES_PER_HOUR" }?.value.json ?? .null), ("total_pnl", pnl.json),
      ("max_drawdown_abs", maximumDrawdown.json), ("risk_block", .optional(blockedWhy)), ("kill_switch", .boolean(blocked == "KILLED")),
      ("kill_reason", .optional(blocked == "KILLED" ? blockedWhy : nil)), ("policy_mode", .null), ("policy_allow_trading", .boolean(true)),
      ("policy_reason", .null),
    ])
  }
}
