import Kernel
import Market
import Plugins
import Session
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

  /// What was found for a model's place, on its way from one thread to another, which has it alone.
  struct HandedModel: @unchecked Sendable {
    // Unchecked: the sender keeps no reference.
    var content: ModelPlace.Content
  }

  /// What was found for a model's place.
  struct FoundModel: Sendable {
    var place: Int
    /// The shadow whose place it is; nil for the real account's.
    var shadow: Int?
    /// The number of the control socket's request that it answers; nil where another answers it.
    var request: UInt64?
    var handed: HandedModel
  }

  /// A shadow on its way from one thread to another, which has it alone.
  struct HandedShadow: @unchecked Sendable {
    // Unchecked: the sender keeps no reference.
    var run: ShadowRun
  }

  /// What became of a shadow's new version.
  struct StartedShadow: Sendable {
    var index: Int
    var request: UInt64
    var outcome: Result<HandedShadow, SessionError>
  }

  /// All that has been done since somebody looked.
  struct News: Sendable {
    var instances: [Started] = []
    var models: [FoundModel] = []
    var shadows: [StartedShadow] = []
  }

  typealias Start = @Sendable () throws -> (ResolvedStrategy, Handed)

  private struct State {
    var work: [@Sendable () -> Void] = []
    var news = News()
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
      tell { $0.instances.append(Started(ordinal: ordinal, purpose: purpose, outcome: outcome)) }
    }
  }

  /// Finds and starts what is to stand in a model's place.
  ///
  /// - Parameter shadow: whose place it is; nil for the real account's.
  func find(_ place: Int, shadow: Int? = nil, request: UInt64?, _ find: @escaping @Sendable () -> HandedModel) {
    add { [self] in
      let handed = find()
      tell { $0.models.append(FoundModel(place: place, shadow: shadow, request: request, handed: handed)) }
    }
  }

  /// Makes a shadow's new version.
  func make(shadow index: Int, request: UInt64, _ make: @escaping @Sendable () throws -> HandedShadow) {
    add { [self] in
      let outcome: Result<HandedShadow, SessionError>
      do { outcome = .success(try make()) } catch { outcome = .failure(SessionError(.failed, "\(error)")) }
      tell { $0.shadows.append(StartedShadow(index: index, request: request, outcome: outcome)) }
    }
  }

  /// Ends a shadow to which nothing is brought any more.
  func close(_ handed: HandedShadow) { add { handed.run.close() } }

  /// Ends a model that nobody asks any more.
  func close(_ handed: HandedModel) { add { handed.content.close() } }

  /// Ends an instance that nobody calls any more.
  func close(_ handed: Handed) { add { handed.strategy.close() } }

  /// What has been started since the last call. A look costs one load.
  func take() -> News? {
    guard hasNews.load(ordering: .relaxed), hasNews.exchange(false, ordering: .acquiring) else { return nil }
    return state.withLock { state in
      defer { state.news = News() }
      return state.news
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

  private func tell(_ change: (inout News) -> Void) {
    state.withLock { change(&$0.news) }
    hasNews.store(true, ordering: .releasing)
    tellEngine()
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
    if let left = take() {
      for started in left.instances { if case .started(_, let handed) = started.outcome { handed.strategy.close() } }
      for found in left.models { found.handed.content.close() }
      for started in left.shadows { if case .success(let handed) = started.outcome { handed.run.close() } }
    }
    ended.raise()
  }
}
