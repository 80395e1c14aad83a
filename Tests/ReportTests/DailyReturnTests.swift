import Glibc
import Market
import Testing

@testable import Report

@Suite struct DailyReturnTests {
  private static let day: Int64 = 86_400_000
  private static let start: Int64 = 19_723 * day  // 2024-01-01

  /// Days with data from 00:00:01 to 23:59:59 each, with the equity at their ends.
  private func figures(_ equities: [Int64], initial: Int64 = 1000) -> DailyFigures {
    var returns = DailyReturns(initialEquity: Money(units: initial))
    for (index, equity) in equities.enumerated() {
      let start = Self.start + Int64(index) * Self.day
      if index == 0 { returns.begin(start + 1000) }
      let end = start + Self.day
      if index + 1 < equities.count {
        returns.advance(to: end + 1000, last: end - 1000, equity: Money(units: equity))
      } else {
        returns.close(last: end - 1000, equity: Money(units: equity))
      }
    }
    return returns.figures
  }

  @Test func `Sharpe and Sortino of four days, by hand`() throws {
    // 1000 -> 1100 -> 990 -> 1089 -> 1089: +10 %, -10 %, +10 %, 0. Mean 0.025, squared deviations 0.0275 in all.
    let figures = figures([1100, 990, 1089, 1089])
    #expect(figures.fullDays == 4 && figures.partialDays == 0)
    let daily = 0.025 / sqrt(0.0275 / 3)
    #expect(abs(try #require(figures.sharpe) - daily * sqrt(365)) < 1e-9)
    #expect(abs(try #require(figures.sharpeStandardError) - sqrt((1 + daily * daily / 2) / 4) * sqrt(365)) < 1e-9)
    // The one losing day's 0.01 over all four days: a downside deviation of 0.05.
    #expect(abs(try #require(figures.sortino) - 0.025 / 0.05 * sqrt(365)) < 1e-9)
    #expect(figures.sharpeNote == "only 4 days: little more than chance")
    #expect(figures.sortinoNote == figures.sharpeNote)
  }

  @Test(arguments: [0, 1]) func `One full day is no sample`(count: Int) {
    let figures = count == 0 ? DailyReturns(initialEquity: Money(units: 1)).figures : figures([1100])
    #expect(figures.sharpe == nil && figures.sharpeStandardError == nil && figures.sortino == nil)
    #expect(figures.sharpeNote == "not enough days (\(count))")
    #expect(figures.sortinoNote == "not enough days (\(count))")
  }

  @Test func `Days that only win have no Sortino, days that are all alike no Sharpe`() {
    let winning = figures([1100, 1300])
    #expect(winning.sharpe != nil && winning.sortino == nil && winning.sortinoNote == "no losing day")
    let flat = figures([1000, 1000, 1000])
    #expect(flat.sharpe == nil && flat.sharpeNote == "every day returned the same" && flat.sortinoNote == "no losing day")
  }

  @Test func `Thirty days are said without a warning`() {
    let figures = figures((0..<30).map { 1000 + Int64($0 % 3) })
    #expect(figures.fullDays == 30 && !figures.isShort && figures.sharpeNote == nil && figures.sortinoNote == nil)
    #expect(figures.sharpe != nil)
  }

  @Test func `Days in part are counted and left out, and the next day starts from their end`() {
    var returns = DailyReturns(initialEquity: Money(units: 1000))
    returns.begin(Self.start + 12 * 3_600_000)  // from noon: in part
    returns.advance(to: Self.start + Self.day + 5, last: Self.start + Self.day - 5, equity: Money(units: 2000))
    returns.advance(to: Self.start + 2 * Self.day + 5, last: Self.start + 2 * Self.day - 5, equity: Money(units: 2200))  // +10 %
    returns.advance(to: Self.start + 3 * Self.day + 5, last: Self.start + 3 * Self.day - 4_000_000, equity: Money(units: 9))  // cut short
    // No data at all on the next two days: they are no days.
    returns.advance(to: Self.start + 6 * Self.day + 5, last: Self.start + 4 * Self.day - 5, equity: Money(units: 9))
    returns.close(last: Self.start + 7 * Self.day - 5, equity: Money(units: 9))
    let figures = returns.figures
    #expect(figures.fullDays == 3 && figures.partialDays == 2)
    // +10 %, 0, 0.
    let mean = 0.1 / 3
    let deviation = sqrt((pow(0.1 - mean, 2) + 2 * mean * mean) / 2)
    #expect(abs((figures.sharpe ?? 0) - mean / deviation * sqrt(365)) < 1e-9)
  }

  @Test func `Money that came in is no return`() throws {
    var returns = DailyReturns(initialEquity: Money(units: 1000))
    returns.begin(Self.start)
    returns.transfer(Money(units: 500))
    returns.advance(to: Self.start + Self.day, last: Self.start + Self.day - 1, equity: Money(units: 1600))  // +10 %
    returns.transfer(Money(units: -600))
    returns.close(last: Self.start + 2 * Self.day - 1, equity: Money(units: 840))  // 1600 - 600 - 160: -10 %
    let figures = returns.figures
    #expect(figures.sharpe.map { abs($0) < 1e-9 } == true)
    #expect(figures.sortino.map { abs($0) < 1e-9 } == true)
  }

  @Test func `An account at zero has no return`() {
    let figures = figures([0, 0, 500, 1000])
    #expect(figures.fullDays == 2 && figures.partialDays == 2)
  }
}
