import Features
import Testing

/// Whether rows agree to 1e-9 of their size.
///
/// A small return is the rest of a subtraction of two near numbers, and no way to compute it is better than the last bit
/// of those; so a value may also be wrong by what that bit is worth.
struct Agreement {
  let schema: FeatureSchema
  /// Columns in the price's own unit.
  private static let priced: Set<String> = ["ema_slope_5s", "ema_slope_30s"]
  /// Quotients of such rests, of the order of one.
  private static let quotients: Set<String> = ["vol_ratio_5s_60s", "ret_z_5s", "autocorr_60s", "trend_30s", "range_position_30s"]
  private static let basisPoints: Set<String> = ["spread_bps", "microprice_dev_bps"]

  func lastBit(_ column: Int, price: Double) -> Double {
    let name = schema.columns[column]
    if Self.priced.contains(name) { return 4e-15 * price }
    if Self.quotients.contains(name) { return 1e-9 }
    return Self.basisPoints.contains(name) ? 1e-11 : 2e-15
  }

  /// - Parameter price: of the order of the row's close.
  func check(_ row: [Double], _ expected: [Double], price: Double, _ note: @autoclosure () -> String, at place: SourceLocation = #_sourceLocation) {
    #expect(row.count == expected.count && row.count == schema.columns.count, sourceLocation: place)
    for (column, (value, other)) in zip(row, expected).enumerated() {
      let agrees =
        value.isNaN || other.isNaN
        ? value.isNaN && other.isNaN
        : abs(value - other) <= 1e-9 * max(abs(value), abs(other)) + lastBit(column, price: price)
      if !agrees { Issue.record("\(note()): \(schema.columns[column]) is \(value), not \(other)", sourceLocation: place) }
    }
  }
}
