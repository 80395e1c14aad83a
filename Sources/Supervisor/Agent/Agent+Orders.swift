import JSONTree
import Kernel
import Market
import Portfolio

extension Agent {
  /// `POST /api/v1/risk/evaluate`
  func evaluate(_ request: APIRequest) -> APIAnswer {
    let begin = Clocks.monotonicNanoseconds()
    guard let members = members(request) else { return .refusal(400, "bad_json") }
    var fields = Fields(members)
    let host = fields.text("host_id") ?? Self.unnamedHost
    let symbol = fields.text("symbol", limit: 32, isRequired: true)
    let side = fields.word("side", of: ["BUY", "SELL"], "OrderSide")
    _ = fields.word("order_type", of: ["MARKET", "LIMIT", "STOP", "STOP_LIMIT"], "OrderType")
    let quantity = fields.money("quantity", isRequired: true)
    let leverage = fields.number("leverage")
    var question = Question(
      host: host, clientOrderID: fields.text("client_order_id"), symbol: symbol ?? "", isBuy: side == "BUY", quantity: quantity ?? .zero)
    question.price = fields.money("price")
    question.notional = fields.money("notional")
    question.leverageMillionths = leverage.map { Int64(clamping: Int128(($0 * 1e6).rounded(.up))) }
    question.claimsReducing = fields.flag("is_reduce_only") ?? false
    question.positionBefore = fields.money("position_before")
    question.orderSequence = fields.sequence("order_seq")
    if let details = fields.details { return .refusal(400, "bad_request", details: details, fields: fields.faults) }
    let now = clock()
    return shared.withLock { shared in
      let mode = shared.state.modes[host] ?? ""
      var portfolio = portfolio(mode, in: &shared)
      var verdict = portfolio.evaluate(question, at: now)
      if shared.trouble != nil, !verdict.isReducing {
        (verdict.isAllowed, verdict.code, verdict.reason) = (false, .halted, "The Supervisor's state is not written; nothing opens until it is.")
      } else {
        shared.portfolios[mode] = portfolio
      }
      shared.isDirty = shared.isDirty || verdict.isAllowed && !verdict.isReducing
      var data = members
      for name in members.keys where !Self.decisionMembers.contains(name) { data[name] = nil }
      data["allowed"] = .boolean(verdict.isAllowed)
      data["code"] = .text(verdict.code.rawValue)
      data["reason"] = .text(verdict.reason)
      data["is_reducing"] = .boolean(verdict.isReducing)
      for name in ["price", "notional", "leverage"] where data[name] == nil { data[name] = .null }
      data["is_reduce_only"] = .boolean(question.claimsReducing)
      note(&shared, "ORDER_DECISION", "RiskEngine", question.clientOrderID ?? nextRequest(&shared), data)
      shared.metrics.decided(verdict.code, nanoseconds: Clocks.monotonicNanoseconds() - begin)
      return APIAnswer([
        "allowed": .boolean(verdict.isAllowed), "code": .text(verdict.code.rawValue), "reason": .text(verdict.reason),
        "risk": risk(portfolio, shared),
      ])
    }
  }

  private static let decisionMembers: Set<String> = [
    "symbol", "side", "order_type", "quantity", "price", "notional", "leverage", "is_reduce_only", "host_id", "client_order_id", "market",
    "position_before", "order_seq",
  ]

  /// `POST /api/v1/risk/report`: an order that was allowed has ended, and how much of it was filled.
  func report(_ request: APIRequest) -> APIAnswer {
    guard let members = members(request) else { return .refusal(400, "bad_json") }
    var fields = Fields(members)
    let host = fields.text("host_id") ?? Self.unnamedHost
    let order = fields.text("client_order_id", isRequired: true)
    let status = fields.word("status", of: ["FILLED", "CANCELED", "REJECTED", "EXPIRED"], "OrderStatus")
    let filled = fields.money("filled_notional")
    let symbol = fields.text("symbol", limit: 32)
    let pnl = fields.number("pnl")
    if status == "FILLED", filled == nil {
      fields.fail("filled_notional", "is missing", details: "Missing field: 'filled_notional'")
    }
    if let details = fields.details { return .refusal(400, "bad_request", details: details, fields: fields.faults) }
    return shared.withLock { shared in
      shared.portfolios[shared.state.modes[host] ?? ""]?.settle(host: host, clientOrderID: order ?? "", filled: filled ?? .zero)
      shared.isDirty = true
      var data: [String: JSONNode] = ["host_id": .text(host), "status": .text(status ?? ""), "filled_notional": .real((filled ?? .zero).doubleValue)]
      data["symbol"] = symbol.map(JSONNode.text)
      data["pnl"] = pnl.map(JSONNode.real)
      note(&shared, "ORDER_RESULT", "Supervisor", order ?? "", data)
      return APIAnswer(["status": "ok"])
    }
  }
}
