import Foundation
import Glibc
import TestKit
import Testing

/// What a plugin in the host's own process can do to it, and what the next start makes of that.
@Suite struct HangTests {
  private let fatal: FatalHost
  private var host: Host { fatal.host }

  init() throws { fatal = try FatalHost() }

  @Test(arguments: ["spin", "block"])
  func `A hang ends the host with 75, names the plugin, and the next start runs the others`(fault: String) throws {
    try fatal.publish(fault)
    let outcome = try host.run(fatal.arguments(), deadlineSeconds: 60)
    #expect(outcome.exitCode == 75 && outcome.output.isEmpty, "\(outcome)")
    #expect(
      outcome.errorLines.last?.hasPrefix("quantumedge: watchdog: Fatal@BTCUSDT/0: its call took longer than engine.max_step_ms = 200; ") == true,
      "\(outcome)")
    let entries = try fatal.quarantine()
    try #require(entries.count == 1)
    let digest = try #require(entries[0]["digest"] as? String)
    #expect(digest.count == 64 && entries[0]["name"] as? String == "Fatal" && entries[0]["instance"] as? String == "Fatal@BTCUSDT/0")
    #expect((entries[0]["reason"] as? String)?.contains("max_step_ms = 200") == true && (entries[0]["host_pid"] as? Int ?? 0) > 0)
    #expect((entries[0]["at"] as? String)?.hasSuffix("Z") == true)
    let stop = try JSONSerialization.jsonObject(with: Data(contentsOf: fatal.state("last-stop.json"))) as? [String: Any]
    #expect(stop?["exit_code"] as? Int == 75 && stop?["instance"] as? String == "Fatal@BTCUSDT/0")

