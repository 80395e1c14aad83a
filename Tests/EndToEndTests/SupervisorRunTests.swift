import Foundation
import Glibc
import Synchronization
import TestKit
import Testing

/// A host and the Supervisor that a test plays, over real sockets.
@Suite struct SupervisorRunTests {
  private let host: Host
  private let supervisor: PlayedSupervisor

  init() throws {
    host = try Host()
    supervisor = try PlayedSupervisor()
    _ = try host.succeed(["strategies", "publish", "EMACross", "--symbol", "BTCUSDT", "--param", "fast=3", "--param", "slow=10"])
  }

  private func words(_ more: [String] = [], port: UInt16? = nil) -> [String] {
    [
      "run", "--mode", "mock", "--json", "--set", "supervisor.enabled=true", "--set", "supervisor.risk_enabled=true", "--set",
      "supervisor.base_url=http://127.0.0.1:\(port ?? supervisor.port)", "--set", "supervisor.heartbeat_interval_s=0.1", "--set",
      "supervisor.max_decision_age_ms=20000", "--set", "supervisor.timeout_s=20", "--set", "feed.mock.trades_per_second=200",
    ] + more.flatMap { ["--set", $0] }
  }

  private func stop(_ child: Child) throws -> Outcome {
    child.signal(SIGTERM)
    return try child.finish(deadlineSeconds: 60)
  }

  private func rejected(_ outcome: Outcome) throws -> [String: Int] { try outcome.json["orders_rejected"] as? [String: Int] ?? [:] }

  @Test func `What it allows is sent, it hears of the account, and the journal repeats it`() throws {
    let child = try host.start(words())
    try supervisor.wait { $0.evaluations.count { $0["is_reduce_only"] as? Bool == true } >= 2 && $0.heartbeats.count >= 3 }
    let outcome = try stop(child)
    #expect(try outcome.exitCode == 0 && outcome.integer("fills") > 0, "\(outcome)")
    let seen = supervisor.seen
    for key in [
      "mode", "uptime_s", "equity", "realized_pnl_today", "unrealized_pnl", "open_positions", "active_positions", "open_notional",
      "open_positions_notional", "base_currency", "trading_day", "host_id", "version", "order_seq", "loop", "symbols",
    ] {
      #expect(seen.heartbeats.allSatisfy { $0[key] != nil && !($0[key] is NSNull) }, "\(key)")
    }
    #expect(seen.heartbeats.last?["mode"] as? String == "mock" && seen.heartbeats.last?["last_tick_ts"] is String)
    let loops = seen.heartbeats.compactMap { $0["loop"] as? Int }
    #expect(loops == loops.sorted() && Set(loops).count == loops.count, "each is of a turn of its own: \(loops)")
    for question in seen.evaluations {
      #expect((question["quantity"] as? Double ?? 0) > 0 && (question["notional"] as? Double ?? 0) > 0, "\(question)")
    }
    let ids = seen.evaluations.compactMap { $0["client_order_id"] as? String }
    #expect(Set(ids).count == seen.evaluations.count)
    let journals = host.runtime.appendingPathComponent("state/mock/binance/paper/journal").path
    let name = try #require(FileManager.default.contentsOfDirectory(atPath: journals).first { $0.hasPrefix("2") })
    _ = try host.succeed(["replay", "\(journals)/\(name)", "--verify"])
  }

