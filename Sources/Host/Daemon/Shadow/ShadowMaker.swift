import Journal
import Kernel
import Logging
import Market
import Plugins
import Session
import Settings
import Simulation

/// Makes shadows, at the start and again for each version that is published.
struct ShadowMaker: Sendable {
  var settings: Settings
  let instruments: [Instrument]
  let modelSource: ModelSource
  let clock: DataClock
  /// The state folder of the real account.
  let folder: String
  let hostVersion: String
  let startWatch: StartWatch
  let log: RunLog

  /// `shadow/EMACross@BTCUSDT-0/journal` in the state folder.
  static func journalFolder(_ id: String, in folder: String) -> String {
    "\(folder)/shadow/\(String(id.map { $0 == "/" ? "-" : $0 }))/journal"
  }

  /// Starts the strategy, its models and its journal; a practice account that begins anew.
  ///
  /// - Parameter callMark: where the watchdog looks for it.
  /// - Throws: what a real one would not start for either, or its journal cannot be written.
  func make(_ resolved: ResolvedStrategy, instrument: Int, callMark: CallMark) throws -> ShadowRun {
    let session = try TradingSession(
      instruments: [instruments[instrument]], strategies: [(instrument: 0, resolved: resolved)], settings: settings,
      launcher: StrategyLauncher(settings, observer: startWatch)
    ) {
      index, isRead in isRead ? modelSource.places(of: instruments[instrument], index: index) : []
    }
    do {
      return ShadowRun(
        session: session, instrument: instrument, settings: settings, clock: clock, journal: try makeJournal(session),
        callMark: callMark, log: log)
    } catch {
      session.instances[0].close()
      for place in session.models { place.content.close() }
      throw error
    }
  }

  private func makeJournal(_ session: TradingSession) throws -> JournalWriter? {
    guard settings.journal.sync != .off else { return nil }
    try session.keepLibraries(in: ArtefactStore(runtimePath: settings.runtimeFolder))
    let now = Clocks.realtimeNanoseconds()
    let journals = JournalFolder(Self.journalFolder(session.instances[0].id, in: folder))
    _ = try journals.removeUnfinished()
    for name in try journals.clean(
      retentionDays: settings.journal.retentionDays, maximumBytes: settings.journal.maximumTotalGigabytes.map { $0 << 30 }, nowNanoseconds: now)
    { log.host.info("journal \(journals.path(name)) is removed: journal.retention_days, journal.max_total_gb") }
    let stamp = UTCStamp.text(nanoseconds: now)
    let head = session.journalHead(settings, mode: settings.mode.rawValue, account: "shadow", startedAt: stamp, host: .current(version: hostVersion))
    // No order of it leaves the host, and the real ones must not wait for its disk.
    return try JournalWriter(
      folder: journals.path(try journals.nextName(nanoseconds: now).name), head: head,
      options: settings.journal.options(syncing: settings.journal.sync == .always ? .batch : nil))
  }
}
