import Features
import Foundation
import Market
import TestKit
import Testing

/// Rows against formulas that are written a second time, over whole arrays.
@Suite struct OracleTests {
  private func compare(_ schema: FeatureSchema, _ ticks: Ticks, maximumGapSeconds: Int64 = 3600, _ note: String) -> Int {
    let rows = schema.rows(of: ticks, maximumGapSeconds: maximumGapSeconds)
    let agreement = Agreement(schema: schema)
    var place = 0
    var compared = 0
    for series in Oracle.series(of: ticks, maximumGapSeconds: maximumGapSeconds) {
      for (t, second) in series.seconds.enumerated() {
        guard place < rows.count, rows[place].second == second else {
          Issue.record("\(note): no bar of \(second)")
          return compared
        }
        let expected = schema.name == "feat.v1" ? series.rowV1(t) : series.rowV2(t)
        let row = rows[place].values
        place += 1
        #expect((row == nil) == (expected == nil), "\(note): at \(second)")
        guard let row, let expected else { continue }
        agreement.check(row, expected, price: ticks.price(ticks.ticks[0].price), "\(note) at \(second)")
        compared += 1
      }
    }
    #expect(place == rows.count, "\(note): bars beyond the last second")
    return compared
  }

  @Test(arguments: FeatureSchema.all.map(\.name))
  func `Rows of random ticks with late trades, silences and gaps equal the formulas`(_ name: String) throws {
    var chance = Chance.seeded("rows of random ticks, \(name)")
    let schema = try #require(FeatureSchema.named(name))
    for round in 0..<4 {
      let ticks = Ticks.random(seconds: 500, using: &chance)
      #expect(compare(schema, ticks, "QE_SEED=\(chance.seed) round \(round)") > 100)
    }
    // Series of every length, most of them too short for a row.
    let ticks = Ticks.random(seconds: 1500, using: &chance)
    _ = compare(schema, ticks, maximumGapSeconds: 5, "QE_SEED=\(chance.seed) with gaps")
  }

  @Test(.enabled(if: Workplace.shared != nil, Comment(rawValue: Workplace.sharedIsAbsent)), arguments: FeatureSchema.all.map(\.name))
  func `Rows of every recording of real trades equal the formulas`(_ name: String) throws {
    let schema = try #require(FeatureSchema.named(name))
    let recordings = try Ticks.recordings()
    #expect(recordings.count >= 5)
    for (file, ticks) in recordings {
      let compared = compare(schema, ticks, file)
      print("\(name): \(compared) rows of \(file) compared")
      #expect(compared > 100, "\(file) has rows")
    }
  }
}
