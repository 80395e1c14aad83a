import Market
import Testing

@testable import Report

/// Figures against numbers worked out by hand. Prices have 1 decimal, quantities 3.
@Suite struct MeasureTests {
  private static let start: Int64 = 1_704_067_200_000  // 2024-01-01 00:00 UTC

  /// Feeds a run as the backtest does: `advance` before an input, then its fills, then it is the last moment.
  private struct Script {
    var measures: RunMeasures
    var moment = RunMeasures.Moment(timeMilliseconds: 0, equity: Money(units: 1000), bid: .zero, ask: .zero, last: .zero)

    init(instances: [String] = ["a"], equity: Int64 = 1000) throws {
      measures = RunMeasures(instrument: try ReportFixture.instrument(), instances: instances, initialEquity: Money(units: equity))
      moment.equity = Money(units: equity)
    }

    /// A quote at `offset` ms after the start. `fills` happen during it, decided at the quote before it.
    mutating func quote(_ offset: Int64, bid: Int64, ask: Int64, equity: Money? = nil, fills: [FillRow] = []) {
      let time = MeasureTests.start + offset
      if time > measures.wakeMilliseconds { measures.advance(to: time, moment) }
      for fill in fills {
        var fill = fill
        fill.timeMilliseconds = time
        fill.decisionBid = moment.bid
        fill.decisionAsk = moment.ask
        measures.fill(fill)
      }
      moment = RunMeasures.Moment(
        timeMilliseconds: time, equity: equity ?? moment.equity, bid: Price(raw: bid), ask: Price(raw: ask), last: Price(raw: bid))
    }

    consuming func finish() -> RunFigures { measures.finish(moment) }
  }

  private static func fill(_ side: Side, _ price: Int64, quantity: Int64, position: Int64, maker: Bool = false, instance: Int = 0) -> FillRow {
    var row = ReportFixture.fill(0, side, price: price, position: position)
    row.quantity = Quantity(raw: quantity)
    row.notional = Money(raw: Int128(price) * Int128(quantity) * 100_000_000_000_000)
    row.isMaker = maker
    row.instance = instance
    return row
  }

  private static func close(_ figure: BpsFigure, _ bps: Double, _ count: Int) -> Bool {
    figure.count == count && figure.bps.map { abs($0 - bps) < 1e-9 } == true
  }

  @Test func `Slippage is measured against the quote of the decision`() throws {
    var script = try Script()
    script.quote(0, bid: 999, ask: 1001)  // mid 100.0
    // Bought at 100.3, ask 100.1: (100.3 - 100.1) / 100 = 20 bps, 30 against the mid. Worth 100.3.
    // Sold at 99.8, bid 99.9: 10 bps, 20 against the mid. Worth 199.6.
    // Bought as maker at 99.9: 100.1 was the ask, so -20 bps, and -10 against the mid.
    script.quote(
      10, bid: 2000, ask: 2002,
      fills: [
        Self.fill(.buy, 1003, quantity: 1000, position: 1000), Self.fill(.sell, 998, quantity: 2000, position: -1000),
        Self.fill(.buy, 999, quantity: 1000, position: 0, maker: true),
      ])
    let figures = script.finish()
    let instance = figures.instances[0]
    #expect(Self.close(instance.taker.touchSlippage, (2006.0 + 1996) / 299.9, 2))
    #expect(Self.close(instance.taker.midSlippage, (3009.0 + 3992) / 299.9, 2))
    #expect(Self.close(instance.maker.touchSlippage, -20, 1))
    #expect(Self.close(instance.maker.midSlippage, -10, 1))
    #expect(Self.close(instance.all.midSlippage, 6002.0 / 399.8, 3))
    #expect(abs(try #require(instance.makerShare) - 99.9 / 399.8) < 1e-12)
    #expect(instance.all.notional == Money(raw: 399_800_000_000_000_000_000))
  }

