import Market
import Models
import XGBoostLibrary

/// Trains one model: split by time, fit, stop, measure.
public struct Trainer {
  let library: XGBoost
  let options: TrainingOptions

  public init(_ library: XGBoost, _ options: TrainingOptions) {
    self.library = library
    self.options = options
  }

  /// - Parameters:
  ///   - trials: trainings of this symbol and horizon so far, with this one; 1 and more.
  ///   - progress: the share that is done, 0...1.
  /// - Throws: `rowsTooFew`, `oneClass`, `trainingFailed`.
  public func train(
    _ dataset: Dataset, symbol: String, market: Market, horizonSeconds: Int, trials: Int, progress: (Double) -> Void = { _ in }
  ) throws(ResearchError) -> TrainedModel {
    do throws(XGBoostError) { try library.silenceThread() } catch { throw ResearchError(error) }
    let labelled = dataset.labelled(horizonSeconds: horizonSeconds, rule: options.label)
    guard labelled.count >= options.minimumRows else {
      throw ResearchError(
        .rowsTooFew,
        "\(labelled.count) rows with a label, --min-rows is \(options.minimumRows): give more data (the first \(dataset.schema.minimumBars) s and the last \(horizonSeconds) s have none)"
      )
    }
    let split = TimeSplit(labelled)
    for (part, name) in [(split.training, "training"), (split.validation, "validation"), (split.test, "test")] { try Fit.check(part, name, labelled) }
    let parts = Double(1 + options.folds)
    let fit = try Fit(library, dataset, labelled, split, options) { progress($0 / parts) }
    let scores = try Fit.scores(library, fit.booster, dataset, labelled, split.test)
    let evaluation = evaluate(scores, labelled, split)
    let trade = TradeProxy(
      scores: scores, labelled: labelled, range: split.test, rule: options.label, threshold: options.threshold, costBps: options.costBps,
      trials: trials)
    var folds: [WalkForwardFold] = []
    if options.folds > 0 {
      for (index, split) in TimeSplit.walkForward(labelled, folds: options.folds).enumerated() {
        folds.append(try fold(dataset, labelled, split) { progress((Double(index + 1) + $0) / parts) })
      }
    }
    // Scores that the model was not fitted to: its scores on the rows it knows are surer than any it will give.
    let unseen = try Fit.scores(library, fit.booster, dataset, labelled, split.validation) + scores
    do throws(XGBoostError) {
      return TrainedModel(
        symbol: symbol, market: market, horizonSeconds: horizonSeconds, options: options, schema: dataset.schema, data: dataset.summary,
        labelledRows: labelled.count, split: split, inSample: inSample(dataset, labelled, split), model: try fit.booster.json(),
        libraryVersion: library.version,
        curve: fit.curve, evaluation: evaluation, trade: trade, folds: folds,
        gains: FeatureGain.list(dataset.schema.columns, try fit.booster.gains()),
        baseline: DriftBaseline(dataset, labelled.rows[split.training], scores: unseen), trials: trials)
    } catch {
      throw ResearchError(error)
    }
  }

  /// A saved model on the very rows that a new one of the same options is tested on.
  ///
  /// - Returns: nil where the dataset has no such rows.
  public func evaluate(model bytes: [UInt8], on dataset: Dataset, horizonSeconds: Int) throws(ResearchError) -> Evaluation? {
    let labelled = dataset.labelled(horizonSeconds: horizonSeconds, rule: options.label)
    let split = TimeSplit(labelled)
    guard !split.test.isEmpty else { return nil }
    let booster: Booster
    do throws(XGBoostError) { booster = try Booster(library, model: bytes) } catch { throw ResearchError(error) }
    return evaluate(try Fit.scores(library, booster, dataset, labelled, split.test), labelled, split)
  }

  private func evaluate(_ scores: [Float], _ labelled: LabelledRows, _ split: TimeSplit) -> Evaluation {
    let baseShare = labelled.share(split.training)
    return Evaluation(
      scores: scores, labels: labelled.labels[split.test], cut: cut(baseShare), baseShare: baseShare, horizonSeconds: labelled.horizonSeconds)
  }

  /// One half as in the reference; where positives are rare no model would ever say yes, so there it is their share.
  private func cut(_ baseShare: Double) -> Double { options.label == .direction ? 0.5 : baseShare }

  private func fold(
    _ dataset: Dataset, _ labelled: LabelledRows, _ split: TimeSplit, progress: (Double) -> Void
  ) throws(ResearchError) -> WalkForwardFold {
    guard !split.test.isEmpty else {
      return WalkForwardFold(
        split: split, firstSecond: 0, lastSecond: 0, rounds: 0, reason: ResearchError(.rowsTooFew, "more folds than rows; ask for fewer").description)
    }
    var fold = WalkForwardFold(
      split: split, firstSecond: dataset.second(ofRow: Int(labelled.rows[split.test.lowerBound])),
      lastSecond: dataset.second(ofRow: Int(labelled.rows[split.test.upperBound - 1])), rounds: 0)
    do throws(ResearchError) {
      let fit = try Fit(library, dataset, labelled, split, options, progress: progress)
      fold.rounds = fit.curve.bestRounds
      fold.evaluation = evaluate(try Fit.scores(library, fit.booster, dataset, labelled, split.test), labelled, split)
    } catch {
      // An early fold may be too short or of one class; the others still say something.
      guard error.code == .oneClass || error.code == .rowsTooFew else { throw error }
      fold.reason = error.description
    }
    return fold
  }

  /// Epoch ms of what the model has seen: from the first second of its first row's windows to the last second that a label
  /// of its validation rows looks at.
  private func inSample(_ dataset: Dataset, _ labelled: LabelledRows, _ split: TimeSplit) -> ClosedRange<Int64> {
    let first = dataset.second(ofRow: Int(labelled.rows[split.training.lowerBound])) - Int64(dataset.schema.minimumBars - 1)
    let last = dataset.second(ofRow: Int(labelled.rows[split.validation.upperBound - 1])) + Int64(labelled.horizonSeconds)
    return max(first * 1000, dataset.summary.firstMilliseconds)...min((last + 1) * 1000 - 1, dataset.summary.lastMilliseconds)
  }
}
