import Glibc

/// How a model did on rows that it was not fitted to.
public struct Evaluation: Sendable, Hashable {
  public var rows: Int
  /// Of the rows' labels.
  public var positiveShare: Double
  /// A row is called positive from this probability on.
  public var cut: Double
  public var counts: ConfusionCounts
  /// 0 when the model says the same for every row: then there is no correlation.
  public var matthews: Double
  /// Nil when there is none to give; `intervalNote` says why.
  public var interval: MatthewsInterval?
  public var intervalNote: String?
  /// Mean of -ln(probability of what happened), natural logarithm; smaller is better.
  public var logLoss: Double
  /// The same for saying the training rows' share of positives for every row: what a model must be below.
  public var baseLogLoss: Double
  /// Mean squared distance of probability and outcome.
  public var brier: Double
  /// That a positive row has the higher score than a negative one, 0...1, ties count half; nil with one class.
  public var areaUnderCurve: Double?
  public var calibration: [CalibrationBin]

  /// - Parameters:
  ///   - scores: probabilities, one per label, in time order.
  ///   - baseShare: share of positives among the training rows.
  init(scores: [Float], labels: ArraySlice<Bool>, cut: Double, baseShare: Double, horizonSeconds: Int) {
    let actual = Array(labels)
    let predicted = scores.map { Double($0) >= cut }
    var counts = ConfusionCounts()
    for (said, was) in zip(predicted, actual) { counts.add(predicted: said, actual: was) }
    rows = actual.count
    positiveShare = actual.isEmpty ? 0 : Double(actual.count { $0 }) / Double(actual.count)
    self.cut = cut
    self.counts = counts
    matthews = counts.matthews ?? 0
    interval = MatthewsInterval(predicted: predicted, actual: actual, horizonSeconds: horizonSeconds)
    if interval == nil {
      let said = counts.truePositives + counts.falsePositives
      intervalNote =
        said == 0 || said == rows
        ? "the model says \(said == 0 ? "no" : "yes") for every row"
        : "too few rows for five stretches of \(max(MatthewsInterval.minimumBlockRows, MatthewsInterval.horizonsPerBlock * horizonSeconds))"
    }
    logLoss = Self.logLoss(scores, labels)
    baseLogLoss = Self.logLoss([Float](repeating: Float(baseShare), count: rows), labels)
    brier = zip(scores, labels).reduce(0) { $0 + (Double($1.0) - ($1.1 ? 1 : 0)) * (Double($1.0) - ($1.1 ? 1 : 0)) } / Double(max(1, rows))
    areaUnderCurve = Self.areaUnderCurve(scores, actual)
    calibration = CalibrationBin.table(scores: scores, labels: labels)
  }

  /// Probabilities are held 1e-7 from 0 and 1, so that one sure mistake is not infinite.
  static func logLoss(_ scores: [Float], _ labels: ArraySlice<Bool>) -> Double {
    var sum = 0.0
    for (score, label) in zip(scores, labels) {
      let p = min(max(Double(label ? score : 1 - score), 1e-7), 1 - 1e-7)
      sum -= log(p)
    }
    return sum / Double(max(1, scores.count))
  }

  /// By ranks (Mann and Whitney 1947), equal scores with their mean rank.
  static func areaUnderCurve(_ scores: [Float], _ labels: [Bool]) -> Double? {
    let positives = labels.count { $0 }
    guard positives > 0, positives < labels.count else { return nil }
    let order = scores.indices.sorted { scores[$0] < scores[$1] }
    var rankSum = 0.0
    var start = 0
    while start < order.count {
      var end = start
      while end < order.count, scores[order[end]] == scores[order[start]] { end += 1 }
      let rank = Double(start + end + 1) / 2
      for index in start..<end where labels[order[index]] { rankSum += rank }
      start = end
    }
    let (p, n) = (Double(positives), Double(labels.count - positives))
    return (rankSum - p * (p + 1) / 2) / (p * n)
  }
}

extension Evaluation: Encodable {
  private enum CodingKeys: String, CodingKey {
    case rows
    case positiveShare = "positive_share"
    case cut
    case truePositives = "tp"
    case trueNegatives = "tn"
    case falsePositives = "fp"
    case falseNegatives = "fn"
    case accuracy
    case precision
    case recall
    case matthews = "mcc"
    case interval = "mcc_interval_95"
    case intervalNote = "mcc_interval_note"
    case logLoss = "log_loss"
    case baseLogLoss = "base_log_loss"
    case brier
    case areaUnderCurve = "auc"
    case calibration
  }

  public func encode(to encoder: any Encoder) throws {
    var values = encoder.container(keyedBy: CodingKeys.self)
    try values.encode(rows, forKey: .rows)
    try values.encode(positiveShare, forKey: .positiveShare)
    try values.encode(cut, forKey: .cut)
    try values.encode(counts.truePositives, forKey: .truePositives)
    try values.encode(counts.trueNegatives, forKey: .trueNegatives)
    try values.encode(counts.falsePositives, forKey: .falsePositives)
    try values.encode(counts.falseNegatives, forKey: .falseNegatives)
    try values.encode(counts.accuracy, forKey: .accuracy)
    try values.encode(counts.precision, forKey: .precision)
    try values.encode(counts.recall, forKey: .recall)
    try values.encode(matthews, forKey: .matthews)
    try values.encode(interval, forKey: .interval)
    try values.encodeIfPresent(intervalNote, forKey: .intervalNote)
    try values.encode(logLoss, forKey: .logLoss)
    try values.encode(baseLogLoss, forKey: .baseLogLoss)
    try values.encode(brier, forKey: .brier)
    try values.encode(areaUnderCurve, forKey: .areaUnderCurve)
    try values.encode(calibration, forKey: .calibration)
  }
}