  @Test func `A fill without a quote at its decision has no slippage`() throws {
    var script = try Script()
    script.quote(0, bid: 999, ask: 1001, fills: [Self.fill(.buy, 1000, quantity: 1000, position: 1000)])
    let figures = script.finish()
    #expect(figures.total.all.fills == 1)
    #expect(figures.total.all.touchSlippage == BpsFigure(bps: nil, count: 0))
    #expect(figures.total.all.midSlippage == BpsFigure(bps: nil, count: 0))
  }

  @Test func `Markouts take the mid in force when the time is over, and none beyond the data`() throws {
    var script = try Script()
    script.quote(0, bid: 999, ask: 1001)
    // Bought at 100.0 at 50 ms, so the horizons end at 150, 1050, 5050 and 30,050 ms.
    script.quote(50, bid: 999, ask: 1001, fills: [Self.fill(.buy, 1000, quantity: 1000, position: 1000)])
    script.quote(100, bid: 1001, ask: 1003)  // mid 100.2
    script.quote(150, bid: 1003, ask: 1005)  // mid 100.4, in force at 150: 40 bps
    script.quote(151, bid: 900, ask: 902)
    script.quote(1050, bid: 989, ask: 990)
    script.quote(1050, bid: 989, ask: 991)  // the later one of the same time, mid 99.0: -100 bps
    script.quote(1051, bid: 1019, ask: 1021)  // mid 102.0, still in force at 5050: 200 bps
    // Sold at 110.0 at 6000: 0.1 s ends inside the data, the others after it.
    script.quote(6000, bid: 1099, ask: 1101, fills: [Self.fill(.sell, 1100, quantity: 3000, position: -2000, maker: true)])
    script.quote(6050, bid: 1088, ask: 1090)  // mid 108.9: 100 bps for a sell
    script.quote(6100, bid: 1088, ask: 1090)  // exactly 0.1 s after it, and the last event
    let instance = script.finish().instances[0]
    #expect(Self.close(instance.taker.markouts[0], 40, 1))
    #expect(Self.close(instance.taker.markouts[1], -100, 1))
    #expect(Self.close(instance.taker.markouts[2], 200, 1))
    #expect(instance.taker.markouts[3] == BpsFigure(bps: nil, count: 0))
    #expect(Self.close(instance.maker.markouts[0], 100, 1))
    #expect(instance.maker.markouts[1] == BpsFigure(bps: nil, count: 0))
    // Weights 100 and 330.
    #expect(Self.close(instance.all.markouts[0], 37_000.0 / 430, 2))
  }

  @Test func `Without quotes the mid is the last trade`() throws {
    var script = try Script()
    script.quote(0, bid: 1000, ask: 0, fills: [Self.fill(.sell, 1000, quantity: 1000, position: -1000)])
    script.quote(200, bid: 1000, ask: 0)
    script.quote(300, bid: 990, ask: 0)
    script.quote(1001, bid: 990, ask: 0)
    let markouts = script.finish().total.taker.markouts
    #expect(Self.close(markouts[0], 0, 1))
    #expect(Self.close(markouts[1], 100, 1))
  }

