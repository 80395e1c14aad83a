import Risk
import Logging
import Cryptography
import Engine
import Journal
import Kernel
import Market
import Models
import Plugins
import Session
import Settings
import Storage
import Supervision

/// A host at work: the engine's loop with its feeds, its clock and everybody who may speak to it.
///
/// One thread owns it; all others hand over what they have between two inputs.
struct LiveHost: ~Copyable {
  var settings: Settings
  let session: TradingSession
  let started: Int64
  private let killSwitch: KillSwitch
  private let watcher: KillSwitchWatcher
  let mailbox: ControlMailbox
  let starter: InstanceStarter
  let rereader: SettingsRereader
  let watchdog: Watchdog
  let quarantine: Quarantine
  /// Instances in quarantine: they are shown and do not run.
  let held: [RunStatus.Instance]
  let notices: RunNotices
  let log: RunLog

  var loop: TradingLoop
  var feeds: MarketFeeds
  var health: [FeedHealth]
  private(set) var events = 0
  private(set) var isKilled = false
  private(set) var hasBrokenFeed = false
  /// The shutdown's own commands are the last.
  private(set) var isEnding = false
  /// Of the last command: orders whose cancels are on their way.
  var leavingOrders = 0
  /// Who halted, and why, for people.
  var haltNote: String?
  /// Of the Supervisor's order to close everything that was carried out last.
  var flattenID: String?
  /// What the host does about its instances' failures.
  var care: InstanceCare
  /// Gives what is published for an instance's instrument and horizon now.
  let republished: @Sendable (Instrument, Int64) throws -> ResolvedStrategy
  /// Finds what is published for a model's place now.
  let modelSource: ModelSource
  let monitor: ModelMonitor
  var modelBlock = ModelBlock()
  var shadows: Shadows
  /// Makes a shadow's new version.
  let shadowMaker: ShadowMaker
  private var nextDriftLook = Int64.min
  private var snapshotClock: SnapshotClock
  /// Nil where none is spoken to.
  let supervisor: SupervisorClient?
  let hostID: String
  let hostVersion: String
  /// Rises with each turn of the loop.
  private(set) var turn: UInt64 = 0
  /// Wall clock of the last event; nil before the first.
  private(set) var lastData: Int64?
  let storage: MarketStorage?
  private var storageNews = StorageNews()
  private let statusFile: StatusFile?
  private var nextStatusFile = Int64.min
  private var statusFileTrouble: String?
  private var journalTrouble: String?
  private var hasToldLostJournal = false
  private var clock = RisingClock()
  /// Of the engine's last input.
  private var engineNanoseconds = Int64.min

  private static let statusPeriodNanoseconds: Int64 = 1_000_000_000
  /// The longest sleep: timers, health and the kill switch are looked at this often in a quiet market.
  private static let idleNanoseconds: Int64 = 50_000_000

