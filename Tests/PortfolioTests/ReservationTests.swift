import Market
import TestKit
import Testing

@testable import Portfolio

@Suite struct ReservationTests {
  @Test func `What is allowed is taken until a report contains it`() {
    var portfolio = Portfolio.shipped()
    portfolio.join("a")
    portfolio.join("b")
    #expect(portfolio.evaluate(.buy(6000, name: "1", sequence: 7), at: noon).isAllowed)
    let refused = portfolio.evaluate(.buy(5000, of: "b"), at: noon)
    #expect(refused.reason == "Order notional 5000.00 with 6000.00 open or reserved exceeds per-symbol limit 10000.00.")
    #expect(portfolio.evaluate(.buy(5000, "ETHUSDT", of: "b"), at: noon).isAllowed, "another symbol")
    // Asked again, it is the same order.
    #expect(portfolio.evaluate(.buy(9000, name: "1", sequence: 7), at: noon).isAllowed && portfolio.taken("BTCUSDT") == units(9000))
    // A report of before the order knows nothing of it.
    _ = portfolio.take(HostReport(host: "a", symbols: [], orderSequence: 6), at: noon)
    #expect(portfolio.taken("BTCUSDT") == units(9000))
    let own = HostReport.Symbol(symbol: "BTCUSDT", position: units(1), worstNotional: units(4000))
    _ = portfolio.take(HostReport(host: "a", symbols: [own], orderSequence: 7), at: noon)
    #expect(portfolio.taken("BTCUSDT") == units(4000))
    #expect(portfolio.evaluate(.buy(6000, of: "b"), at: noon).isAllowed)
  }

  @Test func `An order's end gives back what was not filled`() {
    var portfolio = Portfolio.shipped()
    portfolio.join()
    for (name, filled, left) in [("1", Int64(0), Int64(0)), ("2", 300, 300), ("3", 9000, 1000)] {
      #expect(portfolio.evaluate(.buy(1000, name: name, sequence: 9), at: noon).isAllowed)
      portfolio.settle(host: "a", clientOrderID: name, filled: units(filled))
      #expect(portfolio.taken(nil) == units(left))
      _ = portfolio.take(HostReport(host: "a", symbols: [], orderSequence: 8), at: noon)
      #expect(portfolio.taken(nil) == units(left), "a report that was on its way knows nothing of the order")
      _ = portfolio.take(HostReport(host: "a", symbols: [], orderSequence: 9), at: noon)
      #expect(portfolio.taken(nil) == .zero, "the next one has the filled part")
    }
    portfolio.settle(host: "nobody", clientOrderID: "1", filled: units(1))
    #expect(portfolio.taken(nil) == .zero)
  }

