/// How often a yes or no was right.
public struct ConfusionCounts: Sendable, Hashable {
  public var truePositives = 0
  public var trueNegatives = 0
  public var falsePositives = 0
  public var falseNegatives = 0

  public init(truePositives: Int = 0, trueNegatives: Int = 0, falsePositives: Int = 0, falseNegatives: Int = 0) {
    self.truePositives = truePositives
    self.trueNegatives = trueNegatives
    self.falsePositives = falsePositives
    self.falseNegatives = falseNegatives
  }

  mutating func add(predicted: Bool, actual: Bool) {
    switch (predicted, actual) {
    case (true, true): truePositives += 1
    case (true, false): falsePositives += 1
    case (false, true): falseNegatives += 1
    case (false, false): trueNegatives += 1
    }
  }

  public var count: Int { truePositives + trueNegatives + falsePositives + falseNegatives }
  /// 0...1.
  public var accuracy: Double { count == 0 ? 0 : Double(truePositives + trueNegatives) / Double(count) }
  /// Of the rows that were called positive, those that are; nil when none was.
  public var precision: Double? { ratio(truePositives, truePositives + falsePositives) }
  /// Of the positive rows, those that were called so; nil when there is none.
  public var recall: Double? { ratio(truePositives, truePositives + falseNegatives) }

  /// Matthews' correlation of what was said and what is, -1...1; nil when one of the two never changes.
  ///
  /// (TP TN - FP FN) / sqrt((TP+FP)(TP+FN)(TN+FP)(TN+FN)); B. W. Matthews 1975.
  public var matthews: Double? {
    let product =
      Double(truePositives + falsePositives) * Double(truePositives + falseNegatives) * Double(trueNegatives + falsePositives)
      * Double(trueNegatives + falseNegatives)
    guard product > 0 else { return nil }
    return (Double(truePositives) * Double(trueNegatives) - Double(falsePositives) * Double(falseNegatives)) / product.squareRoot()
  }

  private func ratio(_ part: Int, _ whole: Int) -> Double? { whole == 0 ? nil : Double(part) / Double(whole) }
}
