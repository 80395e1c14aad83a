import Engine
import Market
import Risk
import Settings

/// Tries each hard limit of some settings: one at a time, with its own value, until an order is refused because of it; and then leaves what
/// is held, which must stay possible.
///
/// A limit that is passed, a refusal for another reason, and a position that cannot be left are failures. What is compared with is counted
/// here from fills and prices, not asked of the gate that is tried.
public struct LimitDrill {
  public struct Verdict: Sendable {
    public enum Outcome: Sendable {
      /// Refused with the limit's own code, in words; whether something was held and has been left then.
      case hit(String, wasLeft: Bool)
      /// There is no such limit.
      case unlimited
      /// The same, and the account's is meant to hold.
      case theAccounts
      /// Nothing that can be ordered gets there; why.
      case outOfReach(String)
      case failed(String)
    }

    /// The key in settings.yaml, or what it is that always holds.
    public var name: String
    /// As it is set.
    public var limit: String
    public var outcome: Outcome
  }

  /// More of one kind are not tried.
  private static let mostTries: Int64 = 20_000

  private let settings: Settings
  private let instrument: Instrument
  private let price: Price
  /// Whether the limits hold: without them everything must be passed, which shows that the drill sees it.
  package var enforcesLimits = true

  /// - Parameters:
  ///   - instrument: what is ordered.
  ///   - price: where its market stands.
  public init(_ settings: Settings, instrument: Instrument, price: Price) {
    self.settings = settings
    self.instrument = instrument
    self.price = price
  }

  /// One verdict for each limit that settings have, in the order of the manual, and for what always holds.
  public func run() throws -> [Verdict] {
    var texts: [String: String] = [:]
    for row in settings.limitRows { texts[row.name] = row.text }
    return try tries.map { one in
      let isOptional = one.name.hasPrefix("risk.instance.") || one.name == "risk.max_notional_by_symbol"
      let outcome = one.way == nil && isOptional ? .theAccounts : try outcome(one)
      return Verdict(name: one.name, limit: texts[one.name] ?? "", outcome: outcome)
    }
  }

  /// The keys that are tried.
  public var names: [String] { tries.map(\.name) }

  // MARK: What is tried

  private enum Way {
    /// One order beyond it.
    case largeOrder(Money)
    /// Orders that add up.
    case grow(Money)
    /// As `grow`, as a multiple of the account's equity.
    case growBeyondEquity(Double)
    /// So many orders at once, and one more.
    case burst(Int64)
    /// So many ways into a position and out of it, and one more; losing or not.
    case trips(Int64, isLosing: Bool)
    /// Losing trips until so much is lost.
    case lose(Money)
    /// The same, as a fraction of what the account began with, x 10^6.
    case loseFraction(Int64)
    case spread(BasisPoints)
    case lag(Int64)
    case collar(BasisPoints)
    case exitCollar(BasisPoints)
    case command(Event.Command)
    case stale
  }

  private struct Try {
    let name: String
    let code: RefusalCode
    /// Nil: unlimited.
    let way: Way?
    var limits = LimitDrill.none
    var symbolNotional: Money?

    init(_ name: String, _ code: RefusalCode, _ way: Way?, symbolNotional: Money? = nil, set: (inout RiskLimits) -> Void = { _ in }) {
      (self.name, self.code, self.way, self.symbolNotional) = (name, code, way, symbolNotional)
      set(&limits)
    }
  }

  private static let none: RiskLimits = {
    var limits = RiskLimits()
    limits.maximumOrderNotional = nil
    limits.maximumSymbolNotional = nil
    limits.maximumGrossExposure = nil
    limits.maximumLeverage = nil
    limits.minimumLiquidationDistance = nil
    limits.maximumOrdersPerSecond = nil
    limits.venueMessagesPerTenSeconds = nil
    limits.maximumTradesPerHour = nil
    limits.lossStreakTrades = nil
    limits.maximumSpread = nil
    limits.maximumEventLagMilliseconds = nil
    limits.priceCollar = nil
    limits.emergencyCollar = nil
    limits.maximumDailyLoss = nil
    limits.maximumDailyLossFraction = nil
    limits.maximumDrawdown = nil
    limits.maximumDrawdownFraction = nil
    limits.instance = InstanceLimits()
    return limits
  }()

