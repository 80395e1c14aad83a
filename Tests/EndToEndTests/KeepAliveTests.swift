import Foundation
import Glibc
import TestKit
import Testing

/// `run --keep-alive`: a small parent that starts the host again.
@Suite struct KeepAliveTests {
  private let fatal: FatalHost
  private var host: Host { fatal.host }

  init() throws { fatal = try FatalHost() }

  @Test(arguments: [("spin", "the host ended itself with 75"), ("segv", "the host crashed with SIGSEGV")])
  func `What a plugin ends is started again without it`(fault: String, words: String) throws {
    try fatal.publish(fault)
    let child = try host.start(fatal.arguments(["--keep-alive"]))
    try child.waitForError("quantumedge: keep-alive: \(words); restart 1 of at most 10 in a row, in 1 s")
    try child.waitForError("Fatal@BTCUSDT/0 does not run: in quarantine since ")
    let number = try #require(try waitForStatus()["pid"] as? Int)
    #expect(number != Int(child.processID), "the parent is no host")
    // It goes on where the first one was: the other strategy opens again with the first new data.
    _ = try waitForStatus { ($0["instances"] as? [[String: Any]])?.map { $0["state"] as? String } == ["active", "quarantined"] }
    child.signal(SIGTERM)
    let outcome = try child.finish(deadlineSeconds: 30)
    #expect(outcome.exitCode == 0, "\(outcome)")
    #expect(try outcome.text("stopped_by") == "SIGTERM", "one result, of the last host")
    #expect(!FatalHost.isAlive(number))
    #expect(outcome.errors.components(separatedBy: "keep-alive:").count == 2, "one restart, one line: \(outcome)")
  }

  @Test(arguments: [
    ("start_spin", "the host ended itself with 75", "its call took longer than plugins.start_timeout_seconds = 1"),
    ("start_segv", "the host crashed with SIGSEGV", "its call crashed the host with SIGSEGV"),
  ])
  func `What ends the host as it is started does so once`(fault: String, words: String, reason: String) throws {
    try fatal.publish("none")
    // Whoever publishes it tries it: it is another thing afterwards.
    let manifest = host.runtime.appendingPathComponent("strategies/BTCUSDT/0/current/manifest.json")
    let text = try String(contentsOf: manifest, encoding: .utf8)
    let edited = text.replacing(/"fault"(\s*):(\s*)"none"/) { "\"fault\"\($0.1):\($0.2)\"\(fault)\"" }
    try #require(edited != text, "\(text)")
    try Data(edited.utf8).write(to: manifest)
    let child = try host.start(fatal.arguments(["--keep-alive", "--set", "plugins.start_timeout_seconds=1"]))
    try child.waitForError("quantumedge: keep-alive: \(words); restart 1 of at most 10 in a row, in 1 s")
    try child.waitForError("Fatal@BTCUSDT/0 does not run: in quarantine since ")
    _ = try waitForStatus { ($0["instances"] as? [[String: Any]])?.map { $0["state"] as? String } == ["active", "quarantined"] }
    child.signal(SIGTERM)
    let outcome = try child.finish(deadlineSeconds: 30)
    #expect(outcome.exitCode == 0 && outcome.errors.components(separatedBy: "keep-alive:").count == 2, "one restart: \(outcome)")
    let entries = try fatal.quarantine()
    #expect(entries.map { $0["instance"] as? String } == ["Fatal@BTCUSDT/0"] && (entries[0]["reason"] as? String)?.hasPrefix(reason) == true)
  }

  @Test func `Other ends are passed on, with their exit code`() throws {
    // Nothing is published.
    let missing = try host.run(fatal.arguments(["--keep-alive"]), deadlineSeconds: 60)
    #expect(missing.exitCode == 66 && missing.errorLines.count == 1, "\(missing)")
    // The last plugin goes into quarantine: the second host says so, and there is no third.
    try fatal.publish("spin", alone: true)
    let outcome = try host.run(fatal.arguments(["--keep-alive"]), deadlineSeconds: 60)
    #expect(outcome.exitCode == 69 && outcome.errors.components(separatedBy: "keep-alive:").count == 2, "\(outcome)")
  }

  @Test func `The duration counts over all hosts`() throws {
    try fatal.publish("spin", after: 200)
    let began = Date()
    let outcome = try host.run(fatal.arguments(["--keep-alive", "--duration", "5"]), deadlineSeconds: 60)
    #expect(outcome.exitCode == 0 && outcome.errors.contains("restart 1 of"), "\(outcome)")
    #expect(try outcome.text("stopped_by") == "duration" && outcome.integer("uptime_s") < 4, "the second host has only the rest: \(outcome)")
    #expect(Date().timeIntervalSince(began) >= 5)
  }

  @Test func `Ctrl-C reaches the host once`() throws {
    try fatal.publish("none")
    let child = try host.start(fatal.arguments(["--keep-alive"]))
    let number = try #require(try waitForStatus()["pid"] as? Int)
    #expect(getpgid(pid_t(number)) == pid_t(number), "a group of its own")
    child.signal(SIGINT)
    let outcome = try child.finish(deadlineSeconds: 30)
    #expect(try outcome.exitCode == 0 && outcome.text("stopped_by") == "SIGINT", "\(outcome)")
  }

  @Test func `A host does not outlive its parent`() throws {
    try fatal.publish("none")
    let child = try host.start(fatal.arguments(["--keep-alive"]))
    let number = try #require(try waitForStatus()["pid"] as? Int)
    child.signal(SIGKILL)
    // The streams end with the last process that has them: the host's own end is waited for.
    let outcome = try child.finish(deadlineSeconds: 30)
    #expect(outcome.exitCode == 137)
    #expect(try outcome.text("stopped_by") == "SIGTERM", "it ended in order: \(outcome)")
    #expect(!FatalHost.isAlive(number))
  }

  @Test func `A host whose parent is gone already does not start`() throws {
    try fatal.publish("none")
    try host.refuse(fatal.arguments(["--parent-process", "1999999999"]), exitCode: 69, naming: ["cannot stay with: ", "process 1999999999"])
  }

  /// Asks until a host answers, as it is wanted.
  private func waitForStatus(where isWanted: ([String: Any]) -> Bool = { _ in true }) throws -> [String: Any] {
    let end = Date(timeIntervalSinceNow: 30)
    while true {
      let outcome = try host.run(["status", "--mode", "mock", "--json"])
      if outcome.exitCode == 0, isWanted(try outcome.json) { return try outcome.json }
      try #require(Date() < end, "no host has come: \(outcome)")
    }
  }
}
