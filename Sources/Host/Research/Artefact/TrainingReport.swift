import Cryptography
import FoundationEssentials

/// report.json: all that is known about a trained model.
public struct TrainingReport: Sendable, Encodable {
  struct Parameter: Sendable, Encodable {
    var name: String
    var value: String
  }

  public let model: TrainedModel
  public let createdAtSeconds: Int64
  public let digest: Digest

  public init(_ model: TrainedModel, createdAtSeconds: Int64, digest: Digest) {
    self.model = model
    self.createdAtSeconds = createdAtSeconds
    self.digest = digest
  }

  private enum CodingKeys: String, CodingKey {
    case symbol, market, horizon, finding, label, trials, data, split, rounds, parameters, curve, test, trade, gains
    case createdAt = "created_at"
    case runModels = "run_models"
    case sha256
    case featuresVersion = "features_version"
    case labelCostBps = "label_cost_bps"
    case labelledRows = "labelled_rows"
    case inSampleStart = "in_sample_start_ts"
    case inSampleEnd = "in_sample_end_ts"
    case walkForward = "walk_forward"
    case library = "xgboost"
  }

  public func encode(to encoder: any Encoder) throws {
    var values = encoder.container(keyedBy: CodingKeys.self)
    try values.encode(model.symbol, forKey: .symbol)
    try values.encode(model.market.rawValue, forKey: .market)
    try values.encode(model.horizonSeconds, forKey: .horizon)
    try values.encode(createdAtSeconds, forKey: .createdAt)
    try values.encode(digest.hex, forKey: .sha256)
    try values.encode(model.finding, forKey: .finding)
    try values.encode(model.schema.name, forKey: .featuresVersion)
    try values.encode(model.options.label.name, forKey: .label)
    if case .costAware(let bps) = model.options.label { try values.encode(bps, forKey: .labelCostBps) }
    try values.encode(model.trials, forKey: .trials)
    try values.encode(model.runModels, forKey: .runModels)
    try values.encode(model.data, forKey: .data)
    try values.encode(model.labelledRows, forKey: .labelledRows)
    try values.encode(model.split, forKey: .split)
    try values.encode(model.inSample.lowerBound, forKey: .inSampleStart)
    try values.encode(model.inSample.upperBound, forKey: .inSampleEnd)
    try values.encode(model.curve.bestRounds, forKey: .rounds)
    try values.encode(model.options.parameters.map { Parameter(name: $0.name, value: $0.value) }, forKey: .parameters)
    try values.encode(model.libraryVersion, forKey: .library)
    try values.encode(model.evaluation, forKey: .test)
    try values.encode(model.trade, forKey: .trade)
    try values.encode(model.folds, forKey: .walkForward)
    try values.encode(model.gains, forKey: .gains)
    try values.encode(model.curve, forKey: .curve)
  }

  /// Equal reports are equal files.
  func json() -> [UInt8] {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes, .prettyPrinted]
    // A number that JSON has no word for is a defect of a measure; its report says so rather than being lost.
    encoder.nonConformingFloatEncodingStrategy = .convertToString(positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
    guard let data = try? encoder.encode(self) else { preconditionFailure("a report's values are all encodable") }
    return Array(data) + [0x0A]
  }
}