    // The socket of the one that died is in the way of nobody.
    let child = try host.start(fatal.arguments())
    try child.waitForError("mock 1s")
    #expect(child.errors.contains("Fatal@BTCUSDT/0 does not run: in quarantine since "), "\(child.errors)")
    #expect(child.errors.contains("release it with: quantumedge plugin quarantine release \(digest.prefix(12)) --mode mock"), "\(child.errors)")
    let instances = try #require(try fatal.status()["instances"] as? [[String: Any]])
    #expect(instances.map { $0["id"] as? String } == ["EMACross@BTCUSDT/5", "Fatal@BTCUSDT/0"])
    #expect(instances.map { $0["state"] as? String } == ["active", "quarantined"])
    #expect((instances[1]["why"] as? String)?.contains("max_step_ms") == true && instances[1]["digest"] as? String == digest)
    child.signal(SIGTERM)
    let last = try child.finish(deadlineSeconds: 30)
    #expect(last.exitCode == 0, "\(last)")
    #expect((try last.json["instances"] as? [[String: Any]])?.count == 1, "what did not run is no part of the run: \(last)")
  }

  @Test(arguments: [("segv", "SIGSEGV", 139), ("abort", "SIGABRT", 134), ("stack", "SIGSEGV", 139)])
  func `A crash in a plugin's call is found at the next start`(fault: String, name: String, exitCode: Int) throws {
    try fatal.publish(fault)
    let outcome = try host.run(fatal.arguments(), deadlineSeconds: 60)
    #expect(outcome.exitCode == exitCode, "\(outcome)")
    let next = try host.succeed(fatal.arguments(["--duration", "0.5"]))
    #expect(next.errors.contains("Fatal@BTCUSDT/0: its call crashed the host with \(name); its plugin is in quarantine\n"), "\(next)")
    #expect(try fatal.quarantine().map { $0["instance"] as? String } == ["Fatal@BTCUSDT/0"])
    // Once: the note has been taken.
    #expect(try !host.succeed(fatal.arguments(["--duration", "0.5"])).errors.contains("crashed the host with \(name); its plugin"))
  }

  @Test func `A kill from outside blames nobody, in a plugin's call either`() throws {
    // Long in its call, and the limit longer.
    try fatal.publish("block", after: 0)
    for signal in [SIGSEGV, SIGKILL] {
      let child = try host.start(fatal.arguments(limitMilliseconds: 60_000))
      try child.waitForError("fatal: it blocks")
      child.signal(signal)
      #expect(try child.finish(deadlineSeconds: 30).exitCode == 128 + signal)
    }
    // It hangs again: nothing was written about it.
    #expect(!FileManager.default.fileExists(atPath: fatal.state("quarantine.json").path))
    #expect(try host.run(fatal.arguments(), deadlineSeconds: 60).exitCode == 75)
  }

  @Test func `Quarantined plugins are listed and released; another build runs`() throws {
    try fatal.publish("spin", after: 0, alone: true)
    #expect(try host.succeed(["plugin", "quarantine", "list", "--mode", "mock"]).errors.hasPrefix("nothing is in quarantine ("))
    #expect(try host.run(fatal.arguments(), deadlineSeconds: 60).exitCode == 75)
    // Nothing is left to run.
    let refused = try host.run(fatal.arguments(), deadlineSeconds: 60)
    #expect(refused.exitCode == 69 && refused.errorLines.last?.contains("every published plugin is in quarantine (") == true, "\(refused)")
    let list = try host.succeed(["plugin", "quarantine", "list", "--mode", "mock", "--json"])
    let digest = try #require((try list.json["quarantine"] as? [[String: Any]])?.first?["digest"] as? String)
    #expect(list.errors.hasPrefix("\(digest.prefix(12))  Fatal@BTCUSDT/0  ") && list.errorLines.count == 1, "\(list)")
    // The list of another mode is another one.
    #expect(try host.succeed(["plugin", "quarantine", "list", "--mode", "paper"]).errors.hasPrefix("nothing is in quarantine ("))
    #expect(try host.run(["plugin", "quarantine", "release", "--mode", "mock"]).exitCode == 64)
    #expect(try host.run(["plugin", "quarantine", "release", "0000000", "--mode", "mock"]).exitCode == 64)
    #expect(try host.run(["plugin", "quarantine", "release", "00000000", "--mode", "mock"]).exitCode == 65)
    let released = try host.succeed(["plugin", "quarantine", "release", String(digest.prefix(12)), "--mode", "mock"])
    #expect(released.errors.hasPrefix("released \(digest.prefix(12))  Fatal@BTCUSDT/0  "), "\(released)")
    // The same bytes with parameters that do no harm.
    try fatal.publishFatal("none")
    #expect(try host.succeed(fatal.arguments(["--duration", "0.5"])).integer("events") > 0)
  }

  @Test(arguments: ["", "{", #"{"version": 9, "entries": []}"#]) func `Nothing starts on a quarantine that cannot be understood`(text: String) throws
  {
    try fatal.publish("none")
    try FileManager.default.createDirectory(at: fatal.state(""), withIntermediateDirectories: true)
    try Data(text.utf8).write(to: fatal.state("quarantine.json"))
    try host.refuse(fatal.arguments(["--duration", "1"]), exitCode: 65, naming: ["quarantine_invalid: ", "quarantine.json", "nothing starts"])
    #expect(try host.run(["plugin", "quarantine", "list", "--mode", "mock"]).exitCode == 65)
  }

  @Test func `A stopped process is not taken for a hung one`() throws {
    try fatal.publish("none")
    let child = try host.start(fatal.arguments())
    try child.waitForError("mock 1s")
    child.signal(SIGSTOP)
    // Longer than the limit: it has to pass, that is what is tested.
    let end = Date(timeIntervalSinceNow: 1)
    while Date() < end { _ = poll(nil, 0, 50) }
    child.signal(SIGCONT)
    try child.waitForError("mock 3s")
    child.signal(SIGTERM)
    #expect(try child.finish(deadlineSeconds: 30).exitCode == 0)
  }

  @Test func `Who holds the list does not hold up the end`() throws {
    try fatal.publish("spin")
    try FileManager.default.createDirectory(at: fatal.state(""), withIntermediateDirectories: true)
    let lock = open(fatal.state("quarantine.lock").path, O_RDWR | O_CREAT | O_CLOEXEC, 0o644)
    defer { close(lock) }
    #expect(lock >= 0 && flock(lock, LOCK_EX) == 0)
    let outcome = try host.run(fatal.arguments(), deadlineSeconds: 60)
    #expect(outcome.exitCode == 75, "\(outcome)")
    #expect(outcome.errors.contains("it is NOT in quarantine and will run again: ") && outcome.errors.contains("quarantine.lock"), "\(outcome)")
    #expect(!FileManager.default.fileExists(atPath: fatal.state("quarantine.json").path))
  }

  @Test func `A standard error that nobody reads does not hold up the end`() throws {
    // Alone: what another one did might be told, and then the engine itself would wait for the reader.
    try fatal.publish("spin", alone: true)
    let path = host.folder.path("full")
    #expect(mkfifo(path, 0o600) == 0)
    let pipe = open(path, O_RDWR | O_NONBLOCK | O_CLOEXEC)
    defer { close(pipe) }
    let page = [UInt8](repeating: 0, count: 4096)
    while write(pipe, page, page.count) > 0 {}
    #expect(errno == EAGAIN)
    let words = ["-c", "exec \"$0\" \"$@\" 2>full", host.executable.path] + fatal.arguments()
    let outcome = try host.start(words, executable: URL(fileURLWithPath: "/bin/sh")).finish(deadlineSeconds: 60)
    #expect(outcome.exitCode == 75, "\(outcome)")
    #expect(try fatal.quarantine().count == 1, "the file comes before the words")
  }
}
