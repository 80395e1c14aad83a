import Plugins
import Logging
import Engine
import Cryptography
import Journal
import Kernel
import Market
import Replay
import Session
import Settings

/// Where a start goes on from.
extension HostRun {
  /// What the last host of this mode and account knew at its end; nil where it begins anew.
  ///
  /// - Throws: its journal cannot be read: what it held is not known, and so nothing is traded.
  func lastState(_ state: String, _ log: RunLog) throws -> (journal: String, state: SavedState, doubt: String?)? {
    let journals = JournalFolder("\(state)/journal")
    guard let name = try Self.lastOfAccount(journals) else { return nil }
    if beginsAnew {
      log.host.warning("begins anew (--fresh): what the last run held is not taken over; its journal stays: \(journals.path(name))")
      return nil
    }
    // A recording has times of its own: it is not what comes after the last run.
    if settings.takesRecordings { return nil }
    let began = Clocks.monotonicNanoseconds()
    let recovered = try Self.recovered(journals.path(name), settings)
    if case .torn(let count) = recovered.ending {
      log.host.warning("journal \(name): \(count) bytes behind its last whole record are of a record that was being written; they are left out")
    }
    if recovered.ending == .lost {
      log.host.warning("journal \(name): its end is lost, more happened than is written there; the host goes on HALTED from what is known")
    } else if let mismatch = recovered.mismatch {
      log.host.warning("journal \(name): \(mismatch.text); the host goes on HALTED from what it makes of it")
    }
    for reason in recovered.passedOver { log.host.warning("a snapshot is passed over: \(reason)") }
    let milliseconds = (Clocks.monotonicNanoseconds() - began) / 1_000_000
    let end = recovered.ending == .sealed ? "ended" : recovered.ending == .lost ? "could not be written any more" : "was broken off"
    log.host.notice(
      "goes on where \(name) \(end): \(recovered.inputs) inputs read again\(recovered.snapshot.map { " since the snapshot at input \($0)" } ?? "") in \(milliseconds) ms; \(recovered.state.summary)"
    )
    return (name, recovered.state, recovered.doubt)
  }

  /// What strategies kept as the last host ended, where that is not long ago: figures of a market that has gone on since are none.
  func restorePlugins(_ origin: inout (journal: String, state: SavedState)?, _ session: TradingSession, _ log: RunLog) {
    guard var state = origin?.state else { return }
    // Of a life without any input there is no time, and nothing that was kept.
    for index in state.instances.indices where state.instances[index].pluginState != nil {
      let last = max(0, state.instances[index].keptNanoseconds ?? state.engine.receiveNanoseconds)
      let silence = (Clocks.realtimeNanoseconds() - last) / 1_000_000_000
      guard silence > settings.maximumGapSeconds else { continue }
      log.plugins.notice(
        "\(state.instances[index].id): begins anew: what it kept is \(silence) s old (features.max_gap_seconds \(settings.maximumGapSeconds))")
      state.instances[index].pluginState = nil
    }
    for refused in state.restorePlugins(of: session) {
      log.plugins.warning("\(refused.instance): begins anew, it does not take what it kept: \(refused.reason)")
    }
    for instance in state.instances {
      if let kept = instance.pluginState { log.plugins.notice("\(instance.id): goes on with what it kept (\(kept.count) bytes)") }
    }
    origin?.state = state
  }

  private static func recovered(_ journal: String, _ settings: Settings) throws -> JournalRecovery.Result {
    let result: JournalRecovery.Result
    do { result = try JournalRecovery.read(folder: journal) } catch let fault as any Fault {
      throw SessionError(
        .unavailable,
        "the last run cannot be read, so that it is not known what it held: \(fault); mend or move \(journal), or begin anew with: "
          + "quantumedge run --mode \(settings.mode.rawValue) --fresh")
    }
    try checkOwner(result.head, journal, settings)
    return result
  }

  /// A folder that was copied from another mode or venue has another account's money in it.
  static func checkOwner(_ head: JournalHead, _ journal: String, _ settings: Settings) throws(SessionError) {
    let (own, its) = ([settings.mode.rawValue, settings.pairs.venue, StateFolder.practiceAccount], [head.mode, head.venue, head.account])
    guard own != its else { return }
    throw SessionError(
      .unavailable,
      "\(journal): is of \(its.joined(separator: "/")), and stands in the state of \(own.joined(separator: "/")); move it back, or begin anew with: "
        + "quantumedge run --mode \(settings.mode.rawValue) --fresh")
  }

  /// What a start with these settings would go on from, by name, for people; nil where it begins anew.
  ///
  /// - Throws: as the start.
  public static func lastRun(_ settings: Settings) throws -> (journal: String, words: String, doubt: String?)? {
    let journals = JournalFolder("\(StateFolder.path(settings))/journal")
    guard !settings.takesRecordings, let name = try lastOfAccount(journals) else { return nil }
    let recovered = try recovered(journals.path(name), settings)
    return (name, recovered.state.summary, recovered.doubt)
  }

  /// The last journal that is the account's: a run over a recording began an account of its own and ended it.
  static func lastOfAccount(_ journals: JournalFolder) throws -> String? {
    for name in try journals.namesWithHeadless().reversed() {
      let folder = journals.path(name)
      // One that cannot be read may well be the account's.
      guard let head = try? JournalReader(folder: folder, checksChain: false).head,
        let settings = try? Settings.recorded(head.settings, pairs: head.pairs, in: folder)
      else { return name }
      if !settings.takesRecordings { return name }
    }
    return nil
  }

  /// Places for what is held by strategies that are not among those that run.
  func vacancies(_ state: SavedState?, _ strategies: [Choice], _ instruments: [Instrument], _ log: RunLog) throws -> [TradingSession.Vacancy] {
    guard let state else { return [] }
    return try state.engine.busyInstances.compactMap { index in
      let instance = state.instances[index]
      let goesOn = strategies.contains {
        instruments[$0.instrument].id.description == instance.instrument && $0.resolved.instanceID(on: instruments[$0.instrument]) == instance.id
      }
      if goesOn { return nil }
      guard let instrument = instruments.firstIndex(where: { $0.id.description == instance.instrument }) else {
        throw SessionError(
          .configuration,
          "\(instance.id) has a position or orders on \(instance.instrument), which this run has no feed for; add the symbol, or begin anew with --fresh"
        )
      }
      let fate = settings.plugins.onFailure == .flatten ? "is closed" : "stays"
      log.host.warning(
        "\(instance.id) has a position or orders, and it does not run: its orders are cancelled, its position \(fate) (plugins.on_failure)")
      return TradingSession.Vacancy(instrument: instrument, id: instance.id, digest: Digest(hex: instance.digest) ?? SHA256Hasher.digest(of: []))
    }
  }
}

extension SavedState {
  /// For people: what is held and what is open.
  var summary: String {
    let positions = engine.busyInstances.map { instances[$0].id }
    let busy =
      positions.isEmpty ? "nothing is held or open" : "\(positions.joined(separator: ", ")) \(positions.count == 1 ? "holds" : "hold") something"
    return "equity \(DecimalText.formatShort(engine.equity.raw, scale: Money.scale)), \(busy)"
  }
}