  init(
    settings: Settings, session: TradingSession, feeds: MarketFeeds, killSwitch: KillSwitch, watcher: KillSwitchWatcher, mailbox: ControlMailbox,
    starter: InstanceStarter, rereader: SettingsRereader, republished: @escaping @Sendable (Instrument, Int64) throws -> ResolvedStrategy,
    modelSource: ModelSource, quarantine: Quarantine, held: [RunStatus.Instance], shadows: Shadows, shadowMaker: ShadowMaker, started: Int64,
    journal: JournalWriter?, storage: MarketStorage?, statusFile: StatusFile?, supervisor: SupervisorClient?, asksSupervisor: Bool,
    hostVersion: String,
    log: RunLog
  ) {
    self.supervisor = supervisor
    self.hostVersion = hostVersion
    hostID = supervisor?.hostID ?? ""
    self.statusFile = statusFile
    self.storage = storage
    self.settings = settings
    self.session = session
    self.feeds = feeds
    self.killSwitch = killSwitch
    self.watcher = watcher
    self.mailbox = mailbox
    self.starter = starter
    self.rereader = rereader
    self.republished = republished
    self.modelSource = modelSource
    monitor = ModelMonitor(session, settings)
    care = InstanceCare(count: session.instances.count)
    self.held = held
    self.shadows = shadows
    self.shadowMaker = shadowMaker
    self.quarantine = quarantine
    self.started = started
    self.log = log
    notices = RunNotices(session: session, log: log)
    // Feeds without quotes bring those that they make: each symbol has its own kind of data.
    // At full speed the times are the recording's: there nothing is late, and nothing may depend on the disk.
    loop = session.makeLoop(
      hasQuotes: true, clock: feeds.clock, observer: notices, journal: journal,
      realTime: feeds.pace == .max ? nil : { Clocks.realtimeNanoseconds() })
    loop.watchModels(monitor)
    if let supervisor, asksSupervisor { loop.gateway = SupervisorGateway(supervisor, instruments: session.instruments) }
    health = session.instruments.map { _ in FeedHealth(now: started) }
    let (calls, suspects) = shadows.watched(
      behind: loop.engine.callMark, instanceCount: session.instances.count,
      session.instances.map(Suspect.init) + session.models.map { Suspect($0) ?? .nobody }, models: modelSource.horizonsSeconds.count)
    snapshotClock = SnapshotClock(periodSeconds: journal == nil || settings.takesRecordings ? nil : settings.journal.snapshotSeconds, now: started)
    watchdog = Watchdog(
      calls: calls, limit: .step(milliseconds: settings.engine.maximumStepMilliseconds), suspects: suspects, folder: quarantine.folder,
      say: log.lastWords)
  }

  /// One line: what begins.
  var beginning: String {
    "\(settings.mode.rawValue) begins: \(session.instances.isEmpty ? "nothing trades" : session.instances.map(\.id).joined(separator: ", ")); process \(ProcessFigures.number)"
  }

  /// Takes over a former life, before the first event.
  ///
  /// - Parameters:
  ///   - journal: of that life, by name.
  ///   - doubt: why what is held may be another thing than what is known, so that an operator has to look; nil where it is certain.
  mutating func goOn(from snapshot: EngineSnapshot, journal: String, doubt: String?) {
    let vacant = session.vacant
    for ordinal in vacant {
      care.change(ordinal) { $0.isOut = true }
      notices.isVacant(ordinal, "it is not published any more, or in quarantine")
    }
    // The prices that are known are those of the last life: nothing opens on a symbol before it has new ones.
    health = session.instruments.map { _ in FeedHealth(now: started, awaitsData: true) }
    loop.restore(
      snapshot, vacant: vacant, isHalted: doubt != nil, isKilled: watcher.tripped() != nil,
      receiveNanoseconds: engineNow(max(started, snapshot.receiveNanoseconds)))
    guard loop.engine.blockingRefusal?.code == .halted else { return }
    haltNote =
      doubt.map {
        "HALTED by the host: journal \(journal): \($0), so that positions and orders may be others than these; compare, then: quantumedge risk resume"
      } ?? "HALTED since an earlier run; its log says by whom; resume with: quantumedge risk resume"
    log.host.warning("\(haltNote ?? "")")
  }

  // MARK: The run

