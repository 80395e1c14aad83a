import JSONTree
import Kernel
import Logging
import Market
import Policy
import Portfolio
import Settings
import Synchronization
import Telemetry

/// The SupervisorAgent behind its server: hosts report to it, ask it about orders, and are stopped by it.
///
/// Whatever a caller is told that stops trading, or lets it go on, is in the state file before the answer goes out.
public final class Agent: Sendable {
  /// What is known of a host beside its risk.
  struct HostFacts: Sendable {
    /// Wall, ms.
    var at: Int64
    var mode: String
    /// What of its heartbeat is shown, as it was sent.
    var shown: [String: JSONNode]
  }

  struct Shared: Sendable {
    var state: AgentState
    var portfolios: [String: Portfolio] = [:]
    var hosts: [String: HostFacts] = [:]
    var events: EventLog
    var metrics = Metrics()
    var telemetry: TelemetryStore
    var alerts: Alerts
    var policy: PolicyEngine
    /// When it was made, ms.
    var policyAt = Int64.min
    /// The portfolio of all modes together, sampled for what came in of late: ms, profit.
    var profits: [(at: Int64, profit: Money)] = []
    var requests: UInt64 = 0
    /// The state is not yet on the disk.
    var isDirty = false
    /// Of the state, as it was taken for the disk.
    var versions: UInt64 = 0
    /// Why the state file was not written; nil = it was.
    var trouble: String?
  }

  static let maximumHosts = 1000

  let options: AgentOptions
  let log: Logger
  /// Wall, ms since 1970 UTC.
  let clock: @Sendable () -> Int64
  let started: Int64
  let shared: Mutex<Shared>
  private let file: StateFile
  /// The version that the file has: an older one never replaces it.
  private let written = Mutex<UInt64>(0)
  private let lock: HeldLock
  private let wake: WakeSignal
  private let ended: WakeSignal
  private let isEnding = Atomic<Bool>(false)
  private let isOver = Atomic<Bool>(false)

  /// Keeps the lock of the state folder as long as the agent lives.
  private final class HeldLock: Sendable {
    private let lock: FileLock
    init(_ lock: consuming FileLock) { self.lock = lock }
  }

  /// - Throws: another Supervisor has the state folder, or it cannot be written.
  public init(
    _ options: AgentOptions, log: Logger, clock: @escaping @Sendable () -> Int64 = { Clocks.realtimeNanoseconds() / 1_000_000 }
  ) throws(AgentError) {
    self.options = options
    self.log = log
    self.clock = clock
    started = clock()
    file = StateFile(path: options.stateFolder + "/state.json")
    let held: HeldLock?
    do throws(KernelError) {
      try Files.createFolders(options.stateFolder)
      if let lock = try FileLock.tryAcquire(options.stateFolder + "/lock") { held = HeldLock(lock) } else { held = nil }
      wake = try WakeSignal()
      ended = try WakeSignal()
    } catch { throw AgentError(.unavailable, "state_dir: \(error)") }
    guard let held else {
      throw AgentError(.unavailable, "another Supervisor has \(options.stateFolder); end it, or give this one another state_dir")
    }
    lock = held
    var state = AgentState()
    switch file.read() {
    case .absent: break
    case .state(let kept): state = kept
    case .damaged(let why):
      state.halt = "the Supervisor's state is damaged: \(why)"
      log.error("\(why); everything is halted until an operator clears it")
    }
    var shared = Shared(
      state: state,
      events: EventLog(options.eventFolder, retentionDays: options.eventRetentionDays, maximumFileBytes: options.maximumEventFileBytes),
      telemetry: TelemetryStore(capacity: options.telemetryCapacity),
      alerts: Alerts(cooldownSeconds: options.alertCooldownSeconds, thresholds: options.alertThresholds),
      policy: PolicyEngine(options.policy, holdsSeconds: options.policyHoldsSeconds, restoring: Self.policyState(state.policy)))
    for (mode, kept) in state.portfolios { shared.portfolios[mode] = Portfolio(options.limits, restoring: kept, at: started) }
    shared.isDirty = true
    self.shared = Mutex(shared)
    do throws(KernelError) { try BackgroundThread.start { [self] in keep() } } catch { throw AgentError(.unavailable, "\(error)") }
  }

