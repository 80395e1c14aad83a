import Market

extension Portfolio {
  /// Of the day: equity less base, by all hosts that have said their equity today, those included that were forgotten since.
  public var profit: Money {
    let gone = Money.sum(state.departed.values) { $0.equity.adding(-$0.base) }
    return Money.sum(state.hosts.values) { host in host.base.map { (host.equity ?? $0).adding(-$0) } ?? .zero }.adding(gone)
  }

  /// From the day's highest profit, which is zero or above.
  public var drawdown: Money { state.peak.adding(-min(profit, state.peak)) }

  /// Of all known hosts, as each said it last.
  public var equity: Money { Money.sum(state.hosts.values) { $0.equity ?? .zero } }

  private var base: Money {
    Money.sum(state.hosts.values) { $0.base ?? .zero }.adding(Money.sum(state.departed.values) { $0.base })
  }

  mutating func beginDay(at now: Int64) -> [PortfolioEvent] {
    let day = UTCStamp.day(milliseconds: now)
    // Never backwards: a clock that is set back begins no day twice.
    guard day > state.day else { return [] }
    let isFirst = state.day.isEmpty
    state.day = day
    state.peak = .zero
    state.departed = [:]
    for name in state.hosts.keys { state.hosts[name]?.base = nil }
    var events: [PortfolioEvent] = isFirst ? [] : [.dayBegan(day)]
    if limits.resumesOnNewDay, state.halt?.isOfTheDay == true {
      state.halt = nil
      events.append(.resumed)
    }
    return events
  }

  mutating func judge() -> PortfolioEvent? {
    state.peak = max(state.peak, profit)
    guard state.halt == nil, let (code, reason) = breach else { return nil }
    state.halt = PortfolioState.Halt(reason: reason, isOfTheDay: true)
    return .halted(code: code, reason: reason)
  }

  /// In the reference's order and words.
  private var breach: (code: String, reason: String)? {
    let (loss, fall, base) = (-profit, drawdown, base)
    let highest = base.adding(state.peak)
    func words(_ what: String, _ value: Money, _ limit: Money) -> String { "\(what) \(value.short) >= limit \(limit.short) \(limits.currency)" }
    func share(_ what: String, _ value: Money, of whole: Money, _ limitMillionths: Int64) -> String {
      let hundredthsOfPercent = value.scaled(byWide: 10_000, over: whole.raw).raw
      return "\(what) \(DecimalText.format(hundredthsOfPercent, scale: 2))% >= limit \(DecimalText.formatShort(Int128(limitMillionths), scale: 4))%"
    }
    if loss >= limits.maximumDailyLoss { return ("DAILY_LOSS_LIMIT", words("Daily loss", loss, limits.maximumDailyLoss)) }
    if limits.maximumDailyLossMillionths > 0, base.raw > 0, loss.raw > 0,
      loss >= base.scaled(by: limits.maximumDailyLossMillionths, over: 1_000_000)
    {
      return ("DAILY_LOSS_PCT", share("Daily loss", loss, of: base, limits.maximumDailyLossMillionths))
    }
    if limits.maximumDrawdown.raw > 0, fall >= limits.maximumDrawdown { return ("DD_LIMIT", words("Drawdown", fall, limits.maximumDrawdown)) }
    if limits.maximumDrawdownMillionths > 0, highest.raw > 0, fall.raw > 0,
      fall >= highest.scaled(by: limits.maximumDrawdownMillionths, over: 1_000_000)
    {
      return ("DD_PCT_LIMIT", share("Drawdown", fall, of: highest, limits.maximumDrawdownMillionths))
    }
    return nil
  }
}
