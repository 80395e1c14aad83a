import Cryptography
import Engine
import Features
import Models
import PluginABI
import Session
import Settings

extension RunStatus.Model {
  /// Each place of a session with what stands there and what was said last, at the wall clock's `now`.
  static func rows(
    _ session: TradingSession, _ loop: borrowing TradingLoop, _ monitor: ModelMonitor, _ settings: ModelSettings, _ now: Int64
  ) -> [RunStatus.Model] {
    let rows = session.readiness(nowSeconds: now / 1_000_000_000).rows
    var models: [RunStatus.Model] = []
    for index in session.models.indices {
      let (row, status, figures) = (rows[index], loop.engine.model(index), monitor.figures(model: index))
      let isAnswered = status.prediction.state == QE_PREDICTION_FRESH || status.prediction.state == QE_PREDICTION_STALE
      var (state, reason) = (row.state, row.reason)
      if row.state == .ready, let model = session.models[index].model {
        let warming = warming(
          bars: loop.engine.warmBars(ofModel: index), needed: max(settings.warmUpSeconds, Int64(model.schema.minimumBars)),
          hasRow: loop.engine.features(ofModel: index) != nil, schema: model.schema.name)
        if let live = liveState(status, warming) { (state, reason) = live }
      }
      models.append(
        RunStatus.Model(
          symbol: row.symbol, horizonSeconds: Int(row.horizonSeconds), state: state.rawValue, model: row.model, digest: row.digest?.hex,
          source: row.source, ageSeconds: row.ageSeconds.map { Int($0) }, reason: reason, pUp: isAnswered ? status.prediction.p_up : nil,
          predictionAgeMilliseconds: isAnswered ? Int(status.prediction.age_ns / 1_000_000) : nil, asked: Int(clamping: status.asked),
          failed: Int(clamping: status.failures.map(\.count).reduce(0, +)), featurePSI: figures?.columns.first?.psi, scorePSI: figures?.scorePSI,
          brier: figures?.calibration?.brier, alerts: figures?.alerts ?? []))
    }
    return models
  }

  /// What a model that has given no prediction waits for.
  ///
  /// - Parameter hasRow: whether its features are whole now.
  static func warming(bars: Int64, needed: Int64, hasRow: Bool, schema: String) -> String {
    if bars < needed { return "\(bars) of \(needed) closed seconds in a row (ml.warmup_seconds)" }
    if hasRow { return "it is asked when the next second closes" }
    return "its row of \(schema) has a feature without a value: without trades in the last seconds some have none"
  }

  /// Of a model that stands in its place; nil when its last prediction counts.
  private static func liveState(_ status: ModelStatus, _ warming: String) -> (ModelReadiness.State, String?)? {
    switch status.prediction.state {
    case QE_PREDICTION_WARMING: (.warming, warming)
    case QE_PREDICTION_FAILED: (.failed, status.failures.map { "\($0.failure.name) \($0.count)" }.joined(separator: ", "))
    case QE_PREDICTION_STALE: (.stale, "its last answer is older than its horizon: no second has closed since")
    default: nil
    }
  }
}
