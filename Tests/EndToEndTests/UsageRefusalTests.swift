import Foundation
import TestKit
import Testing

/// Words and settings that are off: the exit code says what kind, the line says where.
@Suite struct UsageRefusalTests {
  private let host: Host
  private let ticks: String

  init() throws {
    var chance = Chance.seeded("Words and settings that are off")
    host = try Host()
    ticks = try host.folder.write(Ticks(300, chance: &chance).csv, to: "ticks.csv")
  }

  @Test(arguments: [
    ("risk:\n  max_leverages: 5\n", "s.yaml:2: risk.max_leverages"), ("app:\n  mode: mock\n  mode: mock\n", "s.yaml:3"),
    ("simulation:\n  taker_fee_bps: five\n", "s.yaml:2: simulation.taker_fee_bps"), ("app: [\n", "s.yaml:"),
    ("risk:\n  session:\n    max_daily_loss_pct: 5\n", "s.yaml:3: risk.session.max_daily_loss_pct"),
  ])
  func `Settings that are off are a configuration fault with file and line`(text: String, place: String) throws {
    let settings = try host.folder.write(text, to: "s.yaml")
    let words = ["--config", settings, "--symbol", "BTCUSDT", "--ticks-path", ticks, "--strategy", "EMACross", "--report", "R", "--json"]
    try host.refuse(["backtest"] + words, exitCode: 78, naming: [place])
    try host.refuse(["run", "--config", settings, "--duration", "1"], exitCode: 78, naming: [place])
  }

  @Test(arguments: ["risk.max_leverages=5", "nonsense", "risk=1", "simulation.initial_cash=0", "app.mode=fast"])
  func `An override that is off is a configuration fault`(override: String) throws {
    try host.refuseBacktest(ticks, more: ["--set", override], exitCode: 78, naming: ["--set \(override.prefix { $0 != "=" })"])
  }

  @Test func `A settings file that is not there is a missing input`() throws {
    try host.refuse(["run", "--config", "absent.yaml", "--duration", "1"], exitCode: 66, naming: ["absent.yaml"])
  }

  @Test(arguments: [
    ("fats=5", "fats"), ("fast=0", "fast"), ("fast=many", "fast"), ("quantity=0", "quantity"), ("quantity=nan", "quantity"), ("fast=200", "fast"),
    ("quantity=0.0001", "quantity"),
  ])
  func `A parameter that is off is bad data by its name`(parameter: String, name: String) throws {
    try host.refuseBacktest(ticks, more: ["--param", parameter], exitCode: 65, naming: [name, "EMACross"])
  }

  @Test(arguments: [
    ["backtest"], ["backtest", "--symbol", "BTCUSDT"], ["backtest", "--symbol", "BTCUSDT", "--ticks-path", "ticks.csv", "--nonsense"], ["nonsense"],
    ["backtest", "--symbol", "BTCUSDT", "--ticks-path", "ticks.csv", "--param", "quantity"],
    ["backtest", "--symbol", "BTCUSDT", "--ticks-path", "ticks.csv", "--param", "fast=2", "--param", "fast=3"],
    ["run", "--duration", "0"], ["run", "--duration", "soon"], ["strategies", "publish"], ["strategies", "publish", "EMACross"],
    ["strategies", "publish", "EMACross", "--symbol", "BTCUSDT", "--horizon", "-1"], ["ticks", "generate"], ["ticks", "import"], ["ticks", "info"],
    ["ticks", "generate", "--rows", "many", "--out", "x.csv"],
  ])
  func `Words that are off are a usage fault`(words: [String]) throws { try host.refuse(words, exitCode: 64, naming: ["quantumedge: "]) }

  @Test(arguments: [
    (["run", "--duration", "-1"], "--duration -1"), (["ledger", "fills", "--limit", "-1"], "--limit -1"),
    (["migrate", "--undo", "--passphrase-fd", "-1"], "--passphrase-fd -1: a file descriptor is 0 or more"),
    (["ticks", "generate", "--out", "x.csv", "--rows", "-5"], "not -5"),
  ])
  func `A number below 0 is told as such, and not as missing`(words: [String], told: String) throws {
    try host.refuse(words, exitCode: 64, naming: [told])
  }

  @Test func `A file that is to be written into a folder that is not there is one rule`() throws {
    let plain = try host.folder.write("app: {mode: paper}\n", to: "old.yaml")
    try host.refuse(["ticks", "generate", "--rows", "1", "--out", "absent/t.csv"], exitCode: 69, naming: ["absent/t.csv"])
    let imported = try host.run(["config", "import", plain, "--out", "absent/s.yaml"])
    #expect(imported.exitCode == 69 && imported.errors.contains("absent/s.yaml"), "\(imported)")
  }

  @Test(arguments: ["BTCUSD", "NONSENSE", "binance.coinm.ETHUSD_PERP", "BTCUSD_PERP"])
  func `A symbol that is not linear is refused by name`(symbol: String) throws {
    try host.refuseBacktest(ticks, symbol: symbol, exitCode: 65, naming: ["INSTRUMENT_UNSUPPORTED", symbol])
  }

  @Test func `A linear symbol that nobody knows runs with the decimals of its data and a warning`() throws {
    let outcome = try host.backtest(ticks, symbol: "FOOUSDT")
    #expect(outcome.errors.contains("warning: ") && outcome.errors.contains("FOOUSDT is not in pairs.yaml"), "\(outcome)")
    #expect(try outcome.integer("ticks") == 300)
  }

  @Test func `A report does not replace what no report wrote`() throws {
    let folder = host.folder.url.appendingPathComponent("R")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: false)
    try Data("mine".utf8).write(to: folder.appendingPathComponent("notes.txt"))
    try host.refuseBacktest(ticks, exitCode: 64, naming: ["notes.txt", "--report"])
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["notes.txt"])
    try FileManager.default.removeItem(at: folder)
    try host.folder.write("a file", to: "R")
    try host.refuseBacktest(ticks, exitCode: 64, naming: ["R: ", "--report"])
    #expect(try String(contentsOf: folder, encoding: .utf8) == "a file")
  }

  @Test func `A report replaces an older report, and a refused run leaves that as it was`() throws {
    _ = try host.backtest(ticks, report: "R")
    let before = try String(contentsOfFile: host.folder.path("R/results.json"), encoding: .utf8)
    try host.refuseBacktest("absent.csv", exitCode: 66, naming: ["absent.csv"])
    #expect(try String(contentsOfFile: host.folder.path("R/results.json"), encoding: .utf8) == before)
    _ = try host.backtest(ticks, strategy: "Churn", parameters: [], report: "R")
    #expect(try String(contentsOfFile: host.folder.path("R/results.json"), encoding: .utf8).contains("Churn@BTCUSDT/0"))
    #expect(try host.names() == ["R", "ticks.csv"])
  }
}
