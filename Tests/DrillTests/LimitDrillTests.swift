import Drill
import Market
import Risk
import Settings
import Testing

/// The drill that runs into each limit: it finds each, and it would find one that does not hold.
@Suite("A drill of the limits")
struct LimitDrillTests {
  private func drill(_ change: (inout Settings) -> Void = { _ in }, symbol: String = "binance.usdm.BTCUSDT", price: Double = 60_000) throws
    -> LimitDrill
  {
    var settings = Settings()
    change(&settings)
    let instrument = try #require(settings.pairs.instrument(symbol))
    var unit = 1.0
    for _ in 0..<instrument.spec.priceScale { unit *= 10 }
    return LimitDrill(settings, instrument: instrument, price: Price(raw: Int64(price * unit)))
  }

  private func everyLimit(_ settings: inout Settings) {
    settings.limits.instance = InstanceLimits(
      maximumNotional: Money(units: 5000), maximumDailyLoss: Money(units: 40), maximumOrdersPerMinute: 30)
  }

  @Test(arguments: [("binance.usdm.BTCUSDT", 60_000.0), ("binance.usdm.ETHUSDT", 3000.0)])
  func `Every limit refuses with its own code, and what is held can be left`(symbol: String, price: Double) throws {
    let drill = try drill(everyLimit, symbol: symbol, price: price)
    for verdict in try drill.run() where verdict.name != "risk.max_notional_by_symbol" {
      guard case .hit(_, let wasLeft) = verdict.outcome else {
        Issue.record("\(verdict.name): \(verdict.outcome)")
        continue
      }
      // Round trips end flat; everything else holds something.
      #expect(wasLeft || verdict.name == "risk.session.max_trades_per_hour" || verdict.name == "risk.session.loss_streak_trades", "\(verdict)")
    }
  }

  @Test func `A limit that does not hold is found, each of them`() throws {
    var drill = try drill(everyLimit)
    drill.enforcesLimits = false
    for verdict in try drill.run() where verdict.name.hasPrefix("risk.") && verdict.name != "risk.max_notional_by_symbol" {
      guard case .failed = verdict.outcome else {
        Issue.record("\(verdict.name): \(verdict.outcome)")
        continue
      }
    }
  }

  @Test func `Every limit that reports show is tried`() throws {
    let settings = Settings()
    let names = Set(try drill().names)
    // How many entries are on their way, and when a stop ends, refuse nothing by a figure; filters judge predictions, not orders.
    let others: Set = [
      "risk.resume_on_new_day", "risk.session.cooling_off_minutes", "decision.max_inflight_entries", "decision.filters.min_confidence",
      "decision.filters.min_edge", "decision.filters.horizon_agreement",
    ]
    for row in settings.limitRows where !others.contains(row.name) { #expect(names.contains(row.name), "\(row.name) is not tried") }
  }

  @Test func `A symbol's own limit is tried, and one that is not set is told`() throws {
    let verdicts = try drill {
      $0.symbolNotional = ["BTCUSDT": Money(units: 700)]
      $0.limits.maximumSpread = nil
    }.run()
    func outcome(_ name: String) throws -> LimitDrill.Verdict.Outcome { try #require(verdicts.first { $0.name == name }).outcome }
    guard case .hit(let text, _) = try outcome("risk.max_notional_by_symbol") else {
      Issue.record("\(verdicts)")
      return
    }
    #expect(text.contains("limit 700,"))
    guard case .unlimited = try outcome("risk.max_spread_bps"), case .theAccounts = try outcome("risk.instance.max_notional") else {
      Issue.record("\(verdicts)")
      return
    }
  }

  /// Limits that no order reaches, and a market without margin: told, not failed, and in bounded time.
  @Test(arguments: ["binance.usdm.BTCUSDT", "binance.spot.BTCUSDT"]) func `What is out of reach is told so`(symbol: String) throws {
    let drill = try drill(
      {
        $0.limits.maximumOrderNotional = Money(units: 900_000_000_000)
        $0.limits.maximumSymbolNotional = Money(units: 900_000_000_000)
        $0.limits.maximumGrossExposure = Money(units: 900_000_000_000)
        $0.limits.maximumLeverage = 1_000_000_000
        $0.limits.maximumOrdersPerSecond = 1_000_000
        $0.limits.venueMessagesPerTenSeconds = 1_000_000
        $0.limits.maximumTradesPerHour = 1_000_000
        $0.limits.maximumDailyLoss = Money(units: 900_000_000_000)
        $0.limits.maximumSpread = BasisPoints(raw: 10_000_000_000)
        $0.limits.emergencyCollar = BasisPoints(raw: 10_000_000_000)
      }, symbol: symbol)
    var outOfReach: Set<String> = []
    for verdict in try drill.run() {
      switch verdict.outcome {
      case .failed(let what): Issue.record("\(verdict.name): \(what)")
      case .outOfReach: outOfReach.insert(verdict.name)
      case .hit, .unlimited, .theAccounts: break
      }
    }
    #expect(
      outOfReach.isSuperset(of: ["risk.max_spread_bps", "risk.max_orders_per_second", "risk.session.max_trades_per_hour"]), "\(outOfReach)")
  }
}
