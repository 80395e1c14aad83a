import Market

/// The risk of several hosts together. Times are a wall clock's, ms since 1970 UTC.
///
/// An allowed order's notional is reserved until a report of its host contains it, so that hosts that ask at the same moment share one limit.
public struct Portfolio: Sendable {
  /// Of one host: one that asks on and on without reporting stops here.
  static let maximumReservations = 4096

  public let limits: PortfolioLimits
  public private(set) var state: PortfolioState
  /// Known before a restart and silent since.
  private var awaited: Set<String> = []
  private var awaitedUntil: Int64 = 0

  public init(_ limits: PortfolioLimits) {
    self.limits = limits
    state = PortfolioState()
  }

  /// After a restart: what was sent meanwhile is known when each host has reported, or is given up as a silent one.
  public init(_ limits: PortfolioLimits, restoring state: PortfolioState, at now: Int64) {
    self.limits = limits
    self.state = state
    awaited = Set(state.hosts.keys)
    awaitedUntil = now + limits.staleAfterMilliseconds
  }

  // MARK: Reports

  public mutating func take(_ report: HostReport, at now: Int64) -> [PortfolioEvent] {
    var events = beginDay(at: now)
    var host = state.hosts[report.host] ?? PortfolioState.Host(reportedAt: now)
    host.reportedAt = now
    host.equity = report.equity ?? host.equity
    if host.base == nil { host.base = report.equity }
    host.notional = report.notional
    host.symbols = report.symbols
    state.hosts[report.host] = host
    awaited.remove(report.host)
    state.reservations[report.host] = state.reservations[report.host]?.filter { _, reservation in
      guard let own = reservation.orderSequence, let reached = report.orderSequence else { return false }
      return own > reached
    }
    if let event = judge() { events.append(event) }
    return events
  }

  /// An order that was allowed has come to its end.
  ///
  /// - Parameter filled: its worth as far as it was filled: that stays reserved until the host's next report.
  public mutating func settle(host: String, clientOrderID: String, filled: Money) {
    guard var reservation = state.reservations[host]?[clientOrderID] else { return }
    if filled.raw <= 0 {
      state.reservations[host]?[clientOrderID] = nil
    } else {
      reservation.notional = min(reservation.notional, filled)
      reservation.orderSequence = nil
      state.reservations[host]?[clientOrderID] = reservation
    }
  }

  /// A host that will not come back: its exposure and its share of the day go with it.
  ///
  /// - Returns: whether it was known.
  public mutating func forget(host: String) -> Bool {
    state.reservations[host] = nil
    awaited.remove(host)
    return state.hosts.removeValue(forKey: host) != nil
  }

  public func isStale(_ host: String, at now: Int64) -> Bool {
    state.hosts[host].map { now - $0.reportedAt > limits.staleAfterMilliseconds } ?? true
  }

  private mutating func beginDay(at now: Int64) -> [PortfolioEvent] {
    let day = UTCStamp.day(milliseconds: now)
    // Never backwards: a clock that is set back begins no day twice.
    guard day > state.day else { return [] }
    let isFirst = state.day.isEmpty
    state.day = day
    state.peak = .zero
    for name in state.hosts.keys { state.hosts[name]?.base = nil }
    var events: [PortfolioEvent] = isFirst ? [] : [.dayBegan(day)]
    if limits.resumesOnNewDay, state.halt?.isOfTheDay == true {
      state.halt = nil
      events.append(.resumed)
    }
    return events
  }

  /// Of the day, by all hosts that have said their equity today.
  public var profit: Money { state.hosts.values.reduce(.zero) { sum, host in sum + (host.base.map { (host.equity ?? $0) - $0 } ?? .zero) } }
  public var drawdown: Money { max(state.peak, .zero) - min(profit, state.peak) }
  public var equity: Money { state.hosts.values.reduce(.zero) { $0 + ($1.equity ?? .zero) } }
  private var base: Money { state.hosts.values.reduce(.zero) { $0 + ($1.base ?? .zero) } }

