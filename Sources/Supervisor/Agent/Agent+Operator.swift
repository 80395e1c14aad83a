import JSONTree
import Market
import Portfolio

/// Each of these is in the audit with its reason and who asked, and on the disk before its answer.
extension Agent {
  private struct Order {
    var reason: String
    /// Nil = all.
    var mode: String?
    var correlation: String
  }

  private func carryOut(
    _ request: APIRequest, _ action: String, _ extra: (inout Fields) -> [String: JSONNode] = { _ in [:] },
    _ change: (inout Shared, Order, [String: JSONNode]) -> APIAnswer?
  ) -> APIAnswer {
    guard let members = members(request) else { return .refusal(400, "bad_json") }
    var fields = Fields(members)
    let reason = fields.text("reason", limit: 200, isRequired: true)
    let mode = fields.text("mode", limit: 16)
    let data = extra(&fields)
    if let details = fields.details { return .refusal(400, "bad_request", details: details, fields: fields.faults) }
    return shared.withLock { shared in
      if let mode, shared.portfolios[mode] == nil { return .refusal(404, "not_found", details: "No host has reported in mode '\(mode)'.") }
      let order = Order(reason: reason ?? "", mode: mode, correlation: nextRequest(&shared))
      if let refusal = change(&shared, order, data) { return refusal }
      var event = data
      event["action"] = .text(action)
      event["reason"] = .text(order.reason)
      event["mode"] = mode.map(JSONNode.text) ?? .null
      event["peer"] = .text(request.peer)
      note(&shared, "OPERATOR", "Operator", order.correlation, event, isUrgent: true)
      log.notice("operator: \(action)\(mode.map { " of \($0)" } ?? ""): \(order.reason)")
      save(&shared)
      if let trouble = shared.trouble {
        return .refusal(503, "not_written", details: "It holds until this process ends, and is not on the disk: \(trouble)")
      }
      return APIAnswer(["status": "ok", "correlation_id": .text(order.correlation), "risk": riskOfAll(shared)])
    }
  }

  private func each(_ shared: inout Shared, _ order: Order, _ change: (inout Portfolio) -> Void) {
    for mode in shared.portfolios.keys where order.mode == nil || order.mode == mode {
      if var portfolio = shared.portfolios[mode] {
        change(&portfolio)
        shared.portfolios[mode] = portfolio
      }
    }
  }

  /// `POST /api/v1/operator/halt {reason, mode?}`: nothing opens until it is cleared.
  func halt(_ request: APIRequest) -> APIAnswer {
    carryOut(request, "halt") { shared, order, _ in
      if order.mode == nil { shared.state.halt = order.reason }
      each(&shared, order) { $0.halt(reason: order.reason) }
      return nil
    }
  }

  /// `POST /api/v1/operator/clear {reason, mode?, rebase?}`
  func clear(_ request: APIRequest) -> APIAnswer {
    carryOut(request, "clear", { fields in ["rebase": .boolean(fields.flag("rebase") ?? false)] }) { shared, order, data in
      if order.mode == nil { shared.state.halt = nil }
      each(&shared, order) {
        $0.clearHalt(isRebasing: data["rebase"]?.boolean == true)
        $0.clearAdvice()
      }
      return nil
    }
  }

  /// `POST /api/v1/operator/pause {reason, mode?}`
  func pause(_ request: APIRequest) -> APIAnswer {
    carryOut(request, "pause") { shared, order, _ in
      if order.mode == nil { shared.state.pause = order.reason }
      each(&shared, order) { $0.pause(reason: order.reason) }
      return nil
    }
  }

  /// `POST /api/v1/operator/resume {reason, mode?}`
  func resume(_ request: APIRequest) -> APIAnswer {
    carryOut(request, "resume") { shared, order, _ in
      if order.mode == nil { shared.state.pause = nil }
      each(&shared, order) { $0.resume() }
      return nil
    }
  }

  /// `POST /api/v1/operator/flatten {reason, host_id?, mode?}`: with the answer to its next heartbeat a host is told to close all that it has,
  /// until it says that it did; without a name all of them are.
  func flatten(_ request: APIRequest) -> APIAnswer {
    carryOut(request, "flatten", { fields in ["host_id": fields.text("host_id").map(JSONNode.text) ?? .null] }) { shared, order, data in
      let named = data["host_id"]?.text
      let hosts = shared.state.modes.filter { (named == nil || named == $0.key) && (order.mode == nil || order.mode == $0.value) }.keys
      guard named == nil || !hosts.isEmpty else { return .refusal(404, "not_found", details: "No such host has reported.") }
      for host in hosts { shared.state.flattens[host] = AgentState.Flatten(id: order.correlation, reason: order.reason) }
      return nil
    }
  }

  /// `POST /api/v1/operator/forget {reason, host_id}`: a host that will not come back; its exposure no longer counts.
  func forget(_ request: APIRequest) -> APIAnswer {
    carryOut(request, "forget", { fields in ["host_id": fields.text("host_id", isRequired: true).map(JSONNode.text) ?? .null] }) { shared, _, data in
      guard let host = data["host_id"]?.text, let mode = shared.state.modes.removeValue(forKey: host) else {
        return .refusal(404, "not_found", details: "No such host has reported.")
      }
      _ = shared.portfolios[mode]?.forget(host: host)
      shared.hosts[host] = nil
      shared.state.flattens[host] = nil
      return nil
    }
  }
}

extension Agent {
  /// Somebody without the right token has asked.
  public func noteRefusedToken(peer: String) {
    shared.withLock { shared in
      shared.metrics.refusedTokens += 1
      log.info("a request from \(peer) without the right token")
    }
  }
}
