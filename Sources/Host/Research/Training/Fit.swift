import XGBoostLibrary

/// A model fitted to one part of the rows, stopped by another.
struct Fit {
  let booster: Booster
  let curve: LearningCurve

  /// - Throws: `oneClass`, `rowsTooFew`, `trainingFailed`.
  init(
    _ library: XGBoost, _ dataset: Dataset, _ labelled: LabelledRows, _ split: TimeSplit, _ options: TrainingOptions,
    progress: (Double) -> Void = { _ in }
  ) throws(ResearchError) {
    try Self.check(split.training, "training", labelled)
    try Self.check(split.validation, "validation", labelled)
    do throws(XGBoostError) {
      let training = try Self.matrix(library, dataset, labelled, split.training)
      let validation = try Self.matrix(library, dataset, labelled, split.validation)
      let booster = try Booster(library, matrices: [training, validation], parameters: options.parameters)
      var curve = LearningCurve()
      var best = Double.infinity
      for round in 0..<options.rounds {
        try booster.update(round: round, on: training)
        // Whole doubles instead of the library's own text of its metric.
        let loss = Evaluation.logLoss(try booster.predict(validation), labelled.labels[split.validation])
        curve.validation.append(loss)
        if round % LearningCurve.trainingStep == 0 {
          curve.training.append(Evaluation.logLoss(try booster.predict(training), labelled.labels[split.training]))
        }
        if loss < best {
          best = loss
          curve.bestRounds = round + 1
        }
        progress(Double(round + 1) / Double(options.rounds))
        if round + 1 - curve.bestRounds >= options.patience { break }
      }
      self.booster = try booster.prefix(rounds: max(1, curve.bestRounds), names: dataset.schema.columns)
      self.curve = curve
    } catch {
      throw ResearchError(error)
    }
  }

  /// Probabilities for some of the rows.
  static func scores(
    _ library: XGBoost, _ booster: Booster, _ dataset: Dataset, _ labelled: LabelledRows, _ range: Range<Int>
  ) throws(ResearchError) -> [Float] {
    guard !range.isEmpty else { return [] }
    let scores: [Float]
    do throws(XGBoostError) { scores = try booster.predict(try matrix(library, dataset, labelled, range)) } catch { throw ResearchError(error) }
    // A published model may be anybody's.
    guard scores.allSatisfy({ $0 >= 0 && $0 <= 1 }) else { throw ResearchError(.trainingFailed, "the model gives values that are no probabilities") }
    return scores
  }

  private static func matrix(
    _ library: XGBoost, _ dataset: Dataset, _ labelled: LabelledRows, _ range: Range<Int>
  ) throws(XGBoostError) -> FeatureMatrix {
    let values = dataset.gather(labelled.rows[range])
    let labels = labelled.labels[range].map { $0 ? Float(1) : 0 }
    var made: FeatureMatrix?
    // Unsafe: both arrays live through the call, and the library copies them.
    try values.withUnsafeBufferPointer { rows throws(XGBoostError) in
      try labels.withUnsafeBufferPointer { labels throws(XGBoostError) in
        made = try FeatureMatrix(library, rows: rows, columnCount: dataset.columnCount, names: dataset.schema.columns, labels: labels)
      }
    }
    guard let made else { preconditionFailure("made or thrown") }
    return made
  }

  /// Both classes stand in the rows.
  static func check(_ range: Range<Int>, _ part: String, _ labelled: LabelledRows) throws(ResearchError) {
    guard !range.isEmpty else {
      throw ResearchError(.rowsTooFew, "no row is left for \(part) with a gap of \(labelled.horizonSeconds) s between the parts; give more data")
    }
    let positives = labelled.labels[range].count { $0 }
    guard positives > 0, positives < range.count else {
      throw ResearchError(.oneClass, "all \(range.count) \(part) rows have the label \(positives > 0 ? 1 : 0); give data of a longer time")
    }
  }
}