  @Test func `Markouts of any fills are those of a table of all quotes`() throws {
    let seed = UInt64.random(in: 0 ... .max)
    print("seed \(seed)")
    var generator = SeededGenerator(state: seed)
    var script = try Script(instances: ["a", "b"])
    var quotes: [(time: Int64, twiceMid: Int64)] = []
    var fills: [(time: Int64, row: FillRow)] = []
    var time: Int64 = 0
    for _ in 0..<20_000 {
      time += Int64.random(in: 0...400, using: &generator) / Int64.random(in: 1...40, using: &generator)
      let bid = Int64.random(in: 9_000...11_000, using: &generator)
      let ask = bid + Int64.random(in: 1...20, using: &generator)
      var made: [FillRow] = []
      if Int.random(in: 0..<4, using: &generator) == 0 {
        let side: Side = Bool.random(using: &generator) ? .buy : .sell
        made.append(
          Self.fill(
            side, bid, quantity: Int64.random(in: 1...5000, using: &generator), position: 0, maker: Bool.random(using: &generator),
            instance: Int.random(in: 0...1, using: &generator)))
        fills.append((time, made[0]))
      }
      script.quote(time, bid: bid, ask: ask, fills: made)
      quotes.append((time, bid + ask))
    }
    let end = time
    let figures = script.finish()
    for (instance, figure) in figures.instances.enumerated() {
      for (isMaker, kind) in [(false, figure.taker), (true, figure.maker)] {
        for (horizon, length) in [100, 1000, 5000, 30_000].enumerated() {
          var sum = 0.0
          var weight = 0.0
          var count = 0
          var at = 0
          for fill in fills {
            let due = fill.time + Int64(length)
            while at + 1 < quotes.count, quotes[at + 1].time <= due { at += 1 }
            guard fill.row.instance == instance, fill.row.isMaker == isMaker, due <= end else { continue }
            let price = Double(fill.row.price.raw)
            let quantity = Double(fill.row.quantity.raw)
            sum += Double(fill.row.side.sign) * (Double(quotes[at].twiceMid) / 2 - price) * quantity
            weight += price * quantity
            count += 1
          }
          #expect(kind.markouts[horizon].count == count)
          #expect(abs(try #require(kind.markouts[horizon].bps) - 1e4 * sum / weight) < 1e-6, "horizon \(length), seed \(seed)")
        }
      }
    }
  }

