import Foundation
import TestKit
import Testing

/// Every secret of a run is a marked string; after everything that can go wrong the mark is found nowhere but in the container.
@Suite struct CanaryTests {
  static let names = ModeTests.allNames

  @Test func `The mark is in no file, no stream and no process's environment or command line`() throws {
    let host = try Host()
    let mark = "canary\(UInt64.random(in: 1...UInt64.max))"
    var environment = Dictionary(uniqueKeysWithValues: Self.names.map { ($0, "\(mark)-\($0.lowercased())") })
    environment["SCALPER_SECRETS_PASSPHRASE"] = "\(mark)-passphrase"
    environment["BINGX_API_SECRET"] = "\(mark)-of-the-old-system"
    environment["SWIFT_BACKTRACE"] = "enable=no"
    var streams: [String] = []
    func run(_ arguments: [String], expecting codes: Set<Int32> = [0]) throws {
      let outcome = try host.run(arguments, environment: environment)
      #expect(codes.contains(outcome.exitCode), "\(arguments): \(outcome)")
      streams += [outcome.output, outcome.errors]
    }
    try host.folder.write(
      "app: {mode: mock, llm_enabled: true}\nplugins: {isolation: process, restart_limit: 1, restart_backoff_ms: 1}\n", to: "s.yaml")
    let everything = ["--mode", "demo", "--llm", "--supervisor", "--names", Self.names.joined(separator: ",")]
    try run(["secrets", "init"] + everything)
    try run(["secrets", "list", "--json"])
    try run(["secrets", "rotate"], expecting: [0, 77])
    // Errors: a wrong passphrase, a damaged container, bad settings, no such file, a missing name.
    try run(["secrets", "list", "--file", "s.yaml"], expecting: [65, 77])
    try run(["config", "check", "--set", "app.mode=\(Self.names[0])"], expecting: [78])
    try run(["config", "show", "--origin", "--json"])
    try run(["strategies", "publish", "Saboteur", "--symbol", "BTCUSDT", "--param", "fault=1"], expecting: [0, 65, 78])
    try run(["strategies", "publish", "EMACross", "--symbol", "BTCUSDT", "--param", "quantity=0.001"])
    try run(["run", "--config", "s.yaml", "--mode", "live"], expecting: [78])
    try run(["run", "--config", "s.yaml", "--mode", "demo"], expecting: [69])
    try run(["ticks", "generate", "--symbol", "BTCUSDT", "--rows", "2000", "--seed", "1", "--out", "t.csv"])
    try run(["backtest", "--symbol", "BTCUSDT", "--ticks-path", "t.csv", "--report", "report", "--json"])
    try run(["plugin", "new", "Mine", "--language", "c"])
    try run(["secrets", "check", "."], expecting: [0, 1])

    // A session with a worker, looked at while it runs: every process there is.
    let child = try host.start(["run", "--config", "s.yaml", "--keep-alive", "--json"], environment: environment)
    defer { child.signal(SIGKILL) }
    try child.waitForError("mock")
    streams.append(try host.run(["status", "--config", "s.yaml", "--json"]).output)
    var looked = 0
    for process in try FileManager.default.contentsOfDirectory(atPath: "/proc").compactMap(Int32.init) {
      for file in ["environ", "cmdline"] {
        guard let bytes = FileManager.default.contents(atPath: "/proc/\(process)/\(file)") else { continue }
        looked += 1
        #expect(bytes.range(of: Data(mark.utf8)) == nil, "/proc/\(process)/\(file)")
      }
    }
    #expect(looked > 6)
    child.signal(SIGTERM)
    let outcome = try child.finish(deadlineSeconds: 60)
    streams += [outcome.output, outcome.errors]
    // A host that crashes, and one that is killed.
    let killed = try host.start(["run", "--config", "s.yaml"], environment: environment)
    try killed.waitForError("mock")
    killed.signal(SIGABRT)
    let crash = try killed.finish(deadlineSeconds: 60)
    streams += [crash.output, crash.errors]

    for stream in streams { #expect(!stream.contains(mark), "\(stream.prefix(2000))") }
    var files = 0
    for case let name as String in FileManager.default.enumerator(atPath: host.folder.url.path) ?? .init() {
      guard let bytes = FileManager.default.contents(atPath: host.folder.path(name)) else { continue }
      files += 1
      #expect(bytes.range(of: Data(mark.utf8)) == nil, "\(name)")
    }
    #expect(files > 10)
    // The mark can be found: without it the test would prove nothing.
    try host.folder.write("x\(mark)y", to: "control.txt")
    #expect(FileManager.default.contents(atPath: host.folder.path("control.txt"))?.range(of: Data(mark.utf8)) != nil)
  }
}
