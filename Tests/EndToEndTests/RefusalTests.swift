import Foundation
import TestKit
import Testing

/// Bad input of every kind: its own code or place, the right exit code, one line, nothing left behind.
@Suite struct RefusalTests {
  static let good = "timestamp,price,qty,side\n1704067200000,60000.0,0.1,buy\n1704067200010,60000.1,0.1,sell\n"

  func expectRefusal(_ outcome: Host.Outcome, _ code: Int32, _ words: String, _ host: Host, sourceLocation: SourceLocation = #_sourceLocation) {
    #expect(outcome.code == code, "\(outcome.errors)", sourceLocation: sourceLocation)
    #expect(outcome.errors.contains(words), "\(outcome.errors)", sourceLocation: sourceLocation)
    #expect(outcome.errorLines.count == 1, "\(outcome.errors)", sourceLocation: sourceLocation)
    #expect(outcome.output.isEmpty, sourceLocation: sourceLocation)
    let names = (try? FileManager.default.contentsOfDirectory(atPath: host.folder.url.path)) ?? []
    #expect(!names.contains { $0.hasPrefix("report") }, "a report was left: \(names)", sourceLocation: sourceLocation)
  }

  @Test(arguments: [
    ("truncated", good + "1704067200020,600", "ticks.csv:4:"), ("wrong header", "time,cost\n1,2\n", "ticks.csv:1:"),
    ("duplicate header", "timestamp,price,price,qty,side\n", "ticks.csv:1:"),
    ("decreasing time", good + "1704067200009,60000.0,0.1,buy\n", "ticks.csv:4:"),
    ("binary junk", "\u{7F}ELF\u{1}\u{2}\u{0}\u{0}", "ticks.csv:1:"), ("empty", "", "ticks.csv:1:"),
    ("header only", "timestamp,price,qty,side\n", "ticks.csv"),
    ("no number", good + "1704067200020,abc,0.1,buy\n", "ticks.csv:4:"), ("too precise", good + "1704067200020,60000.05,0.1,buy\n", "ticks.csv:4:"),
    ("price overflowing", good + "1704067200020,99999999999999999999,0.1,buy\n", "ticks.csv:4:"),
  ])
  func badTickFilesNameTheirLine(kind: String, text: String, words: String) throws {
    let host = try Host()
    let file = try host.folder.write(text, to: "ticks.csv")
    expectRefusal(try host.backtest(file, ["--report", host.folder.path("report")]), 65, words, host)
  }

  @Test func missingInputsAreSixtySix() throws {
    let host = try Host()
    let ticks = try host.folder.write(Self.good, to: "ticks.csv")
    expectRefusal(try host.backtest(host.folder.path("none.csv"), ["--report", host.folder.path("report")]), 66, "none.csv", host)
    expectRefusal(try host.backtest(host.folder.url.path), 66, host.folder.url.lastPathComponent, host)
    expectRefusal(try host.backtest(ticks, strategy: "NoSuchStrategy"), 66, "strategy_missing", host)
    expectRefusal(try host.backtest(ticks, strategy: "./nothing.so"), 66, "file_missing", host)
    expectRefusal(try host.backtest(ticks, strategy: "./manifest.json"), 66, "manifest_missing", host)
    expectRefusal(try host.run(["backtest", "--symbol", "BTCUSDT", "--ticks-path", ticks]), 66, "strategy_missing", host)
    expectRefusal(try host.run(["run", "--duration", "1"]), 66, "publish", host)
    expectRefusal(try host.run(["run", "--config", "none.yaml"]), 66, "none.yaml", host)
  }

  @Test func usageAndSettingsAreNamed() throws {
    let host = try Host()
    let ticks = try host.folder.write(Self.good, to: "ticks.csv")
    expectRefusal(try host.run(["backtest"]), 64, "--symbol", host)
    expectRefusal(try host.run(["frobnicate"]), 64, "frobnicate", host)
    expectRefusal(try host.backtest(ticks, ["--param", "fast"]), 64, "name=value", host)
    expectRefusal(try host.backtest(ticks, ["--param", "quick=1"]), 65, "parameter_invalid:quick", host)
    expectRefusal(try host.backtest(ticks, ["--param", "quantity=nan"]), 65, "parameter_invalid:quantity", host)
    expectRefusal(try host.backtest(ticks, ["--set", "risk.max_leverag=1"]), 78, "risk.max_leverage", host)
    let settings = try host.folder.write("risk:\n  max_leverage: 1\n  max_leverage: 2\n", to: "settings.yaml")
    expectRefusal(try host.run(["run", "--config", settings]), 78, "settings.yaml:3:", host)
    expectRefusal(try host.backtest(ticks, symbol: "GOLD"), 65, "INSTRUMENT_UNSUPPORTED", host)
    expectRefusal(try host.backtest(ticks, symbol: "BTCUSD_PERP"), 65, "INSTRUMENT_UNSUPPORTED", host)
    for mode in ["paper"] { expectRefusal(try host.run(["run", "--mode", mode]), 69, mode, host) }
    try FileManager.default.createDirectory(atPath: host.folder.path("mine"), withIntermediateDirectories: true)
    try host.folder.write("keep me", to: "mine/notes.txt")
    expectRefusal(try host.backtest(ticks, ["--report", host.folder.path("mine")]), 64, "mine", host)
    #expect(try String(contentsOfFile: host.folder.path("mine/notes.txt"), encoding: .utf8) == "keep me")
  }

