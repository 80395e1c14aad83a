import Risk
import Logging
import Cryptography
import Engine
import Kernel
import Market
import Plugins
import Session
import Settings

/// Plugins that come and go while the host runs: workers that failed are started anew, newer versions take over.
extension LiveHost {
  /// Between two inputs: notes failures, starts what is due, puts in place what has been started.
  mutating func careForInstances(_ now: Int64) {
    if loop.counters.failedInstances != care.seenFailures { noteFailures(now) }
    if now >= care.nextNanoseconds { restart(now) }
    guard let news = starter.take() else { return }
    for started in news.instances { take(started, now) }
    for found in news.models { take(found, now) }
    for started in news.shadows { take(started, now) }
  }

  /// No instance is left, and none comes back; nor is anything held of one that is not there any more. Shadows count where they are all there is.
  var allHaveFailed: Bool {
    if session.instances.isEmpty { return shadows.allAreOut }
    return care.nobodyComesBack && session.vacant.allSatisfy { loop.engine.isIdle(instance: $0) }
  }

  /// Workers that ended between two calls: nobody waits for them, so nobody has noticed.
  mutating func lookAtWorkers(_ now: Int64) {
    for (ordinal, instance) in session.instances.enumerated() where !care.rows[ordinal].isOut {
      guard let isolated = instance as? IsolatedStrategy, let end = isolated.endIfAny else { continue }
      loop.command(.failed(instance: Int32(ordinal), .ended(end)), receiveNanoseconds: engineNow(now))
    }
  }

  // MARK: Failures and restarts

  private mutating func noteFailures(_ now: Int64) {
    care.seenFailures = loop.counters.failedInstances
    for ordinal in session.instances.indices where loop.engine.isOut(instance: ordinal) && !care.rows[ordinal].isOut {
      let restarts = care.rows[ordinal].restarts
      let mayRestart = session.instances[ordinal].isolation == .process && restarts < settings.plugins.restartLimit && !isEnding
      let delay = backOff(restarts)
      care.change(ordinal) {
        $0.isOut = true
        if mayRestart { $0.restartNanoseconds = now + delay }
      }
      let id = session.instances[ordinal].id
      // It has been killed: nothing of it stays behind, however long it is until the next one.
      if session.instances[ordinal].isolation == .process { starter.close(InstanceStarter.Handed(strategy: session.instances[ordinal])) }
      if mayRestart {
        log.plugins.warning("\(id): its worker starts again in \(delay / 1_000_000) ms, restart \(restarts + 1) of \(settings.plugins.restartLimit)")
      } else if session.instances[ordinal].isolation == .process, !isEnding {
        quarantine(ordinal)
      }
    }
  }

  private func backOff(_ restarts: Int) -> Int64 {
    InstanceCare.backOffNanoseconds(
      restarts: restarts, baseMilliseconds: settings.plugins.restartBackOffMilliseconds,
      maximumMilliseconds: settings.plugins.maximumRestartBackOffMilliseconds)
  }

  private mutating func restart(_ now: Int64) {
    for ordinal in session.instances.indices {
      guard let due = care.rows[ordinal].restartNanoseconds, due <= now, let resolved = session.resolved[ordinal] else { continue }
      care.change(ordinal) {
        $0.restartNanoseconds = nil
        $0.isStarting = true
        $0.restarts += 1
      }
      let (instrument, launcher) = (session.instrument(of: ordinal), session.launcher)
      starter.start(ordinal, .restart) { (resolved, InstanceStarter.Handed(strategy: try launcher.start(resolved, instrument))) }
    }
  }

  /// Its worker has failed too often: no later run starts it until somebody says so.
  private func quarantine(_ ordinal: Int) {
    let instance = session.instances[ordinal]
    let reason = notices.instanceFailures[ordinal] ?? "its worker did not start"
    do {
      try quarantine.add(Quarantine.Entry(Suspect(instance), reason: "\(reason), after \(care.rows[ordinal].restarts) restarts"))
      log.plugins.warning("\(instance.id): its restarts are used up, its plugin is in quarantine: quantumedge plugin quarantine list")
    } catch { notices.failed("\(instance.id): its plugin is NOT in quarantine and will run again: \(error)") }
  }

  // MARK: Reload

  /// Begins what `strategies publish` asks for; the answer follows when it is done.
  ///
  mutating func reload(symbol: String, horizonSeconds: Int64, request: UInt64) {
    let found = session.instances.indices.first {
      let instrument = session.instrument(of: $0)
      return (instrument.id.symbol == symbol || instrument.id.description == symbol)
        && session.configuration.instances[$0].horizonSeconds == horizonSeconds && session.resolved[$0] != nil
    }
    guard let ordinal = found else {
      if reloadShadow(symbol: symbol, horizonSeconds: horizonSeconds, request: request) { return }
      return answer(request, sequence: 0, "nothing runs here on \(symbol)/\(horizonSeconds): it starts with the host's next start")
    }
    guard !care.rows[ordinal].isStarting else { return refuse(ordinal, "it is being started already; ask again", request) }
    care.change(ordinal) {
      $0.isStarting = true
      $0.restartNanoseconds = nil
    }
    let (instrument, launcher, republished, settings) = (session.instrument(of: ordinal), session.launcher, republished, settings)
    let store = ArtefactStore(runtimePath: settings.runtimeFolder)
    starter.start(ordinal, .reload(request: request)) {
      let resolved = try republished(instrument, horizonSeconds)
      guard !settings.isShadow(resolved, on: instrument) else {
        throw SessionError(.unavailable, "it is published as a shadow, and what runs here trades for real; it takes effect with the next start")
      }
      // For replays; a copy of a file is nothing for the engine's thread.
      try store.keep(resolved.file)
      return (resolved, InstanceStarter.Handed(strategy: try launcher.start(resolved, instrument)))
    }
  }

