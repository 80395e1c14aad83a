import Foundation
import Glibc
import TestKit
import Testing

/// The host in mock mode, as a real process.
@Suite struct RunTests {
  func published() throws -> Host {
    let host = try Host()
    #expect(try host.run(["strategies", "publish", Workplace.plugin("EMACross").path, "--symbol", "BTCUSDT"]).code == 0)
    return host
  }

  static let fast = ["--set", "feed.mock.trades_per_second=500"]

  @Test func itTradesForItsDurationAndSaysSo() throws {
    let host = try published()
    let outcome = try host.run(["run", "--mode", "mock", "--duration", "2", "--json"] + Self.fast)
    #expect(outcome.code == 0, "\(outcome.errors)")
    #expect(outcome.json["events"] as? Int ?? 0 > 200)
    #expect(outcome.json["stopped_by"] as? String == "duration")
    #expect(outcome.errors.contains("mock 1s  BTCUSDT"))
    #expect(!outcome.errors.contains("\u{1B}"), "no colour where there is no terminal")
  }

  @Test(arguments: [SIGTERM, SIGINT])
  func aSignalEndsItInOrder(signal: Int32) throws {
    let host = try published()
    let running = try host.start(["run", "--duration", "60", "--json"])
    #expect(running.waitFor("mock 1s"))
    running.signal(signal)
    let outcome = try running.wait(deadlineSeconds: 20)
    #expect(outcome.code == 0, "\(outcome.errors)")
    #expect(outcome.json["stopped_by"] as? String == (signal == SIGTERM ? "SIGTERM" : "SIGINT"))
  }

  @Test func oneHostPerModeAndAccount() throws {
    let host = try published()
    let first = try host.start(["run", "--duration", "60"])
    #expect(first.waitFor("mock 1s"))
    let second = try host.run(["run", "--duration", "1"])
    #expect(second.code == 69)
    #expect(second.errorLines.count == 1)
    first.signal(SIGTERM)
    #expect(try first.wait(deadlineSeconds: 20).code == 0)
    #expect(try host.run(["run", "--duration", "0.2"]).code == 0, "the lock dies with its host")
  }

  @Test func theKillFileStopsOpeningAndItsLatchHoldsOverARestart() throws {
    let host = try published()
    let file = host.folder.path("kill-switch.json")
    let switched = ["--set", "risk.kill_switch.file=\(file)"]
    let running = try host.start(["run", "--duration", "60", "--json"] + switched)
    #expect(running.waitFor("mock 1s"))
    try host.folder.write("{\"enabled\": true, \"reason\": \"a drill\"}", to: "kill-switch.json")
    #expect(running.waitFor("kill switch: a drill"))
    #expect(running.waitFor("STOPPED KILLED"))
    running.signal(SIGTERM)
    #expect(try running.wait(deadlineSeconds: 20).json["halted"] as? String == "KILLED")

    try FileManager.default.removeItem(atPath: file)
    let restarted = try host.run(["run", "--duration", "1.5", "--json"] + switched + Self.fast)
    #expect(restarted.json["halted"] as? String == "KILLED", "\(restarted.errors)")
    #expect(restarted.json["fills"] as? Int == 0)

    try FileManager.default.removeItem(atPath: host.folder.path("runtime/state/mock/binance/paper/kill.json"))
    #expect(try host.run(["run", "--duration", "0.5", "--json"] + switched).json["halted"] is NSNull)
    // There and unreadable counts as on.
    try host.folder.write("not json", to: "kill-switch.json")
    #expect(try host.run(["run", "--duration", "0.5", "--json"] + switched).json["halted"] as? String == "KILLED")
  }

  @Test func anInstanceThatBreaksItsContractIsOutAndTheOthersGoOn() throws {
    let host = try published()
    let faulty = Workplace.plugin("Misbehaving").path
    #expect(try host.run(["strategies", "publish", faulty, "--symbol", "ETHUSDT", "--param", "fault=process_error"]).code == 0)
    let both = ["--set", "feed.mock.symbols=BTCUSDT,ETHUSDT", "--set", "feed.mock.start_price=60000,3000"]
    let outcome = try host.run(["run", "--duration", "1.5", "--json"] + both + Self.fast)
    #expect(outcome.code == 0)
    #expect((outcome.json["failures"] as? [String])?.count == 1)
    #expect(outcome.json["events"] as? Int ?? 0 > 200)
  }

  @Test func strategiesAreListedVerifiedAndRolledBack() throws {
    let host = try published()
    let second = try host.run(["strategies", "publish", Workplace.plugin("EMACross").path, "--symbol", "BTCUSDT", "--param", "fast=5", "--json"])
    let version = second.json["version"] as? String
    var list = try host.run(["strategies", "list", "--json"])
    #expect(((list.json["strategies"] as? [[String: Any]])?.first?["version"] as? String) == version)
    #expect(try host.run(["strategies", "verify", "--json"]).code == 0)
    #expect(try host.run(["strategies", "rollback", "--symbol", "BTCUSDT", "--json"]).code == 0)
    list = try host.run(["strategies", "list", "--json"])
    #expect(((list.json["strategies"] as? [[String: Any]])?.first?["version"] as? String) != version)
    let last = try host.run(["strategies", "rollback", "--symbol", "BTCUSDT"])
    #expect(last.code == 66 && last.errorLines.count == 1)
    let installed = try host.run(["strategies", "install", Workplace.plugin("BreakoutC").path, "--json"])
    #expect(installed.code == 0 && FileManager.default.fileExists(atPath: installed.json["path"] as? String ?? ""))
  }
}
