/// What a dataset keeps: per bar 24 bytes, per row its features.
struct DatasetRows: Sendable {
  struct Bar: Sendable, BitwiseCopyable {
    /// Epoch seconds.
    var second: Int64
    var close: Double
    /// Bars of one series follow one another second by second.
    var series: UInt32
    /// In a silence longer than `DatasetSummary.gapSeconds`.
    var isSilent: Bool
  }

  var bars: [Bar] = []
  /// The bar of each row.
  var rowBars: [Int32] = []
  /// Row by row.
  var features: [Float] = []
}
