import Market
import Testing

@testable import Portfolio

@Suite struct OrderOfChecksTests {
  /// Everything is wrong with it at once: a host that is known and silent, just after a restart, with an order that is over each limit.
  private func portfolio(_ riskThousandths: Int64 = 1000) -> Portfolio {
    let limits = Portfolio.limits {
      $0.maximumTotalNotional = units(9000)
      $0.maximumAccountLeverageMillionths = 1_000_000
    }
    var before = Portfolio(limits)
    before.join(equity: 100)
    before.advise(pauses: false, riskThousandths: riskThousandths)
    return Portfolio(limits, restoring: before.state, at: noon + 20_000)
  }

  private func question() -> Question {
    var question = Question.buy(10_001)
    question.leverageMillionths = 5_000_001
    return question
  }

  @Test func `The first that refuses is named, in the order of the reference's table`() {
    var portfolio = portfolio()
    var question = question()
    var now = noon + 20_000
    func code() -> Verdict.Code { portfolio.evaluate(question, at: now).code }
    portfolio.halt(reason: "h")
    portfolio.advise(pauses: true, riskThousandths: 1000)
    portfolio.pause(reason: "p")
    question.quantity = .zero
    #expect(code() == .halted)
    portfolio.clearHalt(isRebasing: false)
    #expect(code() == .advisedPause)
    portfolio.clearAdvice()
    #expect(code() == .paused)
    portfolio.resume()
    #expect(code() == .orderInvalid)
    question.quantity = units(1)
    #expect(code() == .resynchronizing)
    now += 15_000
    #expect(code() == .heartbeatStale)
    question.host = "unknown"
    #expect(code() == .heartbeatMissing)
    question.host = "a"
    portfolio.join(equity: 100, at: now)
    #expect(code() == .symbolNotional)
    (question.price, question.notional) = (nil, units(10_000))
    #expect(code() == .leverage)
    question.leverageMillionths = 5_000_000
    #expect(code() == .totalNotional)
    question.notional = units(9000)
    #expect(code() == .accountLeverage)
    question.notional = units(100)
    #expect(code() == .allowed)
  }

  @Test func `What reduces passes every check but that of its own sense, and reserves nothing`() {
    var portfolio = portfolio()
    var question = question()
    (question.claimsReducing, question.positionBefore) = (true, units(-1))
    for host in ["a", "unknown"] {
      question.host = host
      let expected = Verdict(isAllowed: true, code: .allowed, reason: "Order allowed.", isReducing: true)
      #expect(portfolio.evaluate(question, at: noon + 20_000) == expected)
    }
    question.leverageMillionths = -1
    #expect(portfolio.evaluate(question, at: noon + 20_000).code == .orderInvalid)
    #expect(portfolio.state.reservations.isEmpty)
  }

  /// Half of 10000, of 5, of 9000 and of the equity of 100.
  @Test func `Advice tightens each limit by its share`() {
    var portfolio = portfolio(500)
    portfolio.join(equity: 100, at: noon + 20_000)
    func refusal(_ notional: Int64, leverage: Int64 = 1_000_000) -> Verdict {
      var question = Question.buy(notional)
      question.leverageMillionths = leverage
      return portfolio.evaluate(question, at: noon + 20_000)
    }
    #expect(refusal(5001).code == .symbolNotional)
    #expect(refusal(5000, leverage: 2_500_001).reason == "Order leverage 2.50 exceeds limit 2.50.")
    #expect(refusal(4501, leverage: 2_500_000).reason == "Order notional 4501.00 with 0.00 open or reserved exceeds the total limit 4500.00.")
    #expect(refusal(4500).code == .accountLeverage && refusal(51).code == .accountLeverage)
    #expect(refusal(50).isAllowed)
  }

  @Test func `The codes have the names that go over the wire`() {
    let names = [
      "OK", "HALTED", "LLM_PAUSE", "PAUSED", "INVALID_ORDER", "RESYNC", "HEARTBEAT_MISSING", "HEARTBEAT_STALE", "SYMBOL_NOTIONAL_LIMIT",
      "LEVERAGE_LIMIT", "TOTAL_NOTIONAL_LIMIT", "ACCOUNT_LEVERAGE_LIMIT",
    ]
    #expect(Verdict.Code.allCases.map(\.rawValue) == names)
  }
}