  @Test func `What it denies is not sent, and is counted by its code`() throws {
    supervisor.answer { $0.verdict = #"{"allowed": false, "code": "SYMBOL_NOTIONAL_LIMIT", "reason": "too much\nof it"}"# }
    let child = try host.start(words(["supervisor.risk_log_level=warning"]))
    try supervisor.wait { $0.evaluations.count >= 3 }
    try child.waitForError("denied: SYMBOL_NOTIONAL_LIMIT: too much?of it")
    let outcome = try stop(child)
    #expect(try outcome.integer("fills") == 0 && rejected(outcome)["SUPERVISOR_DENIED"] ?? 0 >= 2, "\(outcome)")
    let risk = try host.succeed(["ledger", "risk", "--mode", "mock", "--json"])
    #expect(risk.output.contains("SUPERVISOR_DENIED"), "\(risk)")
  }

  @Test func `Its halt and its pause hold until it takes them back, and status says so`() throws {
    let child = try host.start(words())
    for (word, code) in [
      (#""halted": true, "halt_reason": "Daily loss 210.00 >= limit 200.00 USDT""#, "SUPERVISOR_HALTED"),
      (#""halted": false, "llm_paused": true"#, "SUPERVISOR_PAUSED"),
    ] {
      supervisor.answer { $0.risk = "{\(word)}" }
      try child.waitForError("STOPPED \(code)")
      let status = try host.succeed(["status", "--mode", "mock", "--json"])
      #expect(try status.text("halted") == code, "\(status)")
      let supervisor = try #require(try status.json["supervisor"] as? [String: Any])
      #expect(supervisor["state"] as? String == (code == "SUPERVISOR_HALTED" ? "halted" : "paused"), "\(supervisor)")
    }
    supervisor.answer { $0.risk = #"{"halted": false}"# }
    try child.waitForError("the Supervisor lets this host open")
    _ = try ControlSocket(host.runtime.appendingPathComponent("state/mock/binance/paper/control.sock").path).status { $0["halted"] is NSNull }
    #expect(try stop(child).json["halted"] is NSNull)
  }

  @Test(arguments: [("null", true), ("bypass", true), ("block", false)])
  func `Where nobody answers, an opening order goes out or does not, as risk_on_error says`(rule: String, goesOut: Bool) throws {
    let child = try host.start(words(["supervisor.risk_on_error=\(rule)"], port: 1))
    try child.waitForError("no heartbeat is answered: nobody answers there")
    try child.waitForError(
      goesOut ? "it goes out (supervisor.risk_on_error: bypass)" : "SUPERVISOR_UNREACHABLE: nobody answers there; it is not sent")
    let status = try host.succeed(["status", "--mode", "mock"])
    #expect(status.errors.contains("supervisor silent: nobody answers there"), "\(status)")
    #expect(status.errors.contains("WARNING: orders go out when it does not answer") == goesOut, "\(status)")
    let outcome = try stop(child)
    #expect(try (outcome.integer("fills") > 0) == goesOut, "\(outcome)")
    #expect(try (rejected(outcome)["SUPERVISOR_UNREACHABLE"] ?? 0 > 0) == !goesOut, "\(outcome)")
    #expect(outcome.errors.contains("supervisor.risk_on_error: bypass: an opening order goes out") == (rule == "bypass"), "\(outcome)")
  }

  @Test func `An answer that comes too late is none`() throws {
    supervisor.answer { $0.holdsVerdicts = true }
    let child = try host.start(words(["supervisor.risk_on_error=block", "supervisor.max_decision_age_ms=50"]))
    try supervisor.wait { $0.evaluations.count >= 1 }
    try child.waitForError("DECISION_EXPIRED")
    let held = supervisor.seen.evaluations.count
    // Those that are late go out; what is asked behind them waits in its turn.
    supervisor.release(held)
    try supervisor.wait { $0.evaluations.count > held }
    let outcome = try stop(child)
    supervisor.release(1000)
    #expect(try outcome.integer("fills") == 0 && rejected(outcome)["DECISION_EXPIRED"] ?? 0 >= 1, "\(outcome)")
  }

  @Test(arguments: [("reduce_only", "STOPPED SUPERVISOR_LOST"), ("halt", "STOPPED HALTED")])
  func `A Supervisor that is lost stops what opens by on_error`(rule: String, word: String) throws {
    let child = try host.start(words(["supervisor.on_error=\(rule)", "supervisor.lost_after_s=1"], port: 1))
    try child.waitForError(word)
    #expect(try stop(child).exitCode == 0)
  }

  @Test func `The token comes from its file, which nobody else may read`() throws {
    let word = "marked" + "-word-1"
    try host.folder.write("\(word)\n", to: "token")
    chmod(host.folder.path("token"), 0o644)
    try host.refuse(words(["supervisor.api_token_file=\(host.folder.path("token"))"]), exitCode: 78, naming: ["can be read by others"])
    chmod(host.folder.path("token"), 0o600)
    let child = try host.start(words(["supervisor.api_token_file=\(host.folder.path("token"))"]))
    try supervisor.wait { $0.heads.count >= 2 }
    let outcome = try stop(child)
    #expect(supervisor.seen.heads.allSatisfy { $0.contains("\r\nX-API-TOKEN: \(word)\r\n") })
    #expect(!outcome.errors.contains(word) && !outcome.output.contains(word))
    try host.refuse(words(["supervisor.api_token_file=\(host.folder.path("none"))"]), exitCode: 66, naming: ["start that first"])
  }

  @Test func `A backtest with the same settings asks nobody`() throws {
    let file = host.folder.path("t.csv")
    _ = try host.succeed(["ticks", "generate", "--symbol", "BTCUSDT", "--rows", "3000", "--seed", "7", "--out", file])
    let outcome = try host.succeed(
      ["backtest", "--ticks-path", file, "--symbol", "BTCUSDT", "--strategy", "EMACross", "--param", "fast=3", "--param", "slow=10", "--json"]
        + words().drop { $0 != "--set" })
    #expect(try outcome.integer("fills") > 0 && supervisor.seen.heads.isEmpty, "\(outcome)")
  }
}

/// Plays the reference's Supervisor: a heartbeat's and an evaluation's answer, as the test says.
private final class PlayedSupervisor: Sendable {
  struct Answers: Sendable {
    var risk = #"{"halted": false, "halt_reason": null, "llm_paused": false, "llm_risk_multiplier": 1.0}"#
    var verdict = #"{"allowed": true, "code": "OK", "reason": "Order allowed."}"#
    var holdsVerdicts = false
  }

  struct Seen {
    var heads: [String] = []
    var heartbeats: [[String: Any]] = []
    var evaluations: [[String: Any]] = []
  }

  private struct State: Sendable {
    var answers = Answers()
    var requests: [(head: String, body: String)] = []
  }

  /// What the serving thread and the test share.
  private final class Shared: Sendable {
    let state = Mutex(State())
    let came = DispatchSemaphore(value: 0)
    let released = DispatchSemaphore(value: 0)
  }

  private let shared: Shared
  private let server: LoopbackServer
  var port: UInt16 { server.port }

  init() throws {
    let shared = Shared()
    self.shared = shared
    server = try LoopbackServer { connection in
      let request = LoopbackServer.readRequest(connection)
      if request.isEmpty { return }
      let parts = request.components(separatedBy: "\r\n\r\n")
      let isEvaluation = request.hasPrefix("POST /api/v1/risk/evaluate ")
      let answers = shared.state.withLock { state in
        state.requests.append((parts[0] + "\r\n", parts.dropFirst().joined(separator: "\r\n\r\n")))
        return state.answers
      }
      shared.came.signal()
      if isEvaluation, answers.holdsVerdicts { shared.released.wait() }
      let body = isEvaluation ? answers.verdict : #"{"heartbeat_status": "HEALTHY", "last_heartbeat_time": null, "risk": \#(answers.risk)}"#
      LoopbackServer.write(
        "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close\r\nContent-Length: \(body.utf8.count)\r\n\r\n\(body)", to: connection)
    }
  }

  func answer(_ change: (inout Answers) -> Void) { shared.state.withLock { change(&$0.answers) } }

  /// So many verdicts that are held, or come to be, go out.
  func release(_ count: Int) {
    for _ in 0..<count { shared.released.signal() }
  }

  var seen: Seen {
    var seen = Seen()
    for (head, body) in shared.state.withLock({ $0.requests }) {
      seen.heads.append(head)
      guard let object = (try? JSONSerialization.jsonObject(with: Data(body.utf8))) as? [String: Any] else { continue }
      if head.hasPrefix("POST /api/v1/heartbeat ") { seen.heartbeats.append(object) } else { seen.evaluations.append(object) }
    }
    return seen
  }

  func wait(until isThere: (Seen) -> Bool) throws {
    while !isThere(seen) { try #require(shared.came.wait(timeout: .now() + 200) == .success, "\(seen.heads.count) requests") }
  }
}
