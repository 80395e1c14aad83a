import Market
import TestKit
import Testing

@testable import Portfolio

/// What no honest host says, and what a host with the token may say all the same.
@Suite struct HostileTests {
  @Test func `A negative price gives nobody room`() {
    var portfolio = Portfolio.shipped()
    portfolio.join("a")
    portfolio.join("b")
    var question = Question.buy(1, name: "1")
    (question.price, question.notional) = (units(-1_000_000), nil)
    let verdict = portfolio.evaluate(question, at: noon)
    #expect(verdict == Verdict(isAllowed: false, code: .orderInvalid, reason: "Notional must be non-negative.", isReducing: false))
    #expect(portfolio.taken(nil) == .zero)
    #expect(portfolio.evaluate(.buy(10_001, of: "b"), at: noon).code == .symbolNotional)
  }

  @Test func `An order to open that is worth nothing is none`() {
    var portfolio = Portfolio.shipped()
    portfolio.join()
    for (price, notional) in [(nil, Money.zero), (Money.zero, nil), (Money.zero, Money.zero)] {
      var question = Question.buy(1)
      (question.price, question.notional) = (price, notional)
      let verdict = portfolio.evaluate(question, at: noon)
      #expect(verdict == Verdict(isAllowed: false, code: .orderInvalid, reason: "Notional must be positive.", isReducing: false))
      // What only closes is asked with whatever worth its host knows.
      (question.isBuy, question.claimsReducing, question.positionBefore) = (false, true, units(1))
      #expect(portfolio.evaluate(question, at: noon).isAllowed)
    }
  }

  @Test(arguments: [Int64(0), -1])
  func `No quantity reduces nothing, and no stop lets it through`(quantity: Int64) {
    var portfolio = Portfolio.shipped()
    portfolio.join()
    let question = Question(
      host: "silent", symbol: "BTCUSDT", isBuy: false, quantity: units(quantity), notional: units(1), claimsReducing: true)
    #expect(portfolio.evaluate(question, at: noon).reason == "Quantity must be positive.")
    portfolio.halt(reason: "why")
    #expect(portfolio.evaluate(question, at: noon) == Verdict(isAllowed: false, code: .halted, reason: "why", isReducing: false))
  }

  @Test func `Amounts beyond every bound are refused and stop nobody`() {
    let huge = Money(raw: .max)
    var portfolio = Portfolio.shipped { $0.maximumTotalNotional = units(1_000_000_000_000) }
    for host in ["a", "b", "c"] {
      let symbols = ["BTCUSDT", "ETHUSDT"].map { HostReport.Symbol(symbol: $0, position: huge, worstNotional: huge) }
      _ = portfolio.take(HostReport(host: host, equity: huge, notional: huge, symbols: symbols), at: noon)
    }
    #expect(portfolio.evaluate(.buy(1), at: noon).code == .symbolNotional)
    #expect(portfolio.evaluate(.buy(1, "XRPUSDT"), at: noon).code == .totalNotional)
    for host in ["a", "b", "c"] { _ = portfolio.take(HostReport(host: host, equity: Money(raw: .min), symbols: []), at: noon) }
    #expect(portfolio.state.halt?.isOfTheDay == true)
    #expect(portfolio.summary(at: noon).profit.raw < 0)
  }

  @Test func `A price times a quantity beyond every bound is refused`() {
    var portfolio = Portfolio.shipped()
    portfolio.join()
    #expect(portfolio.evaluate(.buy(1), at: noon).isAllowed)
    var question = Question.buy(1)
    // Each alone is below what the parsers take.
    (question.quantity, question.price) = (units(100_000_000_000_000), units(100_000_000_000_000))
    #expect(portfolio.evaluate(question, at: noon).code == .symbolNotional)
  }

  @Test func `What a host reports below zero makes no room for others`() {
    var portfolio = Portfolio.shipped { $0.maximumTotalNotional = units(10_000) }
    let symbol = HostReport.Symbol(symbol: "BTCUSDT", position: nil, worstNotional: units(-5000))
    _ = portfolio.take(HostReport(host: "a", notional: units(-5000), symbols: [symbol]), at: noon)
    portfolio.join("b")
    _ = portfolio.take(HostReport(host: "c", notional: units(-5000)), at: noon)
    #expect(portfolio.evaluate(.buy(10_001, of: "b"), at: noon).code == .symbolNotional)
    #expect(portfolio.evaluate(.buy(10_000, of: "b"), at: noon).isAllowed)
  }

  @Test func `A symbol that is named twice counts twice, and its position is the sum`() {
    var portfolio = Portfolio.shipped()
    let twice = [units(3), units(-1)].map { HostReport.Symbol(symbol: "BTCUSDT", position: $0, worstNotional: units(4000)) }
    _ = portfolio.take(HostReport(host: "a", symbols: twice), at: noon)
    #expect(portfolio.taken("BTCUSDT") == units(8000))
    var question = Question(host: "a", symbol: "BTCUSDT", isBuy: false, quantity: units(2), notional: units(1), claimsReducing: true)
    #expect(portfolio.evaluate(question, at: noon).isReducing)
    question.quantity = units(3)
    #expect(!portfolio.evaluate(question, at: noon).isReducing)
  }

  @Test func `A clock that is set back makes no silent host fresh`() {
    var portfolio = Portfolio.shipped()
    portfolio.join()
    let before = noon - 3_600_000
    #expect(portfolio.evaluate(.buy(1), at: before).code == .heartbeatStale && portfolio.staleHosts(at: before) == ["a"])
    #expect(portfolio.evaluate(.buy(1), at: noon - 15_000).isAllowed, "a small step is none")
    portfolio.join(at: before)
    #expect(portfolio.evaluate(.buy(1), at: before).isAllowed)
  }

  @Test func `One that asks on and on may still ask again about the same`() {
    var portfolio = Portfolio.shipped { $0.maximumSymbolNotional = units(1_000_000) }
    portfolio.join()
    for number in 0..<Portfolio.maximumReservations { _ = portfolio.evaluate(.buy(1, name: "\(number)"), at: noon) }
    #expect(portfolio.evaluate(.buy(1, name: "one more"), at: noon).code == .heartbeatStale)
    #expect(portfolio.evaluate(.buy(1, name: "7"), at: noon).isAllowed)
  }
}
