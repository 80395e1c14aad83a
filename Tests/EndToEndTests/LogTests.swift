import Foundation
import Glibc
import TestKit
import Testing

/// What a run says, and where: app.log_*.
@Suite struct LogTests {
  private let host: Host

  init() throws {
    host = try Host()
    _ = try host.succeed(["strategies", "publish", "EMACross", "--symbol", "BTCUSDT", "--param", "fast=3", "--param", "slow=10"])
  }

  private func run(_ more: [String], events: Int = 3000, environment: [String: String] = [:]) throws -> Outcome {
    let market = ["feed.mock.trades_per_second=20000", "feed.mock.max_events=\(events)"]
    return try host.run(
      ["run", "--mode", "mock", "--json"] + (market + more).flatMap { ["--set", $0] }, environment: environment, deadlineSeconds: 120)
  }

  private func records(_ lines: [Substring], at location: SourceLocation = #_sourceLocation) throws -> [[String: Any]] {
    try lines.map { line in
      let object = try #require(
        try? JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any], "not one object: \(line)", sourceLocation: location)
      for key in ["ts", "level", "logger", "message"] { #expect(object[key] is String, "\(key) in \(line)", sourceLocation: location) }
      return object
    }
  }

  private func file(_ name: String) throws -> [Substring] {
    let text = try String(contentsOfFile: host.folder.path(name), encoding: .utf8)
    try #require(text.hasSuffix("\n"))
    return text.split(separator: "\n")
  }

  @Test func `With json standard error is records and nothing else`() throws {
    let outcome = try run(["app.log_format=json"])
    #expect(outcome.exitCode == 0, "\(outcome)")
    let records = try records(outcome.errorLines)
    #expect((records.first?["message"] as? String)?.hasPrefix("mock begins: EMACross@BTCUSDT/0; process ") == true, "\(outcome)")
    #expect((records.last?["message"] as? String)?.hasPrefix("stopped by feed ended; decisions ") == true, "\(outcome)")
    #expect(records.last?["level"] as? String == "notice" && records.last?["logger"] as? String == "host")
    #expect(try outcome.integer("events") == 3000, "the result is standard output's alone")
  }

  @Test func `With json a fault is a record too, and keeps its exit code`() throws {
    let outcome = try run(["app.log_format=json", "feed.mock.symbols=ETHUSDT", "app.log_file=q.log"])
    let records = try records(outcome.errorLines)
    #expect(outcome.exitCode == 66 && outcome.output.isEmpty && records.count == 1, "\(outcome)")
    #expect(
      records.first?["level"] as? String == "error" && (records.first?["message"] as? String)?.contains("nothing published for ETHUSDT") == true)
    #expect(try file("q.log") == outcome.errorLines)
    // As text it is in the words of all commands; the file has it all the same.
    let text = try run(["feed.mock.symbols=ETHUSDT", "app.log_file=t.log"])
    #expect(text.exitCode == 66 && text.errorLines.count == 1 && text.errors.hasPrefix("quantumedge: "), "\(text)")
    let written = try file("t.log")
    #expect(written.count == 1 && written[0].contains("Z ERROR host: "))
  }

  /// The host through a shell, with what only a shell can do to it.
  private func shell(_ script: String, _ arguments: [String]) throws -> Outcome {
    try host.start(["-c", script, "sh", host.executable.path] + arguments, executable: URL(fileURLWithPath: "/bin/sh")).finish(deadlineSeconds: 120)
  }

  private static let short = ["run", "--mode", "mock", "--set", "feed.mock.trades_per_second=20000", "--set", "feed.mock.max_events=3000"]

  @Test func `With closed standard streams no record lands in a file of the host's`() throws {
    let before = Set(try FileManager.default.subpathsOfDirectory(atPath: host.folder.url.path))
    let outcome = try shell(#"exec "$@" <&- >&- 2>&-"#, Self.short + ["--set", "app.log_file=q.log"])
    #expect(outcome.exitCode == 0 && outcome.errors.isEmpty && outcome.output.isEmpty, "\(outcome)")
    #expect(try file("q.log").contains { $0.contains("stopped by feed ended") })
    for name in Set(try FileManager.default.subpathsOfDirectory(atPath: host.folder.url.path)).subtracting(before) where name != "q.log" {
      let text = FileManager.default.contents(atPath: host.folder.path(name)).map { String(decoding: $0, as: UTF8.self) } ?? ""
      #expect(!text.contains("mock begins") && !text.contains("decision_hash"), "\(name): \(text.prefix(200))")
    }
  }

  @Test func `A file that reaches its bound costs the log its records, and the host nothing`() throws {
    // 2 or 4 MiB, as the shell counts; the log at debug has more.
    let long = Self.short.map { $0.replacing("events=3000", with: "events=200000") }
    let outcome = try shell(
      #"ulimit -f 4096; exec "$@""#, long + ["--set", "app.log_file=q.log", "--set", "app.log_level=debug", "--set", "journal.segment_mb=1"])
    #expect(outcome.exitCode == 0 && outcome.errors.contains("q.log") && outcome.errors.contains("File too large"), "\(outcome)")
    let text = try String(contentsOfFile: host.folder.path("q.log"), encoding: .utf8)
    #expect(text.hasSuffix("\n") && text.utf8.count <= 4 << 20 && text.split(separator: "\n").allSatisfy { $0.contains("Z ") }, "\(text.suffix(300))")
  }

  @Test func `A megabyte of records rotates through the real host, and no line is lost or doubled`() throws {
    let kept = ["app.log_file=q.log", "app.log_level=debug", "app.log_max_mb=1", "app.log_keep=9"]
    let outcome = try run(kept, events: 60_000)
    #expect(outcome.exitCode == 0, "\(outcome.errors.suffix(500))")
    let names = try FileManager.default.contentsOfDirectory(atPath: host.folder.url.path).filter { $0.hasPrefix("q.log") }
    #expect(names.count >= 2, "\(names)")
    var refusals = 0
    for name in names {
      let size = try #require(try FileManager.default.attributesOfItem(atPath: host.folder.path(name))[.size] as? Int)
      #expect(size <= 1 << 20, "\(name)")
      refusals += try file(name).count { $0.contains(": refused: ") }
    }
    let counts = try #require(try outcome.json["orders_rejected"] as? [String: Int])
    #expect(refusals == counts.values.reduce(0, +) && refusals > 10_000, "one line for each refusal, over all files")
  }

  @Test func `At debug the file has each fill and each round trip`() throws {
    let outcome = try run(["app.log_level=DEBUG", "app.log_file=logs/q.log", "app.log_format=json", "app.on_shutdown=leave"])
    let (fills, trades) = (try outcome.integer("fills"), try outcome.integer("trades"))
    #expect(outcome.exitCode == 0 && fills > 0 && trades > 0, "\(outcome)")
    let records = try records(try file("logs/q.log"))
    let filled = records.filter { $0["message"] as? String == "EMACross@BTCUSDT/0: filled" }
    #expect(filled.count == fills && filled.allSatisfy { $0["level"] as? String == "debug" && $0["price"] is String && $0["side"] is String })
    #expect(records.count { $0["message"] as? String == "EMACross@BTCUSDT/0: round trip" } == trades)
    #expect(try file("logs/q.log") == outcome.errorLines)
  }

  @Test func `The level filters, and says what it may be`() throws {
    let silent = try run(["app.log_level=error"])
    #expect(silent.exitCode == 0 && silent.errors.isEmpty, "\(silent)")
    let wrong = try run(["app.log_level=verbose"])
    #expect(wrong.exitCode == 78 && wrong.errors.contains("app.log_level") && wrong.errors.contains("write one of trace, debug, info"), "\(wrong)")
  }

  @Test func `More events are not more lines`() throws {
    func lines(_ events: Int) throws -> Int {
      let outcome = try run([], events: events)
      let done = try outcome.integer("events")
      #expect(outcome.exitCode == 0 && done == events, "\(outcome)")
      // The status is by the clock.
      return outcome.errorLines.count { !$0.contains(" INFO  status: ") }
    }
    let (few, many) = (try lines(5000), try lines(20_000))
    #expect(few >= 3 && few < 12 && many < 12, "\(few), \(many)")
  }

  @Test func `A file that cannot be is refused by name, and so is another host's`() throws {
    try host.folder.write("", to: "file")
    let refused = try run(["app.log_file=file/q.log"])
    #expect(refused.exitCode == 69 && refused.errorLines.count == 1 && refused.errors.contains("app.log_file: file/q.log: "), "\(refused)")
    let child = try host.start(["run", "--mode", "mock", "--set", "app.log_file=q.log"])
    try child.waitForError("mock begins")
    let second = try run(["app.log_file=q.log"], environment: ["QE_RUNTIME_DIR": host.folder.path("other")])
    #expect(second.exitCode == 69 && second.errors.contains("app.log_file: q.log: another host writes it"), "\(second)")
    child.signal(SIGTERM)
    #expect(try child.finish(deadlineSeconds: 30).exitCode == 0)
  }

  @Test func `QE_LOGS_DIR names the folder`() throws {
    let outcome = try run([], environment: ["QE_LOGS_DIR": host.folder.path("here")])
    let last = try file("here/quantumedge.log").last
    #expect(outcome.exitCode == 0 && last?.contains(" NOTICE host: stopped by feed ended; ") == true, "\(outcome)")
    let other = try run([], environment: ["QE_LOGS_DIR": host.folder.path("here"), "QE_APP_LOG_FILE": "own.log"])
    let own = try file("own.log")
    #expect(other.exitCode == 0 && own.count > 2, "\(other)")
  }

  @Test func `A running host takes another level`() throws {
    try host.folder.write("feed:\n  mock:\n    trades_per_second: 5000\n", to: "s.yaml")
    let child = try host.start(["run", "--mode", "mock", "--config", "s.yaml", "--json"])
    try child.waitForError("mock begins")
    #expect(!child.errors.contains("DEBUG"))
    try host.folder.write("app:\n  log_level: debug\nfeed:\n  mock:\n    trades_per_second: 5000\n", to: "s.yaml")
    child.signal(SIGHUP)
    try child.waitForError("settings: applied: app.log_level debug\n")
    // A fill, or a refusal after its losses.
    try child.waitForError(" DEBUG orders: EMACross@BTCUSDT/0: ")
    child.signal(SIGTERM)
    #expect(try child.finish(deadlineSeconds: 30).exitCode == 0)
  }
}
