import Features
import Foundation
import Testing

/// One row of each schema, every value worked by hand: 60 seconds at 100, and then one at 101.
@Suite struct HandWorkedTests {
  /// Three trades a second of 2 in all, two of them and 1.5 bought; then one trade of 4, sold, in a bar from 99 to 102.
  private var bars: [FeatureBar] {
    var bars = SampleBars.flat(61, at: 100)
    for index in 0..<60 {
      bars[index].quantity = 2
      bars[index].buyQuantity = 1.5
      bars[index].tradeCount = 3
      bars[index].buyCount = 2
    }
    bars[60] = FeatureBar(
      second: 60, close: 101, high: 102, low: 99, quantity: 4, buyQuantity: 0, tradeCount: 1, buyCount: 0, bidPrice: 100.9, askPrice: 101.1,
      bidQuantity: 3, askQuantity: 1)
    return bars
  }

  private func check(_ schema: FeatureSchema, _ expected: [(String, Double)]) throws {
    let row = try #require(schema.rows(of: bars)[60])
    #expect(schema.columns == expected.map(\.0))
    for (value, (column, expected)) in zip(row, expected) {
      #expect(abs(value - expected) <= 1e-12 * max(1, abs(expected)), "\(column) is \(value), not \(expected)")
    }
  }

  @Test func `feat v1`() throws {
    // The deviation of k returns of which one is 0.01 and the others 0 is 0.01 / sqrt(k).
    try check(
      .v1,
      [
        ("ret_1s", 0.01), ("ret_5s", 0.01), ("ret_30s", 0.01), ("ret_60s", 0.01), ("vol_5s", 0.01 / sqrt(5)), ("vol_30s", 0.01 / sqrt(30)),
        ("vol_60s", 0.01 / sqrt(60)), ("vwap_1s", 101), ("vwap_5s", 1204.0 / 12), ("vwap_30s", 6204.0 / 62), ("vwap_60s", 12204.0 / 122),
        ("ema_slope_5s", 1.0 / 3), ("ema_slope_30s", 2.0 / 31), ("imb_5s", 3.0 / 12), ("imb_30s", 28.0 / 62),
        ("vol_spike_5s", (12.0 / 5) / (62.0 / 30)), ("vol_spike_30s", 1), ("regime_tag", 1),
      ])
  }

  @Test func `feat v2`() throws {
    // The weights of a geometric row: the newest close has 1 / sum of them, the others all stand at 100.
    func dev(_ ratio: Double) -> Double {
      let mean = 100 + (1 - ratio) / (1 - pow(ratio, 60))
      return 101 / mean - 1
    }
    // The typical price of the last bar is (102 + 99 + 101) / 3.
    func vwapDev(_ others: Double) -> Double { 101 / ((others * 200 + 4 * 302.0 / 3) / (others * 2 + 4)) - 1 }
    func bounded(_ ratio: Double) -> Double { ratio / (1 + ratio) }
    try check(
      .v2,
      [
        ("ret_1s", 0.01), ("ret_5s", 0.01), ("ret_30s", 0.01), ("ret_60s", 0.01), ("vol_5s", 0.01 / sqrt(5)), ("vol_30s", 0.01 / sqrt(30)),
        ("vol_60s", 0.01 / sqrt(60)), ("vol_ratio_5s_60s", bounded(sqrt(12))), ("ret_z_5s", sqrt(12)), ("autocorr_60s", 0), ("trend_30s", 1),
        ("range_30s", 3.0 / 101), ("range_position_30s", 2.0 / 3), ("ema_dev_5s", dev(2.0 / 3)), ("ema_dev_30s", dev(29.0 / 31)),
        ("vwap_dev_5s", vwapDev(4)), ("vwap_dev_30s", vwapDev(29)), ("vwap_dev_60s", vwapDev(59)), ("imb_1s", -1), ("imb_5s", 0),
        ("imb_30s", 25.0 / 62), ("count_imb_5s", 3.0 / 13), ("count_imb_30s", 28.0 / 88), ("volume_ratio_5s_60s", bounded(12.0 / 5 / (122.0 / 60))),
        ("count_ratio_5s_60s", bounded(13.0 / 5 / (178.0 / 60))), ("spread_bps", 2000.0 / 101), ("touch_imb", 0.5),
        ("microprice_dev_bps", 500.0 / 101), ("touch_depth_60s", 4 / (4 + 122.0 / 60)),
      ])
  }

  @Test func `The regime is high volatility, or else the way that the slow average goes`() throws {
    let markets: [(name: String, regime: Double, close: (Int) -> Double)] = [
      ("1 % up and down", 2, { $0 % 2 == 0 ? 100 : 101 }), ("falls slowly", -1, { 100 - 0.001 * Double($0) }),
      ("rises slowly", 1, { 100 + 0.001 * Double($0) }), ("stands", 0, { _ in 100 }),
    ]
    for market in markets {
      var bars = SampleBars.flat(70, at: 100)
      for index in bars.indices {
        bars[index].close = market.close(index)
        bars[index].quantity = 1
      }
      let row = try #require(FeatureSchema.v1.rows(of: bars)[69])
      #expect(row[17] == market.regime, "\(market.name)")
    }
  }
}
