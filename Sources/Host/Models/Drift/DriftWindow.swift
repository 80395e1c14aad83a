/// The bins that the last rows fell into, column by column, beside the shares of training.
///
/// Counts are whole numbers kept as rows come and go, so that they are what counting the window anew would give.
struct DriftWindow {
  /// No value of this bar; not the same as a missing one, which training may have known.
  private static let none = UInt16.max

  /// One that the baseline has.
  struct Column {
    var name: String
    /// Index into the row; nil: p_up.
    var feature: Int?
    var spread: DriftBaseline.Spread
    /// Where its own begin in the flat lists.
    var firstEdge: Int
    var firstBin: Int
    /// Those of the spread, and the last one for what is missing.
    var binCount: Int { spread.counts.count + 1 }
    /// Values in the window.
    var total = 0

    /// What its index is told above. Fewer values than training's windows had lie further from the whole by chance alone, in
    /// inverse proportion.
    func threshold(_ least: Double) -> Double {
      guard let usual = spread.usual, total > 0 else { return least }
      return max(least, usual.index * max(1, Double(usual.windowBars) / Double(total)))
    }
  }

  private(set) var columns: [Column] = []
  private let capacity: Int
  private var next = 0
  /// Of all columns, one after another.
  private var edges: [Double] = []
  private var shares: [Double] = []
  private var counts: [Int]
  /// A row of bins for each bar.
  private var ring: [UInt16]

  /// - Parameter capacity: bars, at least 1.
  /// - Returns: nil when the baseline has nothing that could be looked at.
  init?(_ names: [String], _ baseline: DriftBaseline, capacity: Int) {
    var binCount = 0
    func add(_ name: String, _ feature: Int?, _ spread: DriftBaseline.Spread) {
      let total = spread.counts.reduce(spread.missing, +)
      // Without a count there are no shares, and codes for bins are 16 bits.
      guard total > 0, total.isFinite, spread.counts.count == spread.edges.count + 1, spread.counts.count + 1 < Int(Self.none) else { return }
      columns.append(Column(name: name, feature: feature, spread: spread, firstEdge: edges.count, firstBin: binCount))
      edges += spread.edges.map { Self.lowered($0, isScore: feature == nil) }
      shares += (spread.counts + [spread.missing]).map { StabilityIndex.share($0, of: total) }
      binCount += spread.counts.count + 1
    }
    counts = []
    ring = []
    self.capacity = capacity
    for (index, name) in names.enumerated() {
      if let spread = baseline.features[name] { add(name, index, spread) }
    }
    if let spread = baseline.scores { add("p_up", nil, spread) }
    guard !columns.isEmpty else { return nil }
    counts = [Int](repeating: 0, count: binCount)
    ring = [UInt16](repeating: Self.none, count: capacity * columns.count)
  }

  /// Edges are values of training, where many rows may have that very value (a leaf's score, a ratio of small counts).
  /// Training keeps single precision, and an adapter agrees with its library to 1e-6: the same value may come out a little
  /// lower here, and all of those rows would seem to have changed their bin.
  private static func lowered(_ edge: Double, isScore: Bool) -> Double {
    edge - (isScore ? 1e-6 : edge.magnitude * 0x1p-24)
  }

  /// - Parameter score: nil when the model gave none that counts.
  mutating func take(_ features: UnsafeBufferPointer<Double>, score: Double?) {
    var place = next * columns.count
    for column in columns.indices {
      let old = ring[place]
      if old != Self.none {
        counts[columns[column].firstBin + Int(old)] -= 1
        columns[column].total -= 1
      }
      let value = columns[column].feature.map { features[$0] } ?? score
      var bin = Self.none
      if let value {
        bin = self.bin(of: value, column)
        counts[columns[column].firstBin + Int(bin)] += 1
        columns[column].total += 1
      }
      ring[place] = bin
      place += 1
    }
    next = next + 1 == capacity ? 0 : next + 1
  }

  private func bin(of value: Double, _ column: Int) -> UInt16 {
    let count = columns[column].spread.edges.count
    if value.isNaN { return UInt16(count + 1) }
    let first = columns[column].firstEdge
    var (low, high) = (0, count)
    while low < high {
      let middle = (low + high) / 2
      if value < edges[first + middle] { high = middle } else { low = middle + 1 }
    }
    return UInt16(low)
  }

  /// Population stability index; nil in an empty window.
  func index(_ column: Int) -> Double? {
    let total = columns[column].total
    guard total > 0 else { return nil }
    var sum = 0.0
    for bin in columns[column].firstBin..<columns[column].firstBin + columns[column].binCount {
      sum += StabilityIndex.term(now: StabilityIndex.share(Double(counts[bin]), of: Double(total)), then: shares[bin])
    }
    return sum
  }

  /// By bin, what is missing last.
  func counts(_ column: Int) -> ArraySlice<Int> { counts[columns[column].firstBin..<columns[column].firstBin + columns[column].binCount] }
}
