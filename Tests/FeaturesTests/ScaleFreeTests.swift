import Features
import Foundation
import TestKit
import Testing

/// What `feat.v2` promises of every row.
@Suite struct ScaleFreeTests {
  private let schema = FeatureSchema.v2

  @Test func `Prices in another currency and quantities in another unit give the same rows`() {
    var chance = Chance.seeded("prices in another currency")
    let agreement = Agreement(schema: schema)
    for _ in 0..<8 {
      let bars = SampleBars.random(150, using: &chance)
      let money = pow(10, Double.random(in: -6...6, using: &chance))
      let unit = pow(10, Double.random(in: -6...6, using: &chance))
      let scaled = bars.map { bar in
        FeatureBar(
          second: bar.second, close: bar.close * money, high: bar.high * money, low: bar.low * money, quantity: bar.quantity * unit,
          buyQuantity: bar.buyQuantity * unit, tradeCount: bar.tradeCount, buyCount: bar.buyCount, bidPrice: bar.bidPrice * money,
          askPrice: bar.askPrice * money, bidQuantity: bar.bidQuantity * unit, askQuantity: bar.askQuantity * unit)
      }
      let rows = zip(schema.rows(of: bars), schema.rows(of: scaled)).compactMap { pair in pair.0.flatMap { a in pair.1.map { (a, $0) } } }
      #expect(rows.count == 90)
      for (row, other) in rows {
        for (column, (value, changed)) in zip(row, other).enumerated() {
          // Rounded prices and sizes differ in their last bit, which in basis points is 1e4 times as much.
          let bit = max(agreement.lastBit(column, price: 1), schema.columns[column].hasSuffix("_bps") ? 1e-9 : 1e-14)
          #expect(abs(value - changed) <= 1e-9 * abs(value) + bit, "QE_SEED=\(chance.seed): \(schema.columns[column]) x\(money) x\(unit)")
        }
      }
    }
  }

  /// Where each column must lie; the others may be any finite number.
  private func bounds(_ column: String) -> ClosedRange<Double> {
    if column.contains("imb") || ["autocorr_60s", "trend_30s"].contains(column) { return -1...1 }
    if column.contains("_ratio_") || ["range_position_30s", "touch_depth_60s"].contains(column) { return 0...1 }
    if column == "ret_z_5s" { return -60.0.squareRoot() - 1e-9...60.0.squareRoot() + 1e-9 }
    if column.hasPrefix("vol_") || ["range_30s", "spread_bps"].contains(column) { return 0...Double.greatestFiniteMagnitude }
    if column.hasPrefix("ret_") || column.contains("_dev_") { return -Double.greatestFiniteMagnitude...Double.greatestFiniteMagnitude }
    preconditionFailure("\(column) needs its bounds here")
  }

  private func checkBounds(_ rows: [[Double]], _ note: String) {
    for row in rows {
      for (column, value) in zip(schema.columns, row) {
        let isMissing = value.isNaN && schema.mayBeMissing.contains(schema.index(column))
        #expect(isMissing || bounds(column).contains(value), "\(note): \(column) is \(value)")
      }
    }
  }

  @Test func `Rows of random ticks lie in their bounds`() {
    var chance = Chance.seeded("rows of random ticks lie in their bounds")
    let rows = schema.rows(of: Ticks.random(seconds: 900, using: &chance)).compactMap(\.values)
    #expect(rows.count > 500)
    checkBounds(rows, "QE_SEED=\(chance.seed)")
  }

  @Test func `A market that only rises has a trend of one and not a bit more`() {
    var chance = Chance.seeded("a market that only rises")
    var bars = SampleBars.random(2000, using: &chance)
    var price = 1e-9
    for index in bars.indices {
      // Over many powers of two: within one of them every sum of differences is exact.
      price *= 1 + .random(in: 0.001...0.1, using: &chance)
      bars[index].close = price
      bars[index].high = price
      bars[index].low = price
    }
    let trends = schema.rows(of: bars).compactMap { $0?[schema.index("trend_30s")] }
    #expect(trends.count == 1940)
    #expect(trends.allSatisfy { $0 <= 1 && $0 > 1 - 1e-12 }, "QE_SEED=\(chance.seed)")
  }