  mutating func run(until end: Int64, signals: StopSignals, report: (RunStatus) -> Void) -> HostResult {
    tellModels()
    // Before any data: nothing opens for a moment only because it came first.
    noteModels(started)
    for place in shadows.places { noteModels(of: place.run, started) }
    var nextStatus = started + Self.statusPeriodNanoseconds
    var nextLook = started
    let stoppedBy: String
    while true {
      watchdog.pulse.turn()
      turn &+= 1
      let now = clock.now()
      if now >= end {
        stoppedBy = "duration"
        break
      }
      hear(now)
      if now >= nextLook {
        // Behind the feed there is no time to sleep, and yet signals and timers must have their turn.
        nextLook = now + Self.idleNanoseconds
        look(now)
        if let signal = stop(by: signals.wait(nanoseconds: 0)) {
          stoppedBy = signal
          break
        }
      }
      if !advance(now) {
        guard let due = feeds.nextDueNanoseconds else {
          stoppedBy = "feed ended"
          break
        }
        let wait = max(0, min(due - now, min(nextLook, end, nextStatus, care.nextNanoseconds) - now))
        watchdog.pulse.rest()
        if let signal = stop(by: signals.wait(nanoseconds: wait)) {
          stoppedBy = signal
          break
        }
        // A worker's end is one of the things that end a wait early.
        lookAtWorkers(clock.now())
      }
      careForInstances(now)
      if allHaveFailed {
        stoppedBy = "every instance has failed"
        break
      }
      if now >= nextStatus {
        nextStatus += Self.statusPeriodNanoseconds
        // A terminal that is stopped is no step of the engine.
        watchdog.pulse.rest()
        report(status(now))
      }
    }
    watchdog.pulse.rest()
    // What is on its way between the venue and the engine arrives; of live data only time can bring it.
    if feeds.pace == .max || feeds.nextDueNanoseconds == nil {
      loop.finish()
      for place in shadows.places { place.run.finish() }
    }
    // Read first: what the shutdown does is no word about the run, nor is it in the decisions.
    let last = status(clock.now())
    let hashes = loop.decisionHashes()
    let shadowHashes = stopShadows()
    watchdog.pulse.turn()
    shutDown(signals)
    keepPluginStates()
    watchdog.pulse.rest()
    loop.closeJournal()
    sealShadows()
    storage?.finish()
    if let status = storage?.status, let trouble = status.trouble { notices.failed("storage: \(trouble)") }
    if let trouble = loop.journalTrouble { notices.failed("the journal is not whole: \(trouble)") }
    var final = status(clock.now())
    for (index, hash) in shadowHashes.enumerated() { final.shadows[index].decisionHash = hash }
    final.blocked = last.blocked
    final.blockedWhy = last.blockedWhy
    statusFile?.offer(content(final, isRunning: false))
    statusFile?.finish()
    if let trouble = statusFile?.trouble { notices.failed("ops.status_file: \(trouble)") }
    return HostResult(
      status: final, stoppedBy: stoppedBy, decisionHash: hashes.run.hex, instanceHashes: hashes.instances.map(\.hex) + shadowHashes,
      failures: notices.failures,
      hasFailed: hasBrokenFeed || allHaveFailed || loop.journalTrouble != nil, refusalCounts: loop.counters.refusalCounts)
  }

  /// The signal if it is one to stop; on the one for it, settings are read again.
  private mutating func stop(by signal: String?) -> String? {
    guard signal == StopSignals.reload else { return signal }
    rereadSettings(for: nil)
    return nil
  }

  /// Takes the oldest event that is due to its end; false when none is.
  private mutating func advance(_ now: Int64) -> Bool {
    guard let index = feeds.due(at: now) else { return false }
    let due = feeds.feeds[index].dueNanoseconds ?? now
    notices.now = now
    do {
      try feeds.deliver(
        index, to: &loop, shadows: shadows[index], storage: storage?.recorder, receiveNanoseconds: engineTime(feeds.pace == .wall ? now : due))
    } catch {
      hasBrokenFeed = true
      notices.failed("\(session.instruments[index].id.symbol): its feed has ended: \(error)")
    }
    health[index].received(at: now)
    lastData = now
    events += 1
    return true
  }

  /// Timers and health; a recording at full speed has neither, as a backtest.
  private mutating func look(_ now: Int64) {
    lookAtWorkers(now)
    lookAtJournal(now)
    keepSnapshot(now)
    lookAtShadows(now)
    if let storage { storageNews.look(storage.status, now, log) }
    if now >= nextDriftLook {
      nextDriftLook = now + Self.statusPeriodNanoseconds
      tellDrift()
    }
    tellStatusFile(now)
    if feeds.pace == .max { return }
    for index in health.indices {
      let isNews = health[index].look(
        at: now, due: feeds.feeds[index].dueNanoseconds, staleAfter: settings.staleAfterMilliseconds * 1_000_000)
      guard isNews else { continue }
      loop.health(
        instrument: Int32(index), isStale: health[index].isStale, lagNanoseconds: health[index].lagNanoseconds,
        receiveNanoseconds: engineNow(now))
      for shadow in shadows[index] { tellHealth(to: shadow, now) }
    }
    let time = engineNow(now)
    loop.clock(receiveNanoseconds: time)
    shadows.forEach { $0.clock(receiveNanoseconds: time) }
  }

