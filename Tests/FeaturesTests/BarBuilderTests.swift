import Features
import Foundation
import Market
import TestKit
import Testing

/// Bars from trades, by hand; then all of them together.
@Suite struct BarBuilderTests {
  private func quote(_ bid: Int64) -> BarQuote { BarQuote(bid: bid, bidQuantity: 1, ask: bid + 2, askQuantity: 3) }

  /// What closes before the trade is taken in.
  private func step(
    _ bars: inout BarBuilder, _ second: Int64, _ price: Int64, _ quantity: Int64 = 1, _ side: Side = .buy, quote: BarQuote = .none
  ) -> [Bar] {
    var closed: [Bar] = []
    while let bar = bars.closeNext(before: second) { closed.append(bar) }
    bars.add(Trade(price: Price(raw: price), quantity: Quantity(raw: quantity), takerSide: side), second: second, quote: quote)
    return closed
  }

  @Test func `A bar closes on a trade of a later second, and a late trade joins the open bar`() {
    var bars = BarBuilder(maximumGapSeconds: 60)
    #expect(step(&bars, 100, 50, 4).isEmpty)
    #expect(step(&bars, 100, 53, 5, .sell).isEmpty)
    #expect(step(&bars, 99, 48, 6).isEmpty)
    #expect(step(&bars, 100, 49, 7, .sell).isEmpty)
    #expect(bars.lateTrades == 1)
    #expect(
      step(&bars, 101, 60) == [
        Bar(
          second: 100, open: Price(raw: 50), high: Price(raw: 53), low: Price(raw: 48), close: Price(raw: 49), quantity: Quantity(raw: 22),
          buyQuantity: Quantity(raw: 10), tradeCount: 4, buyCount: 2)
      ])
    #expect(step(&bars, 102, 61).map(\.open.raw) == [60], "the bar of 101 is its own trade's alone")
  }

  @Test func `Seconds without trades are flat bars at the last close`() {
    var bars = BarBuilder(maximumGapSeconds: 60)
    _ = step(&bars, 100, 50, 4)
    let closed = step(&bars, 103, 70)
    #expect(closed.map(\.second) == [100, 101, 102])
    for bar in closed.dropFirst() {
      #expect([bar.open, bar.high, bar.low, bar.close].map(\.raw) == [50, 50, 50, 50])
      #expect(bar.quantity.raw == 0 && bar.buyQuantity.raw == 0 && bar.tradeCount == 0 && bar.buyCount == 0)
    }
    #expect(step(&bars, 104, 71).map(\.low.raw) == [70], "the first trade of a bar that was open and empty sets all four prices")
  }

  @Test func `A gap of the bound is bridged; one second more drops the open bar and begins a series`() {
    var bars = BarBuilder(maximumGapSeconds: 5)
    _ = step(&bars, 100, 50)
    #expect(step(&bars, 105, 51).count == 5)
    #expect(bars.seriesCount == 0)
    #expect(bars.closes(before: 111))
    #expect(bars.closeNext(before: 111) == nil)
    #expect(bars.seriesCount == 1, "already before the trade is taken in")
    #expect(!bars.closes(before: 111))
    _ = step(&bars, 111, 52)
    #expect(step(&bars, 112, 53).map(\.second) == [111])
    #expect(bars.seriesCount == 1)
  }

  @Test func `The quote beside a closed bar is that of its last trade, or of the one before a flat bar`() {
    var bars = BarBuilder(maximumGapSeconds: 60)
    _ = step(&bars, 100, 50, quote: quote(48))
    _ = step(&bars, 100, 50, quote: quote(49))
    var seen: [BarQuote] = []
    while bars.closeNext(before: 103) != nil { seen.append(bars.quote) }
    #expect(seen == [quote(49), quote(49), quote(49)])
    _ = step(&bars, 103, 60)
    _ = bars.closeNext(before: 104)
    #expect(bars.quote == .none, "a trade without a quote does not keep an older one")
  }

  @Test func `A quote made from trades is none`() {
    var quote = Quote(bidPrice: Price(raw: 7), bidQuantity: Quantity(raw: 8), askPrice: Price(raw: 9), askQuantity: Quantity(raw: 10))
    #expect(BarQuote(quote) == BarQuote(bid: 7, bidQuantity: 8, ask: 9, askQuantity: 10))
    quote.isSynthetic = true
    #expect(BarQuote(quote) == .none)
  }

  @Test func `A price becomes the double that its decimal text is`() throws {
    var chance = Chance.seeded("a price becomes the double that its decimal text is")
    for _ in 0..<2000 {
      let scale = Int.random(in: 1...15, using: &chance)
      let raw = Int64.random(in: 1...9_007_199_254_740_992, using: &chance)
      let digits = String(repeating: "0", count: max(0, scale + 1 - String(raw).count)) + String(raw)
      let text = digits.dropLast(scale) + "." + digits.suffix(scale)
      let price = Price(raw: raw)
      let bar = FeatureBar(
        Bar(second: 1, open: price, high: price, low: price, close: price, quantity: Quantity(raw: raw), buyQuantity: .zero, tradeCount: 1),
        BarQuote(bid: raw, bidQuantity: raw, ask: raw, askQuantity: raw), priceScale: scale, quantityScale: scale)
      let expected = try #require(Double(text))
      for value in [bar.close, bar.high, bar.low, bar.quantity, bar.bidPrice, bar.askPrice, bar.bidQuantity, bar.askQuantity] {
        #expect(value == expected, "QE_SEED=\(chance.seed): \(text)")
      }
    }
  }

  @Test func `No trade is lost or counted twice`() {
    var chance = Chance.seeded("no trade is lost or counted twice")
    let ticks = Ticks.random(seconds: 300, using: &chance).ticks
    var bars = BarBuilder(maximumGapSeconds: 3600)
    var closed: [Bar] = []
    for tick in ticks { closed += step(&bars, tick.milliseconds / 1000, tick.price, tick.quantity, tick.side) }
    closed += step(&bars, closed.last!.second + 2, 1)
    #expect(closed.map(\.quantity.raw).reduce(0, +) == ticks.map(\.quantity).reduce(0, +), "QE_SEED=\(chance.seed)")
    #expect(closed.map { Int($0.tradeCount) }.reduce(0, +) == ticks.count)
    let bought = ticks.filter { $0.side == .buy }
    #expect(closed.map(\.buyQuantity.raw).reduce(0, +) == bought.map(\.quantity).reduce(0, +))
    #expect(closed.map { Int($0.buyCount) }.reduce(0, +) == bought.count)
    #expect(zip(closed, closed.dropFirst()).allSatisfy { $1.second == $0.second + 1 }, "every second has a bar")
    #expect(bars.lateTrades > 0)
  }
}
