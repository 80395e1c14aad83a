import HTTPClient
import Storage
import Supervision
import Logging
import Engine
import Cryptography
import Journal
import Kernel
import Market
import Plugins
import Session
import Settings

/// The host in the modes `mock` and `paper`: practice orders, everything else as live. Both share all but the feed.
public struct HostRun: Sendable {
  public var settings: Settings
  public var executableFolder: String
  /// nil = until a signal, or the end of the feed.
  public var durationSeconds: Double?
  public var hostVersion: String
  /// Whether the last run of this mode and account is left behind.
  public var beginsAnew: Bool

  public init(settings: Settings, executableFolder: String, durationSeconds: Double?, hostVersion: String, beginsAnew: Bool = false) {
    self.beginsAnew = beginsAnew
    self.hostVersion = hostVersion
    self.settings = settings
    self.executableFolder = executableFolder
    self.durationSeconds = durationSeconds
  }

  /// Runs until the duration is over, a signal comes, the feed ends or every instance has failed.
  ///
  /// - Parameters:
  ///   - report: called once a second with the state; the last one is in the result.
  ///   - log: what happens.
  ///   - supervisorHeaders: with the token that the Supervisor asks for.
  ///   - reread: reads the settings again, on a thread of its own.
  public func run(
    report: (RunStatus) -> Void, log: RunLog, supervisorHeaders: HTTPHeaders = HTTPHeaders(),
    reread: @escaping @Sendable () throws(SettingsError) -> SettingsReading
  ) throws -> HostResult {
    let symbols = try Self.feedSymbols(settings)
    let instruments = try symbols.map { symbol throws -> Instrument in
      guard let instrument = settings.pairs.instrument(symbol) else {
        throw SessionError(.badData, "INSTRUMENT_UNSUPPORTED: the feed has \(symbol), which pairs.yaml does not know")
      }
      if let reason = instrument.unsupportedReason { throw SessionError(.badData, "INSTRUMENT_UNSUPPORTED: \(reason)") }
      return instrument
    }
    let signals = StopSignals()
    let state = try StateFolder(settings)
    let quarantine = Quarantine(folder: state.path)
    try takeCrashNote(quarantine, folder: state.path, log)
    let last = try lastState(state.path, log)
    // What is held is looked after, also where nobody is left to trade.
    let mustStart = last.map { !$0.state.engine.busyInstances.isEmpty } ?? false
    let published = try strategies(for: instruments, symbols, mayBeNone: mustStart)
    try checkShadows(published, instruments)
    let (admitted, quarantined) = try admitted(published, instruments, by: quarantine, mayBeNone: mustStart, log)
    let strategies = admitted.filter { !settings.isShadow($0.resolved, on: instruments[$0.instrument]) }
    let shadowed = admitted.filter { settings.isShadow($0.resolved, on: instruments[$0.instrument]) }
    let killSwitch = KillSwitch(file: settings.killSwitch.file.map(settings.resolved), latch: state.killLatchPath)
    if settings.mode.tradesOnVenue { throw try venueRefusal(strategies, shadows: shadowed, instruments, killSwitch, log) }
    let startWatch = try StartWatch(settings, folder: state.path, log)
    defer { startWatch.end() }
    var modelSource = ModelSource.quarantining(settings, executableFolder: executableFolder)
    modelSource.observer = startWatch
    let session = try TradingSession(
      instruments: instruments, strategies: strategies, vacant: try vacancies(last?.state, strategies, instruments, log), settings: settings,
      approvalMilliseconds: asksSupervisor ? settings.supervisor.maximumDecisionAgeMilliseconds : nil,
      launcher: StrategyLauncher(settings, observer: startWatch)
    ) { index, isRead in isRead ? modelSource.places(of: instruments[index], index: index) : [] }
    var origin = try last.map { (journal: $0.journal, state: try $0.state.moved(to: session)) }
    // In the state itself: a start that fails further on, or is killed, must not take the halt with it.
    if last?.doubt != nil { origin?.state.engine.halt() }
    restorePlugins(&origin, session, log)

    let watcher = KillSwitchWatcher(killSwitch)
    if settings.killSwitch.enabled { watcher.trip(settings.killSwitch.startReason) }
    if case .on(let reason) = killSwitch.read() { watcher.trip(reason) }

    let started = Clocks.realtimeNanoseconds()
    let feeds = try MarketFeeds(
      instruments: instruments, settings: settings, now: started,
      lastPrices: instruments.indices.map { origin?.state.engine.prices(instrument: $0).last ?? .zero })
    let maker = ShadowMaker(
      settings: settings, instruments: instruments, modelSource: modelSource, clock: feeds.clock, folder: state.path, hostVersion: hostVersion,
      startWatch: startWatch, log: log)
    let (shadows, broken) = try makeShadows(shadowed, maker, areAll: session.instances.isEmpty, log)
    let control: ControlServer
    do throws(KernelError) {
      control = try ControlServer(
        folder: state.path, wakeEngine: StopSignals.interruptWait,
        note: { log.control.warning("\($0)") })
    } catch {
      throw SessionError(.unavailable, "\(error); the host does not run without its control socket")
    }
    defer { control.stop() }
    try watcher.start()
    defer { watcher.stop() }
    let starter: InstanceStarter
    do throws(KernelError) { starter = try InstanceStarter(tellEngine: StopSignals.interruptWait) } catch {
      throw SessionError(.unavailable, "\(error)")
    }
    defer { starter.stop() }

    let journal = try makeJournal(session, origin, state.path, started, log)
    // A start that fails from here on was none: nothing is left of it that a next one would have to go on from.
    var hasBegun = false
    defer { if !hasBegun { journal?.discard() } }
    let storage = try makeStorage(instruments, log)
    defer { storage?.finish() }
    let statusFile = settings.statusFile.path.map { StatusFile(path: settings.resolved($0)) }
    do throws(KernelError) { try statusFile?.start() } catch { throw SessionError(.unavailable, "ops.status_file: \(error)") }
    defer { statusFile?.finish() }
    let supervisor = try makeSupervisor(supervisorHeaders, started: started, log)
    defer { supervisor?.stop() }
    for symbol in feeds.syntheticSymbols {
      log.host.info("\(symbol): its data has no quotes; bid and ask are made from its trades")
    }
    var host = LiveHost(
      settings: settings, session: session, feeds: feeds, killSwitch: killSwitch, watcher: watcher, mailbox: control.mailbox,
      starter: starter, rereader: SettingsRereader(read: reread, tellEngine: StopSignals.interruptWait),
      republished: { try self.republished(for: $0, horizonSeconds: $1, quarantine) }, modelSource: modelSource, quarantine: quarantine,
      held: quarantined + broken, shadows: shadows, shadowMaker: maker, started: started, journal: journal, storage: storage, statusFile: statusFile,
      supervisor: supervisor, asksSupervisor: asksSupervisor, hostVersion: hostVersion, log: log)
    if let origin { host.goOn(from: origin.state.engine, journal: origin.journal, doubt: last?.doubt) }
    startWatch.end()
    let watchdog = host.watchdog
    try watchdog.start()
    defer { watchdog.stop() }
    // Last: threads and workers that were started before keep all CPUs.
    if let cpu = settings.engine.cpu {
      do { try ChildProcess.pin(to: [cpu]) } catch { throw SessionError(.configuration, "engine.cpu: \(error)") }
    }
    log.host.notice("\(host.beginning)")
    if let journal { log.host.info("journal: \(journal.folder)") }
    for place in shadows.places { log.host.notice("shadow: \(place.run.id) trades in simulation only") }
    hasBegun = true
    let end = durationSeconds.map { started + Int64($0 * 1e9) } ?? Int64.max
    return host.run(until: end, signals: signals, report: report)
  }

