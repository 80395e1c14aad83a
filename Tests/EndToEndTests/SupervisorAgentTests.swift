import Foundation
import Synchronization
import TestKit
import Testing

/// The Supervisor as its clients see it: over a real socket, by a real process that is really killed.
@Suite struct SupervisorAgentTests {
  private let host: Host

  init() throws { host = try Host() }

  private static let heartbeat = "/api/v1/heartbeat"
  private static let evaluate = "/api/v1/risk/evaluate"

  /// The reference bot's, key by key.
  private static func botHeartbeat(equity: Double = 0) -> String {
    """
    {"mode": "paper", "uptime_s": 12.345, "equity": \(equity), "realized_pnl_today": \(equity), "unrealized_pnl": 0.0, "open_positions": 0, \
    "open_notional": 0.0, "last_tick_ts": "2026-11-22T22:29:16.690000+00:00", "base_currency": "USDT"}
    """
  }

  private static func botOrder(
    _ quantity: String = "0.1", notional: String = "4500.0", side: String = "\"BUY\"", leverage: String = "null", price: String = "45000.0",
    reduces: Bool = false
  ) -> String {
    """
    {"symbol": "BTCUSDT", "side": \(side), "order_type": "MARKET", "quantity": \(quantity), "price": \(price), "notional": \(notional), \
    "leverage": \(leverage), "is_reduce_only": \(reduces)}
    """
  }

  /// Of our own kind of host.
  private static func report(_ name: String, equity: Int = 10_000, worst: Int = 0, sequence: Int) -> String {
    """
    {"host_id": "\(name)", "mode": "paper", "equity": \(equity), "base_currency": "USDT", "order_seq": \(sequence), \
    "symbols": [{"symbol": "BTCUSDT", "position": 0, "worst_notional": \(worst)}]}
    """
  }

  private static func order(_ name: String, _ number: Int, _ notional: Int) -> String {
    """
    {"symbol": "BTCUSDT", "side": "BUY", "order_type": "LIMIT", "quantity": 1, "price": \(notional), "notional": \(notional), "leverage": null, \
    "is_reduce_only": false, "host_id": "\(name)", "client_order_id": "r-\(number)", "order_seq": \(number), "position_before": 0}
    """
  }