  /// What others have to say between two inputs: the kill switch, the disk, one command of the control socket.
  private mutating func hear(_ now: Int64) {
    notices.now = now
    hearKillSwitch(now)
    if loop.isWaitingForDisk { loop.sendDurable(receiveNanoseconds: engineNow(now)) }
    if let request = mailbox.take() { answer(request, now) }
    hearSupervisor(now)
    takeReadSettings(now)
  }

  private mutating func hearKillSwitch(_ now: Int64) {
    guard !isKilled, let tripped = watcher.tripped() else { return }
    isKilled = true
    log.host.warning("kill switch: \(tripped.reason); opening is off, its latch is \(killSwitch.latch)")
    if let trouble = tripped.latchTrouble {
      notices.failed("the kill switch's latch is NOT set, a restart would trade: \(trouble)")
    }
    let time = engineNow(now)
    loop.command(.kill, receiveNanoseconds: time)
    shadows.forEach { $0.command(.kill, receiveNanoseconds: time) }
  }

  /// Before the next input: whoever asked for it is answered when it holds. The latch is written first, on this thread: nothing that it
  /// keeps waiting may open any more.
  mutating func tripKillSwitch(_ now: Int64) {
    watcher.trip(settings.killSwitch.startReason)
    hearKillSwitch(now)
  }

  /// What is not written down can neither be proven nor recovered. Where the next segment cannot be made nothing opens any more, so that
  /// what is left of this one is for reducing, and for what is told of it.
  private mutating func lookAtJournal(_ now: Int64) {
    let trouble = loop.journalTrouble
    if trouble != journalTrouble {
      if (trouble == nil) != (journalTrouble == nil) { loop.command(.journal(hasTrouble: trouble != nil), receiveNanoseconds: engineNow(now)) }
      journalTrouble = trouble
      if let trouble {
        log.host.warning("journal: \(trouble); nothing opens meanwhile, reducing goes on")
      } else {
        log.host.notice("journal: it is written again")
      }
    }
    guard loop.isJournalLost, !hasToldLostJournal else { return }
    hasToldLostJournal = true
    notices.failed("journal: what happens is not written down any more; opening is off, and the next start is halted")
  }

  // MARK: The status file

  private mutating func tellStatusFile(_ now: Int64) {
    guard let statusFile, now >= nextStatusFile else { return }
    nextStatusFile = now + settings.statusFile.intervalMilliseconds * 1_000_000
    statusFile.offer(content(status(now), isRunning: true))
    let trouble = statusFile.trouble
    guard trouble != statusFileTrouble else { return }
    statusFileTrouble = trouble
    if let trouble { log.host.warning("ops.status_file: \(trouble)") } else { log.host.notice("ops.status_file: it is written again") }
  }

  private func content(_ status: RunStatus, isRunning: Bool) -> JSONValue {
    status.statusFile(
      at: UTCText.now(), isRunning: isRunning, source: settings.takesMockFeed ? "mock" : settings.takesRecordings ? "recording" : "ws",
      maximumDrawdown: Figure(loop.engine.maximumDrawdown), lastError: notices.failures.last)
  }

  // MARK: Shutting down

  /// `app.on_shutdown`; a second signal ends it.
  private mutating func shutDown(_ signals: StopSignals) {
    isEnding = true
    notices.isSilent = true
    let cancels = loop.counters.cancels
    var kept = openOrders
    switch settings.onShutdown {
    case .leave: return
    case .cancel: loop.command(.shutDown(flattens: false), receiveNanoseconds: engineNow(clock.now()))
    case .flatten: loop.command(.shutDown(flattens: true), receiveNanoseconds: engineNow(clock.now()))
    }
    kept -= loop.counters.cancels - cancels
    let end = clock.now() + settings.shutdownTimeoutSeconds * 1_000_000_000
    while settings.onShutdown == .flatten ? !isFlat : openOrders > kept {
      // Without data to come, what is on its way arrives at once.
      guard feeds.nextDueNanoseconds != nil else {
        watchdog.pulse.rest()
        return loop.finish()
      }
      watchdog.pulse.turn()
      let now = clock.now()
      guard now < end, !Self.isStop(signals.wait(nanoseconds: 0)) else { return }
      hear(now)
      careForInstances(now)
      if !advance(now) {
        look(now)
        let wait = min((feeds.nextDueNanoseconds ?? now) - now, min(Self.idleNanoseconds, end - now))
        watchdog.pulse.rest()
        if Self.isStop(signals.wait(nanoseconds: max(0, wait))) { return }
      }
    }
  }

