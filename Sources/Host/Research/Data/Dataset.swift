import Features

/// Rows of features of one symbol in time order, with the prices that labels are made of.
public struct Dataset: Sendable {
  public let schema: FeatureSchema
  let rows: DatasetRows
  public internal(set) var summary: DatasetSummary

  init(schema: FeatureSchema, rows: DatasetRows, summary: DatasetSummary) {
    self.schema = schema
    self.rows = rows
    self.summary = summary
  }

  public var rowCount: Int { rows.rowBars.count }
  public var columnCount: Int { schema.columns.count }

  /// Epoch seconds of the bar that a row was made at the end of.
  public func second(ofRow row: Int) -> Int64 { rows.bars[Int(rows.rowBars[row])].second }

  /// The features of a row as a model gets them.
  public func features(ofRow row: Int) -> ArraySlice<Float> { rows.features[row * columnCount..<(row + 1) * columnCount] }

  /// The rows whose bar `horizon` seconds later is known; with it their label.
  ///
  /// No label reaches over a series' end or ends in a long silence: what the price was there nobody knows.
  public func labelled(horizonSeconds horizon: Int, rule: LabelRule) -> LabelledRows {
    precondition(horizon >= 1, "a horizon is at least one bar")
    var result = LabelledRows(horizonSeconds: horizon)
    for (row, bar) in rows.rowBars.enumerated() {
      let now = Int(bar)
      let then = now + horizon
      guard then < rows.bars.count else { break }
      let (from, to) = (rows.bars[now], rows.bars[then])
      guard from.series == to.series, !from.isSilent, !to.isSilent else { continue }
      // Both are exact decimals at one scale, so that equal prices give exactly 0.
      let ret = to.close / from.close - 1
      result.append(row: Int32(row), bar: bar, ret: ret, label: rule.label(ret))
    }
    return result
  }

  /// The features of some rows, one after another.
  func gather(_ rowNumbers: ArraySlice<Int32>) -> [Float] {
    var values: [Float] = []
    values.reserveCapacity(rowNumbers.count * columnCount)
    for row in rowNumbers { values.append(contentsOf: features(ofRow: Int(row))) }
    return values
  }
}