  private var tries: [Try] {
    let own = settings.limits.tightened(by: settings.pairs.symbolLimits[instrument.id] ?? SymbolLimits())
    let fraction = Double(PowerOfTen[RiskLimits.fractionScale])
    return [
      Try("risk.max_order_notional", .orderNotionalLimit, own.maximumOrderNotional.map { .largeOrder($0) }) {
        $0.maximumOrderNotional = own.maximumOrderNotional
      },
      Try("risk.max_notional_per_symbol", .symbolNotionalLimit, own.maximumSymbolNotional.map { .grow($0) }) {
        $0.maximumSymbolNotional = own.maximumSymbolNotional
      },
      Try(
        "risk.max_notional_by_symbol", .symbolNotionalLimit, settings.exposureLimit(of: instrument).map { .grow($0) },
        symbolNotional: settings.exposureLimit(of: instrument)),
      Try("risk.max_gross_exposure", .grossExposureLimit, own.maximumGrossExposure.map { .grow($0) }) {
        $0.maximumGrossExposure = own.maximumGrossExposure
      },
      Try("risk.max_leverage", .leverageLimit, own.maximumLeverage.map { .growBeyondEquity(Double($0) / fraction) }) {
        $0.maximumLeverage = own.maximumLeverage
      },
      Try("risk.max_orders_per_second", .orderRateLimit, own.maximumOrdersPerSecond.map { .burst($0) }) {
        $0.maximumOrdersPerSecond = own.maximumOrdersPerSecond
      },
      Try("risk.max_venue_messages_per_10s", .rateBudget, own.venueMessagesPerTenSeconds.map { .burst($0) }) {
        $0.venueMessagesPerTenSeconds = own.venueMessagesPerTenSeconds
      },
      Try("risk.max_spread_bps", .spreadLimit, own.maximumSpread.map { .spread($0) }) { $0.maximumSpread = own.maximumSpread },
      Try("risk.max_event_lag_ms", .eventLag, own.maximumEventLagMilliseconds.map { .lag($0) }) {
        $0.maximumEventLagMilliseconds = own.maximumEventLagMilliseconds
      },
      Try("risk.price_collar_bps", .priceCollar, own.priceCollar.map { .collar($0) }) { $0.priceCollar = own.priceCollar },
      Try("risk.emergency_collar_bps", .priceCollar, own.emergencyCollar.map { .exitCollar($0) }) { $0.emergencyCollar = own.emergencyCollar },
      Try(
        "risk.min_liquidation_distance_pct", .liquidationDistance,
        // At so many times the equity the distance is what it must not fall below, and smaller with a maintenance margin.
        own.minimumLiquidationDistance.flatMap { $0 > 0 ? .growBeyondEquity(fraction / Double($0)) : nil }
      ) { $0.minimumLiquidationDistance = own.minimumLiquidationDistance },
      Try("risk.instance.max_notional", .instanceNotionalLimit, own.instance.maximumNotional.map { .grow($0) }) {
        $0.instance.maximumNotional = own.instance.maximumNotional
      },
      Try("risk.instance.max_daily_loss", .instanceLossLimit, own.instance.maximumDailyLoss.map { .lose($0) }) {
        $0.instance.maximumDailyLoss = own.instance.maximumDailyLoss
      },
      Try("risk.instance.max_orders_per_minute", .instanceOrderRate, own.instance.maximumOrdersPerMinute.map { .burst($0) }) {
        $0.instance.maximumOrdersPerMinute = own.instance.maximumOrdersPerMinute
      },
      Try("risk.session.max_daily_loss_abs", .dailyLossLimit, own.maximumDailyLoss.map { .lose($0) }) { $0.maximumDailyLoss = own.maximumDailyLoss },
      Try("risk.session.max_daily_loss_pct", .dailyLossLimit, own.maximumDailyLossFraction.map { .loseFraction($0) }) {
        $0.maximumDailyLossFraction = own.maximumDailyLossFraction
      },
      Try("risk.session.max_drawdown_abs", .drawdownLimit, own.maximumDrawdown.map { .lose($0) }) { $0.maximumDrawdown = own.maximumDrawdown },
      Try("risk.session.max_drawdown_pct", .drawdownLimit, own.maximumDrawdownFraction.map { .loseFraction($0) }) {
        $0.maximumDrawdownFraction = own.maximumDrawdownFraction
      },
      Try("risk.session.max_trades_per_hour", .tradesPerHour, own.maximumTradesPerHour.map { .trips($0, isLosing: false) }) {
        $0.maximumTradesPerHour = own.maximumTradesPerHour
      },
      Try("risk.session.loss_streak_trades", .lossStreak, own.lossStreakTrades.map { .trips($0, isLosing: true) }) {
        $0.lossStreakTrades = own.lossStreakTrades
        $0.coolingOffSeconds = own.coolingOffSeconds
      },
      Try("kill switch", .killed, .command(.kill)),
      Try("risk halt", .halted, .command(.halt)),
      Try("stale data", .staleFeed, .stale),
    ]
  }

  // MARK: Trying

  private enum Found {
    case refusal(Refusal)
    case passed(String)
    case outOfReach(String)
  }

