import JSONTree
import Market
import Portfolio

extension Agent {
  /// Of hosts that give no name, as the reference's bot.
  static let unnamedHost = "default"

  /// `POST /api/v1/heartbeat`, the reference's members in both of its spellings, and ours.
  func heartbeat(_ request: APIRequest) -> APIAnswer {
    guard let members = members(request) else { return .refusal(400, "bad_json") }
    var fields = Fields(members)
    let host = fields.text("host_id") ?? Self.unnamedHost
    let mode = fields.text("mode", limit: 16)
    let equity = fields.money("equity")
    let notional = max(fields.money("worst_notional") ?? .zero, fields.money("open_positions_notional", "open_notional") ?? .zero)
    let currency = fields.text("base_currency", limit: 16)
    let orderSequence = fields.sequence("order_seq")
    let symbols = symbols(&fields)
    let flattened = fields.text("flatten_id", limit: 64)
    let shown = shown(&fields)
    if let details = fields.details { return .refusal(400, "bad_request", details: details, fields: fields.faults) }
    let now = clock()
    return shared.withLock { shared in
      guard shared.hosts[host] != nil || shared.state.modes[host] != nil || shared.state.modes.count < Self.maximumHosts else {
        return .refusal(429, "too_many_hosts", details: "\(Self.maximumHosts) hosts are known; forget those that are gone.")
      }
      let known = shared.state.modes[host]
      let mode = mode ?? known ?? ""
      if let known, known != mode { _ = shared.portfolios[known]?.forget(host: host) }
      var portfolio = portfolio(mode, in: &shared)
      // Another currency's amounts add up to nothing here: as if it had not said.
      let isOurs = currency == nil || currency == options.limits.currency
      let changes = portfolio.take(
        HostReport(host: host, equity: isOurs ? equity : nil, notional: notional, symbols: symbols, orderSequence: orderSequence), at: now)
      shared.portfolios[mode] = portfolio
      shared.hosts[host] = HostFacts(at: now, mode: mode, shown: shown)
      shared.state.modes[host] = mode
      shared.metrics.heartbeats += 1
      if let flattened, shared.state.flattens[host]?.id == flattened {
        shared.state.flattens[host] = nil
        note(&shared, "OPERATOR", "Supervisor", flattened, ["action": "flatten_done", "host_id": .text(host)], isUrgent: true)
      }
      shared.isDirty = true
      for change in changes { tell(change, mode: mode, host: host, &shared) }
      if known != mode || !changes.isEmpty { save(&shared) }
      var answer: [String: JSONNode] = [
        "heartbeat_status": "HEALTHY", "last_heartbeat_time": .text(UTCStamp.iso(milliseconds: now)), "risk": risk(portfolio, shared),
      ]
      if let flatten = shared.state.flattens[host] { answer["flatten"] = ["id": .text(flatten.id), "reason": .text(flatten.reason)] }
      return APIAnswer(.object(answer))
    }
  }

  private func symbols(_ fields: inout Fields) -> [HostReport.Symbol]? {
    guard let list = fields.objects("symbols", limit: 1000) else { return nil }
    return list.compactMap { members in
      var own = Fields(members)
      let symbol = own.text("symbol", limit: 32, isRequired: true)
      let position = own.money("position")
      let worst = own.money("worst_notional", "notional", isRequired: true)
      fields.take(faultsOf: own, in: "symbols")
      guard let symbol, let worst else { return nil }
      return HostReport.Symbol(symbol: symbol, position: position, worstNotional: max(worst, .zero))
    }
  }

  /// What is kept of it for people; each is of its kind or the whole is refused.
  private func shown(_ fields: inout Fields) -> [String: JSONNode] {
    var shown: [String: JSONNode] = [:]
    for name in ["uptime_s", "pnl", "equity", "realized_pnl_today", "unrealized_pnl"] { shown[name] = fields.number(name).map(JSONNode.real) }
    shown["open_positions"] = fields.number("open_positions", "active_positions").map(JSONNode.real)
    shown["open_notional"] = fields.number("open_positions_notional", "open_notional").map(JSONNode.real)
    for name in ["last_tick_ts", "trading_day", "version", "blocked", "base_currency"] { shown[name] = fields.text(name).map(JSONNode.text) }
    return shown
  }

  func tell(_ change: PortfolioEvent, mode: String, host: String, _ shared: inout Shared) {
    switch change {
    case .halted(let code, let reason):
      log.error("\(mode): halted: \(reason)")
      note(&shared, "RISK_LIMIT_BREACH", "RiskEngine", host, ["code": .text(code), "reason": .text(reason), "mode": .text(mode)], isUrgent: true)
    case .dayBegan(let day): log.notice("\(mode): the day \(day) begins")
    case .resumed:
      log.notice("\(mode): the halt of the day before has ended with it")
      note(&shared, "MODE_CHANGE", "RiskEngine", host, ["action": "resume_on_new_day", "mode": .text(mode)], isUrgent: true)
    }
  }

  /// What every answer about risk says; the reference's four members and the operator's pause.
  func risk(_ portfolio: Portfolio, _ shared: Shared) -> JSONNode {
    let state = portfolio.state
    // What could not be written would be forgotten by a restart.
    let halt = state.halt?.reason ?? shared.trouble.map { "the Supervisor's state is not written: \($0)" }
    return [
      "halted": .boolean(halt != nil), "halt_reason": halt.map(JSONNode.text) ?? .null, "llm_paused": .boolean(state.isPausedByAdvice),
      "llm_risk_multiplier": .real(Double(state.riskThousandths) / 1000), "paused": .boolean(state.pause != nil),
      "pause_reason": state.pause.map(JSONNode.text) ?? .null,
    ]
  }

  /// Of all modes: the strictest of each.
  func riskOfAll(_ shared: Shared) -> JSONNode {
    let portfolios = shared.portfolios.sorted { $0.key < $1.key }.map(\.value)
    let worst =
      portfolios.first { $0.state.halt != nil } ?? portfolios.first { $0.state.pause != nil || $0.state.isPausedByAdvice } ?? portfolios.first
    if let worst { return risk(worst, shared) }
    var none = Portfolio(options.limits)
    if let reason = shared.state.halt { none.halt(reason: reason) }
    if let reason = shared.state.pause { none.pause(reason: reason) }
    return risk(none, shared)
  }
}
