import Foundation
import Glibc
import TestKit
import Testing

/// `run --mode paper` on stored data.
@Suite struct PaperTests {
  private let host: Host

  init() throws { host = try Host() }

  private func publish(_ symbol: String = "BTCUSDT", _ name: String = "EMACross", _ parameters: [String] = []) throws {
    _ = try host.succeed(["strategies", "publish", name, "--symbol", symbol] + parameters.flatMap { ["--param", $0] })
  }

  private func paper(_ recording: String, _ more: [String] = []) -> [String] {
    ["run", "--json", "--mode", "paper", "--config", Host.oracle, "--set", "feed.recording=\(recording)"] + more
  }

  private func backtest(_ path: String, _ more: [String] = []) throws -> Outcome {
    try host.succeed(["backtest", "--json", "--config", Host.oracle, "--symbol", "BTCUSDT", "--ticks-path", path] + more)
  }

  /// The same figures and decisions.
  private func expectSame(_ run: Outcome, _ backtest: Outcome) throws {
    #expect(try run.text("decision_hash") == backtest.text("decision_hash"), "\(run)")
    #expect(try run.integer("fills") == backtest.integer("fills") && run.integer("fills") > 4, "\(run)")
    #expect(try run.integer("events") == backtest.integer("ticks"))
    #expect(try run.decimal("pnl") == backtest.decimal("final_pnl"))
  }

  @Test(arguments: ["0", "2"]) func `At full speed a tick file is decided as in a backtest`(spreadBps: String) throws {
    var chance = Chance.seeded("At full speed a tick file is decided as in a backtest")
    try publish()
    let path = try host.folder.write(Ticks(20_000, chance: &chance).csv, to: "t.csv")
    let spread = ["--set", "simulation.synthetic_spread_bps=\(spreadBps)", "--set", "simulation.fill=quote"]
    let run = try host.succeed(paper("BTCUSDT=\(path)", ["--set", "feed.speed=max"] + spread))
    #expect(try run.text("stopped_by") == "feed ended" && run.text("mode") == "paper")
    #expect(run.errors.contains("BTCUSDT: its data has no quotes; bid and ask are made from its trades"))
    try expectSame(run, try backtest(path, spread))
  }

  @Test(arguments: [false, true], ["0", "5"])
  func `At full speed a recording is decided as in a backtest`(tradesOnly: Bool, latencyMilliseconds: String) throws {
    var chance = Chance.seeded("At full speed a recording is decided as in a backtest")
    try publish()
    let path = try Recordings(5000, chance: &chance, tradesOnly: tradesOnly).write(host.folder, "r")
    let settings = ["--set", "simulation.fill=quote", "--set", "simulation.order_latency_ms=\(latencyMilliseconds)"]
    let run = try host.succeed(paper("BTCUSDT=\(path)", ["--set", "feed.speed=max"] + settings))
    #expect(run.errors.contains("made from its trades") == tradesOnly)
    try expectSame(run, try backtest(path, settings))
  }

  @Test func `Depth of a snapshot is in both`() throws {
    var chance = Chance.seeded("Depth of a snapshot is in both")
    try publish()
    let path = try Recordings(5000, chance: &chance).write(host.folder, "r")
    let snapshot = try host.folder.write(Recordings.snapshot + "\n", to: "s.jsonl")
    let run = try host.succeed(paper("BTCUSDT=\(path)", ["--set", "feed.speed=max", "--set", "feed.snapshot=BTCUSDT=\(snapshot)"]))
    try expectSame(run, try backtest(path, ["--snapshot", snapshot]))
    #expect(try run.integer("events") > 10_000, "depth is among them")
    try host.refuse(
      paper("BTCUSDT=\(path)", ["--set", "feed.snapshot=ETHUSDT=\(snapshot)"]), exitCode: 78, naming: ["ETHUSDT has no recording"])
  }

  @Test(.enabled(if: Workplace.shared != nil, "\(Workplace.sharedIsAbsent)"))
  func `At full speed a real recording is decided as in a backtest`() throws {
    try publish()
    let name = "data/ws/usdm_BTCUSDT_2024-07-18_2357.ws.jsonl.gz"
    let path = try #require(Workplace.shared).appendingPathComponent(name).path
    try expectSame(try host.succeed(paper("BTCUSDT=\(path)", ["--set", "feed.speed=max"])), try backtest(path))
  }

  @Test func `Several symbols at full speed repeat themselves, quotes or none`() throws {
    var chance = Chance.seeded("Several symbols at full speed repeat themselves, quotes or none")
    try publish()
    try publish("ETHUSDT", "EMACross", ["quantity=0.1"])
    let recording = try Recordings(3000, chance: &chance).write(host.folder, "r")
    let ticks = try host.folder.write(Ticks(3000, chance: &chance).csv.replacingOccurrences(of: "17040672", with: "17231612"), to: "e.csv")
    let words = paper("BTCUSDT=\(recording),ETHUSDT=\(ticks)", ["--set", "feed.speed=max"])
    let first = try host.succeed(words)
    let second = try host.succeed(words)
    #expect(try first.text("decision_hash") == second.text("decision_hash"))
    #expect(try first.integer("events") == 9000, "trades and quotes of one, trades of the other; without a snapshot there is no depth")
    #expect(first.errors.contains("ETHUSDT: its data has no quotes") && !first.errors.contains("BTCUSDT: its data"))
    #expect(try first.integer("fills") > 4)
  }