  @Test(arguments: [
    ("MisbehavingWrongABI", "abi_unsupported:"), ("MisbehavingNullEntry", "abi_unsupported:"), ("MisbehavingShortDescriptor", "descriptor_invalid:"),
    ("MisbehavingNullTable", "descriptor_invalid:"), ("MisbehavingModel", "compat_mismatch:kind(model)"), ("AllocationCounter", "entry_missing"),
  ])
  func librariesThatDoNotFitAreNamed(library: String, words: String) throws {
    let host = try Host()
    let ticks = try host.folder.write(Self.good, to: "ticks.csv")
    expectRefusal(try host.backtest(ticks, ["--report", host.folder.path("report")], strategy: library), 65, words, host)
  }

  @Test func aPluginThatFailsInARunStopsItByNameAndLeavesNoReport() throws {
    let host = try Host()
    var chance = Chance(seed: 5)
    let ticks = try host.folder.write(TickText(rows: 500, chance: &chance).text, to: "ticks.csv")
    for fault in ["null_instance", "create_error"] {
      let outcome = try host.backtest(ticks, ["--param", "fault=\(fault)", "--report", host.folder.path("report")], strategy: "Misbehaving")
      expectRefusal(outcome, 65, "create_failed:", host)
    }
    for fault in ["process_error", "count_over_capacity"] {
      let outcome = try host.backtest(ticks, ["--param", "fault=\(fault)", "--report", host.folder.path("report")], strategy: "Misbehaving")
      expectRefusal(outcome, 1, "Misbehaving@BTCUSDT/0", host)
    }
  }

  @Test func publishedStrategiesAreHeldToTheirDigestAndPlace() throws {
    let host = try Host()
    let ticks = try host.folder.write(Self.good, to: "ticks.csv")
    let plugin = Workplace.plugin("EMACross").path
    #expect(try host.run(["strategies", "publish", plugin, "--symbol", "BTCUSDT", "--param", "fast=10"]).code == 0)
    let current = host.folder.path("runtime/strategies/BTCUSDT/0/current")
    let good = try host.run(["backtest", "--symbol", "BTCUSDT", "--ticks-path", ticks, "--json"])
    #expect(good.code == 0, "\(good.errors)")
    #expect(((good.json["instances"] as? [[String: Any]])?.first?["parameters"] as? [String: String])?["fast"] == "10")

    // The manifest moved to another horizon, the library edited, the library gone.
    let other = host.folder.path("runtime/strategies/BTCUSDT/5")
    try FileManager.default.copyItem(atPath: host.folder.path("runtime/strategies/BTCUSDT/0"), toPath: other)
    expectRefusal(try host.run(["backtest", "--symbol", "BTCUSDT", "--ticks-path", ticks]), 65, "symbol_or_horizon_mismatch", host)
    try FileManager.default.removeItem(atPath: other)
    let library = "\(current)/libEMACross.so"
    var bytes = try Data(contentsOf: URL(fileURLWithPath: library))
    bytes[bytes.count / 2] ^= 1
    try bytes.write(to: URL(fileURLWithPath: library))
    expectRefusal(
      try host.run(["backtest", "--symbol", "BTCUSDT", "--ticks-path", ticks, "--report", host.folder.path("report")]), 65, "sha_mismatch", host)
    expectRefusal(try host.run(["strategies", "verify"]), 65, "sha_mismatch", host)
    try FileManager.default.removeItem(atPath: library)
    expectRefusal(try host.run(["backtest", "--symbol", "BTCUSDT", "--ticks-path", ticks]), 66, "file_missing", host)
  }

  @Test func skippedRowsAreCountedAndNamedAndSortingSorts() throws {
    let host = try Host()
    let bad = try host.folder.write(Self.good + "1704067200020,abc,0.1,buy\n1704067200030,60000.2,0.1,buy\n", to: "bad.csv")
    let skipped = try host.backtest(bad, ["--skip-bad-rows"])
    #expect(skipped.code == 0 && skipped.json["bad_rows_skipped"] as? Int == 1 && skipped.json["ticks"] as? Int == 3)
    #expect(skipped.errors.contains("bad.csv:4"))
    let late = try host.folder.write(Self.good + "1704067200005,60000.2,0.1,buy\n", to: "late.csv")
    let sorted = try host.backtest(late, ["--sort"])
    #expect(sorted.code == 0 && sorted.json["ticks"] as? Int == 3 && sorted.json["last_ms"] as? Int == 1_704_067_200_010)
  }
}
