import Features
import Market
import TestKit
import Testing

/// The future changes nothing that is already known.
@Suite struct LookAheadTests {
  /// Other prices, quantities, sides and quotes; some trades gone and some twice. Seconds stay at or after `earliest`.
  private func rewrite(_ ticks: ArraySlice<TestTick>, notBefore earliest: Int64, using chance: inout Chance) -> [TestTick] {
    var changed: [TestTick] = []
    for tick in ticks where !chance.chance(10) {
      var other = tick
      other.milliseconds = max(earliest, tick.milliseconds + .random(in: 0...3000, using: &chance))
      other.price = .random(in: 5000...20_000, using: &chance)
      other.quantity = .random(in: 1...9_000_000, using: &chance)
      other.side = chance.chance(50) ? .buy : .sell
      other.quote = BarQuote(bid: other.price - 5, bidQuantity: 77, ask: other.price + 5, askQuantity: 99)
      changed.append(other)
      if chance.chance(10) { changed.append(other) }
    }
    return changed
  }

  @Test(arguments: FeatureSchema.all.map(\.name))
  func `Changing every trade that arrives after a cut changes no row that was there at the cut`(_ name: String) throws {
    var chance = Chance.seeded("arrivals after a cut, \(name)")
    let schema = try #require(FeatureSchema.named(name))
    let ticks = Ticks.random(seconds: 200, using: &chance)
    for _ in 0..<15 {
      let cut = Int.random(in: ticks.ticks.count / 2..<ticks.ticks.count, using: &chance)
      var known = ticks
      known.ticks = Array(ticks.ticks[..<cut])
      var other = known
      other.ticks += rewrite(ticks.ticks[cut...], notBefore: 0, using: &chance)
      let before = schema.rows(of: known)
      let after = schema.rows(of: other)
      #expect(Array(after.prefix(before.count)) == before, "QE_SEED=\(chance.seed) cut at \(cut)")
      #expect(before.contains { $0.values != nil })
    }
  }

  /// The trade that closes a second is of a later one: nothing of it may be in that second's row.
  @Test(arguments: FeatureSchema.all.map(\.name))
  func `Changing every trade of later seconds changes no row up to a second, though one of them closes it`(_ name: String) throws {
    var chance = Chance.seeded("trades of later seconds, \(name)")
    let schema = try #require(FeatureSchema.named(name))
    let ticks = Ticks.random(seconds: 200, using: &chance, late: false)
    let rows = schema.rows(of: ticks)
    for _ in 0..<15 {
      let second = try #require(rows.suffix(120).dropLast().randomElement(using: &chance)).second
      let cut = try #require(ticks.ticks.firstIndex { $0.milliseconds / 1000 > second })
      var other = ticks
      other.ticks = Array(ticks.ticks[..<cut])
      // One at the least has to come, or nothing closes the second.
      other.ticks += rewrite(ticks.ticks[cut...] + [ticks.ticks.last!], notBefore: (second + 1) * 1000, using: &chance)
      other.ticks.append(TestTick(milliseconds: (second + 400) * 1000, price: 1, quantity: 1, side: .sell, quote: .none))
      let known = rows.prefix { $0.second <= second }
      let after = schema.rows(of: other).prefix { $0.second <= second }
      #expect(Array(after) == Array(known), "QE_SEED=\(chance.seed) up to \(second)")
      #expect(known.last?.second == second)
    }
  }
}