  private mutating func judge() -> PortfolioEvent? {
    state.peak = max(state.peak, profit)
    guard state.halt == nil, let (code, reason) = breach else { return nil }
    state.halt = PortfolioState.Halt(reason: reason, isOfTheDay: true)
    return .halted(code: code, reason: reason)
  }

  private var breach: (code: String, reason: String)? {
    let (loss, fall, base) = (-profit, drawdown, base)
    let highest = base + state.peak
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

  // MARK: The operator

  public mutating func halt(reason: String) { state.halt = PortfolioState.Halt(reason: reason, isOfTheDay: false) }

  /// - Parameter isRebasing: the day begins anew at the present equity; else a loss that still stands halts again with the next report.
  public mutating func clearHalt(isRebasing: Bool) {
    state.halt = nil
    guard isRebasing else { return }
    for (name, host) in state.hosts { state.hosts[name]?.base = host.equity }
    state.peak = .zero
  }

  public mutating func pause(reason: String) { state.pause = reason }
  public mutating func resume() { state.pause = nil }

  /// A language model's advice: it tightens alone, and the operator takes it back.
  public mutating func advise(pauses: Bool, riskThousandths: Int64) {
    state.isPausedByAdvice = state.isPausedByAdvice || pauses
    state.riskThousandths = min(state.riskThousandths, max(0, riskThousandths))
  }

  public mutating func clearAdvice() { (state.isPausedByAdvice, state.riskThousandths) = (false, 1000) }

  // MARK: Orders

  public mutating func evaluate(_ question: Question, at now: Int64) -> Verdict {
    let isReducing = isReducing(question)
    func verdict(_ isAllowed: Bool, _ code: Verdict.Code, _ reason: String) -> Verdict {
      Verdict(isAllowed: isAllowed, code: code, reason: reason, isReducing: isReducing)
    }
    if let halt = state.halt {
      return isReducing
        ? verdict(true, .halted, "Auto-halt active; only risk-reducing orders allowed.") : verdict(false, .halted, halt.reason)
    }
    if state.isPausedByAdvice {
      return isReducing
        ? verdict(true, .advisedPause, "LLM pause active; only risk-reducing orders allowed.") : verdict(false, .advisedPause, "LLM pause active.")
    }
    if let pause = state.pause {
      return isReducing ? verdict(true, .paused, "Paused; only risk-reducing orders allowed.") : verdict(false, .paused, "Paused: \(pause)")
    }
    if let leverage = question.leverageMillionths, leverage <= 0 { return verdict(false, .orderInvalid, "Leverage must be positive.") }
    guard let worth = question.worth else { return verdict(false, .orderInvalid, "Notional or price must be provided.") }
    if let notional = question.notional, notional.raw < 0 { return verdict(false, .orderInvalid, "Notional must be non-negative.") }
    // The reference's bot asked about nothing, and then sent something.
    guard question.quantity.raw > 0 else { return verdict(false, .orderInvalid, "Quantity must be positive.") }
    if isReducing { return verdict(true, .allowed, "Order allowed.") }
    if let (code, reason) = refusal(of: question, worth: worth, at: now) { return verdict(false, code, reason) }
    reserve(worth, for: question)
    return verdict(true, .allowed, "Order allowed.")
  }

  /// It says so, and nothing that is known says otherwise.
  private func isReducing(_ question: Question) -> Bool {
    guard question.claimsReducing else { return false }
    guard let position = question.positionBefore ?? state.hosts[question.host]?.position(question.symbol) else { return true }
    return position.raw != 0 && (position.raw > 0) != question.isBuy && question.quantity.raw.magnitude <= position.raw.magnitude
  }

  private mutating func refusal(of question: Question, worth: Money, at now: Int64) -> (Verdict.Code, String)? {
    if !awaited.isEmpty, now < awaitedUntil {
      return (.resynchronizing, "The Supervisor has just started; \(awaited.count) known host(s) have not reported yet.")
    }
    if limits.refusesStaleHosts {
      guard let host = state.hosts[question.host] else { return (.heartbeatMissing, "No heartbeat of this host has come.") }
      if isStale(question.host, at: now) {
        return (.heartbeatStale, "The last heartbeat of this host is \((now - host.reportedAt) / 1000) s old.")
      }
    }
    if state.reservations[question.host]?.count ?? 0 >= Self.maximumReservations {
      return (.heartbeatStale, "\(Self.maximumReservations) allowed orders of this host are in no heartbeat of it.")
    }
    let symbolLimit = tightened(limits.maximumSymbolNotional)
    let name = question.clientOrderID
    let symbolTaken = taken(question.symbol, besides: (question.host, name))
    if symbolTaken + worth > symbolLimit {
      let open = worth > symbolLimit || symbolTaken.raw == 0 ? "" : " with \(symbolTaken.short) open or reserved"
      return (.symbolNotional, "Order notional \(worth.short)\(open) exceeds per-symbol limit \(symbolLimit.short).")
    }
    let leverage = question.leverageMillionths ?? 1_000_000
    let leverageLimit = limits.maximumLeverageMillionths * state.riskThousandths / 1000
    if leverage > leverageLimit {
      return (.leverage, "Order leverage \(Self.hundredths(leverage)) exceeds limit \(Self.hundredths(leverageLimit)).")
    }
    let totalTaken = taken(nil, besides: (question.host, name))
    if let limit = limits.maximumTotalNotional.map(tightened), totalTaken + worth > limit {
      return (.totalNotional, "Order notional \(worth.short) with \(totalTaken.short) open or reserved exceeds the total limit \(limit.short).")
    }
    if let millionths = limits.maximumAccountLeverageMillionths {
      let limit = tightened(max(.zero, equity).scaled(by: millionths, over: 1_000_000))
      if totalTaken + worth > limit {
        return (
          .accountLeverage,
          "Order notional \(worth.short) with \(totalTaken.short) open or reserved exceeds \(Self.hundredths(millionths)) times the equity of \(equity.short)."
        )
      }
    }
    return nil
  }

  private func tightened(_ limit: Money) -> Money { state.riskThousandths == 1000 ? limit : limit.scaled(by: state.riskThousandths, over: 1000) }

  private static func hundredths(_ millionths: Int64) -> String { DecimalText.format(millionths / 10_000, scale: 2) }

  /// Open or reserved over all hosts: of a symbol, or nil for all; without one order's own reservation.
  public func taken(_ symbol: String?, besides own: (host: String, clientOrderID: String?)? = nil) -> Money {
    var sum = state.hosts.values.reduce(Money.zero) { $0 + (symbol.map($1.worst) ?? $1.total) }
    for (host, orders) in state.reservations {
      for (name, reservation) in orders where symbol == nil || reservation.symbol == symbol {
        if let own, own.host == host, own.clientOrderID == name { continue }
        sum += reservation.notional
      }
    }
    return sum
  }

  /// Of which something is open or reserved, in order.
  public var symbols: [String] {
    let open = state.hosts.values.flatMap { ($0.symbols ?? []).filter { $0.worstNotional.raw > 0 }.map(\.symbol) }
    return Set(open + state.reservations.values.flatMap { $0.values.map(\.symbol) }).sorted()
  }

  private mutating func reserve(_ worth: Money, for question: Question) {
    let name: String
    if let given = question.clientOrderID {
      name = given
    } else {
      state.unnamed += 1
      // No name of a host's begins with a blank: whoever reads them sees to it.
      name = " \(state.unnamed)"
    }
    state.reservations[question.host, default: [:]][name] = PortfolioState.Reservation(
      symbol: question.symbol, notional: worth, orderSequence: question.orderSequence)
  }
}

extension Money {
  /// With two decimals, as the reference writes amounts.
  var short: String { DecimalText.format(self, decimals: 2) }
}
