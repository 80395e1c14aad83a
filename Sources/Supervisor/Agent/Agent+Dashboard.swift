import JSONTree
import Market
import Portfolio

extension Agent {
  /// `GET /api/v1/status`
  func status() -> APIAnswer {
    let now = clock()
    return shared.withLock { shared in
      APIAnswer([
        "bot": ["running": false, "state": "STOPPED", "restarts": 0, "last_exit_code": nil], "heartbeat": heartbeatLine(shared, now),
        "risk": riskOfAll(shared),
      ])
    }
  }

  private func heartbeatLine(_ shared: Shared, _ now: Int64) -> JSONNode {
    let last = shared.hosts.values.map(\.at).max()
    return [
      "status": .text(last.map { now - $0 <= options.limits.staleAfterMilliseconds ? "HEALTHY" : "STALE" } ?? "NO_DATA"),
      "last_heartbeat_time": last.map { .text(UTCStamp.iso(milliseconds: $0)) } ?? .null,
    ]
  }

  /// `GET /api/v1/hosts`: each host with what it said last, and each mode with its risk.
  func hosts() -> APIAnswer {
    let now = clock()
    return shared.withLock { shared in
      func money(_ amount: Money) -> JSONNode { .number(DecimalText.format(amount, decimals: 8)) }
      let modes = shared.portfolios.sorted { $0.key < $1.key }.map { (name: $0.key, portfolio: $0.value, summary: $0.value.summary(at: now)) }
      let hosts = modes.flatMap { mode in
        mode.summary.hosts.map { host -> JSONNode in
          var members: [String: JSONNode] = shared.hosts[host.host]?.shown ?? [:]
          members["host_id"] = .text(host.host)
          members["mode"] = .text(mode.name)
          members["heartbeat_age_s"] = .real(Double(host.ageMilliseconds) / 1000)
          members["stale"] = .boolean(host.isStale)
          members["reserved_orders"] = .integer(Int64(host.reservedOrders))
          return .object(members)
        }
      }
      let lines = modes.map { mode -> JSONNode in
        [
          "mode": .text(mode.name), "day": .text(mode.portfolio.state.day), "pnl_today": money(mode.summary.profit),
          "drawdown": money(mode.summary.drawdown), "equity": money(mode.summary.equity),
          "exposure": money(mode.portfolio.taken(nil)),
          "symbols": .array(
            mode.summary.symbols.map {
              [
                "symbol": .text($0.symbol), "exposure": money(mode.portfolio.taken($0.symbol)), "limit": money(options.limits.maximumSymbolNotional),
              ]
            }),
          "risk": risk(mode.portfolio, shared),
        ]
      }
      return APIAnswer(["hosts": .array(hosts), "modes": .array(lines), "currency": .text(options.limits.currency)])
    }
  }

  /// `GET /api/v1/dashboard/overview`
  func overview() -> APIAnswer {
    let now = clock()
    return shared.withLock { shared in
      let profit = shared.portfolios.values.reduce(Money.zero) { $0 + $1.profit }
      let before = shared.profits.first { now - $0.at <= 3_600_000 }?.profit ?? profit
      let positions = shared.hosts.values.reduce(0.0) { $0 + ($1.shown["open_positions"]?.real ?? 0) }
      let reserved = shared.portfolios.values.reduce(0) { $0 + $1.state.reservations.values.reduce(0) { $0 + $1.count } }
      return APIAnswer([
        "timestamp": .text(UTCStamp.iso(milliseconds: now)), "total_pnl": .real(profit.doubleValue), "pnl_1h": .real((profit - before).doubleValue),
        "open_positions": .integer(Int64(positions)), "open_orders": .integer(Int64(reserved)), "strategy_mode": nil, "market_trend": nil,
        "market_risk_level": nil,
      ])
    }
  }

  /// `GET /api/v1/dashboard/health`
  func health() -> APIAnswer {
    let now = clock()
    return shared.withLock { shared in
      var issues: [String] = []
      let last = shared.hosts.values.map(\.at).max()
      if let last { if now - last > 60_000 { issues.append("heartbeat_stale") } } else { issues.append("heartbeat_missing") }
      issues.append("snapshot_missing")
      if shared.trouble != nil { issues.append("state_not_written") }
      if shared.events.trouble != nil { issues.append("events_not_written") }
      return APIAnswer([
        "status": .text(issues.count > 2 ? "FAIL" : issues.isEmpty ? "OK" : "WARN"), "issues": .array(issues.map(JSONNode.text)),
        "last_heartbeat_at": last.map { .text(UTCStamp.iso(milliseconds: $0)) } ?? .null, "last_snapshot_at": nil,
      ])
    }
  }

  /// `GET /api/v1/dashboard/events?limit=N&types=A,B`: newest first.
  func listEvents(_ request: APIRequest) -> APIAnswer {
    let limit = request.parameter("limit").flatMap { Int($0) } ?? 200
    let types = request.parameter("types").map { Set($0.split(separator: ",").map(String.init)) } ?? Self.shownTypes
    let correlation = request.parameter("correlation_id")
    let newest = shared.withLock { $0.events.newest }
    let rows = (0..<newest.count).lazy.map { newest[age: $0] }
      .filter { types.contains($0.type) && (correlation == nil || correlation == $0.correlation) }
      .prefix(max(0, min(limit, EventLog.capacity))).map(\.row)
    return APIAnswer(.array(Array(rows)))
  }

  private static let shownTypes: Set<String> = [
    "ORDER_DECISION", "ORDER_RESULT", "RISK_LIMIT_BREACH", "SUPERVISOR_SNAPSHOT", "STRATEGY_UPDATE", "OPERATOR", "MODE_CHANGE",
  ]
}
