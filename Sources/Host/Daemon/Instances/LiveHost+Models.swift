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
    guard settings.models.requireModels else { return }
    let missing = Set(session.models.filter { $0.fault != nil }.map { Int32($0.instrument) })
    let wanted: Set<Int32> = settings.models.requireScope == .all ? (missing.isEmpty ? [] : [-1]) : missing
    guard wanted != blockedByModels else { return }
    for instrument in blockedByModels.subtracting(wanted).sorted() {
      loop.command(.models(instrument: instrument, isMissing: false), receiveNanoseconds: engineNow(now))
    }
    for instrument in wanted.subtracting(blockedByModels).sorted() {
      loop.command(.models(instrument: instrument, isMissing: true), receiveNanoseconds: engineNow(now))
    }
    let before = blockedByModels
    blockedByModels = wanted
    if wanted.isEmpty {
      log.models.notice("every configured model is there: opening is no longer kept back by models")
    } else if before != wanted {
      let names = session.models.filter { $0.fault != nil }.map { "\(session.instruments[$0.instrument].id.symbol)/\($0.horizonSeconds)" }
      log.models.warning(
        "nothing opens \(settings.models.requireScope == .all ? "" : "on their symbols ")while models are missing: \(names.joined(separator: ", ")); exits go on"
      )
    }
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

  /// Begins what `models publish` asks for; the answer follows when it is done.
  mutating func reloadModel(symbol: String, horizonSeconds: Int64, request: UInt64) {
    let found = session.models.firstIndex {
      let id = session.instruments[$0.instrument].id
      return (id.symbol == symbol || id.description == symbol) && $0.horizonSeconds == horizonSeconds
    }
    guard let place = found else {
      return answer(
        request, sequence: 0, "no strategy here reads predictions of \(symbol)/\(horizonSeconds): the model waits for a start that does")
    }
    let (instrument, source) = (session.instruments[session.models[place].instrument], modelSource)
    let store = ArtefactStore(runtimePath: settings.runtimeFolder)
    starter.find(place, request: request) {
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
    let (place, content) = (session.models[found.place], found.handed.content)
    let name = "\(session.instruments[place.instrument].id.symbol)/\(place.horizonSeconds)"
    var refusal = found.trouble
    if case .fault(let error) = content { refusal = error.description }
    if let refusal {
      starter.close(found.handed)
      // What is missing is told with its newest reason.
      if place.fault != nil { _ = session.replace(model: found.place, with: content) }
      let message = "\(name): the new model was refused: \(refusal)\(place.model == nil ? "" : "; the running one stays")"
      log.models.warning("\(message)")
      return mailbox.answer(found.request, ControlAnswer(content: .failed(message)))
    }
    let old = session.replace(model: found.place, with: content)
    let new = session.models[found.place]
    let number = loop.replaceModel(
      found.place, with: new.binding, schema: new.schemaIndex, description: session.description(ofModel: found.place),
      receiveNanoseconds: engineNow(now))
    monitor.replace(found.place, in: session)
    do { try watchdog.replaced(model: found.place, by: Suspect(new) ?? .nobody) } catch { notices.failed("\(name): \(error)") }
    noteModels(now)
    starter.close(InstanceStarter.HandedModel(content: old))
    let message =
      "\(new.model?.id ?? name): \(new.model?.source ?? ""), digest \(new.model?.digest.hex.prefix(8) ?? ""), is asked from input \(number) on"
    log.models.notice("\(message)")
    answer(found.request, sequence: number, message)
  }
}
