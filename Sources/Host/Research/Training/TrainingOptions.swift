/// How models are trained. Defaults are the reference system's, with a seed and with an end before overfitting.
public struct TrainingOptions: Sendable, Hashable {
  /// Rounds at most; 1...100000.
  public var rounds = 300
  /// 1...16.
  public var maximumDepth = 5
  /// 0 < ... <= 1.
  public var learningRate = 0.05
  /// Share of rows for each tree; 0 < ... <= 1.
  public var rowShare = 0.85
  /// Share of columns for each tree; 0 < ... <= 1.
  public var columnShare = 0.85
  /// Ends when the validation rows' log loss has not fallen for so many rounds; 1...
  public var patience = 30
  /// Equal seeds and data give equal bytes.
  public var seed: UInt32 = 42
  /// Labelled rows below which nothing is trained; the default is the reference's.
  public var minimumRows = 1000
  public var label = LabelRule.direction
  /// Of a round trip, in basis points: what trades are charged.
  public var costBps = 10.0
  /// From this probability on a trade is taken; written into the manifest. 0.5 < ... < 1.
  public var threshold = 0.55
  /// Folds of the walk forward; 0 = none, at most 50.
  public var folds = 0

  public init() {}

  /// Shares of the rows, in time order; the rest is for the test.
  static let trainingShare = 0.6
  static let validationShare = 0.2

  /// By libxgboost's names. One thread for each model: sums in another order would be other numbers, and models are
  /// trained side by side.
  var parameters: [(name: String, value: String)] {
    [
      ("objective", "binary:logistic"), ("eval_metric", "logloss"), ("tree_method", "hist"), ("max_depth", "\(maximumDepth)"),
      ("learning_rate", "\(learningRate)"), ("subsample", "\(rowShare)"), ("colsample_bytree", "\(columnShare)"), ("seed", "\(seed)"),
      ("nthread", "1"), ("verbosity", "0"),
    ]
  }
}