  private func outcome(_ one: Try) throws -> Verdict.Outcome {
    guard let way = one.way else { return .unlimited }
    // So much that nothing lacks funds, and so little that a fraction of it can be reached.
    let wealth = Money(units: 100_000_000_000)
    let (limits, symbolNotional) = enforcesLimits ? (one.limits, one.symbolNotional) : (Self.none, nil)
    var run = try DrillRun(settings, instrument, price: price, limits: limits, symbolNotional: symbolNotional, cash: wealth)
    switch way {
    case .growBeyondEquity, .loseFraction:
      let stake = run.spec.notional(Price(raw: run.home), Quantity(raw: run.smallest))
      run = try DrillRun(
        settings, instrument, price: price, limits: limits, symbolNotional: symbolNotional, cash: Money(raw: stake.raw * 100))
    default: break
    }
    switch push(way, &run) {
    case .passed(let what): return .failed(what)
    case .outOfReach(let why): return .outOfReach(why)
    case .refusal(let refusal):
      guard refusal.code == one.code else {
        let text = refusal.text(for: run.spec)
        // The instrument's own bounds come first with limits that are wider than they are.
        let isOwnBound = [.positionLimit, .quantityOverMaximum, .insufficientFunds].contains(refusal.code)
        return isOwnBound ? .outOfReach(text) : .failed("refused, but with \(text)")
      }
      let holds = run.position != 0
      if let problem = cannotLeave(&run) { return .failed(problem) }
      return .hit(refusal.text(for: run.spec), wasLeft: holds)
    }
  }

  /// Why what is held cannot be left; nil where it can, or nothing is held.
  private func cannotLeave(_ run: inout DrillRun) -> String? {
    if run.position == 0 { return nil }
    if let refusal = run.leave() { return "what is held cannot be left: \(refusal.text(for: run.spec))" }
    return run.position == 0 ? nil : "what is held cannot be left: \(run.position) of it stays"
  }

  private func push(_ way: Way, _ run: inout DrillRun) -> Found {
    switch way {
    case .largeOrder(let limit): return largeOrder(limit, &run)
    case .grow(let limit): return grow(to: limit, by: run.quantity(worth: Money(raw: limit.raw / 4)), &run)
    case .growBeyondEquity(let multiple):
      guard multiple < 5000 else { return .outOfReach("\(Int(multiple)) times the equity is more than is tried") }
      let limit = Money(raw: run.equity.raw / 1000 * Int128(multiple * 1000))
      return grow(to: limit, by: run.quantity(worth: Money(raw: limit.raw / 8)), &run)
    case .burst(let count): return burst(count, &run)
    case .trips(let count, let isLosing): return trips(count, isLosing: isLosing, &run)
    case .lose(let limit): return lose(limit, &run)
    case .loseFraction(let fraction):
      return lose(Money(raw: run.initialEquity.raw / Int128(PowerOfTen[RiskLimits.fractionScale]) * Int128(fraction)), &run)
    case .spread(let limit): return spread(limit, &run)
    case .lag(let limit):
      if let refusal = run.buy(run.smallest) { return .refusal(refusal) }
      run.lag(milliseconds: limit + 1)
      return last(run.buy(run.smallest), "an order was taken on data of \(limit + 1) ms")
    case .collar(let limit):
      if let refusal = run.buy(run.smallest) { return .refusal(refusal) }
      let price = beyond(run.home, limit, run.spec.tickSize, isAbove: true)
      guard let price, price <= run.spec.maximumPrice else { return .outOfReach("no price of the instrument is so far away") }
      return last(run.order(.buy, run.smallest, at: price), "an order at \(price) was taken, the market at \(run.home)")
    case .exitCollar(let limit):
      if let refusal = run.buy(run.smallest) { return .refusal(refusal) }
      guard let price = beyond(run.home, limit, run.spec.tickSize, isAbove: false) else {
        return .outOfReach("no price of the instrument is so far away")
      }
      return last(run.order(.sell, run.smallest, at: price), "an order at \(price) was taken, the market at \(run.home)")
    case .command(let command):
      if let refusal = run.buy(run.smallest) { return .refusal(refusal) }
      run.command(command)
      return last(run.buy(run.smallest), "an order was taken after it")
    case .stale:
      if let refusal = run.buy(run.smallest) { return .refusal(refusal) }
      run.goStale()
      return last(run.buy(run.smallest), "an order was taken on it")
    }
  }

  private func last(_ refusal: Refusal?, _ passed: String) -> Found { refusal.map { .refusal($0) } ?? .passed(passed) }

