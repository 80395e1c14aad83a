import Foundation
import Glibc
import TestKit
import Testing

/// A host with a worker that fails again and again, beside a strategy that must not notice.
@Suite struct FaultInjectionTests {
  private let host: Host

  init() throws { host = try Host() }

  private var socket: String { host.runtime.appendingPathComponent("state/mock/binance/paper/control.sock").path }

  private func publish(_ symbol: String, _ library: String, _ parameters: [String]) throws {
    _ = try host.succeed(["strategies", "publish", library, "--symbol", symbol] + parameters.flatMap { ["--param", $0] })
  }

  /// Both symbols' feeds end after so many events, so that runs can be compared; limits are each instance's own.
  private func arguments(events: Int, restarts: Int = 1_000_000, onFailure: String = "flatten", _ more: [String] = []) -> [String] {
    let settings = [
      "feed.mock.symbols=BTCUSDT,ETHUSDT", "feed.mock.start_price=60000,3000", "feed.mock.trades_per_second=1500", "feed.mock.max_events=\(events)",
      "feed.stale_after_ms=3600000", "risk.instance.max_notional=100000", "risk.instance.max_daily_loss=100000",
      "plugins.isolation_by_instance=Saboteur@BTCUSDT/0=process", "plugins.restart_limit=\(restarts)", "plugins.restart_backoff_ms=1",
      "plugins.restart_backoff_max_ms=2", "plugins.warm_up_seconds=0", "plugins.deadline_us=20000", "plugins.worker_memory_mb=64",
      "plugins.max_intents_per_second=300", "plugins.on_failure=\(onFailure)",
    ]
    return ["run", "--mode", "mock", "--fresh", "--json", "--config", Host.oracle] + (settings + more).flatMap { ["--set", $0] }
  }

  /// What the kernel has of a process that could leak.
  private struct Holdings: Equatable {
    var descriptors: Int
    var sharedMappings: Int
    var children: Int
    var zombies: Int

    init(of process: pid_t) throws {
      let folder = "/proc/\(process)"
      descriptors = try FileManager.default.contentsOfDirectory(atPath: "\(folder)/fd").count
      sharedMappings = try Proc.maps(of: "\(process)").count { $0.contains("memfd:") }
      let numbers = try FileManager.default.contentsOfDirectory(atPath: "\(folder)/task").flatMap { task in
        try String(contentsOfFile: "\(folder)/task/\(task)/children", encoding: .utf8).split(separator: " ")
      }
      children = numbers.count
      zombies = numbers.count { (try? String(contentsOfFile: "/proc/\($0)/stat", encoding: .utf8).contains(") Z ")) == true }
    }
  }

  private func instances(_ status: [String: Any]) -> [[String: Any]] { status["instances"] as? [[String: Any]] ?? [] }

  /// Of the strategy that is to notice nothing.
  private func hash(_ outcome: Outcome) throws -> String? {
    try #require(outcome.json["instances"] as? [[String: Any]]).first { ($0["id"] as? String) == "EMACross@ETHUSDT/0" }?["decision_hash"] as? String
  }