  /// As it was kept; where it cannot be read, off until it has been safe for a while.
  private static func policyState(_ text: String?) -> PolicyState {
    guard let text else { return .initial }
    do { return try PolicyState(reading: try JSONReader.read(Array(text.utf8))) } catch { return .unknown }
  }

  /// Writes what is left and ends its thread.
  public func stop() {
    isEnding.store(true, ordering: .releasing)
    wake.raise()
    while !isOver.load(ordering: .acquiring) { ended.wait(milliseconds: 1000) }
  }

  /// Once a second what is not urgent goes to the disk; nobody waits for that.
  private func keep() {
    var isLast = false
    while !isLast {
      wake.wait(milliseconds: 1000)
      // Once more behind the end: what came while it worked is to be there, too.
      isLast = isEnding.load(ordering: .acquiring)
      let (kept, policy) = shared.withLock { shared in
        sample(&shared)
        let policy = steer(&shared)
        shared.events.flush()
        return (shared.isDirty ? version(of: &shared) : nil, policy)
      }
      if let kept {
        let trouble = write(kept)
        shared.withLock { take(trouble, &$0) }
      }
      if let policy { write(policy) }
    }
    isOver.store(true, ordering: .releasing)
    ended.raise()
  }

  // MARK: What handlers share

  private typealias Version = (state: AgentState, number: UInt64)

  private func version(of shared: inout Shared) -> Version {
    shared.state.portfolios = shared.portfolios.mapValues(\.state)
    shared.versions += 1
    shared.isDirty = false
    return (shared.state, shared.versions)
  }

  /// - Returns: why it could not; nil = it is there, or a newer one is.
  private func write(_ version: Version) -> String? {
    written.withLock { last in
      guard version.number > last else { return nil }
      do {
        try file.write(version.state)
        last = version.number
        return nil
      } catch { return "\(error)" }
    }
  }

  private func take(_ trouble: String?, _ shared: inout Shared) {
    if let trouble, shared.trouble == nil { log.error("the state is not written: \(trouble); nothing opens until it is") }
    if trouble == nil, shared.trouble != nil { log.notice("the state is written again") }
    shared.trouble = trouble
    if trouble != nil { shared.isDirty = true }
  }

  /// Now, before the answer.
  func save(_ shared: inout Shared) { take(write(version(of: &shared)), &shared) }

  func note(_ shared: inout Shared, _ type: String, _ source: String, _ correlation: String, _ data: [String: JSONNode], isUrgent: Bool = false) {
    shared.events.append(AgentEvent(at: clock(), type: type, source: source, correlation: correlation, data: data))
    if isUrgent { shared.events.flush() }
  }

  /// Of a mode, made where it is the first host's; what the operator stopped stays so.
  func portfolio(_ mode: String, in shared: inout Shared) -> Portfolio {
    if let known = shared.portfolios[mode] { return known }
    var made = Portfolio(options.limits)
    if let reason = shared.state.halt { made.halt(reason: reason) }
    if let reason = shared.state.pause { made.pause(reason: reason) }
    return made
  }

  func nextRequest(_ shared: inout Shared) -> String {
    shared.requests += 1
    return "\(String(started, radix: 36))-\(shared.requests)"
  }

  private func sample(_ shared: inout Shared) {
    let now = clock()
    guard shared.profits.last.map({ now - $0.at >= 60_000 }) ?? true else { return }
    shared.profits.append((now, shared.portfolios.values.reduce(.zero) { $0 + $1.profit }))
    if shared.profits.count > 61 { shared.profits.removeFirst(shared.profits.count - 61) }
  }
}

/// Why the Supervisor does not start.
public struct AgentError: Fault, Equatable {
  public let kind: FaultKind
  public let description: String

  public init(_ kind: FaultKind, _ description: String) { (self.kind, self.description) = (kind, description) }
}
