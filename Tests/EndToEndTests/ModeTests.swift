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
      plugins: {trusted_keys: [\(publicKey)]}

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
    let phrase = ["SCALPER_SECRETS_PASSPHRASE": "a phrase for this test"]
    _ = try host.succeed(["strategies", "publish", "EMACross", "--symbol", "BTCUSDT", "--param", "quantity=0.001"])
    _ = try host.succeed(["secrets", "init", "--mode", "demo"], environment: Given.demoKeys.environment.merging(phrase) { $1 })
    let complete = try host.run(["run", "--config", "s.yaml"], environment: phrase)
    #expect(complete.exitCode == 69 && complete.errors.contains("secrets and plugins are complete"), "\(complete)")
    let without = try host.run(["run", "--config", "s.yaml"])
    #expect(without.exitCode == 77 && without.errorLines.count == 1 && without.errors.contains("without a passphrase"), "\(without)")
    let wrong = try host.run(["run", "--config", "s.yaml"], environment: ["SCALPER_SECRETS_PASSPHRASE": "another"])
    #expect(wrong.exitCode == 77 && wrong.errorLines.count == 1, "\(wrong)")
    // A container that cannot be opened is no matter of a run that uses no secret.
    try Data("garbage".utf8).write(to: host.folder.url.appendingPathComponent("config/secrets.enc"))
    #expect(try host.run(["run", "--config", "s.yaml", "--mode", "mock", "--duration", "0.2"]).exitCode == 0)
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
    for process in try FileManager.default.contentsOfDirectory(atPath: "/proc").compactMap(Int32.init) {
      for file in ["environ", "cmdline"] {
        guard let bytes = FileManager.default.contents(atPath: "/proc/\(process)/\(file)") else { continue }
        #expect(bytes.range(of: Data(marked.utf8)) == nil, "/proc/\(process)/\(file)")
      }
    }
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
}
