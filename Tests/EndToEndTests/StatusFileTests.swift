import Foundation
import TestKit
import Testing

/// `ops.status_file`: what other programs read of a host.
@Suite struct StatusFileTests {
  private let host: Host

  init() throws {
    host = try Host()
    _ = try host.succeed(["strategies", "publish", "EMACross", "--symbol", "BTCUSDT", "--param", "quantity=0.001"])
  }

  private func read(_ path: String) throws -> [String: Any] {
    try #require(try JSONSerialization.jsonObject(with: Data(contentsOf: URL(fileURLWithPath: path))) as? [String: Any])
  }

  @Test func `It has the reference's keys, is always whole, and says that the host has ended`() throws {
    let path = host.folder.path("state/bot_status.json")
    let child = try host.start([
      "run", "--mode", "mock", "--set", "ops.status_file=state/bot_status.json", "--set", "ops.write_interval_seconds=0.5",
    ])
    try child.waitForError("mock 1s")
    let running = try read(path)
    #expect(
      Set(running.keys) == [
        "ts", "is_running", "is_trading", "open_positions", "open_orders", "mode", "data_source", "last_error", "info", "circuit_paused",
        "circuit_reason", "trades_last_hour", "total_pnl", "max_drawdown_abs", "risk_block", "kill_switch", "kill_reason", "policy_mode",
        "policy_allow_trading", "policy_reason",
      ])
    #expect(running["is_running"] as? Bool == true && running["is_trading"] as? Bool == true && running["mode"] as? String == "mock", "\(running)")
    #expect(running["data_source"] as? String == "mock" && running["kill_switch"] as? Bool == false && running["risk_block"] is NSNull)
    _ = try host.succeed(["risk", "halt", "--mode", "mock", "--reason", "lunch"])
    // Replaced and never written into: each look finds a whole one.
    var last = running
    let deadline = Date(timeIntervalSinceNow: 30)
    while last["is_trading"] as? Bool != false, Date() < deadline { last = try read(path) }
    #expect((last["risk_block"] as? String)?.hasPrefix("HALTED") == true && last["circuit_paused"] as? Bool == false, "\(last)")
    child.signal(SIGTERM)
    #expect(try child.finish(deadlineSeconds: 30).exitCode == 0)
    #expect(try read(path)["is_running"] as? Bool == false)
    #expect(try FileManager.default.contentsOfDirectory(atPath: host.folder.path("state")) == ["bot_status.json"], "no temporary is left")
  }

  @Test func `QE_RUNTIME_DIR puts it where the Python system had it, and a place that takes none refuses the start`() throws {
    let words = ["run", "--mode", "mock", "--set", "feed.mock.max_events=50"]
    #expect(try host.run(words + ["--set", "app.runtime_path=runtime"], environment: ["QE_RUNTIME_DIR": host.folder.path("rt")]).exitCode == 0)
    #expect(try read(host.folder.path("rt/bot_status.json"))["mode"] as? String == "mock")
    try host.folder.write("", to: "file")
    let refused = try host.run(words + ["--set", "ops.status_file=file/s.json"])
    #expect(refused.exitCode == 69 && refused.errorLines.last?.contains("ops.status_file: ") == true, "\(refused)")
  }
}
