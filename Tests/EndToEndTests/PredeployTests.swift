import Foundation
import TestKit
import Testing

/// `quantumedge predeploy` from outside: what makes it fail, and what it leaves.
@Suite struct PredeployTests {
  private let host: Host

  init() throws {
    host = try Host()
    _ = try host.succeed(["ticks", "generate", "--rows", "5000", "--out", "BTCUSDT_t.csv"])
  }

  private func publish() throws {
    _ = try host.succeed(["strategies", "publish", "EMACross", "--symbol", "BTCUSDT", "--param", "quantity=0.001"])
  }

  private func predeploy(_ more: [String] = [], exitCode: Int32) throws -> (outcome: Outcome, failed: [String]) {
    // A debug build allocates where a release build does not.
    let outcome = try host.run(["predeploy", "--ticks", "BTCUSDT_t.csv", "--offline", "--strictness", "1", "--json"] + more)
    #expect(outcome.exitCode == exitCode, "\(outcome)")
    let results = try #require(try outcome.json["results"] as? [[String: Any]], "\(outcome)")
    let failed = results.filter { $0["status"] as? String == "FAIL" }.compactMap { $0["check"] as? String }
    #expect(try outcome.json["failed"] as? Int == failed.count)
    #expect(outcome.errors.contains(failed.isEmpty ? "\nready: " : "\nNOT ready: \(failed.count) of "), "\(outcome)")
    return (outcome, failed)
  }

  @Test func `A host that is ready is told so, and what was looked at can be looked at again`() throws {
    try publish()
    // Secrets where they belong are none that leaked.
    _ = try host.run(
      ["secrets", "init", "--mode", "demo"],
      environment: ["BINANCE_DEMO_API_KEY": "k1", "BINANCE_DEMO_API_SECRET": "s1", "SCALPER_SECRETS_PASSPHRASE": UUID().uuidString])
    #expect(FileManager.default.fileExists(atPath: host.folder.path("config/secrets.enc")))
    let (outcome, failed) = try predeploy(["--out", "looked"], exitCode: 0)
    #expect(failed.isEmpty)
    for word in [
      "PASS secrets", "PASS plugins", "PASS report", "PASS journal", "PASS storage: 5000 ticks", "PASS limits: risk.max_leverage", "KILLED",
    ] {
      #expect(outcome.errors.contains(word), "\(word) in \(outcome)")
    }
    #expect(try host.succeed(["replay", "looked/journal"]).errors.contains("all equal"))
    #expect(FileManager.default.fileExists(atPath: host.folder.path("looked/report/report.html")))
    try host.refuse(
      ["predeploy", "--ticks", "BTCUSDT_t.csv", "--out", "looked"], exitCode: 64, naming: ["looked: is there already"])
  }

  @Test func `A key in a file, nothing published and damaged ticks fail, each by name, and the rest is looked at`() throws {
    // Made here, so that no guard finds it in this file.
    let key = "AKIA" + String((0..<16).map { Character(UnicodeScalar(UInt8(65 + $0 * 7 % 26))) })
    _ = try host.folder.write("aws_access_key_id = \(key)\n", to: "notes.txt")
    let (outcome, failed) = try predeploy(exitCode: 1)
    #expect(failed.contains("secrets") && failed.contains("plugins") && failed.contains("backtest"), "\(outcome)")
    #expect(!outcome.errors.contains(key) && outcome.errors.contains("notes.txt:1"), "\(outcome)")
    #expect(outcome.errors.contains("PASS limits: risk.max_leverage"), "one failure does not end the others: \(outcome)")
  }

  @Test func `Words that cannot be meant are refused before anything is done`() throws {
    try publish()
    try host.refuse(["predeploy", "--ticks", "nowhere.csv"], exitCode: 66, naming: ["nowhere.csv"])
    try host.refuse(["predeploy", "--ticks", "BTCUSDT_t.csv", "--symbol", "NOPEUSDT"], exitCode: 64, naming: ["NOPEUSDT", "--symbol"])
    try host.refuse(["predeploy", "--ticks", "BTCUSDT_t.csv", "--strictness", "11"], exitCode: 64, naming: ["--strictness"])
    try host.refuse(["predeploy"], exitCode: 64, naming: ["--ticks"])
    try host.refuse(["predeploy", "--ticks", "BTCUSDT_t.csv", "--set", "risk.nope=1"], exitCode: 78, naming: ["risk.nope"])
  }
}
