import Kernel
import Plugins
import Synchronization

/// Starts and ends plugins on a thread of its own, so that the engine's never waits for either.
///
/// One thread for the life of the run, so that what is done about an instance is done in order.
final class InstanceStarter: Sendable {
  /// A strategy on its way from one thread to another, which has it alone.
  struct Handed: @unchecked Sendable {
    // Unchecked: the sender keeps no reference.
    var strategy: any HostedStrategy
  }

  enum Outcome: Sendable {
    case started(ResolvedStrategy, Handed)
    case refused(String)
  }

  /// What became of a start.
  struct Started: Sendable {
    var ordinal: Int
    var purpose: Purpose
    var outcome: Outcome
  }

  /// Why an instance is started anew.
  enum Purpose: Sendable {
    case restart
    /// The number of the control socket's request that wants it.
    case reload(request: UInt64)
  }

  typealias Start = @Sendable () throws -> (ResolvedStrategy, Handed)

  private struct State {
    var work: [@Sendable () -> Void] = []
    var started: [Started] = []
    var isStopped = false
  }

  private let state = Mutex(State())
  private let hasNews = Atomic<Bool>(false)
  private let wake: WakeSignal
  private let ended: WakeSignal
  private let tellEngine: @Sendable () -> Void

  /// - Parameter tellEngine: called from this thread when something has been started.
  init(tellEngine: @escaping @Sendable () -> Void) throws(KernelError) {
    self.tellEngine = tellEngine
    wake = try WakeSignal()
    ended = try WakeSignal()
    try BackgroundThread.start { [self] in serve() }
  }

  // MARK: The engine's thread

  func start(_ ordinal: Int, _ purpose: Purpose, _ start: @escaping Start) {
    add { [self] in
      let outcome: Outcome
      do {
        let (resolved, handed) = try start()
        outcome = .started(resolved, handed)
      } catch { outcome = .refused("\(error)") }
      state.withLock { $0.started.append(Started(ordinal: ordinal, purpose: purpose, outcome: outcome)) }
      hasNews.store(true, ordering: .releasing)
      tellEngine()
    }
  }

  /// Ends an instance that nobody calls any more.
  func close(_ handed: Handed) { add { handed.strategy.close() } }

  /// What has been started since the last call. A look costs one load.
  func take() -> [Started] {
    guard hasNews.load(ordering: .relaxed), hasNews.exchange(false, ordering: .acquiring) else { return [] }
    return state.withLock { state in
      defer { state.started = [] }
      return state.started
    }
  }

  /// Does what is waiting, then ends the thread. What was started and not taken is closed.
  func stop() {
    state.withLock { $0.isStopped = true }
    wake.raise()
    ended.wait(milliseconds: 10_000)
  }

  // MARK: Its own

  private func add(_ work: @escaping @Sendable () -> Void) {
    state.withLock { $0.work.append(work) }
    wake.raise()
  }

  private func serve() {
    while true {
      let (work, isStopped) = state.withLock { state in
        defer { state.work = [] }
        return (state.work, state.isStopped)
      }
      for piece in work { piece() }
      if !work.isEmpty { continue }
      if isStopped { break }
      wake.wait(milliseconds: 1000)
      wake.clear()
    }
    for left in take() { if case .started(_, let handed) = left.outcome { handed.strategy.close() } }
    ended.raise()
  }
}
