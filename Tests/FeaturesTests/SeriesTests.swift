import Features
import Market
import TestKit
import Testing

/// Silence, gaps, and what follows them.
@Suite struct SeriesTests {
  @Test func `After a minute of silence feat v2 is neutral and feat v1 has no row, until trades come again`() throws {
    var chance = Chance.seeded("after a minute of silence")
    let bars = SampleBars.random(61, using: &chance)
    let silent = SampleBars.flat(70, at: bars[60].close)
    let v2 = try #require(FeatureSchema.v2.rows(of: bars + silent).last!)
    let neutral: [String: Double] = [
      "vol_ratio_5s_60s": 0.5, "range_position_30s": 0.5, "volume_ratio_5s_60s": 0.5, "count_ratio_5s_60s": 0.5, "spread_bps": .nan,
      "touch_imb": .nan, "microprice_dev_bps": .nan, "touch_depth_60s": .nan,
    ]
    for (column, value) in zip(FeatureSchema.v2.columns, v2) {
      let expected = neutral[column] ?? 0
      #expect(value == expected || value.isNaN && expected.isNaN, "\(column) is \(value)")
    }
    let v1 = FeatureSchema.v1.rows(of: bars + silent + bars)
    #expect(v1[60] != nil && v1[64] != nil, "four silent seconds leave a quantity in the window of five")
    #expect(v1[65] == nil && v1[130] == nil)
    #expect(v1[131] != nil, "the first trade is a row again: the windows were full all the time")
  }

  @Test(arguments: FeatureSchema.all.map(\.name))
  func `After a gap over the bound rows are those of a host that starts there`(_ name: String) throws {
    var chance = Chance.seeded("after a gap, \(name)")
    let schema = try #require(FeatureSchema.named(name))
    let before = Ticks.random(seconds: 120, using: &chance, late: false)
    var after = Ticks.random(seconds: 120, using: &chance, late: false)
    let shift = before.ticks.last!.milliseconds + 3_700_000 - after.ticks[0].milliseconds
    for index in after.ticks.indices { after.ticks[index].milliseconds += shift }
    var both = before
    both.ticks += after.ticks
    let rows = schema.rows(of: both)
    let expected = schema.rows(of: before) + schema.rows(of: after)
    #expect(rows == expected, "QE_SEED=\(chance.seed)")
    #expect(schema.rows(of: after).contains { $0.values != nil })
    #expect(schema.rows(of: both, maximumGapSeconds: 4000).count > rows.count + 3000, "a wider bound bridges it")
  }
}
