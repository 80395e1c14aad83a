import Foundation
import Glibc
import TestKit
import Testing

/// `app.on_shutdown`: what becomes of what is held and open.
@Suite struct ShutdownTests {
  private let paper: OperatorHost

  init() throws { paper = try OperatorHost() }

  @Test(arguments: [
    ("leave", "left open: position BTCUSDT 0.001; 1 order", 0.001, 1, 1), ("cancel", "left open: position BTCUSDT 0.001", 0.001, 0, 1),
    ("flatten", "nothing is left open", 0, 0, 2),
  ])
  func `A signal does what the rule says, and the last line what is left`(
    rule: String, words: String, position: Double, orders: Int, fills: Int
  ) throws {
    let child = try paper.start(["--set", "app.on_shutdown=\(rule)"])
    child.signal(SIGTERM)
    let outcome = try child.finish(deadlineSeconds: 30)
    #expect(outcome.exitCode == 0, "\(outcome)")
    #expect(
      outcome.errorLines.last?.hasSuffix("; \(words)") == true && outcome.errorLines.last?.contains(" host: stopped by SIGTERM; ") == true,
      "\(outcome)")
    #expect((try outcome.json["positions"] as? [String: Double])?["BTCUSDT"] == position)
    #expect(try outcome.integer("open_orders") == orders && outcome.integer("fills") == fills)
    #expect(try outcome.json["halted"] is NSNull, "the shutdown's own halt is no word about the run: \(outcome)")
  }

  @Test func `The default cancels, at the end of the duration too`() throws {
    let child = try paper.start(["--duration", "2"])
    let outcome = try child.finish(deadlineSeconds: 30)
    #expect(try outcome.text("stopped_by") == "duration")
    #expect(outcome.errorLines.last?.hasSuffix("; left open: position BTCUSDT 0.001") == true, "\(outcome)")
  }

  @Test func `What cannot be sold does not hold up the end`() throws {
    let child = try paper.start(["--set", "app.on_shutdown=flatten", "--set", "app.shutdown_timeout_seconds=0"])
    // Taken to be flat before: there is nothing to wait for.
    #expect(try paper.command(["risk", "flatten"]).errors.contains("closed BTCUSDT 0.001; nothing is held"))
    child.signal(SIGINT)
    let outcome = try child.finish(deadlineSeconds: 30)
    #expect(outcome.exitCode == 0 && outcome.errorLines.last?.hasSuffix("; nothing is left open") == true, "\(outcome)")
  }

  /// Orders that are two seconds on their way: what a shutdown asks for has to be waited for.
  private func startSlowly(_ more: [String]) throws -> (Child, ControlSocket) {
    let child = try paper.start(["--set", "simulation.order_latency_ms=2000"] + more.flatMap { ["--set", $0] })
    let socket = try paper.socket()
    _ = try socket.status { $0["fills"] as? Int == 1 }
    return (child, socket)
  }

  @Test func `Exits that are on their way are waited for, and nobody else commands meanwhile`() throws {
    let (child, socket) = try startSlowly(["app.on_shutdown=flatten", "app.shutdown_timeout_seconds=60"])
    child.signal(SIGTERM)
    _ = try socket.status { $0["halted"] as? String == "HALTED" }
    #expect(try (socket.ask(#"{"command": "resume"}"#)["error"] as? String)?.contains("shutting down") == true)
    let outcome = try child.finish(deadlineSeconds: 60)
    #expect(outcome.exitCode == 0 && outcome.errorLines.last?.hasSuffix("; nothing is left open") == true, "\(outcome)")
    #expect(try outcome.integer("fills") == 2)
  }

  @Test func `Cancels that are on their way are waited for`() throws {
    let (child, _) = try startSlowly(["app.shutdown_timeout_seconds=60"])
    child.signal(SIGTERM)
    let outcome = try child.finish(deadlineSeconds: 60)
    #expect(outcome.exitCode == 0 && outcome.errorLines.last?.hasSuffix("; left open: position BTCUSDT 0.001") == true, "\(outcome)")
  }

  @Test func `A halt says what is on its way`() throws {
    let (child, socket) = try startSlowly([])
    let halt = try paper.command(["risk", "halt"])
    #expect(
      halt.errors.hasPrefix("halted; 1 order is being cancelled; position BTCUSDT 0.001 stays; resume with: quantumedge risk resume\n"), "\(halt)")
    _ = try socket.status { ($0["queues"] as? [String: Any])?["open_orders"] as? Int == 0 }
    let flatten = try paper.command(["risk", "flatten"])
    #expect(flatten.errors.hasPrefix("halted; 0 orders cancelled; closing BTCUSDT 0.001; "), "\(flatten)")
    _ = try socket.status { $0["fills"] as? Int == 2 }
    child.signal(SIGTERM)
    #expect(try child.finish(deadlineSeconds: 60).errorLines.last?.hasSuffix("; nothing is left open") == true)
  }

  @Test(arguments: [true, false]) func `The deadline or a second signal ends the wait, and what is left is said`(bySignal: Bool) throws {
    let (child, socket) = try startSlowly(["app.on_shutdown=flatten", "app.shutdown_timeout_seconds=\(bySignal ? 300 : 0)"])
    child.signal(SIGTERM)
    if bySignal {
      _ = try socket.status { $0["halted"] as? String == "HALTED" }
      child.signal(SIGINT)
    }
    let outcome = try child.finish(deadlineSeconds: 60)
    #expect(outcome.exitCode == 0 && outcome.errorLines.last?.contains("; left open: position BTCUSDT 0.001") == true, "\(outcome)")
    #expect(try outcome.text("stopped_by") == "SIGTERM" && outcome.integer("fills") == 1)
  }

  @Test(arguments: ["app.on_shutdown=sell", "app.shutdown_timeout_seconds=301", "feed.speed=fast", "feed.stale_after_ms=99", "feed.recording=x.csv"])
  func `Other values are refused`(assignment: String) throws {
    try paper.host.refuse(
      ["run", "--set", assignment], exitCode: 78, naming: ["--set \(assignment.prefix { $0 != "=" })", "write"])
  }
}