  @Test func `A worker fails 200 times in every way, and nobody else notices`() throws {
    let faults = 200
    try publish("ETHUSDT", "EMACross", ["fast=3", "slow=10", "quantity=0.05"])
    try publish("BTCUSDT", "Saboteur", ["fault=none"])
    // Time for 200 restarts on a busy machine.
    let events = 150_000
    let quiet = try host.run(arguments(events: events))
    let expected = try #require(try hash(quiet))
    let fills = try quiet.integer("fills")
    #expect(quiet.exitCode == 0 && fills > 100, "\(quiet)")

    try publish("BTCUSDT", "Saboteur", ["fault=mix", "within=30"])
    let child = try host.start(arguments(events: events))
    try child.waitForError("mock ")
    let control = try ControlSocket(socket)
    var chance = Chance.seeded("fault injection")
    let before = try Holdings(of: child.processID)
    // Beside what it does to itself, the worker is killed at random moments from outside.
    var kills = 0
    var last: [String: Any] = [:]
    for _ in 0..<100_000 {
      last = try control.status()
      let saboteur = try #require(instances(last).first { ($0["id"] as? String)?.hasPrefix("Saboteur") == true })
      let restarts = try #require(saboteur["restarts"] as? Int)
      if restarts >= faults { break }
      if chance.next() % 8 == 0, saboteur["state"] as? String == "active", let worker = saboteur["worker_pid"] as? Int {
        kill(pid_t(worker), SIGKILL)
        kills += 1
      }
    }
    let saboteur = try #require(instances(last).first { ($0["id"] as? String)?.hasPrefix("Saboteur") == true })
    #expect((saboteur["restarts"] as? Int ?? 0) >= faults && kills > 5, "\(kills) kills; \(saboteur)")
    // One may be on its way out at any moment; none stays.
    var after = try Holdings(of: child.processID)
    for _ in 0..<200 where after.zombies > 0 {
      _ = try control.status()
      after = try Holdings(of: child.processID)
    }
    #expect(after.zombies == 0 && after.children <= 2, "\(after)")
    // A leak would be one for each of 200; one worker's may be on their way in or out, and the journal's next file.
    #expect(abs(after.descriptors - before.descriptors) <= 24 && abs(after.sharedMappings - before.sharedMappings) <= 12, "\(before), \(after)")
    #expect(instances(last).contains { ($0["id"] as? String) == "EMACross@ETHUSDT/0" && $0["state"] as? String == "active" })
    let outcome = try child.finish(deadlineSeconds: 240)
    #expect(outcome.exitCode == 0, "\(outcome)")
    #expect(try hash(outcome) == expected, "the other's decisions")
    for words in [
      "was ended by signal", "did not answer within", "returned status", "ended itself with status 7", "claimed 17 intents", "orders in one second",
    ] {
      #expect(outcome.errors.contains(words), "'\(words)' has not happened")
    }
    // A failure is told before its restart, each time.
    let lines = outcome.errorLines.filter { $0.contains(" plugins: Saboteur@BTCUSDT/0: ") }
    #expect(lines.count > 1, "\(outcome)")
    var isOut = false
    for line in lines {
      if line.contains("it is out") {
        #expect(!isOut, "out twice: \(line)")
        isOut = true
      } else if line.contains("runs again from input") {
        #expect(isOut, "again without having been out: \(line)")
        isOut = false
      }
    }
    #expect(lines.count { $0.contains("it is out") } >= faults)
  }

  @Test(arguments: ["flatten", "hold"]) func `The position of one that crashed is handled as configured`(action: String) throws {
    try publish("ETHUSDT", "EMACross", ["fast=3", "slow=10", "quantity=0.05"])
    try publish("BTCUSDT", "Saboteur", ["fault=crash", "within=200"])
    let outcome = try host.run(arguments(events: 3000, restarts: 0, onFailure: action))
    #expect(outcome.exitCode == 0, "\(outcome)")
    #expect(
      outcome.errors.contains("Saboteur@BTCUSDT/0: its worker was ended by signal 11; it is out, its opening orders are cancelled"), "\(outcome)")
    let position = try #require((try outcome.json["positions"] as? [String: Any])?["BTCUSDT"] as? Double)
    #expect(position == (action == "hold" ? 0.01 : 0), "\(outcome)")
    // Its restarts are used up: later runs do not start it.
    let again = try host.run(arguments(events: 500, restarts: 0, onFailure: action))
    #expect(again.exitCode == 0 && again.errors.contains("quarantine"), "\(again)")
  }

  @Test func `Published strategies of workers alone, all quarantined, leave nothing to run`() throws {
    try publish("BTCUSDT", "Saboteur", ["fault=abort", "within=1"])
    let only = ["feed.mock.symbols=BTCUSDT", "feed.mock.start_price=60000"]
    // More than there is time for: on a busy machine a worker's restart takes as long as many events.
    #expect(try host.run(arguments(events: 1_000_000, restarts: 2, only)).exitCode == 1)
    let again = try host.run(arguments(events: 1_000_000, restarts: 2, only))
    #expect(again.exitCode == 69 && again.errors.contains("quarantine"), "\(again)")
  }
}
