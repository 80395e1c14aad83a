import Foundation
import Synchronization
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
    environment["SCALPER_SECRETS_PASSPHRASE_NEW"] = "\(mark)-next-passphrase"
    environment["SWIFT_BACKTRACE"] = "enable=no"
    let needles = Self.spellings(of: mark)
    /// Whether the mark stands there, as it is or as a debug line might spell it.
    func isIn(_ bytes: Data) -> Bool { needles.contains { bytes.range(of: $0) != nil } }
    var streams: [String] = []
    let asked = Requests()
    let supervisor = try LoopbackServer { connection in
      asked.note(String(decoding: LoopbackServer.read(connection), as: UTF8.self))
      LoopbackServer.write("HTTP/1.1 401 Unauthorized\r\nConnection: close\r\nContent-Length: 0\r\n\r\n", to: connection)
    }
    func run(_ arguments: [String], expecting codes: Set<Int32> = [0]) throws {
      let outcome = try host.run(arguments, environment: environment)
      #expect(codes.contains(outcome.exitCode), "\(arguments): \(outcome)")
      streams += [outcome.output, outcome.errors]
    }
    try host.folder.write(
      """
      app: {mode: mock, llm_enabled: true, log_level: trace, log_file: q.log}
      plugins: {isolation: process, restart_limit: 1, restart_backoff_ms: 1}
      feed: {mock: {symbols: [BTCUSDT, ETHUSDT]}}
      storage: {save_trades: true}
      supervisor: {enabled: true, base_url: "http://127.0.0.1:\(supervisor.port)", api_token: ""}

      """, to: "s.yaml")
    let everything = ["--mode", "demo", "--llm", "--supervisor", "--names", Self.names.joined(separator: ",")]
    try run(["secrets", "init"] + everything)
    try run(["secrets", "list", "--json"])
    try run(["secrets", "rotate"])
    environment["SCALPER_SECRETS_PASSPHRASE"] = environment["SCALPER_SECRETS_PASSPHRASE_NEW"]
    // Errors: a wrong passphrase, a damaged container, bad settings, no such file, a missing name.
    try run(["secrets", "list", "--file", "s.yaml"], expecting: [65, 77])
    try run(["config", "check", "--set", "app.mode=\(Self.names[0])"], expecting: [78])
    try run(["config", "show", "--origin", "--json"])
    try run(["doctor", "--config", "s.yaml", "--json"], expecting: [1])
    #expect(asked.count > 0, "the doctor asked the Supervisor")
    try run(["strategies", "publish", "Saboteur", "--symbol", "ETHUSDT", "--param", "fault=crash", "--param", "within=20"])
    try run(["strategies", "publish", "Churn", "--symbol", "BTCUSDT", "--param", "every=1", "--param", "mode=trade", "--param", "quantity=0.001"])
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
    // Its worker crashes.
    try child.waitForError("Saboteur@ETHUSDT/0: its worker was ended by signal 11")
    // The log's finest lines: of orders.
    try child.waitForError(" DEBUG ")
    streams.append(try host.run(["status", "--config", "s.yaml", "--json"]).output)
    var looked = 0
    var own: Set<String> = []
    for process in try FileManager.default.contentsOfDirectory(atPath: "/proc").compactMap(Int32.init) {
      for file in ["environ", "cmdline"] {
        guard let bytes = (try? Proc.bytes("/proc/\(process)/\(file)")).map({ Data($0) }) else { continue }
        looked += 1
        if process == child.processID { own.insert(file) }
        #expect(!isIn(bytes), "/proc/\(process)/\(file)")
      }
    }
    #expect(looked > 6)
    // Nobody but root may read the environment of a host that has secrets, which is as good as there being none.
    #expect(own == (geteuid() == 0 ? ["environ", "cmdline"] : ["cmdline"]))
    child.signal(SIGTERM)
    let outcome = try child.finish(deadlineSeconds: 60)
    streams += [outcome.output, outcome.errors]
    // A host that crashes, and one that is killed.
    let killed = try host.start(["run", "--config", "s.yaml"], environment: environment)
    try killed.waitForError("mock")
    killed.signal(SIGABRT)
    let crash = try killed.finish(deadlineSeconds: 60)
    streams += [crash.output, crash.errors]

    let journals = host.runtime.appendingPathComponent("state/mock/binance/paper/journal")
    for name in try FileManager.default.contentsOfDirectory(atPath: journals.path) {
      try run(["journal", "export", journals.appendingPathComponent(name).path])
    }
    try run(["ledger", "orders", "--config", "s.yaml", "--json"])
    for stream in streams { #expect(!isIn(Data(stream.utf8)), "\(stream.prefix(2000))") }
    // The Supervisor's own token goes to the Supervisor, in its header; nothing else does.
    let header = "\r\nX-API-TOKEN: \(environment["SUPERVISOR_API_TOKEN"] ?? "")\r\n"
    #expect(asked.all.contains { $0.hasPrefix("POST /api/v1/heartbeat ") && $0.contains(header) })
    for request in asked.all { #expect(!isIn(Data(request.replacing(header, with: "\r\n").utf8)), "\(request)") }
    var files = 0
    for case let name as String in FileManager.default.enumerator(atPath: host.folder.url.path) ?? .init() {
      guard let bytes = FileManager.default.contents(atPath: host.folder.path(name)) else { continue }
      files += 1
      #expect(!isIn(bytes), "\(name)")
    }
    #expect(files > 10)
    let log = try String(contentsOfFile: host.folder.path("q.log"), encoding: .utf8)
    #expect(log.contains("TRACE") || log.contains("DEBUG"), "the log has its finest lines")
    // The mark can be found: without it the test would prove nothing.
    for text in [mark, Data("x\(mark)y".utf8).base64EncodedString(), Data("xy\(mark)".utf8).base64EncodedString(), Self.hex(mark)] {
      try host.folder.write("x\(text)y", to: "control.txt")
      #expect(isIn(try Data(contentsOf: host.folder.url.appendingPathComponent("control.txt"))), "\(text)")
    }
  }

  /// As it is, in hexadecimal digits, and what is the same of its base64 at each of three places.
  private static func spellings(of mark: String) -> [Data] {
    let shifted = (0..<3).map { shift in
      let text = Data((String(repeating: "x", count: shift) + mark).utf8).base64EncodedString()
      return String(text.dropFirst(4).dropLast(4))
    }
    return ([mark, hex(mark)] + shifted).map { Data($0.utf8) }
  }

  private static func hex(_ text: String) -> String { text.utf8.map { String(format: "%02x", $0) }.joined() }

  /// What a server was asked, from its own threads.
  private final class Requests: Sendable {
    private let texts = Mutex<[String]>([])
    var all: [String] { texts.withLock { $0 } }
    var count: Int { all.count }
    func note(_ text: String) { texts.withLock { $0.append(text) } }
  }
}
