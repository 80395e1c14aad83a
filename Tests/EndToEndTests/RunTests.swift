import Foundation
import Glibc
import TestKit
import Testing

/// The host daemon in mock mode, from outside.
@Suite struct RunTests {
  private let host: Host

  init() throws { host = try Host() }

  private func publish() throws {
    _ = try host.succeed(["strategies", "publish", "EMACross", "--symbol", "BTCUSDT", "--param", "fast=3", "--param", "slow=10"])
  }

  private var latch: URL { host.runtime.appendingPathComponent("state/mock/binance/paper/kill.json") }

  @Test func `It runs for as long as it is told to`() throws {
    try publish()
    let started = Date()
    let outcome = try host.succeed(["run", "--mode", "mock", "--duration", "2", "--set", "feed.mock.trades_per_second=200", "--json"])
    #expect(Date().timeIntervalSince(started) >= 2)
    #expect(try outcome.integer("events") > 100)
    #expect(try outcome.text("mode") == "mock" && outcome.text("stopped_by") == "duration")
    #expect(try outcome.json["halted"] is NSNull, "\(outcome)")
    #expect(outcome.errors.contains("mock 1s  BTCUSDT "), "a status line a second: \(outcome)")
  }

  @Test(arguments: [(SIGTERM, "SIGTERM"), (SIGINT, "SIGINT")])
  func `A signal ends it in order`(signal: Int32, name: String) throws {
    try publish()
    let child = try host.start(["run", "--mode", "mock", "--json"])
    try child.waitForError("mock 1s")
    child.signal(signal)
    let outcome = try child.finish(deadlineSeconds: 20)
    #expect(outcome.exitCode == 0, "\(outcome)")
    #expect(try outcome.text("stopped_by") == name)
    #expect(try outcome.integer("events") > 0)
    // It starts again at once: nothing of it is left in the way.
    #expect(try host.succeed(["run", "--duration", "0.2", "--json"]).text("stopped_by") == "duration")
  }

  @Test func `A second host on the same state is refused while the first runs`() throws {
    try publish()
    let child = try host.start(["run", "--mode", "mock", "--json"])
    try child.waitForError("mock 1s")
    try host.refuse(["run", "--mode", "mock", "--duration", "1", "--json"], exitCode: 69, naming: ["another host runs", "state/mock"])
    child.signal(SIGTERM)
    #expect(try child.finish(deadlineSeconds: 20).exitCode == 0)
  }