  @Test func `More fills than the ring holds are counted as given up`() throws {
    var script = try Script()
    let count = PendingMarkouts.capacity + 10
    // All within 50 ms, so that none is due before the ring is full.
    let row = Self.fill(.buy, 1000, quantity: 1, position: 1)
    script.quote(0, bid: 999, ask: 1001)
    for index in 0..<count { script.quote(Int64(index) * 50 / Int64(count), bid: 999, ask: 1001, fills: [row]) }
    script.quote(40_000, bid: 999, ask: 1001)
    let figures = script.finish()
    #expect(figures.droppedMarkouts == 4 * 10)
    for markout in figures.total.taker.markouts { #expect(Self.close(markout, 0, PendingMarkouts.capacity)) }
  }

  @Test func `Trades add up to gross, fees, funding and net`() throws {
    var script = try Script(instances: ["a", "b"])
    for (instance, pnl, held): (Int, Int128, Int64) in [(0, 5, 10), (0, -3, 1000), (1, 1, 40), (0, 0, 20)] {
      var trade = ReportFixture.trade(pnl * 1_000_000_000_000_000_000)
      trade.instance = instance
      trade.fees = Money(units: 2)
      trade.funding = Money(units: instance == 0 ? -1 : 4)
      trade.exitMilliseconds = trade.entryMilliseconds + held
      script.measures.roundTrip(trade)
    }
    let figures = script.finish()
    let a = figures.instances[0]
    #expect(a.trades == 3 && a.wins == 1)
    #expect(a.netPnL == Money(units: 2) && a.fees == Money(units: 6) && a.funding == Money(units: -3) && a.grossPnL == Money(units: 5))
    #expect(a.averageHoldingMilliseconds == 343 && a.medianHoldingMilliseconds == 20)
    #expect(figures.total.trades == 4 && figures.total.netPnL == Money(units: 3) && figures.total.medianHoldingMilliseconds == 20)
    #expect(figures.total.id == "all")
  }

  @Test func `The median of any holding times is within 1.6 percent`() {
    let seed = UInt64.random(in: 0 ... .max)
    print("seed \(seed)")
    var generator = SeededGenerator(state: seed)
    for _ in 0..<50 {
      var times = HoldingTimes()
      let values = (0..<Int.random(in: 1...400, using: &generator)).map { _ in
        Int64.random(in: 0...(Int64(1) << Int64.random(in: 0...50, using: &generator)), using: &generator)
      }
      for value in values { times.add(value) }
      let exact = values.sorted()[(values.count - 1) / 2]
      let median = times.medianMilliseconds ?? -1
      #expect(abs(Double(median - exact)) <= Double(exact) * 0.016, "\(median) for \(exact), seed \(seed)")
      if exact < 64 { #expect(median == exact) }
    }
    var longest = HoldingTimes()
    longest.add(.max)
    #expect(longest.medianMilliseconds.map { $0 > Int64.max / 64 * 63 } == true)
  }

  @Test func `Each instance has its own exposure and refusals, all together the account's`() throws {
    var script = try Script(instances: ["a", "b"])
    script.quote(0, bid: 1000, ask: 1000)
    script.quote(10, bid: 1000, ask: 1000, fills: [Self.fill(.sell, 1000, quantity: 2000, position: -2000)])
    script.quote(20, bid: 1000, ask: 1000, fills: [Self.fill(.buy, 1010, quantity: 1500, position: 1500, instance: 1)])
    script.quote(30, bid: 1000, ask: 1000, fills: [Self.fill(.buy, 1000, quantity: 500, position: -1500)])
    script.measures.refusal(instance: 1)
    script.measures.refusal(instance: 1)
    let figures = script.finish()
    #expect(figures.instances.map(\.maximumExposure) == [Money(units: 200), Money(raw: 151_500_000_000_000_000_000)])
    #expect(figures.total.maximumExposure == Money(units: 200) && figures.maximumExposure == Money(units: 200))
    #expect(figures.instances.map(\.refusals) == [0, 2] && figures.total.refusals == 2)
  }

  @Test func `Days end with the equity of the last event before midnight`() throws {
    var script = try Script()
    let day = DailyReturns.millisecondsPerDay
    for (index, end) in [1100, 990, 1089].enumerated() {
      let start = Int64(index) * day
      script.quote(start, bid: 1000, ask: 1000)
      // The day's worst and best are no ends.
      script.quote(start + day / 2, bid: 1000, ask: 1000, equity: Money(units: 1))
      script.quote(start + day - 1, bid: 1000, ask: 1000, equity: Money(units: Int64(end)))
    }
    // Half a day more: in part.
    script.quote(3 * day, bid: 1000, ask: 1000, equity: Money(units: 5000))
    let figures = script.finish().daily
    #expect(figures.fullDays == 3 && figures.partialDays == 1)
    // +10 %, -10 %, +10 %: mean 0.1/3, squared deviations 0.03 - 0.01/3 in all.
    let daily: Double = 0.1 / 3 / ((0.03 - 0.01 / 3) / 2).squareRoot()
    #expect(abs(try #require(figures.sharpe) - daily * 365.0.squareRoot()) < 1e-9)
  }

  @Test func `Exposure and time in the market`() throws {
    var script = try Script()
    script.quote(0, bid: 1000, ask: 1000)
    script.quote(1000, bid: 1000, ask: 1000, fills: [Self.fill(.sell, 1000, quantity: 2000, position: -2000)])
    // 2 x 110 is seen at the minute, though no fill was near it.
    script.quote(59_000, bid: 1100, ask: 1100)
    script.quote(61_000, bid: 1000, ask: 1000, fills: [Self.fill(.buy, 1000, quantity: 2000, position: 0)])
    script.quote(100_000, bid: 1000, ask: 1000)
    script.quote(120_000, bid: 1000, ask: 1000, fills: [Self.fill(.buy, 1000, quantity: 1, position: 1)])
    script.quote(240_000, bid: 1000, ask: 1000)
    let figures = script.finish()
    #expect(figures.maximumExposure == Money(units: 220))
    #expect(figures.timeInMarket == (60.0 + 120.0) / 240.0)
    #expect(figures.total.openPosition == Quantity(raw: 1))
  }
}