  @Test func `At its own speed a recording takes its own time and ends by itself`() throws {
    try publish()
    var csv = "timestamp,price,qty,side\n"
    for index in 0..<30 { csv += "\(1_704_067_200_000 + index * 50),60000.\(index % 10),0.100,B\n" }
    let path = try host.folder.write(csv, to: "t.csv")
    let started = Date()
    let outcome = try host.succeed(paper("BTCUSDT=\(path)"))
    #expect(Date().timeIntervalSince(started) >= 1.45)
    #expect(try outcome.integer("events") == 30 && outcome.text("stopped_by") == "feed ended")
    let cut = try host.succeed(paper("BTCUSDT=\(path)", ["--duration", "0.9"]))
    #expect(try cut.text("stopped_by") == "duration" && cut.integer("events") < 30 && cut.integer("events") > 0)
  }

  @Test func `A silent symbol becomes stale, nothing opens in it, and the other one goes on`() throws {
    try publish("BTCUSDT", "Churn", ["mode=trade"])
    try publish("ETHUSDT", "Churn", ["mode=limit_cancel", "quantity=0.01"])
    var csv = "timestamp,price,qty,side\n"
    for index in 0..<1200 { csv += "\(1_704_067_200_000 + index * 50),60000.\(index % 10),0.100,B\n" }
    try host.folder.write(csv, to: "btc.csv")
    try host.folder.write(OperatorHost.ticks("3000.00"), to: "eth.csv")
    let child = try host.start(paper("BTCUSDT=btc.csv,ETHUSDT=eth.csv", ["--set", "feed.stale_after_ms=500"]))
    try child.waitForError("Churn@ETHUSDT/0: opening is stopped: STALE_FEED")
    try child.waitForError("ETHUSDT 3000.00 pos 0.000 STALE")
    let socket = try ControlSocket(host.runtime.appendingPathComponent("state/paper/binance/paper/control.sock").path)
    let status = try socket.status()
    let instances = try #require(status["instances"] as? [[String: Any]])
    #expect(instances.map { $0["state"] as? String } == ["active", "stopped"])
    #expect(instances[1]["open_orders"] as? Int == 0, "its resting order went with the staleness")
    #expect(status["halted"] is NSNull)
    let events = try #require(status["events"] as? Int)
    _ = try socket.status { ($0["events"] as? Int ?? 0) > events + 5 }
    child.signal(SIGTERM)
    #expect(try child.finish(deadlineSeconds: 30).exitCode == 0)
  }

  @Test func `One instance that breaks its contract stops no other`() throws {
    try publish("BTCUSDT", "Misbehaving", ["fault=process_error"])
    try publish("ETHUSDT", "EMACross", ["fast=3", "slow=10", "quantity=0.1"])
    let child = try host.start(["run", "--json", "--set", "feed.mock.symbols=BTCUSDT,ETHUSDT", "--set", "feed.mock.start_price=60000,3000"])
    try child.waitForError("Misbehaving@BTCUSDT/0: process() returned status")
    let socket = try ControlSocket(host.runtime.appendingPathComponent("state/mock/binance/paper/control.sock").path)
    let status = try socket.status { ($0["fills"] as? Int ?? 0) > 0 }
    let instances = try #require(status["instances"] as? [[String: Any]])
    #expect(instances.map { $0["state"] as? String } == ["out", "active"] && (instances[0]["why"] as? String)?.contains("status") == true)
    #expect(status["halted"] is NSNull)
    child.signal(SIGTERM)
    let outcome = try child.finish(deadlineSeconds: 30)
    #expect(outcome.exitCode == 0, "\(outcome)")
    #expect((try outcome.json["failures"] as? [String])?.count == 1)
  }

  @Test func `One feed that breaks off stops no other, and the run says so`() throws {
    var chance = Chance.seeded("One feed that breaks off stops no other, and the run says so")
    try publish()
    try publish("ETHUSDT")
    let good = Ticks(2000, chance: &chance).csv
    try host.folder.write(good, to: "eth.csv")
    try host.folder.write(good.split(separator: "\n").prefix(1500).joined(separator: "\n") + "\nnonsense\n", to: "btc.csv")
    let outcome = try host.run(paper("BTCUSDT=btc.csv,ETHUSDT=eth.csv", ["--set", "feed.speed=max"]))
    #expect(outcome.exitCode == 1 && outcome.errors.contains("BTCUSDT: its feed has ended: btc.csv:1501: "), "\(outcome)")
    #expect(try outcome.integer("events") == 1499 + 2000 && outcome.text("stopped_by") == "feed ended")
    #expect((try outcome.json["failures"] as? [String])?.count == 1)
  }

  @Test func `What is missing or unknown is refused at the start`() throws {
    try publish()
    try host.refuse(paper("BTCUSDT=none.csv"), exitCode: 66, naming: ["none.csv"])
    try host.refuse(paper("DOGEUSDT=none.csv"), exitCode: 78, naming: ["feed.recording: DOGEUSDT is not in pairs.yaml"])
    try host.refuse(paper("BTCUSDT"), exitCode: 78, naming: ["SYMBOL=path"])
    try host.refuse(
      ["run", "--mode", "paper"], exitCode: 69, naming: ["app.mode paper has no live feed in this version", "--set feed.recording=BTCUSDT=FILE"])
  }
}
