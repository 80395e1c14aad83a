extension DriftBaseline.Spread {
  /// Measures how far stretches of training lie from the whole of it, so that no more than that is told as drift.
  ///
  /// A feature over the last 60 seconds has ten independent values in 600 bars, and its index is above any usual threshold most of
  /// the time although nothing has changed. How far is a matter of the column, and training knows it.
  ///
  /// - Parameters:
  ///   - values: those that the spread was made of, in time order; NaN = missing.
  ///   - windowBars: 1...86400; with fewer values nothing is measured.
  public mutating func measureUsual(_ values: some RandomAccessCollection<Float>, windowBars: Int) {
    usual = nil
    let total = counts.reduce(missing, +)
    guard (1...86_400).contains(windowBars), values.count >= windowBars, total > 0, counts.count == edges.count + 1 else { return }
    let shares = (counts + [missing]).map { StabilityIndex.share($0, of: total) }
    let bins = values.map { bin(of: Double($0)) ?? counts.count }
    // Windows that overlap by nine tenths: the live one moves by a bar, and meets the worst place sooner or later.
    let stride = max(1, windowBars / 10)
    var held = [Int](repeating: 0, count: shares.count)
    var largest = 0.0
    for (row, bin) in bins.enumerated() {
      held[bin] += 1
      if row >= windowBars { held[bins[row - windowBars]] -= 1 }
      guard row + 1 >= windowBars, (row + 1 - windowBars) % stride == 0 else { continue }
      var index = 0.0
      for bin in shares.indices {
        index += StabilityIndex.term(now: StabilityIndex.share(Double(held[bin]), of: Double(windowBars)), then: shares[bin])
      }
      largest = max(largest, index)
    }
    usual = DriftBaseline.Usual(index: largest, windowBars: windowBars)
  }
}
