import Features
import Market
import PluginABI

/// One model's place in the engine: what is there, and what it said last.
struct ModelState {
  let instrument: Int32
  let horizonSeconds: Int64
  /// Nil: nothing is published, or it cannot be used.
  var binding: ModelBinding?
  /// Index into the engine's streams; of a place without a model -1.
  var stream: Int
  /// The last answer; its age and whether that is too old are worked out when it is lent.
  var prediction = qe_prediction()
  /// Receive time at which the second of the last answer had ended.
  var madeNanoseconds = Int64.min
  /// It answered on the bar in work.
  var isNew = false
  var asked: UInt64 = 0
  var failed = (status: UInt64(0), unsound: UInt64(0))

  init(instrument: Int32, horizonSeconds: Int64, binding: ModelBinding?, stream: Int) {
    self.instrument = instrument
    self.horizonSeconds = horizonSeconds
    self.binding = binding
    self.stream = stream
    clear(binding == nil ? QE_PREDICTION_NONE : QE_PREDICTION_WARMING)
  }

  /// No number that anybody could take for a forecast.
  mutating func clear(_ state: UInt32) {
    prediction = qe_prediction(
      horizon_s: horizonSeconds, p_up: .nan, p_down: .nan, edge: .nan, age_ns: -1, state: state, reserved: 0)
    isNew = false
    madeNanoseconds = .min
  }

  /// - Parameter madeNanoseconds: when the second that it is about had ended.
  mutating func take(_ answer: ModelAnswer, madeNanoseconds made: Int64) {
    asked &+= 1
    switch answer.failure {
    case nil:
      prediction = qe_prediction(
        horizon_s: horizonSeconds, p_up: answer.pUp, p_down: answer.pDown, edge: answer.edge, age_ns: 0, state: QE_PREDICTION_FRESH, reserved: 0)
    case .status?:
      failed.status &+= 1
      clear(QE_PREDICTION_FAILED)
    case .unsound?:
      failed.unsound &+= 1
      clear(QE_PREDICTION_FAILED)
    }
    madeNanoseconds = made
    isNew = true
  }

  /// As it is lent at this time: older than its horizon it is stale.
  func lent(now: Int64) -> qe_prediction {
    var lent = prediction
    guard madeNanoseconds != .min else { return lent }
    lent.age_ns = now - madeNanoseconds
    if lent.state == QE_PREDICTION_FRESH, lent.age_ns > horizonSeconds * 1_000_000_000 { lent.state = QE_PREDICTION_STALE }
    return lent
  }
}

/// One schema's rolling features of one instrument; all models and strategies that want it share it.
struct FeatureStream {
  let instrument: Int32
  /// Index into `FeatureSchema.all`.
  let schema: Int
  let columns: Int
  let builder: any FeatureBuilder
  // Unsafe: the engine's own row, owned and freed by it; models and strategies are lent copies.
  let row: UnsafeMutablePointer<Double>
  /// Bars in a row since the series began.
  var bars: Int64 = 0
  /// The row is whole and the warm-up is over.
  var isReady = false

  init(instrument: Int32, schema: Int) {
    self.instrument = instrument
    self.schema = schema
    columns = FeatureSchema.all[schema].columns.count
    builder = FeatureSchema.all[schema].makeBuilder()
    row = .allocate(capacity: columns)
    row.initialize(repeating: .nan, count: columns)
  }

  mutating func reset() {
    builder.reset()
    bars = 0
    isReady = false
  }
}

/// What the shell may look at of a model's place.
public struct ModelStatus: Sendable {
  public var instrument: Int32
  public var horizonSeconds: Int64
  public var hasModel: Bool
  /// As it would be lent now.
  public var prediction: qe_prediction
  /// Rows that it was asked about.
  public var asked: UInt64
  /// By `ModelFailure`.
  public var failures: [(failure: ModelFailure, count: UInt64)]
}
