import Engine
import Market
import Models
import Session
import Settings

/// A backtest's models: whether they are there, what they said, and whether they had seen the data.
struct BacktestModels {
  let session: TradingSession
  let monitor: ModelMonitor

  init(_ session: TradingSession, _ settings: Settings) {
    self.session = session
    monitor = ModelMonitor(session, settings)
  }

  /// Nobody publishes while a backtest runs: a missing model is a fault at once, unless the settings trade without.
  ///
  /// - Throws: the first place's own fault.
  static func check(_ session: TradingSession, _ settings: Settings, warnings: inout [String]) throws {
    for place in session.models {
      let symbol = session.instruments[place.instrument].id.symbol
      if let fault = place.fault {
        guard !settings.models.requireModels else {
          throw SessionError(
            fault.kind, "\(symbol)/\(place.horizonSeconds): \(fault); or go on without: --set ml.require_models=false")
        }
        warnings.append("\(symbol)/\(place.horizonSeconds) has no model: \(fault)")
      }
      if let model = place.model, !Self.isSampleKnown(model) {
        warnings.append(
          "\(model.id): its manifest does not say which ticks it was trained on (training_data.start_ts, end_ts): whether it has seen this data is not known"
        )
      }
      for note in place.model?.notes ?? [] { warnings.append("\(symbol)/\(place.horizonSeconds): \(note)") }
    }
  }

  private static func isSampleKnown(_ model: ModelInstance) -> Bool {
    let trained = model.manifest.trainingData
    return trained.startMilliseconds != nil && trained.endMilliseconds != nil
  }

  /// - Parameters:
  ///   - first: exchange time of the data's first event, epoch ms; `last` of its last.
  func results(_ engine: borrowing Engine, first: Int64, last: Int64) -> [BacktestResult.Model] {
    session.models.indices.map { index in
      let place = session.models[index]
      let status = engine.model(index)
      let trained = place.model?.manifest.trainingData
      let overlap: ClosedRange<Int64>? = {
        guard let from = trained?.startMilliseconds, let to = trained?.endMilliseconds, from <= to, first <= last, from <= last, to >= first else {
          return nil
        }
        return max(from, first)...min(to, last)
      }()
      return BacktestResult.Model(
        id: place.model?.id ?? "\(session.instruments[place.instrument].id.symbol)/\(place.horizonSeconds)", horizonSeconds: place.horizonSeconds,
        digest: place.model?.digest.hex, schema: place.model?.schema.name, fault: place.fault?.description, asked: status.asked,
        failures: status.failures.map { (name: $0.failure.name, count: $0.count) }, inSampleMilliseconds: overlap,
        isSampleKnown: place.model.map(Self.isSampleKnown) ?? false,
        figures: monitor.figures(model: index))
    }
  }
}
