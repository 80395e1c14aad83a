import Cryptography
import Engine
import Logging
import Market
import Models
import Plugins
import Session
import Settings

/// The models of a host that runs: what is missing keeps orders from opening, what is published takes over.
extension LiveHost {
  // MARK: What is missing

  /// Tells the engine where a configured model is missing, whenever that has changed.
  mutating func noteModels(_ now: Int64) {
    guard let change = modelBlock.note(session, settings.models, in: &loop, receiveNanoseconds: engineNow(now)) else { return }
    log.models.log(level: change.missing.isEmpty ? .notice : .warning, "\(change.text(settings.models))")
  }

  /// Each place with what stands there and what was said last; those that shadows alone read are the last.
  func models(_ now: Int64) -> [RunStatus.Model] {
    var rows = RunStatus.Model.rows(session, loop, monitor, settings.models, now)
    for place in shadows.places {
      let own = RunStatus.Model.rows(place.run.session, place.run.loop, place.run.monitor, settings.models, now)
      rows += own.filter { row in !rows.contains { $0.symbol == row.symbol && $0.horizonSeconds == row.horizonSeconds } }
    }
    return rows
  }

  /// The table at the start, a line each.
  func tellModels() {
    for (name, session) in [("", session)] + shadows.places.map({ ("shadow \($0.run.id): ", $0.run.session) }) where !session.models.isEmpty {
      for line in session.readiness(nowSeconds: started / 1_000_000_000).lines { log.models.notice("\(name)\(line)") }
    }
  }

  /// What has begun or ended to be unlike training; each change once.
  mutating func tellDrift() {
    tellDrift("", session, monitor)
    for place in shadows.places { tellDrift("shadow \(place.run.id): ", place.run.session, place.run.monitor) }
  }

  private func tellDrift(_ name: String, _ session: TradingSession, _ monitor: ModelMonitor) {
    for index in session.models.indices {
      guard let id = session.models[index].model?.id else { continue }
      for alert in monitor.changedAlerts(model: index) { log.models.log(level: alert.began ? .warning : .notice, "\(name)\(id): \(alert.text)") }
    }
  }

  // MARK: Reload

  /// Begins what `models publish` asks for; the answer follows when it is done. Shadows have models of their own; they answer where nobody
  /// else does.
  mutating func reloadModel(symbol: String, horizonSeconds: Int64, request: UInt64) {
    func place(in session: TradingSession) -> Int? {
      session.models.firstIndex {
        let id = session.instruments[$0.instrument].id
        return (id.symbol == symbol || id.description == symbol) && $0.horizonSeconds == horizonSeconds
      }
    }
    var unanswered: UInt64? = request
    if let own = place(in: session) {
      find(own, of: session, shadow: nil, request: unanswered.take())
    }
    for index in shadows.places.indices {
      let session = shadows.places[index].run.session
      guard let own = place(in: session) else { continue }
      find(own, of: session, shadow: index, request: unanswered.take())
    }
    guard let unanswered else { return }
    answer(
      unanswered, sequence: 0, "no strategy here reads predictions of \(symbol)/\(horizonSeconds): the model waits for a start that does")
  }

  private func find(_ place: Int, of session: TradingSession, shadow: Int?, request: UInt64?) {
    let (instrument, source) = (session.instruments[session.models[place].instrument], modelSource)
    let horizonSeconds = session.models[place].horizonSeconds
    let store = ArtefactStore(runtimePath: settings.runtimeFolder)
    starter.find(place, shadow: shadow, request: request) {
      var content = source.content(instrument, horizonSeconds: horizonSeconds)
      // For replays; a copy of files is nothing for the engine's thread.
      do throws(PluginError) {
        if case .model(let instance, let resolved) = content {
          try resolved.keep(in: store)
          content = .model(instance, from: resolved.withoutBytes)
        }
      } catch { return (InstanceStarter.HandedModel(content: content), trouble: error.description) }
      return (InstanceStarter.HandedModel(content: content), trouble: nil)
    }
  }

  /// A model that runs stays where the new one cannot be had.
  mutating func take(_ found: InstanceStarter.FoundModel, _ now: Int64) {
    let shadow = found.shadow.map { shadows.places[$0].run }
    let session = shadow?.session ?? session
    // A shadow's newer version may read no predictions.
    guard session.models.indices.contains(found.place) else { return starter.close(found.handed) }
    let (place, content) = (session.models[found.place], found.handed.content)
    let name = (shadow.map { "shadow \($0.id): " } ?? "") + "\(session.instruments[place.instrument].id.symbol)/\(place.horizonSeconds)"
    var refusal = found.trouble
    if case .fault(let error) = content { refusal = error.description }
    if let refusal {
      starter.close(found.handed)
      // What is missing is told with its newest reason.
      if place.fault != nil { _ = session.replace(model: found.place, with: content) }
      let message = "\(name): the new model was refused: \(refusal)\(place.model == nil ? "" : "; the running one stays")"
      log.models.warning("\(message)")
      if let request = found.request { mailbox.answer(request, ControlAnswer(content: .failed(message))) }
      return
    }
    let old = session.replace(model: found.place, with: content)
    let new = session.models[found.place]
    let number: UInt64
    if let shadow {
      number = shadow.takeModel(found.place, receiveNanoseconds: engineNow(now))
    } else {
      number = loop.replaceModel(
        found.place, with: new.binding, schema: new.schemaIndex, description: session.description(ofModel: found.place),
        receiveNanoseconds: engineNow(now))
      monitor.replace(found.place, in: session)
    }
    let suspect = suspectPlace(ofModel: found.place, shadow: found.shadow)
    do { try watchdog.replaced(suspect, by: Suspect(new) ?? .nobody) } catch { notices.failed("\(name): \(error)") }
    if let shadow { noteModels(of: shadow, now) } else { noteModels(now) }
    starter.close(InstanceStarter.HandedModel(content: old))
    let id = (shadow.map { "shadow \($0.id): " } ?? "") + (new.model?.id ?? name)
    let message = "\(id): \(new.model?.source ?? ""), digest \(new.model?.digest.hex.prefix(8) ?? ""), is asked from input \(number) on"
    log.models.notice("\(message)")
    if let request = found.request { answer(request, sequence: number, message) }
  }
}
