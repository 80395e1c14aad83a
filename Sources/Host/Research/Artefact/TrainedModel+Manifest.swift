import JSONTree
import Models

extension TrainedModel {
  /// `model.v1`, as the reference's reader wants it, with what a run of ours asks besides: the schema's hash, the range that
  /// was trained on, how often was tried, and what values were like.
  func manifest(file: ModelManifest.File, createdAtSeconds: Int64) -> ModelManifest {
    var manifest = ModelManifest(
      symbol: symbol, market: market, horizonSeconds: Int64(horizonSeconds), schema: schema, model: file, createdAt: createdAtSeconds)
    manifest.trainingData.source = "ticks"
    manifest.trainingData.rows = Int64(labelledRows)
    manifest.trainingData.startMilliseconds = inSample.lowerBound
    manifest.trainingData.endMilliseconds = inSample.upperBound
    manifest.trainingData.trials = Int64(trials)
    manifest.trainingData.members["label"] = .text(options.label.name)
    if case .costAware(let bps) = options.label { manifest.trainingData.members["cost_bps"] = .real(bps) }
    manifest.trainingData.members["seed"] = .integer(Int64(options.seed))
    manifest.metrics = metricsNode
    manifest.thresholds = ["p_up": options.threshold]
    manifest.baseline = baseline
    // No python and no platform: nothing of it depends on either.
    manifest.artifact = ["serializer": "xgboost_json", "lib_versions": ["xgboost": .text(libraryVersion)]]
    return manifest
  }

  /// Of the test rows.
  var metricsNode: JSONNode {
    let counts = evaluation.counts
    var members: [String: JSONNode] = [
      "sample": "out_of_sample", "rows": .integer(Int64(evaluation.rows)), "cut": .real(evaluation.cut), "accuracy": .real(counts.accuracy),
      "mcc": .real(evaluation.matthews), "log_loss": .real(evaluation.logLoss), "base_log_loss": .real(evaluation.baseLogLoss),
      "brier": .real(evaluation.brier), "tp": .integer(Int64(counts.truePositives)), "tn": .integer(Int64(counts.trueNegatives)),
      "fp": .integer(Int64(counts.falsePositives)), "fn": .integer(Int64(counts.falseNegatives)),
    ]
    members["precision"] = counts.precision.map { .real($0) } ?? .null
    members["recall"] = counts.recall.map { .real($0) } ?? .null
    members["auc"] = evaluation.areaUnderCurve.map { .real($0) } ?? .null
    members["mcc_low"] = evaluation.interval.map { .real($0.low) } ?? .null
    members["mcc_high"] = evaluation.interval.map { .real($0.high) } ?? .null
    return .object(members)
  }
}
