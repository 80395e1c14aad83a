import Feeds
import Market
import Testing

private let t: Int64 = 1_704_067_200_000

@Suite struct MockMarketTests {
  private func events(_ seed: UInt64, _ instrument: Instrument, _ options: MockMarketOptions, count: Int = 20_000) -> [MockEvent] {
    var market = MockMarket(seed: seed, instrument: instrument, options: options, startMilliseconds: t)
    return (0..<count).map { _ in market.next() }
  }

  /// Every rule that one stream must keep.
  private func check(_ events: [MockEvent], _ instrument: Instrument, _ comment: Comment) {
    let spec = instrument.spec
    var (last, quote, quoteTime): (Int64, Quote?, Int64) = (t, nil, 0)
    for event in events {
      #expect(event.exchangeMilliseconds >= last, comment)
      last = event.exchangeMilliseconds
      switch event {
      case .quote(let new, let milliseconds):
        #expect(new.bidPrice.raw > 0 && new.bidPrice < new.askPrice && new.askPrice.raw <= spec.maximumPrice, comment)
        #expect(new.bidPrice.raw % spec.tickSize == 0 && new.askPrice.raw % spec.tickSize == 0 && !new.isSynthetic, comment)
        (quote, quoteTime) = (new, milliseconds)
      case .trade(let tick):
        guard let quote else {
          Issue.record("a trade before the first quote")
          return
        }
        let isBuy = tick.trade.takerSide == .buy
        #expect(tick.trade.price == (isBuy ? quote.askPrice : quote.bidPrice) && tick.exchangeMilliseconds == quoteTime, comment)
        #expect(tick.trade.quantity <= (isBuy ? quote.askQuantity : quote.bidQuantity), comment)
        #expect(tick.trade.quantity.raw >= spec.minimumQuantity && tick.trade.quantity.raw <= spec.maximumQuantity, comment)
        #expect(tick.trade.quantity.raw % spec.stepSize == 0, comment)
      }
    }
  }

  @Test func `a seed decides everything`() throws {
    let instrument = try instrument(price: 1)
    let options = MockMarketOptions(startPrice: Price(raw: 600_000))
    let first = events(1, instrument, options)
    #expect(events(1, instrument, options) == first)
    #expect(events(2, instrument, options) != first)
  }

  @Test func `the stream of a seed stays what it is`() throws {
    // Pinned: recorded sessions are made again from their seed.
    let found = events(42, try instrument(price: 1), MockMarketOptions(startPrice: Price(raw: 600_000)), count: 2000)
    var hash: UInt64 = 0xCBF2_9CE4_8422_2325
    func mix(_ value: Int64) { hash = (hash ^ UInt64(bitPattern: value)) &* 0x100_0000_01B3 }
    for event in found {
      switch event {
      case .quote(let quote, let milliseconds):
        for value in [milliseconds, quote.bidPrice.raw, quote.bidQuantity.raw, quote.askPrice.raw, quote.askQuantity.raw] { mix(value) }
      case .trade(let tick):
        for value in [tick.exchangeMilliseconds, tick.trade.price.raw, tick.trade.quantity.raw, Int64(tick.trade.takerSide.rawValue)] { mix(value) }
      }
    }
    #expect(hash == 11_990_940_203_857_743_919)
  }

  @Test func `two symbols get independent streams from one seed`() throws {
    let options = MockMarketOptions(startPrice: Price(raw: 600_000))
    let (a, b) = (events(1, try instrument(price: 1), options), events(1, try instrument(price: 1, symbol: "BTCUSDC"), options))
    #expect(zip(a, b).filter { $0 == $1 }.count < 100)
  }

  @Test func `quotes stand on the grid and trades hit them, in wild markets too`() throws {
    let seed = testSeed()
    var generator = TestGenerator(seed: seed)
    for round in 0..<40 {
      let scale = Int(generator.next() % 9)
      let tick = Int64(1 + generator.next() % 25)
      let instrument = try instrument(price: scale, quantity: Int(generator.next() % 9), tick: tick)
      let options = MockMarketOptions(
        startPrice: Price(raw: tick * Int64.random(in: 1100...100_000, using: &generator)),
        volatilityBps: Double(generator.next() % 1001), spreadTicks: Int(1 + generator.next() % 1000),
        tradesPerSecond: [0.001, 0.5, 20, 3000, 100_000][Int(generator.next() % 5)],
        meanSizeSteps: Int64.random(in: 1...1_000_000_000, using: &generator))
      #expect(options.violations(for: instrument) == [], "seed \(seed), round \(round)")
      check(events(generator.next(), instrument, options, count: 3000), instrument, "seed \(seed), round \(round)")
    }
  }

  @Test func `a price that can only fall never reaches zero`() throws {
    let instrument = try instrument(price: 0)
    let options = MockMarketOptions(startPrice: Price(raw: 4), volatilityBps: 1000, tradesPerSecond: 0.001)
    check(events(3, instrument, options), instrument, "near zero")
  }

  @Test func `rate and volatility are about what was asked for`() throws {
    let instrument = try instrument(price: 1)
    let found = events(5, instrument, MockMarketOptions(startPrice: Price(raw: 600_000), volatilityBps: 3, tradesPerSecond: 50), count: 200_000)
    let seconds = Double(found[found.count - 1].exchangeMilliseconds - t) / 1000
    let trades = found.filter { if case .trade = $0 { true } else { false } }.count
    #expect(abs(Double(trades) / seconds / 50 - 1) < 0.05)
    var (sum, count, last, second) = (0.0, 0, 600_000.0, t)
    for case .quote(let quote, let milliseconds) in found where milliseconds >= second + 1000 {
      let bid = Double(quote.bidPrice.raw)
      sum += (bid / last - 1) * (bid / last - 1)
      (last, second, count) = (bid, milliseconds, count + 1)
    }
    let deviationBps = (sum / Double(count)).squareRoot() * 10_000
    #expect(abs(deviationBps / 3 - 1) < 0.15, "\(deviationBps)")
  }

  @Test func `options out of range are named`() throws {
    let instrument = try instrument(price: 1)
    let options = MockMarketOptions(startPrice: Price(raw: 0), volatilityBps: .nan, spreadTicks: 0, tradesPerSecond: 0, meanSizeSteps: 0)
    #expect(options.violations(for: instrument).count == 5)
  }
}
