import Features
import TestKit

/// Bars that a test makes itself.
enum SampleBars {
  /// A busy market: a walk of a few basis points a second, trades in every second, a quote with sizes beside each.
  static func random(_ count: Int, using chance: inout Chance) -> [FeatureBar] {
    var price = 100.0
    return (0..<count).map { index in
      price *= 1 + .random(in: -0.0004...0.0004, using: &chance)
      let trades = UInt32.random(in: 1...40, using: &chance)
      let quantity = Double.random(in: 0.01...50, using: &chance)
      let bid = price * (1 - .random(in: 0...0.0002, using: &chance))
      return FeatureBar(
        second: 1_700_000_000 + Int64(index), close: price, high: price * (1 + .random(in: 0...0.0003, using: &chance)),
        low: price * (1 - .random(in: 0...0.0003, using: &chance)), quantity: quantity,
        buyQuantity: quantity * .random(in: 0...1, using: &chance), tradeCount: trades, buyCount: .random(in: 0...trades, using: &chance),
        bidPrice: bid, askPrice: bid * (1 + .random(in: 0.0001...0.0003, using: &chance)), bidQuantity: .random(in: 0.1...90, using: &chance),
        askQuantity: .random(in: 0.1...90, using: &chance))
    }
  }

  static func flat(_ count: Int, at price: Double) -> [FeatureBar] {
    (0..<count).map {
      FeatureBar(
        second: Int64($0), close: price, high: price, low: price, quantity: 0, buyQuantity: 0, tradeCount: 0, buyCount: 0, bidPrice: 0, askPrice: 0,
        bidQuantity: 0, askQuantity: 0)
    }
  }
}
