import Cryptography
import Engine
import Logging
import Market
import Plugins
import Session
import Settings

/// What a host does about its shadows, beside bringing them the market's events. All of it is told, and none of it reaches the real account.
extension LiveHost {
  // MARK: While it runs

  /// Workers that ended, and journals that are not whole any more.
  mutating func lookAtShadows(_ now: Int64) {
    if shadows.isEmpty { return }
    let time = engineNow(now)
    for index in shadows.places.indices where shadows.places[index].run.end == nil {
      let run = shadows.places[index].run
      if !run.isOut, let isolated = run.session.instances[0] as? IsolatedStrategy, let end = isolated.endIfAny {
        run.command(.failed(instance: 0, .ended(end)), receiveNanoseconds: time)
      }
      if run.isOut, !shadows.places[index].isClosed, run.session.instances[0].isolation == .process {
        // It has been killed: nothing of it stays behind.
        shadows.change(index) { $0.isClosed = true }
        starter.close(InstanceStarter.Handed(strategy: run.session.instances[0]))
      }
      guard let trouble = run.loop.journalTrouble else { continue }
      log.host.warning("shadow \(run.id): its journal: \(trouble); the shadow ends, the real account goes on")
      shadows.end(index, "its journal: \(trouble)")
    }
  }

  /// How well its instrument's data arrives.
  mutating func tellHealth(to shadow: ShadowRun, _ now: Int64) {
    let health = health[shadow.instrument]
    shadow.health(isStale: health.isStale, lagNanoseconds: health.lagNanoseconds, receiveNanoseconds: engineNow(now))
  }

  mutating func noteModels(of shadow: ShadowRun, _ now: Int64) {
    guard let change = shadow.noteModels(settings.models, receiveNanoseconds: engineNow(now)) else { return }
    log.models.log(level: change.missing.isEmpty ? .notice : .warning, "shadow \(shadow.id): \(change.text(settings.models))")
  }

  /// The same limits hold for shadows, each on its own account.
  mutating func tightenShadows(_ settings: Settings, _ now: Int64) {
    let time = engineNow(now)
    shadows.forEach {
      $0.tighten(settings.limits, symbolNotional: settings.exposureLimit(of: $0.session.instruments[0]), receiveNanoseconds: time)
    }
  }

  /// Nothing is brought to them any more; gives the hash of each one's decisions.
  mutating func stopShadows() -> [String] {
    shadows.stop()
    return shadows.places.map(\.run.decisionHash)
  }

  func sealShadows() {
    for place in shadows.places {
      place.run.seal()
      if place.run.end == nil, let trouble = place.run.loop.journalTrouble {
        log.host.warning("shadow \(place.run.id): its journal is not whole: \(trouble)")
      }
    }
  }

  // MARK: New versions

  /// Begins what `strategies publish` asks for a shadow; false where none runs there.
  mutating func reloadShadow(symbol: String, horizonSeconds: Int64, request: UInt64) -> Bool {
    let found = shadows.places.firstIndex { place in
      let id = place.run.session.instruments[0].id
      return (id.symbol == symbol || id.description == symbol) && place.horizonSeconds == horizonSeconds
    }
    guard let index = found else { return false }
    let place = shadows.places[index]
    guard !place.isStarting, !isEnding else {
      refuseShadow(index, isEnding ? "the host is ending" : "it is being started already; ask again", request)
      return true
    }
    shadows.change(index) { $0.isStarting = true }
    let (instrument, republished, settings) = (place.run.instrument, republished, settings)
    let (host, callMark) = (session.instruments[instrument], place.callMark)
    var maker = shadowMaker
    maker.settings = settings
    starter.make(shadow: index, request: request) { [maker] in
      let resolved = try republished(host, horizonSeconds)
      guard settings.isShadow(resolved, on: host) else {
        throw SessionError(.unavailable, "it is published to trade for real, and what runs here is a shadow; it takes effect with the next start")
      }
      return InstanceStarter.HandedShadow(run: try maker.make(resolved, instrument: instrument, callMark: callMark))
    }
    return true
  }

  /// A new version begins anew: what the old one earned is not its own.
  mutating func take(_ started: InstanceStarter.StartedShadow, _ now: Int64) {
    let index = started.index
    shadows.change(index) { $0.isStarting = false }
    let run: ShadowRun
    switch started.outcome {
    case .failure(let error): return refuseShadow(index, "the new version was refused: \(error)", started.request)
    case .success(let handed): run = handed.run
    }
    guard !isEnding else {
      starter.close(InstanceStarter.HandedShadow(run: run))
      return refuseShadow(index, "the host is ending", started.request)
    }
    let old = shadows.replace(index, with: run)
    old.end("another version runs")
    starter.close(InstanceStarter.HandedShadow(run: old))
    do {
      try watchdog.replaced(suspectPlace(ofShadow: index), by: Suspect(run.session.instances[0]))
      for model in 0..<modelSource.horizonsSeconds.count {
        let suspect = run.session.models.indices.contains(model) ? Suspect(run.session.models[model]) : nil
        try watchdog.replaced(suspectPlace(ofModel: model, shadow: index), by: suspect ?? .nobody)
      }
    } catch { notices.failed("shadow \(run.id): \(error)") }
    if isKilled { run.command(.kill, receiveNanoseconds: engineNow(now)) }
    tellHealth(to: run, now)
    noteModels(of: run, now)
    let message =
      "shadow \(run.id): \(run.session.resolved[0]?.source ?? ""), digest \(run.session.instances[0].digest.hex.prefix(8)), runs; its practice account begins anew"
    log.plugins.notice("\(message)")
    answer(started.request, sequence: 0, message)
  }

  private func refuseShadow(_ index: Int, _ text: String, _ request: UInt64) {
    let message = "shadow \(shadows.places[index].run.id): \(text)"
    log.plugins.warning("\(message)")
    mailbox.answer(request, ControlAnswer(content: .failed(message)))
  }

  // MARK: The watchdog

  func suspectPlace(ofShadow index: Int) -> Int {
    session.instances.count + session.models.count + index * (1 + modelSource.horizonsSeconds.count)
  }

  /// - Parameter shadow: whose model it is; nil for the real account's.
  func suspectPlace(ofModel model: Int, shadow: Int?) -> Int {
    shadow.map { suspectPlace(ofShadow: $0) + 1 + model } ?? session.instances.count + model
  }
}

extension Shadows {
  /// What the watchdog looks at: the real account's engine, and behind it each shadow's, with room for as many models as one may have.
  func watched(behind mark: CallMark, instanceCount: Int, _ own: [Suspect], models: Int) -> (WatchedCalls, [Suspect]) {
    var suspects = own
    var calls: WatchedCalls?
    for place in places {
      calls = WatchedCalls(place.callMark, instanceCount: 1, first: suspects.count, next: calls)
      let session = place.run.session
      suspects.append(Suspect(session.instances[0]))
      suspects += (0..<models).map { session.models.indices.contains($0) ? Suspect(session.models[$0]) ?? .nobody : .nobody }
    }
    return (WatchedCalls(mark, instanceCount: instanceCount, next: calls), suspects)
  }
}
