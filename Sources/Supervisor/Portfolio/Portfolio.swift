import Market

/// The risk of several hosts together. Times are a wall clock's, ms since 1970 UTC.
///
/// An allowed order's notional is reserved until a report of its host contains it, so that hosts that ask at the same moment share one limit.
public struct Portfolio: Sendable {
  /// Of one host: one that asks on and on without reporting stops here.
  static let maximumReservations = 4096
  /// Of one day; those above it are kept as one.
  static let maximumDeparted = 1024

  public let limits: PortfolioLimits
  public internal(set) var state: PortfolioState
  /// Known before a restart and silent since.
  private(set) var awaited: Set<String> = []
  private(set) var awaitedUntil: Int64 = 0

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
    var host = state.hosts[report.host] ?? returned(report.host, at: now)
    host.reportedAt = now
    host.equity = report.equity?.bounded ?? host.equity
    if host.base == nil { host.base = report.equity?.bounded }
    host.notional = report.notional.boundedWorth
    host.symbols = report.symbols?.map {
      HostReport.Symbol(symbol: $0.symbol, position: $0.position?.bounded, worstNotional: $0.worstNotional.boundedWorth)
    }
    state.hosts[report.host] = host
    awaited.remove(report.host)
    release(by: report, at: now)
    if let event = judge() { events.append(event) }
    return events
  }

  private mutating func release(by report: HostReport, at now: Int64) {
    state.reservations[report.host] = state.reservations[report.host]?.filter { _, reservation in
      guard let own = reservation.orderSequence, let reached = report.orderSequence else { return false }
      // A report that came so long after the order and does not know its number is of a host that counts anew since it was restarted: it
      // would never reach that number, and the room would be lost.
      return own > reached && now - reservation.reservedAt <= limits.staleAfterMilliseconds
    }
    if state.reservations[report.host]?.isEmpty == true { state.reservations[report.host] = nil }
  }

  /// An order that was allowed has come to its end.
  ///
  /// - Parameter filled: its worth as far as it was filled: that stays reserved until a report contains the order. One that was on its way
  ///   already does not.
  public mutating func settle(host: String, clientOrderID: String, filled: Money) {
    guard let reservation = state.reservations[host]?[clientOrderID] else { return }
    state.reservations[host]?[clientOrderID]?.notional = min(reservation.notional, filled)
    if filled.raw <= 0 { state.reservations[host]?[clientOrderID] = nil }
  }

  /// A host that will not come back, or has gone to another mode: its exposure and its reservations go with it. What it made or lost today
  /// stays until the day ends: a loss limit that forgets a loser is none.
  ///
  /// - Returns: whether it was known.
  public mutating func forget(host: String) -> Bool {
    state.reservations[host] = nil
    awaited.remove(host)
    guard let gone = state.hosts.removeValue(forKey: host) else { return false }
    if let base = gone.base { depart(host, PortfolioState.Departed(base: base, equity: gone.equity ?? base)) }
    return true
  }

  private mutating func depart(_ host: String, _ gone: PortfolioState.Departed) {
    // No host's name is empty: whoever reads them sees to it.
    let name = state.departed.count < Self.maximumDeparted ? host : ""
    let sum = state.departed[name]
    state.departed[name] = PortfolioState.Departed(
      base: (sum?.base ?? .zero).adding(gone.base), equity: (sum?.equity ?? .zero).adding(gone.equity))
  }

  /// A host's first report; one that was forgotten today goes on from its base of the day.
  private mutating func returned(_ host: String, at now: Int64) -> PortfolioState.Host {
    let known = state.departed.removeValue(forKey: host)
    return PortfolioState.Host(reportedAt: now, base: known?.base, equity: known?.equity)
  }

  // MARK: Silence

  /// Whether it has not reported for `staleAfterMilliseconds`, or never. A report from as far ahead says nothing either: the clock was set
  /// back since, and a host that lives reports again.
  public func isStale(_ host: String, at now: Int64) -> Bool {
    state.hosts[host].map { (now - $0.reportedAt).magnitude > limits.staleAfterMilliseconds.magnitude } ?? true
  }

  /// Those that are known and have not reported of late, in order. What they have open counts all the same.
  public func staleHosts(at now: Int64) -> [String] { state.hosts.keys.filter { isStale($0, at: now) }.sorted() }

  // MARK: The operator

  /// Nothing opens until `clearHalt`; no new day ends it.
  public mutating func halt(reason: String) { state.halt = PortfolioState.Halt(reason: reason, isOfTheDay: false) }

  /// - Parameter isRebasing: the day begins anew at the present equity; else a loss that still stands halts again with the next report.
  public mutating func clearHalt(isRebasing: Bool) {
    state.halt = nil
    guard isRebasing else { return }
    // One that has not said its equity today keeps waiting for it: yesterday's is none of this day.
    for (name, host) in state.hosts where host.base != nil { state.hosts[name]?.base = host.equity }
    state.departed = [:]
    state.peak = .zero
  }

  /// Nothing opens until `resume`.
  public mutating func pause(reason: String) { state.pause = reason }
  public mutating func resume() { state.pause = nil }

  /// A language model's advice: it tightens alone, and the operator takes it back.
  ///
  /// - Parameter riskThousandths: of every limit of an order, 0...1000.
  public mutating func advise(pauses: Bool, riskThousandths: Int64) {
    state.isPausedByAdvice = state.isPausedByAdvice || pauses
    state.riskThousandths = min(state.riskThousandths, max(0, riskThousandths))
  }

  public mutating func clearAdvice() { (state.isPausedByAdvice, state.riskThousandths) = (false, 1000) }
}
