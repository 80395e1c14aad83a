import Foundation
import TestKit
import Testing

/// What each mode needs before it starts, by the real binary with standard input closed.
@Suite struct ModeTests {
  enum Given: String, CaseIterable, Sendable {
    case nothing, demoKeys, liveKeys, llmKey, demoAndLLM, liveAndLLM, halfOfDemo

    /// Values that are no key of anybody's.
    var environment: [String: String] {
      let names: [String] =
        switch self {
        case .nothing: []
        case .demoKeys: ["BINANCE_DEMO_API_KEY", "BINANCE_DEMO_API_SECRET"]
        case .liveKeys: ["BINANCE_API_KEY", "BINANCE_API_SECRET"]
        case .llmKey: ["OPENAI_API_KEY"]
        case .demoAndLLM: ["BINANCE_DEMO_API_KEY", "BINANCE_DEMO_API_SECRET", "OPENAI_API_KEY"]
        case .liveAndLLM: ["BINANCE_API_KEY", "BINANCE_API_SECRET", "OPENAI_API_KEY"]
        case .halfOfDemo: ["BINANCE_DEMO_API_KEY"]
        }
      return Dictionary(uniqueKeysWithValues: names.map { ($0, "value of \($0.lowercased())") })
    }
  }

  /// What a run with these settings lacks, in the order of the message.
  static func missing(_ mode: String, llm: Bool, _ given: Given) -> [String] {
    var needed: [String] = []
    if mode == "demo" { needed += ["BINANCE_DEMO_API_KEY", "BINANCE_DEMO_API_SECRET"] }
    if mode == "live" { needed += ["BINANCE_API_KEY", "BINANCE_API_SECRET"] }
    if llm { needed.append("OPENAI_API_KEY") }
    return needed.filter { given.environment[$0] == nil }
  }

  static let allNames = [
    "BINANCE_API_KEY", "BINANCE_API_SECRET", "BINANCE_DEMO_API_KEY", "BINANCE_DEMO_API_SECRET", "OPENAI_API_KEY", "OPENAI_API_KEY_SUPERVISOR",
    "SUPERVISOR_API_TOKEN", "TELEGRAM_BOT_TOKEN",
  ]

