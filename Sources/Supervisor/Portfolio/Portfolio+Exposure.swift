import Market

extension Portfolio {
  /// Open or reserved over all hosts: of a symbol, or nil for all; without one order's own reservation.
  public func taken(_ symbol: String?, besides own: (host: String, clientOrderID: String?)? = nil) -> Money {
    open(symbol).adding(reserved(symbol, besides: own))
  }

  /// By the hosts' last reports, each in its worst case: of a symbol, or nil for all.
  public func open(_ symbol: String?) -> Money { Money.sum(state.hosts.values) { host in symbol.map(host.worst) ?? host.total } }

  /// Allowed, and in no report yet: of a symbol, or nil for all.
  public func reserved(_ symbol: String?) -> Money { reserved(symbol, besides: nil) }

  private func reserved(_ symbol: String?, besides own: (host: String, clientOrderID: String?)?) -> Money {
    var sum = Money.zero
    for (host, orders) in state.reservations {
      for (name, reservation) in orders where symbol == nil || reservation.symbol == symbol {
        if let own, own.host == host, own.clientOrderID == name { continue }
        sum = sum.adding(reservation.notional)
      }
    }
    return sum
  }

  /// Of which something is open or reserved, in order.
  public var symbols: [String] {
    let open = state.hosts.values.flatMap { ($0.symbols ?? []).filter { $0.worstNotional.raw > 0 }.map(\.symbol) }
    return Set(open + state.reservations.values.flatMap { $0.values.map(\.symbol) }).sorted()
  }

  /// How everything stands, for people.
  public func summary(at now: Int64) -> PortfolioSummary {
    PortfolioSummary(
      profit: profit, drawdown: drawdown, equity: equity, open: open(nil), reserved: reserved(nil),
      symbols: symbols.map { PortfolioSummary.Symbol(symbol: $0, open: open($0), reserved: reserved($0)) },
      hosts: state.hosts.sorted { $0.key < $1.key }.map { name, host in
        let orders = state.reservations[name] ?? [:]
        return PortfolioSummary.Host(
          host: name, ageMilliseconds: max(0, now - host.reportedAt), isStale: isStale(name, at: now), equity: host.equity,
          profit: host.base.map { (host.equity ?? $0).adding(-$0) }, open: host.total, reserved: Money.sum(orders.values) { $0.notional },
          reservedOrders: orders.count)
      })
  }
}
