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
      outcome.errorLines.last?.hasSuffix("; \(words)") == true && outcome.errorLines.last?.hasPrefix("stopped by SIGTERM; ") == true, "\(outcome)")
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

  @Test(arguments: ["app.on_shutdown=sell", "app.shutdown_timeout_seconds=301", "feed.speed=fast", "feed.stale_after_ms=99", "feed.recording=x.csv"])
  func `Other values are refused`(assignment: String) throws {
    try paper.host.refuse(
      ["run", "--set", assignment], exitCode: 78, naming: ["--set \(assignment.prefix { $0 != "=" })", "write"])
  }
}
