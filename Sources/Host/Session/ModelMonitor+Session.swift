import Models
import Settings

extension ModelMonitor {
  /// Of a run's models, by `ml.drift`.
  public convenience init(_ session: TradingSession, _ settings: Settings) {
    var options = Options()
    options.alertIndex = settings.models.drift.alertIndex
    options.windowBars = Int(settings.models.drift.windowBars)
    options.minimumBars = Int(settings.models.drift.minimumBars)
    self.init(places: session.models.map(Place.init), options: options)
  }

  /// What stands in the place now.
  public func replace(_ index: Int, in session: TradingSession) { replace(model: index, with: Place(session.models[index])) }
}

extension ModelMonitor.Place {
  /// Nil where no model stands.
  init?(_ place: ModelPlace) {
    guard let model = place.model else { return nil }
    self.init(
      columns: model.schema.columns, horizonSeconds: place.horizonSeconds, baseline: model.manifest.baseline,
      riseBps: model.manifest.trainingData.members["cost_bps"]?.real ?? 0)
  }
}

extension ModelFigures {
  /// Figures that say nothing yet are null.
  public var json: JSONValue {
    .object([
      ("bars", .integer(bars)),
      ("psi", .object(columns.map { (key: $0.name, value: .real($0.psi)) })), ("score_psi", .real(scorePSI)),
      ("calibration", calibration?.json ?? .null), ("alerts", .array(alerts.map { .text($0) })),
    ])
  }
}

extension LiveCalibration {
  fileprivate var json: JSONValue {
    .object([
      ("count", .integer(count)), ("brier", .real(brier)), ("log_loss", .real(logLoss)),
      ("expected_calibration_error", .real(expectedCalibrationError)), ("mean_predicted", .real(meanPredicted)), ("share_up", .real(shareUp)),
      (
        "bins",
        .array(
          bins.map {
            .object([("count", .integer($0.count)), ("mean_predicted", .real($0.meanPredicted)), ("share_up", .real($0.shareUp))])
          })
      ),
    ])
  }
}

extension JSONValue {
  /// A finite number; null for all else.
  public static func real(_ value: Double?) -> JSONValue { value.flatMap { $0.isFinite ? .number("\($0)") : nil } ?? .null }
}
