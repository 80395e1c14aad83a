import Features
import Market

/// What a schema made of one closed bar.
struct Row: Equatable {
  var second: Int64
  /// nil while warming, or where a feature has no value.
  var values: [Double]?

  /// NaN equals NaN, and 0 is not -0.
  static func == (a: Row, b: Row) -> Bool {
    a.second == b.second && a.values?.map(\.bitPattern) == b.values?.map(\.bitPattern)
  }
}

extension FeatureSchema {
  /// Rows as the engine and the trainer make them: bars from trades, a reset where the series begins anew.
  func rows(of ticks: Ticks, maximumGapSeconds: Int64 = 3600, closingLast: Bool = false) -> [Row] {
    var bars = BarBuilder(maximumGapSeconds: maximumGapSeconds)
    let builder = makeBuilder()
    var series = bars.seriesCount
    var rows: [Row] = []
    func close(before second: Int64) {
      while let bar = bars.closeNext(before: second) {
        let values = builder.values(
          of: FeatureBar(bar, bars.quote, priceScale: ticks.priceScale, quantityScale: ticks.quantityScale), count: columns.count)
        rows.append(Row(second: bar.second, values: values))
      }
      if bars.seriesCount != series {
        series = bars.seriesCount
        builder.reset()
      }
    }
    var latest = Int64.min
    for tick in ticks.ticks {
      let second = tick.milliseconds / 1000
      latest = max(latest, second)
      close(before: second)
      bars.add(
        Trade(price: Price(raw: tick.price), quantity: Quantity(raw: tick.quantity), takerSide: tick.side), second: second, quote: tick.quote)
    }
    if closingLast { close(before: latest + 1) }
    return rows
  }

  /// Rows of bars that a test made itself.
  func rows(of bars: [FeatureBar]) -> [[Double]?] {
    let builder = makeBuilder()
    return bars.map { builder.values(of: $0, count: columns.count) }
  }

  func index(_ column: String) -> Int { columns.firstIndex(of: column)! }
}

extension FeatureBuilder {
  func values(of bar: FeatureBar, count: Int) -> [Double]? {
    // Poisoned with a number that no feature has, and one column longer: what is not written, and what is written beyond, shows.
    var row = [Double](repeating: -7e77, count: count + 1)
    let isComplete = row.withUnsafeMutableBufferPointer { close(bar, into: $0.baseAddress!) }
    precondition(row[count] == -7e77, "a builder wrote beyond its row")
    precondition(!isComplete || !row[..<count].contains(-7e77), "a builder left a column of a complete row unwritten")
    return isComplete ? Array(row[..<count]) : nil
  }
}
