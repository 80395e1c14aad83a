/// Rows that have a label for one horizon, in time order.
public struct LabelledRows: Sendable {
  public let horizonSeconds: Int
  /// Of the dataset.
  public private(set) var rows: [Int32] = []
  public private(set) var labels: [Bool] = []
  /// P[t+h] / P[t] - 1.
  public private(set) var returns: [Double] = []
  private(set) var bars: [Int32] = []

  init(horizonSeconds: Int) { self.horizonSeconds = horizonSeconds }

  public var count: Int { rows.count }

  mutating func append(row: Int32, bar: Int32, ret: Double, label: Bool) {
    rows.append(row)
    bars.append(bar)
    returns.append(ret)
    labels.append(label)
  }

  /// `range` without the rows at its end whose label looks at or behind the bar of row `next`: a model must not know the
  /// prices that the next part is asked about.
  func purged(_ range: Range<Int>, before next: Int) -> Range<Int> {
    guard next < count else { return range }
    var end = range.upperBound
    while end > range.lowerBound, Int(bars[end - 1]) + horizonSeconds >= Int(bars[next]) { end -= 1 }
    return range.lowerBound..<end
  }

  func share(_ range: Range<Int>) -> Double {
    range.isEmpty ? 0 : Double(labels[range].count { $0 }) / Double(range.count)
  }
}