  /// A journal of its own for each start, in the state folder.
  private func makeJournal(
    _ session: TradingSession, _ origin: (journal: String, state: SavedState)?, _ state: String, _ started: Int64, _ log: RunLog
  ) throws -> JournalWriter? {
    guard settings.journal.sync != .off else {
      if origin != nil {
        log.host.warning("journal.sync off: this run takes over what the last one held, and a next run knows nothing of what it does")
      }
      return nil
    }
    try session.keepLibraries(in: ArtefactStore(runtimePath: settings.runtimeFolder))
    let journals = JournalFolder("\(state)/journal")
    for name in try journals.removeUnfinished() { log.host.info("journal \(name) is removed: its host was killed before it had begun it") }
    for name in try journals.clean(
      keeping: Self.lastOfAccount(journals), retentionDays: settings.journal.retentionDays,
      maximumBytes: settings.journal.maximumTotalGigabytes.map { $0 << 30 }, nowNanoseconds: started,
      mayGo: { AccountLedger.holds($0, of: journals, settings, log) })
    {
      log.host.info("journal \(name) is removed: journal.retention_days, journal.max_total_gb")
    }
    let stamp = UTCStamp.text(nanoseconds: started)
    var head = session.journalHead(
      settings, mode: settings.mode.rawValue, account: StateFolder.practiceAccount, startedAt: stamp, host: .current(version: hostVersion))
    let bytes = origin?.state.bytes
    if let origin, let bytes {
      head.origin = JournalHead.Origin(journal: origin.journal, stateDigest: SHA256Hasher.digest(of: bytes).hex)
    }
    let (name, ahead) = try journals.nextName(nanoseconds: started)
    if let ahead {
      log.host.warning(
        "the clock (\(stamp)) is behind that of the journal \(ahead): this run's is named \(name), so that it comes after it; set the clock")
    }
    return try JournalWriter(
      folder: journals.path(name), head: head, state: bytes, options: settings.journal.options(), onDurable: StopSignals.interruptWait)
  }

