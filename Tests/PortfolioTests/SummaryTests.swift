import Market
import Testing

@testable import Portfolio

@Suite struct SummaryTests {
  @Test func `Everything that stands is in it once`() {
    var portfolio = Portfolio.shipped()
    portfolio.join("b", equity: 1000)
    let own = HostReport.Symbol(symbol: "BTCUSDT", position: units(1), worstNotional: units(4000))
    _ = portfolio.take(HostReport(host: "b", equity: units(1020), symbols: [own]), at: noon)
    _ = portfolio.take(HostReport(host: "b", equity: units(990), symbols: [own]), at: noon + 1000)
    _ = portfolio.take(HostReport(host: "a", notional: units(500)), at: noon - 14_001)
    #expect(portfolio.evaluate(.buy(2000, "ETHUSDT", of: "b"), at: noon + 1000).isAllowed)
    #expect(portfolio.evaluate(.buy(300, of: "b"), at: noon + 1000).isAllowed)
    #expect(
      portfolio.summary(at: noon + 1000)
        == PortfolioSummary(
          profit: units(-10), drawdown: units(30), equity: units(990), open: units(4500), reserved: units(2300),
          symbols: [
            .init(symbol: "BTCUSDT", open: units(4500), reserved: units(300)), .init(symbol: "ETHUSDT", open: units(500), reserved: units(2000)),
          ],
          hosts: [
            .init(
              host: "a", ageMilliseconds: 15_001, isStale: true, equity: nil, profit: nil, open: units(500), reserved: .zero, reservedOrders: 0),
            .init(
              host: "b", ageMilliseconds: 0, isStale: false, equity: units(990), profit: units(-10), open: units(4000), reserved: units(2300),
              reservedOrders: 2),
          ]))
    #expect(portfolio.staleHosts(at: noon + 1000) == ["a"] && portfolio.staleHosts(at: noon + 20_000) == ["a", "b"])
    // Silent or not, what it has open counts, until it is forgotten.
    #expect(portfolio.taken("ETHUSDT") == units(2500))
    #expect(portfolio.forget(host: "a") && portfolio.taken("ETHUSDT") == units(2000))
  }
}
