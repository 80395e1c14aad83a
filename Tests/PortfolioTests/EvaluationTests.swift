import Market
import Testing

@testable import Portfolio

@Suite struct EvaluationTests {
  private func verdict(_ question: Question, _ change: (inout Portfolio) -> Void = { _ in }) -> Verdict {
    var portfolio = Portfolio.shipped()
    portfolio.join()
    change(&portfolio)
    return portfolio.evaluate(question, at: noon)
  }

  @Test func `The reference's verdicts have its codes and words`() {
    var question = Question.buy(20_000)
    #expect(verdict(.buy(4500)) == Verdict(isAllowed: true, code: .allowed, reason: "Order allowed.", isReducing: false))
    #expect(verdict(question).reason == "Order notional 20000.00 exceeds per-symbol limit 10000.00." && verdict(question).code == .symbolNotional)
    question = .buy(4500)
    question.leverageMillionths = 9_000_000
    #expect(verdict(question).reason == "Order leverage 9.00 exceeds limit 5.00." && verdict(question).code == .leverage)
    question.leverageMillionths = 0
    #expect(verdict(question).reason == "Leverage must be positive." && verdict(question).code == .orderInvalid)
    question = .buy(4500)
    (question.price, question.notional) = (nil, nil)
    #expect(verdict(question).reason == "Notional or price must be provided." && verdict(question).code == .orderInvalid)
    question.notional = units(-1)
    #expect(verdict(question).reason == "Notional must be non-negative." && verdict(question).code == .orderInvalid)
  }

  @Test func `What is said too small is taken for what it is worth, and nothing is no order`() {
    var question = Question.buy(20_000)
    question.notional = units(1)
    #expect(verdict(question).code == .symbolNotional)
    question.notional = nil
    #expect(verdict(question).code == .symbolNotional)
    for quantity in [Money.zero, units(-1)] {
      question = .buy(100)
      question.quantity = quantity
      #expect(verdict(question).code == .orderInvalid && verdict(question).reason == "Quantity must be positive.")
    }
  }

  @Test func `A stop lets only what reduces through, in the order of the reference's table`() {
    var reducing = Question(host: "a", symbol: "BTCUSDT", isBuy: false, quantity: units(1), notional: units(50_000), claimsReducing: true)
    reducing.positionBefore = units(2)
    let stops: [(Verdict.Code, String, (inout Portfolio) -> Void)] = [
      (.halted, "why", { $0.halt(reason: "why") }), (.advisedPause, "LLM pause active.", { $0.advise(pauses: true, riskThousandths: 1000) }),
      (.paused, "Paused: lunch", { $0.pause(reason: "lunch") }),
    ]
    for (index, (code, reason, stop)) in stops.enumerated() {
      #expect(verdict(.buy(1), stop) == Verdict(isAllowed: false, code: code, reason: reason, isReducing: false))
      let allowed = verdict(reducing, stop)
      #expect(
        allowed.isAllowed && allowed.code == code && allowed.reason.hasSuffix("active; only risk-reducing orders allowed.") == (code != .paused))
      // The earlier stop is the one that is named.
      for (earlier, _, other) in stops[..<index] {
        #expect(
          verdict(.buy(1)) {
            stop(&$0)
            other(&$0)
          }.code == earlier)
      }
    }
    #expect(
      verdict(.buy(1)) {
        $0.pause(reason: "x")
        $0.resume()
      }.isAllowed)
  }

  private struct Claim: Sendable {
    var claims = true
    var before: Int64?
    var reported: Int64?
    var isBuy = false
    var quantity: Int64
    var isReducing: Bool
  }

  private static let claims = [
    Claim(before: 2, quantity: 2, isReducing: true), Claim(before: 2, quantity: 3, isReducing: false),
    Claim(before: 2, isBuy: true, quantity: 1, isReducing: false), Claim(before: 0, quantity: 1, isReducing: false),
    Claim(before: -2, isBuy: true, quantity: 2, isReducing: true), Claim(reported: 2, quantity: 1, isReducing: true),
    Claim(reported: -2, quantity: 1, isReducing: false),
    // What the host says with the order is newer than its report.
    Claim(before: 2, reported: -2, quantity: 1, isReducing: true),
    // Nobody knows: its word stands.
    Claim(quantity: 1, isReducing: true), Claim(claims: false, before: 2, quantity: 1, isReducing: false),
  ]

  @Test(arguments: claims.indices)
  func `Whether an order reduces is found out`(index: Int) {
    let claim = Self.claims[index]
    var portfolio = Portfolio.shipped()
    let symbols = claim.reported.map { [HostReport.Symbol(symbol: "BTCUSDT", position: units($0), worstNotional: .zero)] }
    _ = portfolio.take(HostReport(host: "a", equity: units(1000), symbols: symbols), at: noon)
    var question = Question(
      host: "a", symbol: "BTCUSDT", isBuy: claim.isBuy, quantity: units(claim.quantity), notional: units(1_000_000), claimsReducing: claim.claims)
    question.positionBefore = claim.before.map(units)
    let verdict = portfolio.evaluate(question, at: noon)
    #expect(verdict.isReducing == claim.isReducing && verdict.isAllowed == claim.isReducing)
    #expect(portfolio.taken(nil) == .zero, "a reducing order reserves nothing, nor does one that is refused")
  }

  @Test func `A host that is silent or unknown opens nothing, unless it is to`() {
    var portfolio = Portfolio.shipped()
    portfolio.join("a")
    #expect(portfolio.evaluate(.buy(1, of: "b"), at: noon).code == .heartbeatMissing)
    #expect(portfolio.evaluate(.buy(1), at: noon + 15_000).isAllowed)
    let stale = portfolio.evaluate(.buy(1), at: noon + 15_001)
    #expect(stale.code == .heartbeatStale && stale.reason == "The last heartbeat of this host is 15 s old.")
    let closing = Question(host: "c", symbol: "BTCUSDT", isBuy: false, quantity: units(1), notional: units(1), claimsReducing: true)
    #expect(portfolio.evaluate(closing, at: noon + 15_001).isAllowed)
    var open = Portfolio.shipped { $0.refusesStaleHosts = false }
    #expect(open.evaluate(.buy(1, of: "b"), at: noon).isAllowed)
    for _ in 1..<Portfolio.maximumReservations { #expect(open.evaluate(.buy(1, of: "b", name: nil), at: noon).isAllowed) }
    #expect(open.evaluate(.buy(1, of: "b"), at: noon).code == .heartbeatStale, "one that asks on and on without reporting")
  }

  @Test func `Advice tightens alone`() {
    var portfolio = Portfolio.shipped()
    portfolio.join()
    portfolio.advise(pauses: false, riskThousandths: 500)
    #expect(portfolio.evaluate(.buy(5001), at: noon).reason == "Order notional 5001.00 exceeds per-symbol limit 5000.00.")
    portfolio.advise(pauses: false, riskThousandths: 900)
    #expect(!portfolio.evaluate(.buy(5001), at: noon).isAllowed)
    portfolio.clearAdvice()
    #expect(portfolio.evaluate(.buy(5001), at: noon).isAllowed)
  }
}