  @Test(arguments: [#"{"enabled": true, "reason": "the test says so"}"#, "unreadable words"])
  func `A kill file stops opening, and its latch stays on over a restart`(content: String) throws {
    try publish()
    let words = ["run", "--mode", "mock", "--set", "risk.kill_switch.file=kill.json", "--set", "feed.mock.trades_per_second=100"]
    let child = try host.start(words + ["--json"])
    try child.waitForError("mock 1s")
    #expect(!child.errors.contains("kill"), "\(child.errors)")
    // In one step: half a file is a switch that is on, for a reason of its own.
    try host.folder.replace(content, at: "kill.json")
    try child.waitForError("kill switch: \(content.hasPrefix("{") ? "the test says so" : "kill file kill.json cannot be parsed")")
    try child.waitForError("STOPPED KILLED")
    child.signal(SIGTERM)
    let outcome = try child.finish(deadlineSeconds: 20)
    #expect(outcome.exitCode == 0, "\(outcome)")
    #expect(try outcome.text("halted") == "KILLED")
    try FileManager.default.removeItem(atPath: host.folder.path("kill.json"))
    let again = try host.succeed(words + ["--duration", "2", "--json"])
    #expect(try again.text("halted") == "KILLED")
    #expect(try again.integer("fills") == 0, "\(again)")
    #expect((try again.json["orders_rejected"] as? [String: Int])?["KILLED"] ?? 0 > 0, "\(again)")
    try FileManager.default.removeItem(at: latch)
    #expect(try host.succeed(words + ["--duration", "0.5", "--json"]).json["halted"] is NSNull)
  }

  @Test func `A host with nothing published has nothing to run`() throws {
    let outcome = try host.run(["run", "--mode", "mock", "--duration", "1", "--json"])
    #expect(outcome.exitCode == 66 && outcome.output.isEmpty && outcome.errorLines.count == 1, "\(outcome)")
    #expect(outcome.errors.contains("strategies publish"), "it says what to do: \(outcome)")
  }

  /// demo and live: ModeTests.
  @Test func `A mode that has no feed yet is unavailable, not silently mock`() throws {
    try publish()
    try host.refuse(["run", "--mode", "paper", "--duration", "1"], exitCode: 69, naming: ["app.mode paper", "feed.recording", "app.websocket=mock"])
  }

  @Test func `A run whose only strategy breaks its contract ends by itself and fails`() throws {
    _ = try host.succeed(["strategies", "publish", "Misbehaving", "--symbol", "BTCUSDT", "--param", "fault=process_error"])
    let outcome = try host.run(["run", "--mode", "mock", "--duration", "60", "--json"])
    #expect(outcome.exitCode == 1, "\(outcome)")
    #expect(outcome.errors.contains("Misbehaving@BTCUSDT/0: process() returned status"), "\(outcome)")
  }

  @Test func `A signal is heard while the host is behind its feed`() throws {
    try publish()
    // More trades a second than anyone can process: the loop never finds time to sleep.
    let child = try host.start(["run", "--json", "--set", "feed.mock.trades_per_second=100000"])
    try child.waitForError("mock 1s")
    child.signal(SIGTERM)
    let outcome = try child.finish(deadlineSeconds: 10)
    #expect(outcome.exitCode == 0, "\(outcome)")
    #expect(try outcome.text("stopped_by") == "SIGTERM")
  }

  @Test func `One instrument under two names is refused, since each would have limits of its own`() throws {
    try publish()
    try host.refuse(
      ["run", "--duration", "1", "--set", "feed.mock.symbols=BTCUSDT,binance.usdm.BTCUSDT"], exitCode: 78, naming: ["binance.usdm.BTCUSDT"])
  }

  @Test func `A kill file that leads nowhere is on`() throws {
    try publish()
    try FileManager.default.createSymbolicLink(atPath: host.folder.path("kill.json"), withDestinationPath: host.folder.path("nowhere"))
    let outcome = try host.succeed(["run", "--duration", "0.5", "--json", "--set", "risk.kill_switch.file=kill.json"])
    #expect(try outcome.text("halted") == "KILLED")
  }

  @Test func `The engine's thread and the workers stay on the CPUs that they are given`() throws {
    try publish()
    let child = try host.start([
      "run", "--mode", "mock", "--set", "engine.cpu=0", "--set", "plugins.isolation=process", "--set", "plugins.worker_cpus=0", "--set",
      "plugins.deadline_us=1000000",
    ])
    try child.waitForError("mock 1s")
    func allowed(_ number: Int) throws -> Substring? {
      try String(contentsOfFile: "/proc/\(number)/status", encoding: .utf8).split(separator: "\n").first { $0.hasPrefix("Cpus_allowed_list:") }
    }
    let socket = try ControlSocket(host.runtime.appendingPathComponent("state/mock/binance/paper/control.sock").path)
    let instance = try #require((try socket.status()["instances"] as? [[String: Any]])?.first)
    let worker = try #require(instance["worker_pid"] as? Int)
    #expect(try allowed(Int(child.processID)) == "Cpus_allowed_list:\t0" && allowed(worker) == "Cpus_allowed_list:\t0")
    child.signal(SIGTERM)
    #expect(try child.finish(deadlineSeconds: 30).exitCode == 0)
    let wrong = try host.run(["run", "--mode", "mock", "--set", "engine.cpu=1023"])
    #expect(wrong.exitCode == 78 && wrong.errors.contains("engine.cpu"), "\(wrong)")
  }
}
