import Foundation
import Glibc
import TestKit
import Testing

/// Plugins in the host's own process that hang it or crash it.
@Suite struct WatchdogTests {
  private let host: Host

  init() throws { host = try Host() }

  private func publish(_ symbol: String, _ library: String, _ parameters: [String]) throws {
    _ = try host.succeed(["strategies", "publish", library, "--symbol", symbol] + parameters.flatMap { ["--param", $0] })
  }

  private func two(fault: String) throws {
    try publish("ETHUSDT", "EMACross", ["fast=3", "slow=10", "quantity=0.05"])
    try publish("BTCUSDT", "Saboteur", ["fault=\(fault)", "within=20"])
  }

  private static let run = [
    "run", "--mode", "mock", "--json", "--config", Host.oracle, "--set", "feed.mock.symbols=BTCUSDT,ETHUSDT", "--set",
    "feed.mock.start_price=60000,3000", "--set", "feed.mock.trades_per_second=500", "--set", "engine.max_step_ms=200",
  ]

  private var quarantine: URL { host.runtime.appendingPathComponent("state/mock/binance/paper/quarantine.json") }

  private func entries() throws -> [[String: Any]] {
    let file = try #require(try JSONSerialization.jsonObject(with: Data(contentsOf: quarantine)) as? [String: Any])
    return try #require(file["entries"] as? [[String: Any]])
  }

  @Test func `A hang ends the host with 75, and the next one runs without that plugin`() throws {
    try two(fault: "hang")
    let hung = try host.run(Self.run, deadlineSeconds: 60)
    #expect(hung.exitCode == 75 && hung.output.isEmpty, "\(hung)")
    #expect(hung.errors.contains("Saboteur@BTCUSDT/0: its call took longer than engine.max_step_ms = 200"), "\(hung)")
    #expect(try entries().map { $0["instance"] as? String } == ["Saboteur@BTCUSDT/0"])

    let next = try host.succeed(Self.run + ["--duration", "2"])
    #expect(next.errors.contains("Saboteur@BTCUSDT/0 does not run: in quarantine since"), "\(next)")
    #expect(try next.integer("fills") > 0 && (next.json["instances"] as? [[String: Any]])?.count == 1, "\(next)")

    // Released, it hangs again; another build of it would not have been held back.
    let digest = try #require(try entries().first?["digest"] as? String)
    let released = try host.succeed(["plugin", "quarantine", "release", String(digest.prefix(12))])
    #expect(released.errors.contains("Saboteur"), "\(released)")
    #expect(try host.run(Self.run, deadlineSeconds: 60).exitCode == 75)
  }

  @Test func `A quarantine that cannot be read lets nothing start`() throws {
    try two(fault: "none")
    try FileManager.default.createDirectory(at: quarantine.deletingLastPathComponent(), withIntermediateDirectories: true)
    for text in ["", "{", "[]", #"{"version": 1}"#, #"{"version": 9, "entries": []}"#] {
      try text.write(to: quarantine, atomically: true, encoding: .utf8)
      let outcome = try host.run(Self.run + ["--duration", "1"])
      #expect(outcome.exitCode == 65 && outcome.errors.contains("quarantine_invalid"), "'\(text)': \(outcome)")
    }
  }

  @Test(arguments: ["hang", "crash"]) func `Kept alive, a host comes back without the plugin that ended it`(fault: String) throws {
    try two(fault: fault)
    let child = try host.start(Self.run + ["--keep-alive"])
    try child.waitForError("keep-alive: the host ")
    try child.waitForError("Saboteur@BTCUSDT/0 does not run: in quarantine since")
    try child.waitForError("quarantined 1/2")
    child.signal(SIGTERM)
    let outcome = try child.finish(deadlineSeconds: 30)
    #expect(outcome.exitCode == 0, "\(outcome)")
    #expect(try outcome.text("stopped_by") == "SIGTERM" && entries().count == 1, "\(outcome)")
    #expect(outcome.errors.contains(fault == "hang" ? "ended itself with 75" : "crashed with SIGSEGV"), "\(outcome)")
  }

  @Test func `A parent that is killed takes its host with it`() throws {
    try publish("BTCUSDT", "EMACross", [])
    let child = try host.start(["run", "--mode", "mock", "--keep-alive"])
    try child.waitForError("mock 1s")
    let socket = try ControlSocket(host.runtime.appendingPathComponent("state/mock/binance/paper/control.sock").path)
    let number = try #require(try socket.status()["pid"] as? Int)
    #expect(kill(pid_t(number), 0) == 0 && number != Int(child.processID))
    child.signal(SIGKILL)
    _ = try child.finish(deadlineSeconds: 30)
    // Its streams are the child's too: both have ended once they are closed.
    let state = try? String(contentsOfFile: "/proc/\(number)/stat", encoding: .utf8)
    #expect(state == nil || state?.contains(") Z ") == true, "\(state ?? "")")
  }
}
