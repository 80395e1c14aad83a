/// Labelled rows in time order: what is fitted, what decides when to stop, what measures. Between the parts no label looks
/// into the next one.
public struct TimeSplit: Sendable, Hashable, Encodable {
  public var training: Range<Int>
  public var validation: Range<Int>
  public var test: Range<Int>
  /// Rows that were dropped between the parts.
  public var purged: Int

  /// - Parameters:
  ///   - end: rows before the test.
  ///   - testEnd: the row behind it.
  init(_ rows: LabelledRows, fittingEnd end: Int, testEnd: Int) {
    let share = TrainingOptions.trainingShare / (TrainingOptions.trainingShare + TrainingOptions.validationShare)
    let border = Int((Double(end) * share).rounded(.down))
    training = rows.purged(0..<border, before: border)
    validation = rows.purged(border..<end, before: end)
    test = end..<testEnd
    purged = end - training.count - validation.count
  }

  /// 60, 20 and 20 per cent.
  init(_ rows: LabelledRows) {
    let end = Int((Double(rows.count) * (TrainingOptions.trainingShare + TrainingOptions.validationShare)).rounded(.down))
    self.init(rows, fittingEnd: end, testEnd: rows.count)
  }

  /// Folds of equal length, each tested with what was fitted to all before it.
  static func walkForward(_ rows: LabelledRows, folds: Int) -> [TimeSplit] {
    (1...folds).map { TimeSplit(rows, fittingEnd: rows.count * $0 / (folds + 1), testEnd: rows.count * ($0 + 1) / (folds + 1)) }
  }

  private enum CodingKeys: String, CodingKey {
    case training
    case validation
    case test
    case purged
  }

  /// Counts: positions mean nothing to a reader of the file.
  public func encode(to encoder: any Encoder) throws {
    var values = encoder.container(keyedBy: CodingKeys.self)
    try values.encode(training.count, forKey: .training)
    try values.encode(validation.count, forKey: .validation)
    try values.encode(test.count, forKey: .test)
    try values.encode(purged, forKey: .purged)
  }
}