  /// Symbols of the mode's feed.
  ///
  /// - Throws: there is none.
  public static func feedSymbols(_ settings: Settings) throws(SessionError) -> [String] {
    if settings.takesMockFeed { return settings.mock.symbols }
    if settings.takesRecordings { return settings.replay.recordings.map(\.symbol) }
    guard settings.mode == .paper else { return settings.venueSymbols }
    throw SessionError(
      .unavailable,
      "app.mode paper has no live feed in this version; name a recording (--set feed.recording=BTCUSDT=FILE) or take the made-up market "
        + "(--set app.websocket=mock)")
  }

  /// What is published for an instrument and horizon now, if it may run.
  private func republished(for instrument: Instrument, horizonSeconds: Int64, _ quarantine: Quarantine) throws -> ResolvedStrategy {
    let resolver = StrategyResolver(runtimePath: settings.runtimeFolder, executableFolder: executableFolder, trust: settings.trustPolicy)
    guard let found = try resolver.published(for: instrument).first(where: { $0.horizonSeconds == horizonSeconds }) else {
      throw PluginError(.notFound, "\(instrument.id)/\(horizonSeconds)", "nothing is published for it any more")
    }
    let digest = found.file.digest.hex
    if let entry = try quarantine.read().first(where: { $0.digest == digest }) {
      throw SessionError(
        .unavailable, "\(found.source) is in quarantine since \(entry.at): \(entry.reason); release it with: \(releaseCommand(digest))")
    }
    return found
  }

  func strategies(
    for instruments: [Instrument], _ symbols: [String], mayBeNone: Bool
  ) throws -> [(instrument: Int, resolved: ResolvedStrategy)] {
    let resolver = StrategyResolver(runtimePath: settings.runtimeFolder, executableFolder: executableFolder, trust: settings.trustPolicy)
    var strategies: [(instrument: Int, resolved: ResolvedStrategy)] = []
    for (index, instrument) in instruments.enumerated() {
      strategies += try resolver.published(for: instrument).map { (instrument: index, resolved: $0) }
    }
    guard strategies.isEmpty, !mayBeNone else { return strategies }
    throw SessionError(
      .missingInput,
      "\(settings.runtimeFolder)/strategies has nothing published for \(symbols.joined(separator: ", ")); "
        + "publish one with: quantumedge strategies publish EMACross --symbol \(symbols.first ?? "BTCUSDT")")
  }
}
