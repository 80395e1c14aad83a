import Engine
import Market
import PluginABI
import Risk
import TestKit
import Testing

/// Generated long runs against an accountant with arithmetic of his own: money is neither made nor lost, to the last unit.
@Suite struct LedgerTests {
  /// What a run of 500 events has seen; over all runs nothing may be missing.
  struct Seen {
    var fills = 0
    var fees: [String: Int] = [:]
    var kinds: [String: Int] = [:]
    mutating func count(_ kind: String) { kinds[kind, default: 0] += 1 }
  }

  static let instances: [Int32] = [0, 0, 1, 1, 2, 3]
  /// Sizes of an order of each instrument, and where its price begins.
  static let sizes: [ClosedRange<Int64>] = [1...40, 1...40, 1_000_000_000...1_000_000_000_000, 1...500_000_000]
  static let prices: [Int64] = [600_000, 600_000, 12_345, 250_000_000]

  static func instruments() throws -> [Instrument] {
    [
      try Instrument(
        id: InstrumentID(venue: "binance", market: .spot, symbol: "BTCUSDT"), baseAsset: "BTC", quoteAsset: "USDT", priceScale: 1, quantityScale: 5),
      Samples.perpetual(),
      // By 10^12 units at 0.000012345 each.
      try Instrument(
        id: InstrumentID(venue: "binance", market: .usdm, symbol: "PEPEUSDT"), baseAsset: "PEPE", quoteAsset: "USDT", priceScale: 9, quantityScale: 0,
        maximumQuantity: 10_000_000_000_000, maximumPrice: 1_000_000_000_000),
      // By 10^-8 units.
      try Instrument(
        id: InstrumentID(venue: "binance", market: .spot, symbol: "FINEUSDT"), baseAsset: "FINE", quoteAsset: "USDT", priceScale: 8, quantityScale: 8),
    ]
  }

  @Test func booksEqualAnIndependentLedgerToTheLastUnitAtEveryStep() throws {
    var chance = Chance.seeded("ledger")
    var seen = Seen()
    let instruments = try Self.instruments()
    for round in 0..<200 {
      let run = LedgerRun(instruments, instances: Self.instances, sizes: Self.sizes, prices: Self.prices, chance: Chance(seed: chance.next()))
      for step in 0..<500 {
        run.step(&seen)
        if let difference = run.difference(isWhole: step % 25 == 0 || step == 499) {
          Issue.record("seed \(chance.seed), run \(round), step \(step), after \(run.lastEvent): \(difference)")
          return
        }
      }
      let unended = run.settle()
      #expect(unended.isEmpty, "seed \(chance.seed), run \(round): without a final update \(unended)")
      #expect(run.desk.breaches.isEmpty, "seed \(chance.seed), run \(round): \(run.desk.breaches)")
    }
    print("ledger: \(seen.fills) fills, fees \(seen.fees.sorted { $0.key < $1.key }), events \(seen.kinds.sorted { $0.key < $1.key })")
    #expect(seen.fills > 10_000)
    #expect(Set(seen.fees.keys) == ["quote", "quote rebate", "base", "third", "third rebate"])
    for kind in LedgerRun.kinds { #expect(seen.kinds[kind, default: 0] > 20, "\(kind) is too rare to prove anything") }
  }
}
