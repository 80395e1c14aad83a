import Features
import Market
import Research
import TestKit

/// Ticks of a market that a test makes: a walk of known properties, some trades in each second.
struct MadeMarket {
  /// Of the next second's price: its return leans to the side that this second's takers took, by so many deviations. 0 = a
  /// pure random walk: nothing about its future is in its past.
  var lean = 0.0
  /// Standard deviation of a second's return, basis points.
  var volatilityBps = 2.0
  var startMilliseconds: Int64 = 1_704_067_200_000

  static let spec = instrument.spec
  static let instrument = try! Instrument(
    id: InstrumentID(venue: "binance", market: .usdm, symbol: "MADEUSDT"), baseAsset: "MADE", quoteAsset: "USDT", priceScale: 4, quantityScale: 3)

  /// Prices on a fine grid, so that few of them are equal: a market of ties has a share of rises that can be learnt.
  func ticks(seconds: Int, seed: UInt64) -> [Tick] {
    var chance = Chance(seed: seed)
    var price = 1000.0
    var side = 0.0
    var ticks: [Tick] = []
    for second in 0..<seconds {
      let trades = Int.random(in: 1...3, using: &chance)
      let move = (normal(&chance) + lean * side) * volatilityBps / 10_000
      side = Bool.random(using: &chance) ? 1 : -1
      for trade in 0..<trades {
        price *= 1 + move / Double(trades)
        let raw = Int64((price * 10_000).rounded())
        ticks.append(
          Tick(
            exchangeMilliseconds: startMilliseconds + Int64(second) * 1000 + Int64(trade) * 300,
            trade: Trade(
              price: Price(raw: raw), quantity: Quantity(raw: Int64.random(in: 1...5000, using: &chance)), takerSide: side > 0 ? .buy : .sell)))
      }
    }
    return ticks
  }

  /// Irwin and Hall: the sum of twelve uniforms.
  private func normal(_ chance: inout Chance) -> Double { (0..<12).reduce(-6.0) { sum, _ in sum + Double.random(in: 0..<1, using: &chance) } }

  static func dataset(_ ticks: [Tick], schema: FeatureSchema = .v1, maximumGapSeconds: Int64 = 3600) -> Dataset {
    let builder = DatasetBuilder(schema: schema, spec: spec, maximumGapSeconds: maximumGapSeconds)
    ticks.withUnsafeBufferPointer(builder.add)
    return builder.finish()
  }
}

extension MadeMarket {
  /// One trade at the start of a second.
  func tick(second: Int, price: Double) -> Tick {
    Tick(
      exchangeMilliseconds: startMilliseconds + Int64(second) * 1000,
      trade: Trade(price: Price(raw: Int64((price * 10_000).rounded())), quantity: Quantity(raw: 1000), takerSide: second % 3 == 0 ? .sell : .buy))
  }
}
