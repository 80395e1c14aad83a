import Market
import Testing

@testable import Report

@Suite struct BoundedMemoryTests {
  @Test func `a million marks stay within the bound and lose no extreme`() {
    let seed = UInt64.random(in: 0 ... .max)
    print("seed \(seed)")
    var generator = SeededGenerator(state: seed)
    var series = EquitySeries(initialEquity: Money(units: 1000))
    var price: Int64 = 600_000
    var equity = Money(units: 1000).raw
    var prices = (low: Int64.max, high: Int64.min)
    var equities = (low: Int128.max, high: Int128.min)
    var peak = equity
    var drawdown: Int128 = 0
    var position: Int64 = 0
    var positions: (low: Int64, high: Int64) = (0, 0)
    for index in 0..<1_000_000 {
      let bits = generator.next()
      price += Int64(bits & 7) - 3
      // Half of the time nothing moves, as when flat.
      if bits & 8 == 0 { equity += Int128(bits >> 40) - Int128(1 << 23) }
      if bits & 0xFF0 == 0 {
        position = Int64(bits >> 48) - 32_768
        series.move(to: position)
        positions = (min(positions.low, position), max(positions.high, position))
      }
      series.add(Int64(index), Money(raw: equity), Price(raw: price))
      prices = (min(prices.low, price), max(prices.high, price))
      equities = (min(equities.low, equity), max(equities.high, equity))
      peak = max(peak, equity)
      drawdown = max(drawdown, peak - equity)
    }
    series.flush()
    #expect(series.count == 1_000_000)
    #expect(series.points.count <= EquitySeries.capacity)
    #expect(series.points.count >= EquitySeries.capacity / 4)
    #expect(series.points.map(\.priceMinimum.raw).min() == prices.low)
    #expect(series.points.map(\.priceMaximum.raw).max() == prices.high)
    #expect(series.points.map(\.equityMinimum.raw).min() == equities.low)
    #expect(series.points.map(\.equityMaximum.raw).max() == equities.high)
    #expect(series.points.map(\.drawdown.raw).max() == drawdown)
    #expect(series.points.map(\.positionMinimum).min() == positions.low)
    #expect(series.points.map(\.positionMaximum).max() == positions.high)
    #expect(series.points.last?.position == position)
    #expect(series.maximumDrawdown.raw == drawdown)
    #expect(series.points.last?.timeMilliseconds == 999_999)
    #expect(series.points.last?.equity.raw == equity)
    #expect(series.points.last?.price.raw == price)
    #expect(series.firstMilliseconds == 0)
    #expect(zip(series.points, series.points.dropFirst()).allSatisfy { $0.timeMilliseconds < $1.timeMilliseconds })
  }

  @Test(arguments: [1, 2, EquitySeries.capacity - 1, EquitySeries.capacity, EquitySeries.capacity + 1, 5000])
  func `every mark is counted, whatever the bucket's fill`(count: Int) {
    var series = EquitySeries(initialEquity: .zero)
    for index in 0..<count { series.add(Int64(index) + 7, Money(units: Int64(index % 5)), Price(raw: Int64(index))) }
    series.flush()
    series.flush()
    #expect(series.count == count)
    #expect(series.firstMilliseconds == 7)
    #expect(series.points.count <= EquitySeries.capacity)
    #expect(series.points.last?.price.raw == Int64(count - 1))
  }

  @Test func `a first mark below the initial equity is a drawdown`() {
    var series = EquitySeries(initialEquity: Money(units: 100))
    series.add(5, Money(units: 97), Price(raw: 1))
    series.flush()
    #expect(series.maximumDrawdown == Money(units: 3))
    #expect(series.troughMilliseconds == 5)
  }

  @Test func `thinned fills keep both sides of a trade`() {
    var marks = FillMarks()
    for index in 0..<13_719 {
      marks.add(ReportFixture.fill(index, index % 2 == 0 ? .buy : .sell, price: Int64(index), position: index % 2 == 0 ? 1 : 0))
    }
    #expect(marks.count == 13_719)
    #expect(marks.marks.count <= FillMarks.capacity)
    #expect(marks.marks.count >= FillMarks.capacity / 4)
    for (index, mark) in marks.marks.enumerated() {
      #expect(mark.side == (index % 2 == 0 ? .buy : .sell))
      if index % 2 == 1 { #expect(mark.price.raw == marks.marks[index - 1].price.raw + 1) }
    }
  }

  @Test func `statistics cover all trades, tables the latest, the best and the worst`() {
    var statistics = TradeStatistics()
    for index in 0..<1234 { statistics.add(ReportFixture.trade(Int128(index * 37 % 1234) - 600, at: Int64(index))) }
    #expect(statistics.count == 1234)
    #expect(statistics.wins == 633)
    #expect(statistics.losses == 600)
    #expect(statistics.grossProfit.raw == (1...633).reduce(0, +))
    #expect(statistics.grossLoss.raw == -(1...600).reduce(0, +))
    #expect(statistics.latest.map(\.entryMilliseconds) == (734..<1234).map { Int64($0) })
    #expect(statistics.best.map(\.pnl.raw) == (0..<10).map { 633 - Int128($0) })
    #expect(statistics.worst.map(\.pnl.raw) == (0..<10).map { Int128($0) - 600 })
  }

  @Test func `refusals over any time stay in their slots and none is lost`() {
    let seed = UInt64.random(in: 0 ... .max)
    print("seed \(seed)")
    var generator = SeededGenerator(state: seed)
    var times = RefusalTimes(codeCount: 3)
    var made: [(code: Int, time: Int64)] = []
    var time: Int64 = 1_704_067_200_000
    for _ in 0..<20_000 {
      time += Int64.random(in: 0...600_000, using: &generator)
      let code = Int.random(in: 0...1, using: &generator)
      times.add(code, time)
      made.append((code, time))
    }
    for code in 0...1 {
      var expected = [Int](repeating: 0, count: RefusalTimes.slotCount)
      for refusal in made where refusal.code == code { expected[Int((refusal.time - made[0].time) / times.slotMilliseconds)] += 1 }
      #expect(times.counts(code) == expected, "seed \(seed)")
    }
    #expect(times.counts(2).isEmpty)
    #expect(times.startMilliseconds == made[0].time)
    // Wide enough, and not wider than needed.
    #expect(times.slotMilliseconds * Int64(RefusalTimes.slotCount) > time - made[0].time)
    #expect(times.slotMilliseconds * Int64(RefusalTimes.slotCount / 2) <= time - made[0].time)
  }

  @Test func `money that comes in is no new peak, and what leaves no drawdown`() {
    var series = EquitySeries(initialEquity: Money(units: 100))
    series.add(1, Money(units: 100), Price(raw: 1))
    series.transfer(Money(units: 50))
    series.add(2, Money(units: 147), Price(raw: 1))
    series.transfer(Money(units: -100))
    series.add(3, Money(units: 49), Price(raw: 1))
    series.flush()
    #expect(series.maximumDrawdown == Money(units: 3))
    #expect(series.troughMilliseconds == 2)
  }

  @Test func `streaks count trades in a row, and a break-even trade is no win`() {
    var statistics = TradeStatistics()
    for pnl in [1, 1, 1, -1, 0, 1] as [Int128] { statistics.add(ReportFixture.trade(pnl)) }
    #expect(statistics.longestWinStreak == 3)
    #expect(statistics.longestLossStreak == 2)
    #expect(statistics.wins == 4)
    #expect(statistics.losses == 1)
  }
}
