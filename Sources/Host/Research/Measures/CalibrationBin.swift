/// Rows whose predicted probability lies in one tenth, and how often they came true.
public struct CalibrationBin: Sendable, Hashable, Encodable {
  /// From, up to and without (the last one: with) the upper bound.
  public var from: Double
  public var to: Double
  public var rows: Int
  /// Nil without rows.
  public var meanPredicted: Double?
  public var shareObserved: Double?

  private enum CodingKeys: String, CodingKey {
    case from
    case to
    case rows
    case meanPredicted = "mean_predicted"
    case shareObserved = "share_observed"
  }

  static let count = 10

  /// Ten bins of equal width.
  static func table(scores: [Float], labels: ArraySlice<Bool>) -> [CalibrationBin] {
    var rows = [Int](repeating: 0, count: count)
    var sums = [Double](repeating: 0, count: count)
    var hits = rows
    for (score, label) in zip(scores, labels) {
      let bin = min(count - 1, max(0, Int(score * Float(count))))
      rows[bin] += 1
      sums[bin] += Double(score)
      if label { hits[bin] += 1 }
    }
    let width = 1 / Double(count)
    return (0..<count).map { bin in
      let number = Double(rows[bin])
      let from = Double(bin) * width
      var row = CalibrationBin(from: from, to: from + width, rows: rows[bin])
      if rows[bin] > 0 {
        row.meanPredicted = sums[bin] / number
        row.shareObserved = Double(hits[bin]) / number
      }
      return row
    }
  }
}
