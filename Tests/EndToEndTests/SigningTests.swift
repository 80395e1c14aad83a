import Foundation
import TestKit
import Testing

/// Keys, signatures and who is trusted, from the command line.
@Suite struct SigningTests {
  private let host: Host

  init() throws { host = try Host() }

  private var manifest: String { "runtime/strategies/BTCUSDT/0/current/manifest.json" }

  private func run(_ more: [String] = []) throws -> Outcome {
    try host.run(["run", "--mode", "mock", "--json", "--set", "feed.mock.max_events=200", "--set", "feed.mock.trades_per_second=2000"] + more)
  }

  @Test func `From a key to a strategy that only its owner can have signed`() throws {
    let made = try host.succeed(["plugin", "keygen", "--out", "author.pem", "--json"])
    let key = try #require(try made.json["public_key"] as? String)
    #expect(key.count == 64 && !made.errors.contains("PRIVATE"), "\(made)")
    let mode = try FileManager.default.attributesOfItem(atPath: host.folder.path("author.pem"))[.posixPermissions] as? Int
    #expect(mode == 0o600)
    try host.refuse(["plugin", "keygen", "--out", "author.pem"], exitCode: 65, naming: ["author.pem", "not overwritten"])

    let trusting = ["--set", "plugins.require_signature=true", "--set", "plugins.trusted_keys=\(key)"]
    _ = try host.succeed(["strategies", "publish", "EMACross", "--symbol", "BTCUSDT"])
    let unsigned = try run(trusting)
    #expect(unsigned.exitCode == 65 && unsigned.errors.contains("signature_invalid:missing"), "\(unsigned)")

    // It would not become current either.
    let before = try Data(contentsOf: host.folder.url.appendingPathComponent(manifest))
    let refused = try host.run(["strategies", "publish", "EMACrossC", "--symbol", "BTCUSDT"] + trusting)
    #expect(refused.exitCode == 65 && refused.errors.contains("signature_invalid:missing"), "\(refused)")
    #expect(try Data(contentsOf: host.folder.url.appendingPathComponent(manifest)) == before)
    _ = try host.succeed(["strategies", "publish", "EMACross", "--symbol", "BTCUSDT", "--key", "author.pem"] + trusting)

    _ = try host.succeed(["strategies", "publish", "EMACross", "--symbol", "BTCUSDT"])
    _ = try host.succeed(["plugin", "sign", manifest, "--key", "author.pem"])
    #expect(try run(trusting).exitCode == 0)
    #expect(try host.succeed(["strategies", "list"]).errors.contains("signed by \(key.prefix(16))"))
    let strangers = try run(["--set", "plugins.require_signature=true", "--set", "plugins.trusted_keys=\(String(repeating: "ab", count: 32))"])
    #expect(strangers.exitCode == 65 && strangers.errors.contains("signature_invalid:not trusted"), "\(strangers)")
    let bare = try host.run(
      ["backtest", "--symbol", "BTCUSDT", "--ticks-path", "none.csv", "--strategy", Workplace.plugin("BreakoutC").path] + trusting)
    #expect(bare.exitCode == 65 && bare.errors.contains("signature_invalid:missing"), "\(bare)")

    // One parameter more, and nobody vouches for it any longer.
    let file = host.folder.url.appendingPathComponent(manifest)
    let text = try String(contentsOf: file, encoding: .utf8)
    try text.replacingOccurrences(of: "\"parameters\" : {", with: "\"parameters\" : {\"fast\": \"3\"").write(
      to: file, atomically: true, encoding: .utf8)
    let changed = try run()
    #expect(changed.exitCode == 65 && changed.errors.contains("signature_invalid:not as it was signed"), "\(changed)")
  }

  @Test func `An author's signed manifest is published as it is, and contradicting it is refused`() throws {
    _ = try host.succeed(["plugin", "keygen", "--out", "author.pem"])
    _ = try host.succeed([
      "strategies", "publish", "EMACrossC", "--symbol", "BTCUSDT", "--param", "fast=5", "--isolation", "process", "--key", "author.pem",
    ])
    let current = host.folder.url.appendingPathComponent("runtime/strategies/BTCUSDT/0/current").resolvingSymlinksInPath()
    try FileManager.default.copyItem(at: current, to: host.folder.url.appendingPathComponent("dist"))
    try FileManager.default.removeItem(at: host.folder.url.appendingPathComponent("runtime/strategies"))
    let published = try host.succeed(["strategies", "publish", "dist/manifest.json"])
    #expect(published.errors.contains("[process]") && published.errors.contains("signed by"), "\(published)")
    #expect(
      try Data(contentsOf: host.folder.url.appendingPathComponent("dist/manifest.json"))
        == Data(contentsOf: host.folder.url.appendingPathComponent(manifest)))
    let ran = try run()
    #expect(ran.exitCode == 0, "\(ran)")
    #expect(try host.run(["strategies", "publish", "dist/manifest.json", "--param", "fast=6"]).exitCode == 64)
    #expect(try host.run(["plugin", "sign", "dist/manifest.json", "--key", "dist/manifest.json"]).exitCode == 65)
    #expect(try host.run(["plugin", "sign", "dist/manifest.json", "--key", "none.pem"]).exitCode == 66)
  }

  @Test func `Published strategies are verified deeply`() throws {
    _ = try host.succeed(["strategies", "publish", "BreakoutC", "--symbol", "BTCUSDT"])
    let good = try host.run(["strategies", "verify", "--deep", "--strictness", "10"])
    #expect(good.exitCode == 0 && good.errors.contains(" passed, 0 failed, "), "\(good)")
    _ = try host.succeed(["strategies", "publish", "Faulty", "--symbol", "BTCUSDT", "--param", "fault=allocate"])
    let bad = try host.run(["strategies", "verify", "--deep", "--strictness", "10"])
    #expect(bad.exitCode == 65 && bad.errors.contains("no-allocations") && bad.errors.contains("it does not conform"), "\(bad)")
  }
}
