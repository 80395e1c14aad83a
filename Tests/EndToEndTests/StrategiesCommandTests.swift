import Cryptography
import Foundation
import TestKit
import Testing

@Suite struct StrategiesCommandTests {
  private let host: Host

  init() throws { host = try Host() }

  private func list() throws -> [[String: Any]] {
    try #require(try host.succeed(["strategies", "list", "--json"]).json["strategies"] as? [[String: Any]])
  }

  @Test func `Publish, list, verify and roll back go round`() throws {
    #expect(try list().isEmpty)
    let first = try host.succeed(["strategies", "publish", "EMACross", "--symbol", "BTCUSDT", "--param", "fast=5", "--json"])
    #expect(try first.text("name") == "EMACross" && first.text("symbol") == "BTCUSDT" && first.text("market") == "usdm")
    #expect(try first.integer("horizon") == 0)
    #expect(try first.json["parameters"] as? [String: String] == ["fast": "5"])
    #expect(try first.text("digest") == SHA256Hasher.digest(ofFile: Workplace.plugin("EMACross").path).hex)
    let second = try host.succeed(["strategies", "publish", Workplace.plugin("EMACrossC").path, "--symbol", "BTCUSDT", "--json"])
    #expect(try second.json["versions"] as? [String] == [try first.text("version"), try second.text("version")])
    _ = try host.succeed(["strategies", "publish", "BreakoutC", "--symbol", "binance.usdm.ETHUSDT", "--horizon", "5"])
    #expect(try list().map { $0["symbol"] as? String } == ["BTCUSDT", "ETHUSDT"])
    #expect(try list().first?["version"] as? String == second.text("version"))
    let verified = try #require(try host.succeed(["strategies", "verify", "--json"]).json["verified"] as? [[String: Any]])
    #expect(verified.count == 2)
    #expect(try (host.succeed(["strategies", "verify", "--symbol", "ETHUSDT", "--json"]).json["verified"] as? [Any])?.count == 1)
    let back = try host.succeed(["strategies", "rollback", "--symbol", "BTCUSDT", "--json"])
    #expect(try back.text("version") == first.text("version"))
    #expect(try list().first?["name"] as? String == "EMACross")
    try host.refuse(["strategies", "rollback", "--symbol", "BTCUSDT", "--json"], exitCode: 66, naming: ["strategy_missing"])
    try host.refuse(["strategies", "rollback", "--symbol", "SOLUSDT", "--json"], exitCode: 66, naming: ["SOLUSDT/0"])
  }

  @Test func `Install copies by digest and publishes nothing`() throws {
    let digest = try SHA256Hasher.digest(ofFile: Workplace.plugin("BreakoutC").path).hex
    let outcome = try host.succeed(["strategies", "install", "BreakoutC", "--json"])
    #expect(try outcome.text("digest") == digest)
    let path = host.runtime.appendingPathComponent("store/\(digest)/libBreakoutC.so").path
    #expect(try outcome.text("path") == "./runtime/store/\(digest)/libBreakoutC.so", "below the current folder, as the user would name it")
    #expect(FileManager.default.contentsEqual(atPath: path, andPath: Workplace.plugin("BreakoutC").path))
    #expect(try list().isEmpty)
    try host.refuse(["strategies", "verify", "--json"], exitCode: 66, naming: ["nothing is published"])
  }

  @Test func `What is published runs by name, by symbol and by manifest alike`() throws {
    var chance = Chance.seeded("What is published runs by name, by symbol and by manifest alike")
    let ticks = try host.folder.write(Ticks(3_000, chance: &chance).csv, to: "ticks.csv")
    let version = try host.succeed(["strategies", "publish", "EMACross", "--symbol", "BTCUSDT", "--param", "fast=7", "--json"]).text("version")
    let manifest = host.runtime.appendingPathComponent("strategies/BTCUSDT/0/versions/\(version)/manifest.json").path
    let common = ["backtest", "--config", Host.oracle, "--symbol", "BTCUSDT", "--ticks-path", ticks, "--json"]
    let hashes = try [[], ["--strategy", "EMACross"], ["--strategy", manifest]].map { try host.succeed(common + $0).text("decision_hash") }
    #expect(Set(hashes).count == 1, "\(hashes)")
    #expect(try host.succeed(common + ["--param", "fast=6"]).text("decision_hash") != hashes[0], "a parameter is laid over the manifest's")
  }
}
