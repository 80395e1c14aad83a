import Features
import Market
import Research
import TestKit
import Testing

/// Rows and labels of ticks that a test makes.
@Suite struct DatasetTests {
  /// One trade in each second, at these prices.
  private func ticks(_ prices: [Double], from second: Int64 = 1_704_067_200) -> [Tick] {
    prices.enumerated().map { index, price in
      Tick(
        exchangeMilliseconds: (second + Int64(index)) * 1000,
        trade: Trade(price: Price(raw: Int64((price * 10_000).rounded())), quantity: Quantity(raw: 1000), takerSide: index % 3 == 0 ? .sell : .buy))
    }
  }

  @Test func `a label says whether the price is higher after the horizon, ties are no, and the last rows have none`() {
    // 61 bars to the first row; what follows is what the labels are about.
    let tail: [Double] = [100, 101, 101, 99, 103, 102]
    let dataset = MadeMarket.dataset(ticks([Double](repeating: 100, count: 60).enumerated().map { $1 + Double($0 % 7) / 100 } + tail))
    // The last second is not closed: its price is nobody's yet.
    #expect(dataset.rowCount == tail.count - 1)
    let one = dataset.labelled(horizonSeconds: 1, rule: .direction)
    #expect(one.labels == [true, false, false, true])
    let two = dataset.labelled(horizonSeconds: 2, rule: .direction)
    #expect(two.labels == [true, false, true])
    #expect(two.returns[0] == 101.0 / 100 - 1)
    // 101/100 is 100 bps, 103/99 is 404 bps.
    #expect(dataset.labelled(horizonSeconds: 1, rule: .costAware(bps: 150)).labels == [false, false, false, true])
    #expect(dataset.labelled(horizonSeconds: 5, rule: .direction).count == 0)
  }

  @Test(arguments: FeatureSchema.all.map(\.name)) func `no label reaches over the end of a series, or begins or ends in a long silence`(
    name: String
  ) throws {
    let schema = try #require(FeatureSchema.named(name))
    let first = ticks((0..<80).map { 100 + Double($0 % 5) })
    // Behind it a silence of 100 s, within the bound, and then one over it.
    let second = ticks((0..<80).map { 100 + Double($0 % 5) }, from: 1_704_067_200 + 180)
    let third = ticks((0..<80).map { 100 + Double($0 % 5) }, from: 1_704_067_200 + 180 + 80 + 500)
    let dataset = MadeMarket.dataset(first + second + third, schema: schema, maximumGapSeconds: 300)
    #expect(dataset.summary.series == 2)
    #expect(dataset.summary.gaps.map(\.seconds) == [101, 501])
    let labelled = dataset.labelled(horizonSeconds: 10, rule: .direction)
    let seconds = labelled.rows.map { dataset.second(ofRow: Int($0)) - 1_704_067_200 }
    #expect(!seconds.isEmpty)
    for second in seconds {
      // Neither it nor what it is about lies in 80..<180, and nothing that begins before 260 ends behind it.
      #expect(!(80..<180).contains(second) && !(80..<180).contains(second + 10), "second \(second)")
      #expect(second + 10 < 260 || second >= 760, "second \(second)")
    }
    // The bar before a gap over the bound is dropped, as in the engine; a new series has 61 bars to its first row.
    let ofThird = seconds.filter { $0 >= 760 }
    #expect(ofThird.first == Int64(820))
  }

  @Test(arguments: FeatureSchema.all.map(\.name)) func `what happens after a moment changes no row before it, and no label but those of its horizon`(
    name: String
  ) throws {
    let schema = try #require(FeatureSchema.named(name))
    var chance = Chance.seeded("look-ahead of \(name)")
    let horizon = 7
    for _ in 0..<12 {
      let ticks = MadeMarket().ticks(seconds: 300, seed: UInt64.random(in: 1...1_000_000, using: &chance))
      let cut = Int.random(in: ticks.count / 2..<ticks.count - 5, using: &chance)
      var changed = Array(ticks[..<cut])
      for tick in ticks[cut...] where !chance.chance(20) {
        var other = tick
        other.trade.price.raw = Int64(Double(tick.trade.price.raw) * Double.random(in: 0.5...2, using: &chance))
        other.trade.quantity.raw = Int64.random(in: 1...9000, using: &chance)
        other.trade.takerSide = chance.chance(50) ? .buy : .sell
        changed.append(other)
      }
      let (one, other) = (MadeMarket.dataset(ticks, schema: schema), MadeMarket.dataset(changed, schema: schema))
      // The second that the cut lies in is changed; what is closed before it is not.
      let closed = ticks[cut].exchangeMilliseconds / 1000
      var compared = 0
      for row in 0..<min(one.rowCount, other.rowCount) where one.second(ofRow: row) < closed {
        #expect(one.second(ofRow: row) == other.second(ofRow: row))
        #expect(one.features(ofRow: row).map(\.bitPattern) == other.features(ofRow: row).map(\.bitPattern), "row \(row), cut \(cut)")
        compared += 1
      }
      #expect(compared > 0)
      let labels = (one.labelled(horizonSeconds: horizon, rule: .direction), other.labelled(horizonSeconds: horizon, rule: .direction))
      for index in 0..<min(labels.0.count, labels.1.count) where one.second(ofRow: Int(labels.0.rows[index])) + Int64(horizon) < closed {
        #expect(labels.0.labels[index] == labels.1.labels[index])
        #expect(labels.0.returns[index] == labels.1.returns[index])
      }
    }
  }

  @Test func `rows are those of the engine's bars, one by one`() {
    let ticks = MadeMarket().ticks(seconds: 200, seed: 3)
    let dataset = MadeMarket.dataset(ticks)
    // Written once more from the definition of a bar: the last price of each second, carried on.
    var closes: [Int64: Double] = [:]
    for tick in ticks { closes[tick.exchangeMilliseconds / 1000] = Double(tick.trade.price.raw) / 10_000 }
    #expect(dataset.rowCount == 200 - 1 - 60)
    for row in 0..<dataset.rowCount {
      let second = dataset.second(ofRow: row)
      let price = closes[second]!
      let features = Array(dataset.features(ofRow: row))
      #expect(features[0] == Float(price / closes[second - 1]! - 1))
      #expect(features[3] == Float(price / closes[second - 60]! - 1))
      #expect(features[7] == Float(price))
    }
  }
}