  /// What plugins keep, for the next start: after all that they will be told.
  private mutating func keepPluginStates() {
    for ordinal in session.instances.indices {
      if let state = pluginState(ordinal, saysWhy: true) { loop.keep(pluginState: state, instance: ordinal) }
    }
  }

  /// - Parameter saysWhy: why there is none is logged.
  private func pluginState(_ ordinal: Int, saysWhy: Bool) -> [UInt8]? {
    guard !care.rows[ordinal].isOut, session.resolved[ordinal] != nil else { return nil }
    let id = session.instances[ordinal].id
    // One that hangs or crashes in it is known by name.
    loop.engine.callMark.begin(Int32(ordinal))
    defer { loop.engine.callMark.end() }
    do throws(PluginError) {
      guard let state = try session.instances[ordinal].saveState() else { return nil }
      guard state.count <= JournalPluginState.maximumBytes else {
        if saysWhy { log.plugins.warning("\(id): its state of \(state.count) bytes is too large to be kept: it begins anew the next time") }
        return nil
      }
      return state
    } catch {
      if saysWhy { log.plugins.warning("\(id): its state is not kept, it begins anew the next time: \(error)") }
      return nil
    }
  }

  /// Where a start after a kill begins to read the journal, and what its plugins go on with.
  private mutating func keepSnapshot(_ now: Int64) {
    guard snapshotClock.isDue(now, inputs: loop.lastSequence), !loop.isJournalLost, let engine = loop.checkpoint() else { return }
    // Not of workers: the engine would wait for one that hangs, and no deadline is long enough for any state and short enough for it.
    let states = session.instances.indices.map {
      session.instances[$0].isolation == .process ? nil : pluginState($0, saysWhy: !snapshotClock.hasTold)
    }
    snapshotClock.hasTold = true
    let saved = session.savedCheckpoint(engine, pluginStates: states)
    // Where the last one is not written yet this one is left out: a slow disk is not asked more often.
    _ = loop.keepSnapshot { saved.bytes }
    snapshotClock.isTaken(now, inputs: loop.lastSequence)
    guard let trouble = loop.snapshotTrouble, trouble != snapshotClock.trouble else { return }
    snapshotClock.trouble = trouble
    log.host.warning("journal: no snapshot is kept, so that a start after a kill takes longer: \(trouble)")
  }

  /// A host that ends reads no settings again.
  private static func isStop(_ signal: String?) -> Bool { signal != nil && signal != StopSignals.reload }

  /// Nothing is held but dust, and nothing is open.
  private var isFlat: Bool {
    session.instances.indices.allSatisfy {
      loop.engine.openOrderCount(instance: $0) == 0 && (loop.engine.book(instance: $0).position == 0 || loop.engine.isDust(instance: $0))
    }
  }

  // MARK: The engine's clock

  /// For what comes from outside at the wall clock's `now`.
  func engineTime(outside now: Int64) -> Int64 {
    switch feeds.pace {
    case .wall: now
    // Behind the feed the engine's clock stands at what it has not taken yet.
    case .recorded: min(now, feeds.nextDueNanoseconds ?? now)
    case .max: feeds.nextDueNanoseconds ?? max(0, engineNanoseconds)
    }
  }

  mutating func engineNow(_ now: Int64) -> Int64 { engineTime(engineTime(outside: now)) }

  /// Never decreases, whoever asks.
  private mutating func engineTime(_ nanoseconds: Int64) -> Int64 {
    engineNanoseconds = max(engineNanoseconds, nanoseconds)
    return engineNanoseconds
  }
}

/// Receive time: the wall clock, held back from ever going backwards.
struct RisingClock {
  private var last = Int64.min
  mutating func now() -> Int64 {
    last = max(last, Clocks.realtimeNanoseconds())
    return last
  }
}
