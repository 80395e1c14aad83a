import Cryptography
import Features
import Engine
import Logging
import Market
import Models
import PluginABI
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

  /// Each place with what stands there and what was said last.
  func models(_ now: Int64) -> [RunStatus.Model] {
    let rows = session.readiness(nowSeconds: now / 1_000_000_000).rows
    return session.models.indices.map { index in
      let (row, status, figures) = (rows[index], loop.engine.model(index), monitor.figures(model: index))
      let isAnswered = status.prediction.state == QE_PREDICTION_FRESH || status.prediction.state == QE_PREDICTION_STALE
      var (state, reason) = (row.state, row.reason)
      if row.state == .ready, let live = liveState(index, status) { (state, reason) = live }
      return RunStatus.Model(
        symbol: row.symbol, horizonSeconds: Int(row.horizonSeconds), state: state.rawValue, model: row.model, digest: row.digest?.hex,
        source: row.source, ageSeconds: row.ageSeconds.map { Int($0) }, reason: reason, pUp: isAnswered ? status.prediction.p_up : nil,
        predictionAgeMilliseconds: isAnswered ? Int(status.prediction.age_ns / 1_000_000) : nil, asked: Int(clamping: status.asked),
        failed: Int(clamping: status.failures.map(\.count).reduce(0, +)), featurePSI: figures?.columns.first?.psi, scorePSI: figures?.scorePSI,
        brier: figures?.calibration?.brier, alerts: figures?.alerts ?? [])
    }
  }

  /// Of a model that stands in its place; nil when its last prediction counts.
  private func liveState(_ index: Int, _ status: ModelStatus) -> (ModelReadiness.State, String?)? {
    switch status.prediction.state {
    case QE_PREDICTION_WARMING:
      let needed = max(settings.models.warmUpSeconds, Int64(session.models[index].model?.schema.minimumBars ?? 0))
      return (.warming, "\(loop.engine.warmBars(ofModel: index)) of \(needed) closed seconds in a row (ml.warmup_seconds)")
    case QE_PREDICTION_FAILED:
      return (.failed, status.failures.map { "\($0.failure.name) \($0.count)" }.joined(separator: ", "))
    case QE_PREDICTION_STALE: return (.stale, "its last answer is older than its horizon: no second has closed since")
    default: return nil
    }
  }

  /// The table at the start, a line each.
  func tellModels() {
    guard !session.models.isEmpty else { return }
    for line in session.readiness(nowSeconds: started / 1_000_000_000).lines { log.models.notice("\(line)") }
  }

  /// What has begun or ended to be unlike training; each change once.
  mutating func tellDrift() {
    for index in session.models.indices {
      guard let id = session.models[index].model?.id else { continue }
      for alert in monitor.changedAlerts(model: index) {
        if alert.began { log.models.warning("\(id): \(alert.text)") } else { log.models.notice("\(id): \(alert.text)") }
      }
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
      let content = source.content(instrument, horizonSeconds: horizonSeconds)
      // For replays; a copy of files is nothing for the engine's thread.
      do throws(PluginError) {
        if case .model(_, let resolved) = content { try resolved.keep(in: store) }
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
