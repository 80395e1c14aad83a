import Foundation
import Market
import TestKit
import Testing

@testable import Portfolio

@Suite struct DayTests {
  private func report(_ portfolio: inout Portfolio, _ equity: Int64, of host: String = "a", at now: Int64 = noon) -> [PortfolioEvent] {
    portfolio.take(HostReport(host: host, equity: units(equity), symbols: []), at: now)
  }

  private struct Case: Sendable {
    var first: Int64
    var then: [Int64]
    var halt: String?

    init(_ first: Int64, _ then: [Int64], _ halt: String? = nil) { (self.first, self.then, self.halt) = (first, then, halt) }
  }

  private static let cases = [
    Case(100_000, [99_801]), Case(100_000, [99_800], "DAILY_LOSS_LIMIT: Daily loss 200.00 >= limit 200.00 USDT"),
    Case(100_000, [99_790], "DAILY_LOSS_LIMIT: Daily loss 210.00 >= limit 200.00 USDT"),
    Case(1000, [950], "DAILY_LOSS_PCT: Daily loss 5.00% >= limit 5%"), Case(1000, [951]),
    Case(100_000, [100_600, 100_101]), Case(100_000, [100_600, 100_100], "DD_LIMIT: Drawdown 500.00 >= limit 500.00 USDT"),
    Case(1000, [1100, 990], "DD_PCT_LIMIT: Drawdown 10.00% >= limit 10%"), Case(1000, [1100, 991]),
    // More than one is reached: the first of the reference's order is named.
    Case(1000, [800], "DAILY_LOSS_LIMIT: Daily loss 200.00 >= limit 200.00 USDT"),
    Case(1000, [1500, 940], "DAILY_LOSS_PCT: Daily loss 6.00% >= limit 5%"),
    Case(1000, [1600, 1000], "DD_LIMIT: Drawdown 600.00 >= limit 500.00 USDT"),
    // Without a positive base there is no share of it.
    Case(0, [-199]), Case(0, [-200], "DAILY_LOSS_LIMIT: Daily loss 200.00 >= limit 200.00 USDT"),
  ]

  @Test(arguments: cases.indices)
  func `A loss or a fall of the day halts`(index: Int) {
    let (first, then, halt) = (Self.cases[index].first, Self.cases[index].then, Self.cases[index].halt)
    var portfolio = Portfolio.shipped()
    #expect(report(&portfolio, first) == [])
    var events: [PortfolioEvent] = []
    for equity in then { events += report(&portfolio, equity) }
    let words = events.map { if case .halted(let code, let reason) = $0 { "\(code): \(reason)" } else { "\($0)" } }
    #expect(words == (halt.map { [$0] } ?? []))
    #expect((portfolio.state.halt != nil) == (halt != nil))
    #expect(portfolio.evaluate(.buy(1), at: noon).isAllowed == (halt == nil))
  }

  @Test func `Hosts lose together, and one that comes or goes changes nothing`() {
    var portfolio = Portfolio.shipped()
    _ = report(&portfolio, 100_000, of: "a")
    #expect(report(&portfolio, 99_880, of: "a") == [])
    #expect(report(&portfolio, 5_000_000, of: "b") == [], "its whole equity is no gain")
    #expect(portfolio.profit == units(-120))
    var other = portfolio
    #expect(report(&portfolio, 4_999_920, of: "b").count == 1, "120 and 80")
    #expect(other.forget(host: "b") && report(&other, 99_880) == [])
  }

  @Test func `What a host lost today is not forgotten with it`() {
    var portfolio = Portfolio.shipped()
    _ = report(&portfolio, 100_000, of: "a")
    _ = report(&portfolio, 50_000, of: "b")
    #expect(report(&portfolio, 99_850, of: "a") == [])
    #expect(portfolio.forget(host: "a") && portfolio.profit == units(-150) && portfolio.equity == units(50_000))
    var other = portfolio
    #expect(report(&portfolio, 49_950, of: "b").count == 1, "150 and 50")
    // It comes back, as a host that goes to another mode and back: its base of the day is the one it had.
    #expect(report(&other, 99_900, of: "a") == [] && other.profit == units(-100))
    #expect(report(&other, 99_800, of: "a").count == 1)
    other.clearHalt(isRebasing: true)
    _ = other.forget(host: "a")
    #expect(other.profit == .zero)
    #expect(report(&other, 50_000, of: "b", at: noon + aDay) == [.dayBegan("2026-02-03")])
    #expect(other.state.departed.isEmpty && report(&other, 1, of: "a", at: noon + aDay) == [], "a day later it is as any other")
  }

  @Test func `A winner that is forgotten is no fall`() {
    var portfolio = Portfolio.shipped()
    _ = report(&portfolio, 100_000, of: "a")
    _ = report(&portfolio, 100_000, of: "b")
    #expect(report(&portfolio, 100_600, of: "a") == [] && portfolio.forget(host: "a"))
    #expect(portfolio.drawdown == .zero && report(&portfolio, 100_000, of: "b") == [])
    #expect(report(&portfolio, 99_900, of: "b").isEmpty && portfolio.drawdown == units(100))
  }

