import Foundation
import Glibc
import TestKit
import Testing

/// Newer versions of a strategy take over while the host runs.
@Suite struct ReloadTests {
  private let host: Host

  init() throws { host = try Host() }

  /// Another build as far as digests know: the plugin's version text is overwritten in place.
  private func build(_ number: Int, of name: String = "EMACrossC", old: String = "1.0.0") throws -> String {
    var data = try Data(contentsOf: Workplace.plugin(name))
    let place = try #require(data.range(of: Data("\(old)\0".utf8)), "\(old) is in the library")
    data.replaceSubrange(place.lowerBound..<(place.lowerBound + 5), with: Data("1.\(number / 100).\(number % 100 + 100)".prefix(5).utf8))
    // Room for a version of five letters alone.
    try FileManager.default.createDirectory(at: host.folder.url.appendingPathComponent("\(number)"), withIntermediateDirectories: true)
    let path = host.folder.path("\(number)/lib\(name).so")
    try data.write(to: URL(fileURLWithPath: path))
    return path
  }

  private func publish(_ library: String, _ parameters: [String] = ["fast=3", "slow=10", "quantity=0.01"]) throws -> Outcome {
    try host.run(["strategies", "publish", library, "--symbol", "BTCUSDT"] + parameters.flatMap { ["--param", $0] })
  }

  private static let wide = [
    "run", "--mode", "mock", "--fresh", "--json", "--config", Host.oracle, "--set", "feed.stale_after_ms=3600000", "--set",
    "feed.mock.trades_per_second=2000",
  ]

  private var socket: String { host.runtime.appendingPathComponent("state/mock/binance/paper/control.sock").path }

  private func mock(events: Int, _ more: [String] = []) -> [String] { Self.wide + ["--set", "feed.mock.max_events=\(events)"] + more }

  private func instance(_ outcome: Outcome) throws -> [String: Any] {
    try #require((try outcome.json["instances"] as? [[String: Any]])?.first)
  }

  @Test(arguments: [String](["in_process", "process"]))
  func `Versions that take over lose no event and see none twice`(isolation: String) throws {
    let more = ["--set", "plugins.isolation=\(isolation)", "--set", "plugins.deadline_us=1000000"]
    #expect(try publish(build(0)).exitCode == 0)
    let child = try host.start(Self.wide + more)
    try child.waitForError("mock ")
    for number in 1...10 {
      let outcome = try publish(build(number))
      #expect(outcome.exitCode == 0 && outcome.errors.contains("host in mode mock: EMACrossC@BTCUSDT/0: "), "\(outcome)")
      #expect(outcome.errors.contains("state restored ("), "\(outcome)")
    }
    let back = try host.run(["strategies", "rollback", "--symbol", "BTCUSDT"])
    #expect(back.exitCode == 0 && back.errors.contains("state restored ("), "\(back)")
    _ = try ControlSocket(socket).status { ($0["fills"] as? Int ?? 0) > 100 }
    child.signal(SIGTERM)
    let outcome = try child.finish(deadlineSeconds: 120)
    #expect(outcome.exitCode == 0, "\(outcome)")

    // Its twin has the same market for as many events, and nobody takes over. The strategy's state is all that it has seen: one
    // event more or less, and it would have decided otherwise.
    let events = try outcome.integer("events")
    let alone = try host.succeed(mock(events: events, more))
    #expect(try alone.integer("events") == events && alone.integer("fills") == outcome.integer("fills"), "\(alone)")
    #expect(try instance(outcome)["decision_hash"] as? String == instance(alone)["decision_hash"] as? String)
  }

  @Test func `A version that is refused leaves the old one running`() throws {
    // It keeps no state, and from its first trade on it holds a position.
    #expect(try publish("Saboteur", ["fault=none"]).exitCode == 0)
    let child = try host.start(Self.wide)
    let control = try waitForSocket(child)
    _ = try control.status { ($0["fills"] as? Int ?? 0) == 1 }
    let digest = try digest(control)
    let other = try publish("EMACrossC")
    #expect(other.exitCode == 1 && other.errors.contains("it stays; flatten first") && other.errorLines.count == 3, "\(other)")
    #expect(try self.digest(control) == digest)
    // What is published is broken after the fact: the host checks for itself.
    let folder = host.runtime.appendingPathComponent("strategies/BTCUSDT/0/current")
    var bytes = try Data(contentsOf: folder.appendingPathComponent("libEMACrossC.so"))
    bytes[bytes.count / 2] ^= 1
    try bytes.write(to: folder.appendingPathComponent("libEMACrossC.so"))
    let answer = try control.ask(#"{"command": "reload", "symbol": "BTCUSDT", "horizon": "0"}"#)
    #expect(answer["ok"] as? Bool == false && (answer["error"] as? String)?.contains("sha_mismatch") == true, "\(answer)")
    #expect(try self.digest(control) == digest)
    let events = try #require(try control.status()["events"] as? Int)
    let after = try control.status { ($0["events"] as? Int ?? 0) > events + 100 }
    #expect(after["fills"] as? Int == 1 && state(after) == "active")
    child.signal(SIGTERM)
    #expect(try child.finish(deadlineSeconds: 30).exitCode == 0)
  }

  @Test func `One that begins anew warms up, flat and without orders`() throws {
    // It sends nothing, and so it is flat.
    #expect(try publish("Saboteur", ["fault=none", "size=0"]).exitCode == 0)
    let child = try host.start(Self.wide + ["--set", "plugins.warm_up_seconds=2"])
    let control = try waitForSocket(child)
    _ = try control.status { ($0["events"] as? Int ?? 0) > 10 }
    let outcome = try publish("EMACrossC")
    #expect(outcome.exitCode == 0 && outcome.errors.contains("it opens nothing for 2 s"), "\(outcome)")
    let warming = try control.status { state($0) == "warming" }
    #expect(warming["fills"] as? Int == 0)
    let refused = try control.status { ($0["refused"] as? Int ?? 0) > 0 }
    #expect(((refused["refusals"] as? [[String: Any]])?.first?["text"] as? String)?.contains("WARMING") == true, "\(refused)")
    let active = try control.status { ($0["fills"] as? Int ?? 0) > 0 }
    #expect(state(active) == "active")
    child.signal(SIGTERM)
    #expect(try child.finish(deadlineSeconds: 30).exitCode == 0)
  }

  @Test func `What does not run here is said, and is no failure`() throws {
    #expect(try publish("EMACrossC").exitCode == 0)
    let child = try host.start(Self.wide)
    let control = try waitForSocket(child)
    _ = try control.status()
    let outcome = try host.run(["strategies", "publish", "EMACrossC", "--symbol", "ETHUSDT"])
    #expect(outcome.exitCode == 0 && outcome.errors.contains("nothing runs here on ETHUSDT/0: it starts with the host's next start"), "\(outcome)")
    child.signal(SIGTERM)
    #expect(try child.finish(deadlineSeconds: 30).exitCode == 0)
  }

  private func waitForSocket(_ child: Child) throws -> ControlSocket {
    try child.waitForError("mock ")
    return try ControlSocket(socket)
  }

  private func state(_ status: [String: Any]) -> String? { (status["instances"] as? [[String: Any]])?.first?["state"] as? String }

  private func digest(_ control: ControlSocket) throws -> String? {
    (try control.status()["instances"] as? [[String: Any]])?.first?["digest"] as? String
  }
}
