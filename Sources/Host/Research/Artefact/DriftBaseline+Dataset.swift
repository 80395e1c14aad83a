import Models

extension DriftBaseline {
  /// Deciles of the training rows' features, and of scores of rows that the model was not fitted to.
  ///
  /// A column that was always missing (quotes, where the ticks had none) is left out: the model does not look at it, and that
  /// a run has it is no drift.
  init(_ dataset: Dataset, _ rows: ArraySlice<Int32>, scores: [Float]) {
    let width = dataset.columnCount
    var features: [String: Spread] = [:]
    for (column, name) in dataset.schema.columns.enumerated() {
      let values = rows.map { dataset.rows.features[Int($0) * width + column] }
      if !values.allSatisfy(\.isNaN) { features[name] = Spread(usual: values) }
    }
    self.init(features: features, scores: Spread(usual: scores))
  }
}

extension DriftBaseline.Spread {
  /// With what its own windows differ by from the whole: slow columns do so much by chance.
  init(usual values: [Float]) {
    self.init(values)
    measureUsual(values, windowBars: Self.usualWindowBars)
  }

  /// As `ml.drift.window_bars` is when nobody has set it.
  private static let usualWindowBars = 3600

  /// Deciles, each value once: a column with few values has fewer.
  init(_ values: [Float]) {
    let present = values.filter { !$0.isNaN }.sorted()
    var edges: [Double] = []
    for decile in 1...9 where !present.isEmpty {
      let edge = Double(present[present.count * decile / 10])
      // An edge at the least value would have an empty bin below it for ever.
      if edge > edges.last ?? Double(present[0]) { edges.append(edge) }
    }
    self.init(edges: edges, counts: [Double](repeating: 0, count: edges.count + 1), missing: Double(values.count - present.count))
    for value in present { if let bin = bin(of: Double(value)) { counts[bin] += 1 } }
  }
}