  @Test(arguments: ["mock", "paper", "demo", "live"], [false, true])
  func `Mode x llm x provided secrets -> exit code and message`(mode: String, llm: Bool) throws {
    let host = try Host()
    let key = try host.succeed(["plugin", "keygen", "--out", "key.pem", "--json"]).output
    let publicKey = try #require(key.firstMatch(of: /[0-9a-f]{64}/)?.0)
    try host.folder.write(
      """
      app: {mode: \(mode), llm_enabled: \(llm), websocket: \(mode == "paper" ? "mock" : "live")\(mode == "live" ? ", live_ack: real money" : "")}
      plugins: {trusted_keys: [\(publicKey)], isolation: process}

      """, to: "s.yaml")
    _ = try host.succeed(["strategies", "publish", "EMACross", "--symbol", "BTCUSDT", "--key", "key.pem", "--param", "quantity=0.001"])
    for given in Given.allCases {
      let case_ = "\(mode), llm \(llm), \(given)"
      let outcome = try host.run(["run", "--config", "s.yaml", "--duration", "0.2"], environment: given.environment)
      let missing = Self.missing(mode, llm: llm, given)
      #expect(!outcome.errors.contains("value of"), "\(case_): a value is shown")
      #expect(!outcome.errors.contains("Fatal error") && !outcome.errors.contains("\tat ") && !outcome.errors.contains("assphrase for"), "\(case_)")
      guard missing.isEmpty else {
        #expect(outcome.exitCode == 77, "\(case_): \(outcome)")
        let line = try #require(outcome.errorLines.last, "\(case_)")
        #expect(outcome.errorLines.count == 1 + (llm ? 1 : 0), "\(case_): \(outcome)")
        #expect(line.hasPrefix("quantumedge: secrets are missing: "), "\(case_): \(line)")
        let words = Set(line.split { !($0.isLetter || $0.isNumber || $0 == "_") }.map(String.init))
        let named = Self.allNames.filter { words.contains($0) }
        #expect(named == missing, "\(case_): \(line)")
        #expect(line.contains("environment variables") && line.contains("quantumedge secrets init"), "\(case_): \(line)")
        continue
      }
      switch mode {
      case "mock", "paper": #expect(outcome.exitCode == 0, "\(case_): \(outcome)")
      default:
        #expect(outcome.exitCode == 69, "\(case_): \(outcome)")
        #expect(outcome.errorLines.last?.contains("app.mode \(mode) has no venue in this version") == true, "\(case_): \(outcome)")
        let money = mode == "live" ? "REAL MONEY" : "the venue's test account"
        #expect(
          outcome.errors.contains("\(mode) on binance_usdm is about to trade \(money) with EMACross@BTCUSDT/0; limits: "), "\(case_): \(outcome)")
        #expect(outcome.errors.contains("max_order_notional 10000") && outcome.errors.contains("max_drawdown_abs 500"), "\(case_): \(outcome)")
      }
    }
  }

  @Test func `The container gives what the environment does not, and is not touched where nothing is needed`() throws {
    let host = try Host()
    try host.folder.write("app: {mode: demo}\n", to: "s.yaml")
    let phrase = ["SCALPER_SECRETS_PASSPHRASE": UUID().uuidString]
    _ = try host.succeed(["strategies", "publish", "EMACross", "--symbol", "BTCUSDT", "--param", "quantity=0.001"])
    _ = try host.succeed(["secrets", "init", "--mode", "demo"], environment: Given.demoKeys.environment.merging(phrase) { $1 })
    let complete = try host.run(["run", "--config", "s.yaml"], environment: phrase)
    #expect(complete.exitCode == 69 && complete.errors.contains("secrets and plugins are complete"), "\(complete)")
    let without = try host.run(["run", "--config", "s.yaml"])
    #expect(without.exitCode == 77 && without.errorLines.count == 1 && without.errors.contains("without a passphrase"), "\(without)")
    let closed = try host.run(["doctor", "--offline", "--config", "s.yaml", "--passphrase-fd", "987"])
    #expect(closed.exitCode == 1 && closed.errors.contains("FAIL secrets: --passphrase-fd 987: cannot be read"), "\(closed)")
    let wrong = try host.run(["run", "--config", "s.yaml"], environment: ["SCALPER_SECRETS_PASSPHRASE": UUID().uuidString])
    #expect(wrong.exitCode == 77 && wrong.errorLines.count == 1, "\(wrong)")
    // A container that cannot be opened is no matter of a run that uses no secret.
    try Data("garbage".utf8).write(to: host.folder.url.appendingPathComponent("config/secrets.enc"))
    #expect(try host.run(["run", "--config", "s.yaml", "--mode", "mock", "--duration", "0.2"]).exitCode == 0)
  }

  @Test(arguments: ["", "secrets: {file: keys/mine.enc}\n"])
  func `The command that a refusal names is the cure, and adds to what is there`(more: String) throws {
    let host = try Host()
    try FileManager.default.createDirectory(atPath: host.folder.path("keys"), withIntermediateDirectories: true)
    let phrase = ["SCALPER_SECRETS_PASSPHRASE": UUID().uuidString]
    func start(_ llm: Bool) throws -> Outcome {
      try host.folder.write("app: {mode: demo, exchange: binance_usdm, llm_enabled: \(llm)}\n" + more, to: "s.yaml")
      return try host.run(["run", "--config", "s.yaml"], environment: phrase)
    }
    func cure(_ refused: Outcome, _ given: [String: String]) throws {
      let line = try #require(refused.errorLines.last)
      #expect(refused.exitCode == 77, "\(refused)")
      let command = try #require(line.firstMatch(of: /quantumedge (secrets init [^;]*);/)).1
      _ = try host.succeed(command.split(separator: " ").map(String.init), environment: phrase.merging(given) { $1 })
    }
    _ = try host.succeed(["strategies", "publish", "EMACross", "--symbol", "BTCUSDT", "--param", "quantity=0.001"])
    try cure(start(false), Given.demoKeys.environment)
    #expect(try start(false).exitCode == 69)
    // The LLM's key alone is given now: what the container holds is not asked for again.
    try cure(start(true), Given.llmKey.environment)
    #expect(try start(true).exitCode == 69)
    let names = try host.succeed(["secrets", "list", "--config", "s.yaml"], environment: phrase).errors
    for name in ["BINANCE_DEMO_API_KEY", "BINANCE_DEMO_API_SECRET", "OPENAI_API_KEY"] { #expect(names.contains(name), "\(names)") }
  }

  @Test func `Secrets reach a host that is kept alive, and no process shows them`() throws {
    let host = try Host()
    try host.folder.write("app: {mode: mock, llm_enabled: true}\n", to: "s.yaml")
    _ = try host.succeed(["strategies", "publish", "EMACross", "--symbol", "BTCUSDT", "--param", "quantity=0.001"])
    let marked = "marked-\(UInt64.random(in: 0...UInt64.max))"
    let child = try host.start(
      ["run", "--config", "s.yaml", "--keep-alive"], environment: ["OPENAI_API_KEY": marked, "SCALPER_SECRETS_PASSPHRASE": marked])
    defer { child.signal(SIGKILL) }
    try child.waitForError("mock")
    var own: Set<String> = []
    for process in try FileManager.default.contentsOfDirectory(atPath: "/proc").compactMap(Int32.init) {
      for file in ["environ", "cmdline"] {
        guard let bytes = (try? Proc.bytes("/proc/\(process)/\(file)")).map({ Data($0) }) else { continue }
        if process == child.processID { own.insert(file) }
        #expect(bytes.range(of: Data(marked.utf8)) == nil, "/proc/\(process)/\(file)")
      }
    }
    // Nobody but root may read the environment of a host that has secrets.
    #expect(own == (geteuid() == 0 ? ["environ", "cmdline"] : ["cmdline"]))
    child.signal(SIGTERM)
    #expect(try child.finish(deadlineSeconds: 60).exitCode == 0)
  }

  @Test func `Live without its acknowledgement or signed plugins is a fault of the settings`() throws {
    let host = try Host()
    try host.folder.write("app: {mode: live}\n", to: "s.yaml")
    let outcome = try host.run(["run", "--config", "s.yaml"], environment: Given.liveKeys.environment)
    #expect(outcome.exitCode == 78 && outcome.errors.contains("app.live_ack: ") && outcome.errors.contains("plugins.trusted_keys: "), "\(outcome)")
    let unsigned = try Host()
    let key = try unsigned.succeed(["plugin", "keygen", "--out", "key.pem", "--json"]).output
    let publicKey = try #require(key.firstMatch(of: /[0-9a-f]{64}/)?.0)
    _ = try unsigned.succeed(["strategies", "publish", "EMACross", "--symbol", "BTCUSDT", "--param", "quantity=0.001"])
    try unsigned.folder.write("app: {mode: live, live_ack: real money}\nplugins: {trusted_keys: [\(publicKey)]}\n", to: "s.yaml")
    let refused = try unsigned.run(["run", "--config", "s.yaml"], environment: Given.liveKeys.environment)
    #expect(refused.exitCode == 65 && refused.errors.contains("signature"), "\(refused)")
  }

  @Test func `Live does not call complete what could not run`() throws {
    let host = try Host()
    let key = try #require(try host.succeed(["plugin", "keygen", "--out", "key.pem", "--json"]).output.firstMatch(of: /[0-9a-f]{64}/)?.0)
    _ = try host.succeed(["strategies", "publish", "EMACross", "--symbol", "BTCUSDT", "--key", "key.pem", "--param", "quantity=0.001"])
    try host.folder.write("app: {mode: live, live_ack: real money}\nplugins: {isolation: in_process, trusted_keys: [\(key)]}\n", to: "s.yaml")
    func start() throws -> Outcome { try host.run(["run", "--config", "s.yaml"], environment: Given.liveKeys.environment) }
    let unnamed = try start()
    #expect(unnamed.exitCode == 78 && unnamed.errors.contains("plugins.in_process_digests"), "\(unnamed)")
    #expect(!unnamed.errors.contains("complete") && !unnamed.errors.contains("is about to trade"), "\(unnamed)")
    // A parameter that its library does not take: signed, published by hand, and no strategy starts with it.
    _ = try host.succeed(["strategies", "publish", "EMACross", "--symbol", "BTCUSDT", "--param", "quantity=0.001"])
    let manifest = host.runtime.appendingPathComponent("strategies/BTCUSDT/0/current/manifest.json").resolvingSymlinksInPath()
    let text = try String(contentsOf: manifest, encoding: .utf8)
    try host.folder.write("app: {mode: live, live_ack: real money}\nplugins: {isolation: process, trusted_keys: [\(key)]}\n", to: "s.yaml")
    try #require(text.contains("0.001"))
    try FileManager.default.setAttributes([.posixPermissions: 0o644], ofItemAtPath: manifest.path)
    try text.replacing("\"0.001\"", with: "\"-1\"").replacing("0.001", with: "-1").write(to: manifest, atomically: true, encoding: .utf8)
    _ = try host.succeed(["plugin", "sign", manifest.path, "--key", "key.pem"])
    let broken = try start()
    #expect(broken.exitCode != 69 && broken.exitCode != 0 && broken.errors.contains("quantity"), "\(broken)")
    #expect(!broken.errors.contains("complete") && !broken.errors.contains("is about to trade"), "\(broken)")
  }

  @Test(.enabled(if: getuid() == 0 && access("/usr/bin/setpriv", X_OK) == 0, "needs root and setpriv: root itself may look into everybody"))
  func `Nobody else of the same user may look into a process that has secrets`() throws {
    let host = try Host()
    let pipe = host.folder.path("pipe")
    try #require(mkfifo(pipe, 0o666) == 0 && chmod(pipe, 0o666) == 0 && chmod(host.folder.url.path, 0o755) == 0)
    let nobody = "exec setpriv --reuid 65534 --regid 65534 --clear-groups '\(host.executable.path)'"
    for (words, environment) in [
      ("run --keep-alive --passphrase-fd 3", [:]), ("secrets init --passphrase-fd 3", ["OPENAI_API_KEY": "value of a key"]),
      ("status --watch --config \(pipe)", ["BINANCE_API_KEY": "value of a key"]),
    ] {
      let child = try host.start(
        ["-c", "\(nobody) \(words) 3<>'\(pipe)'"], environment: environment, executable: URL(fileURLWithPath: "/bin/sh"))
      defer { child.signal(SIGKILL) }
      // What a process may be looked into by belongs to its user, and to root once it is hidden.
      func owner() -> UInt32? {
        var status = stat()
        let name = (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/\(child.processID)/exe")) ?? ""
        return name.hasSuffix("/quantumedge") && stat("/proc/\(child.processID)/environ", &status) == 0 ? status.st_uid : nil
      }
      let deadline = Date().addingTimeInterval(30)
      while owner() != 0, Date() < deadline { sched_yield() }
      #expect(owner() == 0, "\(words)")
    }
  }
}