  @Test func `A host that names no symbols counts in each, one that is forgotten in none`() {
    var portfolio = Portfolio.shipped { $0.maximumTotalNotional = units(12_000) }
    _ = portfolio.take(HostReport(host: "old", notional: units(8000)), at: noon)
    portfolio.join("a")
    #expect(portfolio.evaluate(.buy(3000, "ETHUSDT"), at: noon).code == .symbolNotional)
    #expect(portfolio.evaluate(.buy(2000, "ETHUSDT"), at: noon).isAllowed && portfolio.evaluate(.buy(2000, "SOLUSDT"), at: noon).isAllowed)
    let total = portfolio.evaluate(.buy(1, "XRPUSDT"), at: noon)
    #expect(
      total.code == .totalNotional && total.reason == "Order notional 1.00 with 12000.00 open or reserved exceeds the total limit 12000.00.")
    #expect(portfolio.forget(host: "old") && !portfolio.forget(host: "old"))
    #expect(portfolio.evaluate(.buy(8000, "XRPUSDT"), at: noon).isAllowed)
  }

  @Test func `The whole is held to a multiple of the equity`() {
    var portfolio = Portfolio.shipped { $0.maximumAccountLeverageMillionths = 2_000_000 }
    portfolio.join(equity: 1000)
    #expect(portfolio.evaluate(.buy(1500), at: noon).isAllowed)
    let refused = portfolio.evaluate(.buy(501, "ETHUSDT"), at: noon)
    #expect(refused.code == .accountLeverage && refused.reason.hasSuffix("exceeds 2.00 times the equity of 1000.00."))
  }

  @Test func `After a start nothing opens until each host has reported or is given up`() {
    var before = Portfolio.shipped()
    before.join("a")
    before.join("b")
    _ = before.evaluate(.buy(6000, name: "1", sequence: 1), at: noon)
    var portfolio = Portfolio(before.limits, restoring: before.state, at: noon + 1000)
    #expect(portfolio.evaluate(.buy(1), at: noon + 1000).code == .resynchronizing)
    // What was on its way is not in this report.
    _ = portfolio.take(HostReport(host: "a", equity: units(100_000), symbols: [], orderSequence: 0), at: noon + 2000)
    #expect(portfolio.evaluate(.buy(1), at: noon + 2000).code == .resynchronizing)
    var other = portfolio
    portfolio.join("b", at: noon + 3000)
    #expect(portfolio.evaluate(.buy(4001), at: noon + 3000).code == .symbolNotional && portfolio.evaluate(.buy(4000), at: noon + 3000).isAllowed)
    #expect(other.evaluate(.buy(1), at: noon + 16_000).isAllowed, "b is given up")
  }

  @Test func `A host that counts anew after its restart does not hold what it never sent`() {
    var portfolio = Portfolio.shipped()
    portfolio.join()
    #expect(portfolio.evaluate(.buy(10_000, name: "1", sequence: 500), at: noon).isAllowed)
    func report(at now: Int64) { _ = portfolio.take(HostReport(host: "a", symbols: [], orderSequence: 0), at: now) }
    report(at: noon + 15_000)
    #expect(portfolio.taken(nil) == units(10_000), "it may be on its way")
    report(at: noon + 15_001)
    #expect(portfolio.taken(nil) == .zero)
  }

  /// Hosts that send what they are allowed and report the truth, in any order: what is open and on its way never exceeds the limit.
  @Test func `Together they never have more than the limit`() throws {
    var chance = Chance.seeded("portfolio")
    for _ in 0..<200 {
      let limit = Int64.random(in: 5_000...20_000, using: &chance)
      var portfolio = Portfolio.shipped { $0.maximumSymbolNotional = units(limit) }
      var open = [[UInt64: Int64]](repeating: [:], count: 4)
      var last = [UInt64](repeating: 0, count: 4)
      for host in open.indices { portfolio.join("\(host)") }
      for step in 0..<300 {
        let host = Int.random(in: open.indices, using: &chance)
        let now = noon + Int64(step) * 10
        switch Int.random(in: 0..<4, using: &chance) {
        case 0, 1:
          last[host] += 1
          let worth = Int64.random(in: 1...(limit / 2), using: &chance)
          let question = Question.buy(worth, of: "\(host)", name: "\(last[host])", sequence: last[host])
          if portfolio.evaluate(question, at: now).isAllowed { open[host][last[host]] = worth }
        case 2:
          // An order or a position of it ends; the Supervisor hears of it by the next report, or at once.
          guard let (sequence, _) = open[host].randomElement(using: &chance) else { continue }
          open[host][sequence] = nil
          if chance.chance(50) { portfolio.settle(host: "\(host)", clientOrderID: "\(sequence)", filled: .zero) }
        default:
          let worst = open[host].values.reduce(0, +)
          let symbol = HostReport.Symbol(symbol: "BTCUSDT", position: units(worst), worstNotional: units(worst))
          _ = portfolio.take(HostReport(host: "\(host)", symbols: [symbol], orderSequence: last[host]), at: now)
        }
        let truth = open.reduce(0) { $0 + $1.values.reduce(0, +) }
        try #require(truth <= limit, "seed \(chance.seed), step \(step): \(truth) of \(limit)")
        try #require(units(truth) <= portfolio.taken("BTCUSDT"), "the Supervisor knows of less than there is")
      }
    }
  }
}