  @Test func `The least and the greatest prices and quantities, in any order, give finite rows`() {
    var chance = Chance.seeded("the least and the greatest prices and quantities")
    func raw() -> Int64 {
      switch Int.random(in: 0..<4, using: &chance) {
      case 0: 1
      case 1: .max
      default: Int64(1) << Int64.random(in: 0...62, using: &chance)
      }
    }
    for scale in [0, 9, 18] {
      let ticks = (0..<400).map { second in
        TestTick(
          milliseconds: Int64(second) * 1000, price: raw(), quantity: raw(), side: chance.chance(50) ? .buy : .sell,
          quote: BarQuote(bid: raw(), bidQuantity: raw(), ask: raw(), askQuantity: raw()))
      }
      let rows = schema.rows(of: Ticks(ticks: ticks, priceScale: scale, quantityScale: scale))
      #expect(rows.filter { $0.values != nil }.count == rows.count - 60, "QE_SEED=\(chance.seed): every row is there")
      checkBounds(rows.compactMap(\.values), "QE_SEED=\(chance.seed) scale \(scale)")
    }
  }

  /// Columns that have one value in every row.
  private func constants(_ schema: FeatureSchema, _ bars: [FeatureBar]) -> [String] {
    let rows = schema.rows(of: bars).compactMap { $0 }
    return schema.columns.indices.filter { column in
      let values = rows.map { $0[column] }
      return values.max()! - values.min()! <= 1e-9 * (values.map(\.magnitude).max() ?? 0)
    }.map { schema.columns[$0] }
  }

  @Test func `No column is constant, as one of feat v1 is`() {
    var chance = Chance.seeded("no column is constant")
    let bars = SampleBars.random(400, using: &chance)
    #expect(constants(.v2, bars) == [], "QE_SEED=\(chance.seed)")
    #expect(constants(.v1, bars).contains("vol_spike_30s"))
  }

  @Test func `A host that starts late sees what one that never stopped sees, bit for bit`() {
    var chance = Chance.seeded("a host that starts late")
    let bars = SampleBars.random(300, using: &chance)
    let rows = schema.rows(of: bars)
    for start in [1, 63, 64, 128, 200] {
      let late = schema.rows(of: Array(bars[start...]))
      for index in 60..<late.count {
        #expect(Row(second: 0, values: late[index]) == Row(second: 0, values: rows[start + index]), "QE_SEED=\(chance.seed): start \(start)")
      }
    }
  }

  @Test func `Without a quote its four columns are missing, and with one none is`() throws {
    var chance = Chance.seeded("without a quote")
    var bars = SampleBars.random(65, using: &chance)
    func missing(_ change: (inout FeatureBar) -> Void) throws -> Set<String> {
      var last = bars[64]
      change(&last)
      let row = try #require(schema.rows(of: bars[..<64] + [last])[64])
      return Set(schema.columns.indices.filter { row[$0].isNaN }.map { schema.columns[$0] })
    }
    let all: Set = ["spread_bps", "touch_imb", "microprice_dev_bps", "touch_depth_60s"]
    #expect(try missing { _ in } == [])
    #expect(try missing { $0.bidPrice = 0 } == all)
    #expect(try missing { $0.askPrice = 0 } == all)
    #expect(try missing { $0.askPrice = $0.bidPrice * 0.9999 } == all, "crossed")
    #expect(try missing { $0.askPrice = $0.bidPrice } == [], "locked")
    #expect(try missing { $0.bidQuantity = 0 } == all.subtracting(["spread_bps"]))
    #expect(try missing { $0.askQuantity = 0 } == all.subtracting(["spread_bps"]))
    for index in bars.indices { bars[index].bidPrice = 0 }
    #expect(try missing { _ in } == all)
  }
}