  /// Two ticks beyond so many bps of a price; nil where there is no such price.
  private func beyond(_ price: Int64, _ distance: BasisPoints, _ tick: Int64, isAbove: Bool) -> Int64? {
    let far = (Double(price) * Double(distance.raw) / 1e10 / Double(tick)).rounded(.up) * Double(tick) + Double(3 * tick)
    guard far < 1e17 else { return nil }
    let found = isAbove ? price + Int64(far) : price - Int64(far)
    return found > 0 ? found : nil
  }

  private func largeOrder(_ limit: Money, _ run: inout DrillRun) -> Found {
    // What it holds first, to be left afterwards; none where the smallest order is too large already.
    _ = run.buy(run.smallest)
    let quantity = run.quantity(worth: Money(raw: limit.raw + limit.raw / 50)) + run.spec.stepSize
    let worth = run.spec.notional(Price(raw: run.home), Quantity(raw: quantity))
    guard worth > limit, quantity <= run.spec.maximumQuantity else {
      return .outOfReach("the largest order of \(instrument.id.symbol) is worth less")
    }
    return last(run.buy(quantity), "an order of \(text(worth)) was taken")
  }

  private func grow(to limit: Money, by quantity: Int64, _ run: inout DrillRun) -> Found {
    for _ in 0..<Self.mostTries {
      run.show(run.home)
      if let refusal = run.buy(quantity) { return .refusal(refusal) }
      if run.exposure > limit { return .passed("\(text(run.exposure)) is held, and no order was refused") }
    }
    return .outOfReach("\(Self.mostTries) orders of \(instrument.id.symbol) do not reach it")
  }

  private func burst(_ count: Int64, _ run: inout DrillRun) -> Found {
    guard count < Self.mostTries else { return .outOfReach("more than \(Self.mostTries) orders at once are not tried") }
    for _ in 0...count { if let refusal = run.buy(run.smallest) { return .refusal(refusal) } }
    return .passed("\(count + 1) orders were taken at once")
  }

  private func trips(_ count: Int64, isLosing: Bool, _ run: inout DrillRun) -> Found {
    // A thousand seconds less than an hour.
    guard count < 2500 else { return .outOfReach("more than 2500 trades are not tried") }
    for _ in 0..<count {
      if let found = trip(isLosing: isLosing, quantity: run.smallest, &run) { return found }
    }
    run.show(run.home, afterSeconds: 0)
    return last(run.buy(run.smallest), "trade \(count + 1) was begun")
  }

  /// Into a position and out of it, within a second.
  private func trip(isLosing: Bool, quantity: Int64, _ run: inout DrillRun) -> Found? {
    run.show(run.home)
    if let refusal = run.buy(quantity) { return .refusal(refusal) }
    if isLosing { run.show(run.home / 10 * 9 / run.spec.tickSize * run.spec.tickSize, afterSeconds: 0) }
    return cannotLeave(&run).map { .passed($0) }
  }

  private func lose(_ limit: Money, _ run: inout DrillRun) -> Found {
    // A tenth of each position is lost; a third of the limit in each trip, as far as the account goes.
    let worth = min(Money(raw: limit.raw / 3 * 10), Money(raw: run.initialEquity.raw / 2))
    let quantity = run.quantity(worth: worth)
    for _ in 0..<Self.mostTries {
      run.show(run.home)
      if let refusal = run.buy(quantity) { return .refusal(refusal) }
      run.show(run.home / 10 * 9 / run.spec.tickSize * run.spec.tickSize, afterSeconds: 0)
      let loss = run.loss
      if loss >= limit { return last(run.buy(run.smallest), "\(text(loss)) is lost, and an order was taken") }
      if run.equity <= Money(raw: run.initialEquity.raw / 20) { return .outOfReach("the account is spent before") }
      if let problem = cannotLeave(&run) { return .passed(problem) }
    }
    return .outOfReach("\(Self.mostTries) losing trades of \(instrument.id.symbol) do not reach it")
  }

  private func spread(_ limit: BasisPoints, _ run: inout DrillRun) -> Found {
    if let refusal = run.buy(run.smallest) { return .refusal(refusal) }
    let ticks = (Double(run.home) * Double(limit.raw) / 1e10 / Double(run.spec.tickSize)).rounded(.up)
    // Against the middle, which moves up by half of it.
    let wide = ticks * 2.2 + 3
    guard Double(limit.raw) < 8e9, wide * Double(run.spec.tickSize) < Double(run.spec.maximumPrice) / 2 else {
      return .outOfReach("no quote of the instrument is so wide")
    }
    run.show(run.home, spreadTicks: Int64(wide))
    return last(run.buy(run.smallest), "an order was taken into a spread of \(Int64(wide)) ticks")
  }

  private func text(_ amount: Money) -> String { DecimalText.formatShort(amount.raw, scale: Money.scale) }
}