  @Test func `A bot of the reference has its answers, in status, shape, code and words`() throws {
    let supervisor = try SupervisorProgram(in: host)
    let client = supervisor.client
    let risk: Set = ["halted", "halt_reason", "llm_paused", "llm_risk_multiplier"]
    func keys(_ path: String, _ expected: Set<String>) throws {
      let answer = try client.get(path)
      #expect(answer.status == 200 && expected.isSubset(of: Set(answer.json.keys)), "\(path): \(answer)")
    }
    let overview: Set = [
      "timestamp", "total_pnl", "pnl_1h", "open_positions", "open_orders", "strategy_mode", "market_trend", "market_risk_level",
    ]
    try keys("/api/v1/dashboard/overview", overview)
    #expect(try client.get("/api/v1/dashboard/health").json["issues"] as? [String] == ["heartbeat_missing", "snapshot_missing"])
    try keys("/api/v1/status", ["bot", "heartbeat", "risk"])
    #expect(try (client.get("/api/v1/status").json["heartbeat"] as? [String: Any])?["status"] as? String == "NO_DATA")
    for path in ["/api/v1/status?x=1", "/nope"] {
      let answer = try client.get(path)
      #expect(answer.status == 404 && answer.json["error"] as? String == "not_found")
    }
    let first = try client.post(Self.heartbeat, Self.botHeartbeat())
    #expect(first.status == 200 && first.json["heartbeat_status"] as? String == "HEALTHY" && risk.isSubset(of: Set(first.risk.keys)), "\(first)")
    // The reference failed here as soon as a heartbeat had come.
    try keys("/api/v1/dashboard/overview", overview)

    func verdict(_ body: String, _ allowed: Bool, _ code: String, _ reason: String) throws {
      let answer = try client.post(Self.evaluate, body)
      #expect(answer.status == 200 && answer.json["allowed"] as? Bool == allowed && risk.isSubset(of: Set(answer.risk.keys)), "\(answer)")
      #expect(answer.json["code"] as? String == code && answer.json["reason"] as? String == reason, "\(answer)")
    }
    try verdict(Self.botOrder(), true, "OK", "Order allowed.")
    try verdict(
      Self.botOrder(notional: "20000.0"), false, "SYMBOL_NOTIONAL_LIMIT", "Order notional 20000.00 exceeds per-symbol limit 10000.00.")
    try verdict(Self.botOrder(leverage: "9.0"), false, "LEVERAGE_LIMIT", "Order leverage 9.00 exceeds limit 5.00.")
    try verdict(Self.botOrder(leverage: "0"), false, "INVALID_ORDER", "Leverage must be positive.")
    try verdict(Self.botOrder(notional: "null", price: "null"), false, "INVALID_ORDER", "Notional or price must be provided.")
    try verdict(Self.botOrder(notional: "-1"), false, "INVALID_ORDER", "Notional must be non-negative.")
    // In lower case, and with figures as texts, as the reference takes them.
    try verdict(Self.botOrder("\"0.01\"", notional: "450", side: "\"buy\""), true, "OK", "Order allowed.")

    func refusal(_ path: String, _ body: String, _ word: String, _ details: String? = nil) throws {
      let answer = try client.post(path, body)
      #expect(answer.status == 400 && answer.json["error"] as? String == word, "\(body): \(answer)")
      if let details { #expect((answer.json["details"] as? String)?.hasPrefix(details) == true, "\(answer)") }
    }
    try refusal(Self.evaluate, Self.botOrder(side: "\"UP\""), "bad_request", "Invalid enum value: 'UP' is not a valid OrderSide")
    // What the reference answered with status 500.
    try refusal(Self.evaluate, Self.botOrder(side: "null"), "bad_request", "Missing field: 'side'")
    try refusal(Self.evaluate, Self.botOrder("\"x\""), "bad_request", "Invalid numeric field")
    try refusal(Self.evaluate, #"{"symbol": "BTCUSDT", "side": "BUY", "quantity": 1}"#, "bad_request", "Missing field: 'order_type'")
    try refusal(Self.evaluate, "{", "bad_json")
    try refusal(Self.evaluate, "[1]", "bad_json")
    try refusal(Self.heartbeat, #"{"equity": "much"}"#, "bad_request", "Invalid numeric field")
    for number in ["NaN", "Infinity", "1e400", "1e15", "[]", "{}", "true"] {
      try refusal(Self.heartbeat, "{\"equity\": \(number)}", "bad_request")
      try refusal(Self.evaluate, Self.botOrder(notional: number), "bad_request")
    }

    try keys(
      "/api/v1/policy/current",
      ["version", "ts", "ttl_sec", "allow_trading", "mode", "size_multiplier", "cooldown_sec", "spread_max_bps", "max_daily_loss", "reason"])
    try keys("/api/v1/policy/debug", ["signals", "decision", "cb", "llm_enabled"])
    try keys("/api/v1/bot/status", ["managed", "state", "pid", "restarts", "last_exit_code", "last_exit_time"])
    try keys(
      "/api/v1/supervisor/snapshot",
      [
        "timestamp", "trend", "trend_confidence", "market_risk_level", "market_risk_triggers", "behavior_pnl_quality", "behavior_signal_quality",
        "behavior_flags", "total_trades", "recent_winrate", "recent_drawdown_pct",
      ])
    try keys("/api/v1/tsdb/status", ["enabled", "backend", "reachable", "last_write_at", "queue_depth"])
    let ingested = try client.post("/api/v1/telemetry/ingest", #"{"ts": 1700000000, "type": "pnl", "data": {"equity": 1}}"#)
    #expect(ingested.status == 200 && ingested.json["status"] as? String == "ok")
    let summary = try client.get("/api/v1/telemetry/summary").json
    #expect(
      summary.count == 15 && summary["last_seen_ts"] as? Int == 1_700_000_000 && summary["equity"] as? Double == 1 && summary["pnl_day"] is NSNull)
    let told = try client.get("/api/v1/telemetry/events?limit=1").json["events"] as? [[String: Any]]
    #expect(told?.count == 1 && told?[0]["source"] as? String == "unknown" && told?[0]["event_version"] as? String == "telemetry.v1")
    try keys("/api/v1/telemetry/alerts", ["active", "recent"])
    try refusal("/api/v1/telemetry/ingest", "[]", "bad_json")
    #expect(try client.post("/api/v1/telemetry/ingest", String(repeating: " ", count: 33 << 10)).status == 413)

    let halted = try client.post(Self.heartbeat, Self.botHeartbeat(equity: -210))
    #expect(halted.risk["halted"] as? Bool == true && halted.risk["halt_reason"] as? String == "Daily loss 210.00 >= limit 200.00 USDT", "\(halted)")
    try verdict(Self.botOrder(), false, "HALTED", "Daily loss 210.00 >= limit 200.00 USDT")
    try verdict(Self.botOrder(reduces: true), true, "HALTED", "Auto-halt active; only risk-reducing orders allowed.")
    let events = try client.get("/api/v1/dashboard/events?limit=2&types=ORDER_DECISION").list
    #expect(events.count == 2 && events.allSatisfy { $0["event_type"] as? String == "ORDER_DECISION" && $0["symbol"] as? String == "BTCUSDT" })
    let details = try #require(events.first?["details"] as? [String: Any])
    #expect(
      Set(["symbol", "side", "order_type", "quantity", "price", "notional", "leverage", "is_reduce_only", "allowed", "code", "reason"])
        .isSubset(of: Set(details.keys)))
    let outcome = try supervisor.stop()
    #expect(outcome.exitCode == 0 && outcome.errors.contains("halted: Daily loss 210.00"), "\(outcome)")
    let file = try #require(FileManager.default.contentsOfDirectory(atPath: host.folder.path("logs/events")).first)
    let lines = try String(contentsOfFile: host.folder.path("logs/events/\(file)"), encoding: .utf8).split(separator: "\n")
    let whole = lines.compactMap { (try? JSONSerialization.jsonObject(with: Data($0.utf8))) as? [String: Any] }
    #expect(whole.count == lines.count && whole.contains { $0["type"] as? String == "RISK_LIMIT_BREACH" })
  }

  @Test func `Its description names what it answers, and nothing else`() throws {
    let supervisor = try SupervisorProgram(in: host)
    let client = supervisor.client
    let document = try client.get("/api/v1/openapi.json").json
    let paths = try #require(document["paths"] as? [String: [String: [String: Any]]])
    #expect(document["openapi"] as? String == "3.1.0" && paths.count > 20)
    let schemas = try #require((document["components"] as? [String: Any])?["schemas"] as? [String: Any])
    for (path, operations) in paths {
      for method in ["GET", "POST", "PUT", "DELETE", "PATCH"] {
        let answer = try client.call(method, path, method == "GET" ? nil : "{}")
        guard let operation = operations[method.lowercased()] else {
          #expect(answer.status == 405 && answer.header("allow") == operations.keys.first?.uppercased(), "\(method) \(path): \(answer)")
          continue
        }
        let answers = try #require(operation["responses"] as? [String: Any])
        #expect(answers["\(answer.status)"] != nil, "\(method) \(path): \(answer.status) is not described")
        if let content = (operation["requestBody"] as? [String: Any])?["content"] as? [String: [String: [String: String]]] {
          let name = try #require(content["application/json"]?["schema"]?["$ref"]?.split(separator: "/").last)
          #expect(schemas[String(name)] != nil, "\(path): \(name)")
        }
      }
    }
    #expect(try supervisor.stop().exitCode == 0)
  }

  @Test func `Its policy follows what it knows, and is in its file for hosts that read that`() throws {
    let supervisor = try SupervisorProgram(in: host, ["policy.update_interval_sec=1", "policy.hysteresis.exit_cycles=1"])
    let client = supervisor.client
    func wait(_ reason: String) throws -> [String: Any] {
      let end = Date(timeIntervalSinceNow: 60)
      while true {
        let policy = try client.get("/api/v1/policy/current").json
        if (policy["reason"] as? String)?.hasPrefix(reason) == true { return policy }
        try #require(Date() < end, "\(reason): \(policy)")
      }
    }
    #expect(try wait("BOT_UNHEALTHY")["allow_trading"] as? Bool == false)
    _ = try client.post(Self.heartbeat, Self.botHeartbeat())
    #expect(try wait("OK")["allow_trading"] as? Bool == true)
    _ = try client.post("/api/v1/operator/halt", #"{"reason": "by hand"}"#)
    let off = try wait("RISK_ENGINE_HALTED:by hand")
    #expect(off["mode"] as? String == "risk_off" && off["size_multiplier"] as? Double == 0)
    #expect(try supervisor.stop().exitCode == 0)
    let file =
      try JSONSerialization.jsonObject(with: Data(contentsOf: URL(fileURLWithPath: host.folder.path("runtime/policy.json")))) as? [String: Any]
    #expect(file?["version"] as? String == "policy.v1" && file?["allow_trading"] as? Bool == false)
  }

  @Test func `Fifty that ask at once are never allowed more than the limit`() throws {
    let supervisor = try SupervisorProgram(in: host)
    let client = supervisor.client
    for name in 0..<50 { #expect(try client.post(Self.heartbeat, Self.report("h\(name)", sequence: 0)).status == 200) }
    let allowed = Mutex(0)
    let faults = Mutex<[String]>([])
    DispatchQueue.concurrentPerform(iterations: 50) { name in
      do {
        for number in 1...4 {
          let answer = try client.post(Self.evaluate, Self.order("h\(name)", number, 300))
          if answer.json["allowed"] as? Bool == true { allowed.withLock { $0 += 300 } }
          if answer.status != 200 { faults.withLock { $0.append("\(answer)") } }
        }
      } catch { faults.withLock { $0.append("\(error)") } }
    }
    #expect(allowed.withLock { $0 } == 9900, "33 times 300 of 10000")
    #expect(faults.withLock { $0 } == [])
    // A report that contains an order frees what it had reserved, another does not.
    #expect(try client.post(Self.evaluate, Self.order("h0", 9, 300)).json["allowed"] as? Bool == false)
    for name in 0..<50 { _ = try client.post(Self.heartbeat, Self.report("h\(name)", sequence: 9)) }
    #expect(try client.post(Self.evaluate, Self.order("h0", 10, 9900)).json["allowed"] as? Bool == true)
    #expect(try supervisor.stop().exitCode == 0)
  }

  @Test func `Killed and started again it knows its halts, its day and its hosts`() throws {
    let first = try SupervisorProgram(in: host)
    #expect(try first.client.post(Self.heartbeat, Self.report("a", sequence: 1)).status == 200)
    #expect(try first.client.post(Self.heartbeat, Self.report("b", sequence: 1)).status == 200)
    #expect(try first.client.post(Self.heartbeat, Self.report("a", equity: 9900, sequence: 1)).risk["halted"] as? Bool == false)
    #expect(try first.client.post("/api/v1/operator/pause", #"{"reason": "lunch"}"#).status == 200)
    try first.kill()
    let second = try SupervisorProgram(in: host)
    #expect(second.client.token == first.client.token)
    #expect(try second.client.post("/api/v1/operator/resume", #"{"reason": "back"}"#).risk["paused"] as? Bool == false)
    // b has not reported yet: what it sent meanwhile nobody knows.
    _ = try second.client.post(Self.heartbeat, Self.report("a", equity: 9900, sequence: 2))
    #expect(try second.client.post(Self.evaluate, Self.order("a", 3, 100)).json["code"] as? String == "RESYNC")
    _ = try second.client.post(Self.heartbeat, Self.report("b", sequence: 2))
    #expect(try second.client.post(Self.evaluate, Self.order("a", 3, 100)).json["code"] as? String == "OK")
    // 100 were lost before the kill, 100 behind it: the day's base was kept.
    let lost = try second.client.post(Self.heartbeat, Self.report("a", equity: 9800, sequence: 3))
    #expect(lost.risk["halt_reason"] as? String == "Daily loss 200.00 >= limit 200.00 USDT", "\(lost)")
    try second.kill()
    let third = try SupervisorProgram(in: host)
    #expect(try third.client.get("/api/v1/status").risk["halt_reason"] as? String == "Daily loss 200.00 >= limit 200.00 USDT")
    let cleared = try third.client.post("/api/v1/operator/clear", #"{"reason": "accepted", "rebase": true}"#)
    #expect(cleared.risk["halted"] as? Bool == false, "\(cleared)")
    #expect(try third.client.post(Self.heartbeat, Self.report("a", equity: 9800, sequence: 3)).risk["halted"] as? Bool == false)
    try third.kill()
    // One byte of its state is another: then nobody knows, and nothing opens.
    let path = host.folder.path("runtime/supervisor/state.json")
    var bytes = try Data(contentsOf: URL(fileURLWithPath: path))
    bytes[bytes.count - 3] ^= 1
    try bytes.write(to: URL(fileURLWithPath: path))
    let fourth = try SupervisorProgram(in: host)
    let reason = try #require(try fourth.client.get("/api/v1/status").risk["halt_reason"] as? String)
    #expect(reason.contains("its checksum is not that of its content") && FileManager.default.fileExists(atPath: path + ".damaged"), "\(reason)")
    _ = try fourth.client.post(Self.heartbeat, Self.report("c", sequence: 1))
    #expect(try fourth.client.post(Self.evaluate, Self.order("c", 2, 1)).json["code"] as? String == "HALTED")
    #expect(try fourth.stop().exitCode == 0)
  }

  @Test func `An operator's word needs its reason, is in the audit, and holds for those that come`() throws {
    let supervisor = try SupervisorProgram(in: host)
    let client = supervisor.client
    for action in ["halt", "clear", "pause", "resume", "flatten", "forget"] {
      let answer = try client.post("/api/v1/operator/\(action)", "{}")
      #expect(answer.status == 400 && answer.json["details"] as? String == "Missing field: 'reason'", "\(action): \(answer)")
      #expect(try client.get("/api/v1/operator/\(action)").status == 405)
    }
    let halted = try client.post("/api/v1/operator/halt", #"{"reason": "<script>alert(1)</script>"}"#)
    #expect(
      halted.status == 200 && halted.header("content-type") == "application/json; charset=utf-8"
        && halted.header("x-content-type-options") == "nosniff")
    #expect(try client.post(Self.heartbeat, Self.report("late", sequence: 0)).risk["halted"] as? Bool == true)
    _ = try client.post("/api/v1/operator/clear", #"{"reason": "enough"}"#)
    #expect(try client.post(Self.evaluate, Self.order("late", 1, 5)).json["code"] as? String == "OK")
    #expect(try client.post("/api/v1/operator/halt", #"{"reason": "x", "mode": "live"}"#).status == 404, "no host of that mode")
    // A flatten goes to the host until it says that it did.
    #expect(try client.post("/api/v1/operator/flatten", #"{"reason": "out", "host_id": "nobody"}"#).status == 404)
    _ = try client.post("/api/v1/operator/flatten", #"{"reason": "out"}"#)
    let told = try #require(try client.post(Self.heartbeat, Self.report("late", sequence: 1)).json["flatten"] as? [String: Any])
    let id = try #require(told["id"] as? String)
    #expect(told["reason"] as? String == "out")
    #expect(try client.post(Self.heartbeat, #"{"host_id": "late", "flatten_id": "\#(id)"}"#).json["flatten"] == nil)
    _ = try client.post("/api/v1/operator/forget", #"{"reason": "gone", "host_id": "late"}"#)
    #expect(try client.post(Self.evaluate, Self.order("late", 2, 5)).json["code"] as? String == "HEARTBEAT_MISSING")
    let audit = try client.get("/api/v1/dashboard/events?types=OPERATOR").list.compactMap { $0["details"] as? [String: Any] }
    #expect(audit.reversed().compactMap { $0["action"] as? String } == ["halt", "clear", "flatten", "flatten_done", "forget"])
    #expect(audit.last?["reason"] as? String == "<script>alert(1)</script>" && audit.last?["peer"] as? String == "127.0.0.1")
    #expect(try supervisor.stop().exitCode == 0)
  }

  @Test func `Without its token, too large, too deep, too slow or by another path nobody gets in`() throws {
    let supervisor = try SupervisorProgram(in: host, ["limits.idle_timeout_s=1", "limits.request_timeout_s=1", "limits.max_bad_tokens_per_minute=8"])
    let client = supervisor.client
    var stranger = client
    for word in [nil, "", "wrong", (client.token ?? "") + "x"] {
      stranger.token = word
      let answer = try stranger.get("/api/v1/status")
      #expect(answer.status == 401 && answer.json["error"] as? String == "unauthorized", "\(word ?? "none"): \(answer)")
    }
    #expect(try stranger.get("/api/v1/status?token=\(client.token ?? "")").status == 401)
    #expect(try client.call("GET", "/metrics").status == 200)
    var bearer = client
    bearer.token = nil
    #expect(try bearer.call("GET", "/metrics", headers: ["Authorization: Bearer \(client.token ?? "")"]).status == 200)
    // The page has no data in it, and its script puts what it gets in as text.
    let page = try bearer.get("/")
    #expect(page.status == 200 && page.header("content-security-policy")?.contains("default-src 'none'") == true)
    #expect(!page.body.contains("innerHTML"))

    let large = String(repeating: " ", count: 64 << 10) + "{}"
    #expect(try client.post(Self.heartbeat, large).status == 413)
    #expect(try client.post(Self.heartbeat, String(repeating: "[", count: 30_000)).status == 400)
    #expect(try client.post(Self.heartbeat, String(repeating: "{\"a\":", count: 5000)).status == 400)
    for path in [
      "//api/v1/status", "/api/v1/../v1/status", "/api/v1/status/", "/%61pi/v1/status", "/api/v1/status%00", "/API/v1/status", "/api\\v1\\status",
    ] {
      #expect(try client.get(path).status != 200, "\(path)")
    }
    // A page of somebody else's asks in vain, and gets no leave to look.
    for method in ["GET", "OPTIONS"] {
      let answer = try client.call(method, "/api/v1/status", headers: ["Origin: http://evil.example"])
      #expect(answer.status == (method == "GET" ? 403 : 204) && answer.header("access-control-allow-origin") == nil, "\(answer)")
    }
    // A head and a body that never end.
    for text in ["GET /api/v1/status HTTP/1.1\r\nHost: x\r\nX-Slow: ", client.head("POST", Self.heartbeat, length: 100) + "{\"a\":"] {
      let connection = try client.open()
      WireClient.send(text, to: connection)
      #expect(WireClient.isClosed(connection))
      close(connection)
    }
    for _ in 0..<8 { _ = try stranger.get("/api/v1/status") }
    #expect(try stranger.get("/api/v1/status").status == 429 && client.get("/api/v1/status").status == 429, "nobody guesses on and on from there")
    let outcome = try supervisor.stop()
    #expect(outcome.exitCode == 0 && !outcome.errors.contains(client.token ?? "-"), "\(outcome)")
  }

  @Test func `A connection more than it takes waits for one to end`() throws {
    let supervisor = try SupervisorProgram(in: host, ["limits.max_connections=1"])
    let request = "GET / HTTP/1.1\r\nHost: x\r\n\r\n"
    let first = try supervisor.client.open()
    WireClient.send(request, to: first)
    #expect(try WireClient.read(first).status == 200)
    var hurried = supervisor.client
    hurried.patience = 1
    let second = try hurried.open()
    defer { close(second) }
    WireClient.send(request, to: second)
    #expect(throws: WireClient.Failure.self) { try WireClient.read(second) }
    close(first)
    #expect(try WireClient.read(second).status == 200)
    #expect(try supervisor.stop().exitCode == 0)
  }

  /// Its certificate is made by openssl's own program, which no build needs.
  @Test(
    .enabled(if: FileManager.default.isExecutableFile(atPath: "/usr/bin/openssl"), "/usr/bin/openssl is absent: nothing here makes a certificate"))
  func `Our host speaks to it over TLS, and to no other`() throws {
    for name in ["a", "b"] {
      let tool = Process()
      tool.executableURL = URL(fileURLWithPath: "/usr/bin/openssl")
      tool.arguments = [
        "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost", "-addext", "subjectAltName=IP:127.0.0.1", "-keyout",
        host.folder.path("\(name).key"), "-out", host.folder.path("\(name).pem"),
      ]
      tool.standardError = FileHandle.nullDevice
      try tool.run()
      tool.waitUntilExit()
      try #require(tool.terminationStatus == 0)
    }
    _ = try host.succeed(["strategies", "publish", "EMACross", "--symbol", "BTCUSDT"])
    let supervisor = try SupervisorProgram(
      in: host, ["tls.certificate_file=\(host.folder.path("a.pem"))", "tls.key_file=\(host.folder.path("a.key"))"])
    #expect(supervisor.child.errors.contains("listens on https://127.0.0.1:"))
    func start(_ authority: String) throws -> Child {
      try host.start(
        ["run", "--mode", "mock", "--fresh", "--json", "--duration", "240"]
          + [
            "supervisor.enabled=true", "supervisor.base_url=https://127.0.0.1:\(supervisor.client.port)",
            "supervisor.tls_ca_file=\(host.folder.path(authority))", "supervisor.api_token_file=runtime/supervisor/token",
            "supervisor.heartbeat_interval_s=0.1", "supervisor.timeout_s=5",
          ].flatMap { ["--set", $0] })
    }
    for (authority, words) in [("a.pem", ": the Supervisor answers"), ("b.pem", "no heartbeat is answered: ")] {
      let child = try start(authority)
      try child.waitForError(words)
      child.signal(SIGTERM)
      #expect(try child.finish(deadlineSeconds: 120).errors.contains("the Supervisor answers") == (authority == "a.pem"))
    }
    #expect(try supervisor.stop().exitCode == 0)
    let outcome = try SupervisorProgram.start(
      in: host, ["tls.certificate_file=\(host.folder.path("a.pem"))", "tls.key_file=\(host.folder.path("b.key"))"]
    ).finish(deadlineSeconds: 60)
    #expect(outcome.exitCode == 78 && outcome.errors.contains("tls"), "\(outcome)")
  }

  @Test func `Pages of a named origin may ask`() throws {
    let supervisor = try SupervisorProgram(in: host, ["cors_origins=http://127.0.0.1:5173"])
    for (method, status) in [("OPTIONS", 204), ("GET", 200)] {
      let answer = try supervisor.client.call(method, "/api/v1/status", headers: ["Origin: http://127.0.0.1:5173"])
      #expect(answer.status == status && answer.header("access-control-allow-origin") == "http://127.0.0.1:5173", "\(answer)")
      #expect(answer.header("access-control-allow-headers") == "Content-Type,X-API-TOKEN")
    }
    #expect(try supervisor.stop().exitCode == 0)
  }

  @Test func `It does not start open to the world, on bad settings, twice, or on a port that is taken`() throws {
    func refused(_ settings: [String], _ code: Int32, _ words: String, token: String? = nil) throws {
      let outcome = try SupervisorProgram.start(in: host, settings, token: token).finish(deadlineSeconds: 60)
      #expect(outcome.exitCode == code && outcome.errors.contains(words) && outcome.output.isEmpty, "\(outcome)")
    }
    try refused(["api_host=0.0.0.0"], 78, "is not of this machine alone")
    try refused(["api_host=0.0.0.0", "api_auth_token=''"], 78, "is not of this machine alone")
    try refused(["mode=dmo"], 78, "--set mode: 'dmo' is not known")
    try refused(["risk.max_leverage=0"], 78, "max_leverage: 0 would let nothing open")
    try refused(["tls.key_file=k.pem"], 78, "both or neither")
    try refused([], 78, "holds no token", token: "short")
    let one = try SupervisorProgram(in: host)
    try refused([], 69, "another Supervisor has")
    let other = try Host()
    let outcome = try SupervisorProgram.start(in: other, ["heartbeat_port=\(one.client.port)"]).finish(deadlineSeconds: 60)
    #expect(outcome.exitCode == 69 && outcome.errors.contains("take another heartbeat_port"), "\(outcome)")
    #expect(try one.stop().exitCode == 0)
    let open = try SupervisorProgram(in: other, ["api_auth_token="], token: nil)
    var client = open.client
    client.token = nil
    #expect(try client.get("/api/v1/status").status == 200 && open.child.errors.contains("whoever reaches 127.0.0.1 may halt"))
    #expect(try open.stop().exitCode == 0)
  }

  @Test func `Our host opens by its leave, stops by its word and goes on by it`() throws {
    _ = try host.succeed([
      "strategies", "publish", "EMACross", "--symbol", "BTCUSDT", "--param", "fast=3", "--param", "slow=10", "--param", "quantity=0.001",
    ])
    let supervisor = try SupervisorProgram(in: host)
    let words = [
      "run", "--mode", "mock", "--json", "--config", Host.oracle, "--set", "feed.mock.trades_per_second=200", "--set", "supervisor.enabled=true",
      "--set", "supervisor.risk_enabled=true", "--set", "supervisor.base_url=http://127.0.0.1:\(supervisor.client.port)", "--set",
      "supervisor.api_token_file=runtime/supervisor/token", "--set", "supervisor.heartbeat_interval_s=0.1", "--set",
      "supervisor.risk_on_error=block", "--set", "supervisor.max_decision_age_ms=5000", "--set", "supervisor.timeout_s=4", "--duration", "240",
    ]
    let child = try host.start(words)
    func wait(_ what: String, _ isSo: () throws -> Bool) throws {
      let end = Date(timeIntervalSinceNow: 100)
      while try !isSo() { try #require(Date() < end, "\(what); \(child.errors)") }
    }
    func decisions() throws -> [[String: Any]] {
      try supervisor.client.get("/api/v1/dashboard/events?types=ORDER_DECISION").list.compactMap { $0["details"] as? [String: Any] }
    }
    try wait("orders are allowed") { try decisions().filter { $0["allowed"] as? Bool == true && $0["is_reducing"] as? Bool == false }.count >= 2 }
    let asked = try #require(try decisions().last)
    #expect((asked["notional"] as? Double ?? 0) > 1 && (asked["host_id"] as? String)?.contains("/mock/") == true, "\(asked)")
    let hosts = try #require(try supervisor.client.get("/api/v1/hosts").json["hosts"] as? [[String: Any]])
    #expect(hosts.count == 1 && hosts[0]["mode"] as? String == "mock" && hosts[0]["stale"] as? Bool == false, "\(hosts)")
    _ = try supervisor.client.post("/api/v1/operator/halt", #"{"reason": "by hand"}"#)
    try child.waitForError("STOPPED SUPERVISOR_HALTED")
    _ = try supervisor.client.post("/api/v1/operator/clear", #"{"reason": "go"}"#)
    try child.waitForError("the Supervisor lets this host open")
    // What has been allowed does not pile up: each heartbeat contains it.
    try wait("reservations are released") { try supervisor.client.get("/api/v1/dashboard/overview").json["open_orders"] as? Int == 0 }
    _ = try supervisor.client.post("/api/v1/operator/flatten", #"{"reason": "enough"}"#)
    try child.waitForError("the Supervisor has everything closed: enough")
    try wait("it says that it did") {
      try supervisor.client.get("/api/v1/dashboard/events?types=OPERATOR").list.contains {
        ($0["details"] as? [String: Any])?["action"] as? String == "flatten_done"
      }
    }
    try wait("nothing is open") {
      let hosts = try supervisor.client.get("/api/v1/hosts").json["hosts"] as? [[String: Any]]
      return hosts?.first?["open_positions"] as? Double == 0
    }
    child.signal(SIGTERM)
    let outcome = try child.finish(deadlineSeconds: 120)
    #expect(try outcome.exitCode == 0 && outcome.integer("fills") > 0, "\(outcome)")
    #expect(try outcome.text("halted") == "HALTED", "\(outcome)")
    #expect(try supervisor.stop().exitCode == 0)
  }
}