  @Test func `The share that is lost is one of all that began the day, those that are gone included`() {
    var portfolio = Portfolio.shipped()
    _ = report(&portfolio, 100_000, of: "a")
    _ = report(&portfolio, 1000, of: "b")
    _ = report(&portfolio, 99_900, of: "a")
    _ = portfolio.forget(host: "a")
    #expect(report(&portfolio, 1000, of: "b") == [], "100 of 101000, not of 1000")
  }

  @Test func `However many are forgotten in a day, their sum is kept in a bounded place`() {
    var portfolio = Portfolio.shipped()
    for number in 0..<(2 * Portfolio.maximumDeparted) {
      portfolio.join("\(number)", equity: 1_000_000)
      // A ten-thousandth each.
      let equity = Money(raw: units(1_000_000).raw - units(1).raw / 10_000)
      _ = portfolio.take(HostReport(host: "\(number)", equity: equity, symbols: []), at: noon)
      _ = portfolio.forget(host: "\(number)")
    }
    #expect(portfolio.state.departed.count <= Portfolio.maximumDeparted + 1)
    #expect(portfolio.profit.raw == -Int128(2 * Portfolio.maximumDeparted) * units(1).raw / 10_000)
  }

  @Test func `A day that begins anew leaves those their base that have not reported on it`() {
    var portfolio = Portfolio.shipped()
    _ = report(&portfolio, 100_000, of: "a")
    _ = report(&portfolio, 100_000, of: "b")
    _ = report(&portfolio, 100_000, of: "a", at: noon + aDay)
    portfolio.clearHalt(isRebasing: true)
    #expect(report(&portfolio, 90_000, of: "b", at: noon + aDay) == [], "a night's change is none of the day")
    #expect(portfolio.profit == .zero)
  }

  @Test(arguments: [false, true])
  func `A new day ends a halt of the day only where it is to, and no operator's`(resumes: Bool) {
    var portfolio = Portfolio.shipped { $0.resumesOnNewDay = resumes }
    _ = report(&portfolio, 100_000)
    _ = report(&portfolio, 99_000)
    #expect(portfolio.state.halt?.isOfTheDay == true)
    let events = report(&portfolio, 99_000, at: noon + aDay)
    #expect(events == [.dayBegan("2026-02-03")] + (resumes ? [.resumed] : []))
    #expect((portfolio.state.halt == nil) == resumes && portfolio.profit == .zero)
    portfolio.halt(reason: "by hand")
    _ = report(&portfolio, 99_000, at: noon + 2 * aDay)
    #expect(portfolio.state.halt?.reason == "by hand")
    // A clock that is set back begins no day.
    #expect(report(&portfolio, 98_000, at: noon) == [] && portfolio.profit == units(-1000))
  }

  @Test func `A cleared halt comes back while the loss stands, unless the day begins anew`() {
    var portfolio = Portfolio.shipped()
    _ = report(&portfolio, 100_000)
    _ = report(&portfolio, 99_000)
    portfolio.clearHalt(isRebasing: false)
    #expect(portfolio.evaluate(.buy(1), at: noon).isAllowed)
    #expect(report(&portfolio, 99_000).count == 1)
    portfolio.clearHalt(isRebasing: true)
    #expect(report(&portfolio, 98_801) == [] && report(&portfolio, 98_800).count == 1)
  }

  @Test func `What is kept goes on as if nothing had happened`() throws {
    var chance = Chance.seeded("portfolio's state")
    for _ in 0..<50 {
      var one = Portfolio.shipped()
      var two = one
      for step in 0..<200 {
        let now = noon + Int64(step) * 400_000
        let host = "\(Int.random(in: 0..<3, using: &chance))"
        if chance.chance(10) {
          let kept = try JSONDecoder().decode(PortfolioState.self, from: JSONEncoder().encode(two.state))
          #expect(kept == two.state)
          two = Portfolio(two.limits, restoring: kept, at: now - two.limits.staleAfterMilliseconds)
        }
        if chance.chance(50) {
          let report = HostReport(
            host: host, equity: units(Int64.random(in: 9_900...10_100, using: &chance)),
            symbols: chance.chance(70)
              ? [.init(symbol: "BTCUSDT", position: nil, worstNotional: units(Int64.random(in: 0...6000, using: &chance)))] : nil,
            orderSequence: UInt64(step))
          #expect(one.take(report, at: now) == two.take(report, at: now))
        } else {
          let question = Question.buy(
            Int64.random(in: 1...6000, using: &chance), of: host, name: chance.chance(50) ? "\(step)" : nil, sequence: UInt64(step))
          #expect(one.evaluate(question, at: now) == two.evaluate(question, at: now), "seed \(chance.seed)")
        }
        if chance.chance(3) {
          one.clearHalt(isRebasing: true)
          two.clearHalt(isRebasing: true)
        }
      }
      #expect(one.state == two.state)
    }
  }
}
