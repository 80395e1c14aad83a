import Features
import Market
import Models

/// A model with all that is known about it.
public struct TrainedModel: Sendable {
  public var symbol: String
  public var market: Market
  public var horizonSeconds: Int
  public var options: TrainingOptions
  public var schema: FeatureSchema
  public var data: DatasetSummary
  public var labelledRows: Int
  public var split: TimeSplit
  /// Epoch ms: backtests that touch it are no test of the model.
  public var inSample: ClosedRange<Int64>
  /// JSON of libxgboost.
  public var model: [UInt8]
  /// "1.7.4"
  public var libraryVersion: String
  public var curve: LearningCurve
  public var evaluation: Evaluation
  public var trade: TradeProxy
  public var folds: [WalkForwardFold]
  public var gains: [FeatureGain]
  public var baseline: DriftBaseline
  /// Trainings of this symbol and horizon, with this one.
  public private(set) var trials: Int
  /// Models that were trained in the same run, of all symbols and horizons, with this one; the best of them was looked for.
  public var runModels = 1

  /// With the trials that were recorded by the time that it is: others may have been trained meanwhile.
  mutating func count(trials: Int) {
    guard trials != self.trials else { return }
    self.trials = trials
    trade.deflate(trials: trials)
  }

  /// What was found, in a sentence that promises nothing.
  public var finding: String {
    let value = "MCC \(PageNumber.text(evaluation.matthews, decimals: 3))"
    guard let interval = evaluation.interval else {
      return "No evidence of predictive value: \(evaluation.intervalNote ?? "nothing could be measured") (\(value) on \(evaluation.rows) test rows)."
    }
    let range = "\(value), 95 % interval \(PageNumber.text(interval.low, decimals: 3)) to \(PageNumber.text(interval.high, decimals: 3))"
    if interval.low > 0 {
      return "The model foresees something on \(evaluation.rows) rows that it had not seen: \(range). \(pay)"
    }
    if interval.high < 0 { return "Worse than chance on \(evaluation.rows) test rows: \(range). What it learnt did not hold." }
    return "No evidence of predictive value: \(range), on \(evaluation.rows) test rows."
  }

  private var pay: String {
    guard let mean = trade.meanBps else {
      return "Whether that pays is not known: no probability reached \(PageNumber.text(trade.threshold, decimals: 2))."
    }
    let net =
      "\(PageNumber.text(mean, decimals: 2)) bps a trade after \(PageNumber.text(trade.costBps, decimals: 2)) bps of cost, over \(trade.trades)"
    return mean > 0 ? "Followed blindly it made \(net); a backtest must show whether that can be had." : "It does not pay: \(net) trades."
  }
}