  private mutating func take(_ started: InstanceStarter.Started, _ now: Int64) {
    let ordinal = started.ordinal
    care.change(ordinal) { $0.isStarting = false }
    switch (started.outcome, started.purpose) {
    case (.refused(let why), .reload(let request)):
      refuse(ordinal, "the new version was refused: \(why)", request)
    case (.refused(let why), .restart):
      notices.failed("\(session.instances[ordinal].id): its worker did not start: \(why)")
      retry(ordinal, now)
    case (.started(let resolved, let handed), .restart):
      let number = place(ordinal, handed, resolved, warmUpSeconds: settings.plugins.warmUpSeconds, now)
      log.plugins.notice("\(session.instances[ordinal].id): its worker runs again from input \(number) on; \(warmUpText)")
    case (.started(let resolved, let handed), .reload(let request)):
      swap(ordinal, handed, resolved, request, now)
    }
  }

  private mutating func retry(_ ordinal: Int, _ now: Int64) {
    let restarts = care.rows[ordinal].restarts
    guard restarts < settings.plugins.restartLimit, !isEnding else { return quarantine(ordinal) }
    let delay = backOff(restarts)
    care.change(ordinal) { $0.restartNanoseconds = now + delay }
  }

  /// Restores or warms up, never both; while something is held and cannot be handed over, the old version stays.
  private mutating func swap(
    _ ordinal: Int, _ handed: InstanceStarter.Handed, _ resolved: ResolvedStrategy, _ request: UInt64, _ now: Int64
  ) {
    let old = session.instances[ordinal]
    let instrument = Int(session.configuration.instances[ordinal].instrument)
    // Without places for models it would find none, and nothing would be kept from opening for that.
    if handed.strategy.facts.wantsPredictions, !session.models.contains(where: { $0.instrument == instrument }) {
      starter.close(handed)
      return refuse(
        ordinal, "the new version reads predictions, and this host was started without models of its symbol: it takes effect with its next start",
        request)
    }
    let state: [UInt8]?
    // One that is out has no state that anybody should trust.
    do throws(PluginError) { state = care.rows[ordinal].isOut ? nil : try old.saveState() } catch {
      starter.close(handed)
      return refuse(ordinal, "the running version cannot save its state: \(error)", request)
    }
    var restored: Int?
    var why = state == nil ? "there is no state to restore" : ""
    if let state {
      do throws(PluginError) {
        try handed.strategy.restoreState(state)
        restored = state.count
      } catch { why = "\(error)" }
    }
    if restored == nil, !care.rows[ordinal].isOut, !loop.engine.isIdle(instance: ordinal) {
      starter.close(handed)
      return refuse(ordinal, "\(why), and the running version has a position or orders: it stays; flatten first", request)
    }
    let number = place(ordinal, handed, resolved, warmUpSeconds: restored == nil ? settings.plugins.warmUpSeconds : nil, now)
    let start = restored.map { "state restored (\($0) bytes)" } ?? "\(why); \(warmUpText)"
    let message =
      "\(session.instances[ordinal].id): \(resolved.source), digest \(resolved.file.digest.hex.prefix(8)), runs from input \(number) on; \(start)"
    log.plugins.notice("\(message)")
    answer(request, sequence: number, message)
  }

  private var warmUpText: String {
    settings.plugins.warmUpSeconds == 0 ? "it begins at once" : "it opens nothing for \(settings.plugins.warmUpSeconds) s (plugins.warm_up_seconds)"
  }

  private mutating func place(
    _ ordinal: Int, _ handed: InstanceStarter.Handed, _ resolved: ResolvedStrategy, warmUpSeconds: Int64?, _ now: Int64
  ) -> UInt64 {
    let old = session.replace(ordinal, with: handed.strategy, from: resolved)
    let number = loop.replace(
      instance: ordinal, with: handed.strategy.binding, worker: handed.strategy as? any Worker,
      warmUpNanoseconds: warmUpSeconds.map { $0 * 1_000_000_000 }, receiveNanoseconds: engineNow(now),
      description: session.description(of: ordinal))
    care.change(ordinal) { $0.isOut = false }
    notices.returned(ordinal)
    do { try watchdog.replaced(ordinal, by: Suspect(handed.strategy)) } catch { notices.failed("\(session.instances[ordinal].id): \(error)") }
    starter.close(InstanceStarter.Handed(strategy: old))
    return number
  }

  private mutating func refuse(_ ordinal: Int, _ text: String, _ request: UInt64) {
    let message = "\(session.instances[ordinal].id): \(text)"
    log.plugins.warning("\(message)")
    mailbox.answer(request, ControlAnswer(content: .failed(message)))
  }

  func answer(_ request: UInt64, sequence: UInt64, _ message: String) {
    mailbox.answer(
      request,
      ControlAnswer(
        content: .done(
          ControlAnswer.Done(
            sequence: sequence, message: message, blocked: loop.engine.blockingRefusal?.code.name, openOrdersBefore: openOrders,
            openOrdersAfter: openOrders, positions: positions))))
  }
}
