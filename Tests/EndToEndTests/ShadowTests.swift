import Foundation
import Glibc
import TestKit
import Testing

/// Shadows: strategies in simulation beside the real ones, from outside.
@Suite struct ShadowTests {
  private let host: Host

  init() throws { host = try Host() }

  private func publish(_ name: String, _ symbol: String = "BTCUSDT", horizon: Int = 0, with parameters: [String] = [], more: [String] = []) throws {
    _ = try host.succeed(
      ["strategies", "publish", name, "--symbol", symbol, "--horizon", "\(horizon)"] + parameters.flatMap { ["--param", $0] } + more)
  }

  private static let cross = ["fast=3", "slow=10", "quantity=0.01"]
  private static let mock = ["feed.stale_after_ms=3600000", "feed.mock.trades_per_second=2000", "feed.mock.max_events=4000"]

  /// A recording at full speed, or so many events of the made-up market: the same events in each run.
  private func run(_ mode: String, _ settings: [String] = [], at location: SourceLocation = #_sourceLocation) throws -> Outcome {
    try host.succeed(words(mode, settings), at: location)
  }

  private func words(_ mode: String, _ settings: [String]) -> [String] {
    let feed = mode == "mock" ? Self.mock : ["feed.recording=BTCUSDT=btc.csv,ETHUSDT=eth.csv", "feed.speed=max"]
    return ["run", "--json", "--fresh", "--mode", mode, "--config", Host.oracle, "--set", "journal.segment_mb=1"]
      + (feed + settings).flatMap { ["--set", $0] }
  }

  /// Recordings of two symbols.
  private func record(_ test: String) throws {
    var chance = Chance.seeded(test)
    try host.folder.write(Ticks(6000, chance: &chance).csv, to: "btc.csv")
    try host.folder.write(Ticks(6000, chance: &chance).csv, to: "eth.csv")
  }

  private func instance(_ id: String, _ json: [String: Any]) throws -> [String: Any] {
    try #require((json["instances"] as? [[String: Any]])?.first { $0["id"] as? String == id }, "\(id) in \(json)")
  }

  private func shadow(_ json: [String: Any]) throws -> [String: Any] {
    let all = try #require(json["shadows"] as? [[String: Any]])
    return try #require(all.count == 1 ? all[0] : nil, "one shadow in \(json)")
  }

  private func hash(_ id: String, _ outcome: Outcome) throws -> String { try #require(try instance(id, outcome.json)["decision_hash"] as? String) }

  @Test func `A backtest of what is published leaves shadows out`() throws {
    try record("A backtest of what is published leaves shadows out")
    let words = ["backtest", "--config", Host.oracle, "--symbol", "BTCUSDT", "--ticks-path", "btc.csv", "--json"]
    try publish("EMACross", with: Self.cross, more: ["--shadow"])
    try host.refuse(words, exitCode: 66, naming: ["only shadows are published for BTCUSDT"])
    #expect(try host.succeed(words + ["--strategy", "EMACross"]).integer("fills") > 10)
    try publish("Churn", horizon: 5)
    let ids = try #require(try host.succeed(words).json["instances"] as? [[String: Any]]).compactMap { $0["id"] as? String }
    #expect(ids == ["Churn@BTCUSDT/5"])
    // The settings' word counts as much as the manifest's.
    try host.refuse(words + ["--set", "plugins.shadow=Churn@BTCUSDT/5"], exitCode: 66, naming: ["only shadows"])
  }

  @Test(arguments: ["paper", "mock"]) func `A shadow decides as if it traded, and the real one as if it were alone`(mode: String) throws {
    try record("A shadow decides as if it traded, and the real one as if it were alone")
    try publish("EMACross", with: Self.cross)
    let alone = try run(mode)
    let (fills, cross) = try (alone.integer("fills"), hash("EMACross@BTCUSDT/0", alone))
    #expect(try fills > 10 && (alone.json["shadows"] as? [Any])?.isEmpty == true, "\(alone)")
    // It only asks, for it may open with bars alone, and it asks for none: what it is refused is in its hash.
    try publish("Churn", horizon: 5)

    let traded = try run(mode, ["plugins.shadow=EMACross@BTCUSDT/0"])
    #expect(traded.errors.contains("shadow: EMACross@BTCUSDT/0 trades in simulation only"), "\(traded)")
    #expect(traded.errors.contains("begins: Churn@BTCUSDT/5; process"), "\(traded)")
    #expect(try traded.integer("fills") == 0, "what it earns is nobody's: \(traded)")
    let simulated = try shadow(traded.json)
    #expect(simulated["id"] as? String == "EMACross@BTCUSDT/0" && simulated["fills"] as? Int == fills)
    #expect(try simulated["decision_hash"] as? String == cross && hash("EMACross@BTCUSDT/0", traded) == cross, "\(traded)")
    #expect(try simulated["pnl"] as? Double == alone.json["pnl"] as? Double && simulated["fees"] as? Double == alone.json["fees"] as? Double)
    #expect(try instance("EMACross@BTCUSDT/0", traded.json)["shadow"] as? Bool == true)
    #expect(try instance("Churn@BTCUSDT/5", traded.json)["shadow"] as? Bool == false)

    let beside = try run(mode, ["plugins.shadow=Churn@BTCUSDT/5"])
    #expect(try hash("EMACross@BTCUSDT/0", beside) == cross && beside.integer("fills") == fills)
    #expect(try beside.json["pnl"] as? Double == alone.json["pnl"] as? Double)
    // At full speed no clock counts inputs of its own: the whole account is the same, number by number.
    if mode == "paper" { #expect(try beside.text("decision_hash") == alone.text("decision_hash")) }
    let refused = try shadow(beside.json)
    #expect(refused["refused"] as? Int ?? 0 > 10 && refused["fills"] as? Int == 0)
    #expect(try refused["decision_hash"] as? String == hash("Churn@BTCUSDT/5", traded), "the one that asks, real and as a shadow")
  }

  @Test func `A shadow has limits and an account of its own`() throws {
    try record("A shadow has limits and an account of its own")
    for symbol in ["BTCUSDT", "ETHUSDT"] { try publish("EMACross", symbol, with: Self.cross) }
    // Room for one position of 0.01 at about 60000.
    let tight = ["risk.max_gross_exposure=700"]
    let together = try run("paper", tight)
    #expect((try together.json["orders_rejected"] as? [String: Int])?["GROSS_EXPOSURE_LIMIT"] ?? 0 > 0, "\(together)")
    let apart = try run("paper", tight + ["plugins.shadow=EMACross@ETHUSDT/0"])
    #expect((try apart.json["orders_rejected"] as? [String: Int])?.isEmpty == true, "\(apart)")
    let simulated = try shadow(apart.json)
    #expect(simulated["refused"] as? Int == 0 && simulated["fills"] as? Int ?? 0 > 10)
    // Each earns what it earns alone: the sum of nothing.
    let other = try run("paper", tight + ["plugins.shadow=EMACross@BTCUSDT/0"])
    #expect(try shadow(other.json)["pnl"] as? Double == apart.json["pnl"] as? Double)
    #expect(try other.json["pnl"] as? Double == simulated["pnl"] as? Double)
  }

  @Test func `What a shadow decided is in a journal of its own, and replays`() throws {
    try record("What a shadow decided is in a journal of its own, and replays")
    try publish("EMACross", with: Self.cross)
    try publish("Churn", horizon: 5)
    let outcome = try run("paper", ["plugins.shadow=EMACross@BTCUSDT/0"])
    let simulated = try shadow(outcome.json)
    let journal = try #require(simulated["journal"] as? String)
    #expect(journal.contains("state/paper/binance/paper/shadow/EMACross@BTCUSDT-0/journal/2"), "\(journal)")
    let replayed = try host.succeed(["replay", journal, "--json"])
    #expect(try replayed.json["equal"] as? Bool == true && replayed.integer("decisions") > 10, "\(replayed)")
    let fills = try host.succeed(["ledger", "fills", "--journal", journal, "--json"])
    #expect(fills.output.split(separator: "\n").count == simulated["fills"] as? Int)
    // The books of the account know nothing of it.
    let own = try host.succeed(["ledger", "fills", "--mode", "paper", "--json"])
    #expect(own.output.isEmpty, "\(own)")
    // A second run begins it anew, in the same folder.
    let again = try run("paper", ["plugins.shadow=EMACross@BTCUSDT/0"])
    let second = try shadow(again.json)
    #expect(second["decision_hash"] as? String == simulated["decision_hash"] as? String && second["journal"] as? String != journal)
    let folder = host.runtime.appendingPathComponent("state/paper/binance/paper/shadow/EMACross@BTCUSDT-0/journal")
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).count == 2)
  }

  @Test(arguments: [("Saboteur", "crash", "process"), ("Saboteur", "hang", "process"), ("Misbehaving", "process_error", "in_process")])
  func `A shadow that fails leaves the real one's decisions as they are`(name: String, fault: String, isolation: String) throws {
    try record("A shadow that fails leaves the real one's decisions as they are")
    try publish("EMACross", with: Self.cross)
    let alone = try run("paper")
    try publish(name, "ETHUSDT", with: ["fault=\(fault)"], more: ["--shadow"])
    let list = try host.succeed(["strategies", "list", "--json"])
    #expect(list.output.contains("\"shadow\": true") && list.errors.contains("ETHUSDT/0 [shadow]"), "\(list)")
    let outcome = try run("paper", ["plugins.isolation_by_instance=\(name)@ETHUSDT/0=\(isolation)", "plugins.deadline_us=100000"])
    #expect(try hash("EMACross@BTCUSDT/0", outcome) == hash("EMACross@BTCUSDT/0", alone), "\(outcome)")
    #expect(try outcome.json["pnl"] as? Double == alone.json["pnl"] as? Double && outcome.text("stopped_by") == "feed ended")
    #expect(try instance("\(name)@ETHUSDT/0", outcome.json)["state"] as? String == "out", "\(outcome)")
    #expect(outcome.errors.contains("shadow \(name)@ETHUSDT/0: ") && outcome.errors.contains("it is out"), "\(outcome)")
    #expect((try outcome.json["failures"] as? [Any])?.isEmpty == true, "it is no failure of the run: \(outcome)")
    #expect(!FileManager.default.fileExists(atPath: host.runtime.appendingPathComponent("state/paper/binance/paper/quarantine.json").path))
  }

  @Test func `An operator's hand reaches the real account alone, a kill all`() throws {
    let paper = OperatorHost(host: host)
    let child = try paper.start(["--set", "plugins.shadow=Churn@ETHUSDT/0", "--set", "risk.kill_switch.file=kill.json"])
    let control = try paper.socket()
    func rests(_ status: [String: Any]) throws -> Int? { try instance("Churn@ETHUSDT/0", status)["open_orders"] as? Int }
    let status = try control.status()
    #expect((status["queues"] as? [String: Any])?["open_orders"] as? Int == 0, "what rests is the shadow's: \(status)")
    #expect(try rests(status) == 1 && shadow(status)["halted"] is NSNull)
    let screen = try paper.command(["status"])
    #expect(screen.errors.contains("Churn@ETHUSDT/0  Churn") && screen.errors.contains("active shadow"), "\(screen)")

    let flatten = try paper.command(["risk", "flatten"])
    #expect(flatten.errors.hasPrefix("halted; 0 orders cancelled; closed BTCUSDT 0.001; nothing is held; "), "\(flatten)")
    let halted = try control.status { $0["halted"] as? String == "HALTED" }
    #expect(try rests(halted) == 1 && shadow(halted)["halted"] is NSNull, "\(halted)")
    #expect(try instance("Churn@ETHUSDT/0", halted)["state"] as? String == "active")

    try host.folder.replace(#"{"enabled": true, "reason": "the test says so"}"#, at: "kill.json")
    let killed = try control.status { $0["halted"] as? String == "KILLED" }
    #expect(try rests(killed) == 0 && shadow(killed)["halted"] as? String == "KILLED", "\(killed)")
    child.signal(SIGTERM)
    #expect(try child.finish(deadlineSeconds: 30).exitCode == 0)
  }

  @Test func `With shadows alone the host runs and trades nothing`() throws {
    try record("With shadows alone the host runs and trades nothing")
    try publish("EMACross", with: Self.cross, more: ["--shadow"])
    let outcome = try run("paper")
    #expect(try outcome.errors.contains("paper begins: nothing trades; process ") && outcome.integer("fills") == 0, "\(outcome)")
    #expect(try shadow(outcome.json)["fills"] as? Int ?? 0 > 10 && outcome.text("stopped_by") == "feed ended")
    // They are all that there is: when the last is out, nothing is left to do.
    try publish("Misbehaving", with: ["fault=process_error"], more: ["--shadow"])
    let failed = try host.run(words("paper", []))
    #expect(try failed.exitCode == 1 && failed.text("stopped_by") == "every instance has failed", "\(failed)")
  }

  @Test func `A new version begins anew beside the real account, and nobody changes sides while the host runs`() throws {
    try publish("EMACross", "ETHUSDT", with: Self.cross)
    try publish("EMACross", with: Self.cross, more: ["--shadow"])
    let child = try host.start([
      "run", "--mode", "mock", "--fresh", "--config", Host.oracle, "--set", "feed.mock.symbols=BTCUSDT,ETHUSDT", "--set",
      "feed.mock.trades_per_second=500", "--set", "feed.stale_after_ms=3600000", "--set", "feed.mock.start_price=60000,3000",
    ])
    try child.waitForError("mock 1s")
    let control = try ControlSocket(host.runtime.appendingPathComponent("state/mock/binance/paper/control.sock").path)
    func fills(_ status: [String: Any]) -> Int { (try? shadow(status))?["fills"] as? Int ?? 0 }
    let first = try shadow(control.status { fills($0) > 5 })
    let other = try host.run(["strategies", "publish", "EMACrossC", "--symbol", "BTCUSDT", "--shadow"])
    #expect(other.exitCode == 0 && other.errors.contains("host in mode mock: shadow EMACrossC@BTCUSDT/0: "), "\(other)")
    #expect(other.errors.contains("runs; its practice account begins anew"), "\(other)")
    let second = try shadow(control.status())
    #expect(second["id"] as? String == "EMACrossC@BTCUSDT/0" && second["journal"] as? String != first["journal"] as? String, "\(second)")
    _ = try control.status { fills($0) > 0 }
    // The old one's journal was ended, and is whole.
    let replayed = try host.succeed(["replay", try #require(first["journal"] as? String), "--json"])
    #expect(try replayed.json["equal"] as? Bool == true && replayed.integer("decisions") > 5, "\(replayed)")

    let realNow = try host.run(["strategies", "publish", "EMACross", "--symbol", "BTCUSDT"])
    #expect(realNow.exitCode == 1 && realNow.errors.contains("it is published to trade for real, and what runs here is a shadow"), "\(realNow)")
    let shadowNow = try host.run(["strategies", "publish", "EMACross", "--symbol", "ETHUSDT", "--shadow"])
    #expect(shadowNow.exitCode == 1 && shadowNow.errors.contains("it is published as a shadow, and what runs here trades for real"), "\(shadowNow)")
    let after = try control.status()
    #expect(try shadow(after)["id"] as? String == "EMACrossC@BTCUSDT/0")
    #expect(try instance("EMACross@ETHUSDT/0", after)["shadow"] as? Bool == false)
    child.signal(SIGTERM)
    #expect(try child.finish(deadlineSeconds: 30).exitCode == 0)
  }

  @Test func `What is mistyped among the shadows does not trade for real`() throws {
    try publish("EMACross")
    try host.refuse(
      ["run", "--mode", "mock", "--duration", "1", "--set", "plugins.shadow=EMACros@BTCUSDT/0"], exitCode: 78,
      naming: ["plugins.shadow: EMACros@BTCUSDT/0 is not published", "EMACross@BTCUSDT/0 is"])
    // Of a symbol that this run does not have nothing can trade.
    _ = try host.succeed(["run", "--mode", "mock", "--duration", "0.2", "--set", "plugins.shadow=EMACros@ETHUSDT/0"])
  }

  @Test(arguments: [("spin", 75), ("segv", 139)]) func `A shadow in the host that hangs or crashes is found`(fault: String, exitCode: Int) throws {
    let fatal = FatalHost(host: host)
    try publish("EMACross", horizon: 5, with: Self.cross)
    try publish("Fatal", with: ["fault=\(fault)", "after=20"], more: ["--shadow"])
    let outcome = try host.run(fatal.arguments(), deadlineSeconds: 60)
    #expect(outcome.exitCode == exitCode, "\(outcome)")
    let next = try host.succeed(fatal.arguments(["--duration", "0.5"]))
    #expect(next.errors.contains("Fatal@BTCUSDT/0 does not run: in quarantine since "), "\(next)")
    #expect(try fatal.quarantine().map { $0["instance"] as? String } == ["Fatal@BTCUSDT/0"])
    #expect((try next.json["shadows"] as? [Any])?.isEmpty == true, "\(next)")
  }

  @Test func `A shadow whose journal cannot be written ends, and the real one goes on`() throws {
    try record("A shadow whose journal cannot be written ends, and the real one goes on")
    try publish("EMACross", with: Self.cross)
    let alone = try run("paper")
    try publish("EMACross", "ETHUSDT", with: Self.cross, more: ["--shadow"])
    // A file in its folder's place.
    let folder = host.runtime.appendingPathComponent("state/paper/binance/paper/shadow")
    try Data().write(to: folder)
    let outcome = try run("paper")
    #expect(try hash("EMACross@BTCUSDT/0", outcome) == hash("EMACross@BTCUSDT/0", alone))
    #expect(outcome.errors.contains("shadow EMACross@ETHUSDT/0 does not run: "), "\(outcome)")
    #expect((try outcome.json["shadows"] as? [Any])?.isEmpty == true)
    try FileManager.default.removeItem(at: folder)
    // While it runs: no room for the next segment.
    let child = try host.start(words("mock", ["feed.mock.max_events=null", "feed.mock.symbols=BTCUSDT,ETHUSDT", "feed.mock.start_price=60000,3000"]))
    try child.waitForError("shadow: EMACross@ETHUSDT/0 trades in simulation only")
    let mock = host.runtime.appendingPathComponent("state/mock/binance/paper/shadow")
    try FileManager.default.removeItem(at: mock)
    try child.waitForError("the shadow ends, the real account goes on")
    let control = try ControlSocket(host.runtime.appendingPathComponent("state/mock/binance/paper/control.sock").path)
    let status = try control.status()
    #expect(
      try instance("EMACross@ETHUSDT/0", status)["state"] as? String == "out"
        && instance("EMACross@BTCUSDT/0", status)["state"] as? String == "active")
    #expect(status["halted"] is NSNull, "\(status)")
    let events = try #require(status["events"] as? Int)
    _ = try control.status { ($0["events"] as? Int ?? 0) > events + 1000 }
    child.signal(SIGTERM)
    #expect(try child.finish(deadlineSeconds: 30).exitCode == 0)
  }

  @Test func `What is about to trade on a venue has no shadow in it`() throws {
    try publish("EMACross")
    try publish("Churn", horizon: 5, more: ["--shadow"])
    let keys = ["BINANCE_DEMO_API_KEY": String(repeating: "k", count: 64), "BINANCE_DEMO_API_SECRET": String(repeating: "s", count: 64)]
    let outcome = try host.run(["run", "--mode", "demo"], environment: keys)
    #expect(outcome.exitCode == 69, "\(outcome)")
    #expect(outcome.errors.contains("is about to trade the venue's test account with EMACross@BTCUSDT/0; limits: "), "\(outcome)")
    #expect(outcome.errors.contains("shadow: Churn@BTCUSDT/5 would trade in simulation only"), "\(outcome)")
  }

  @Test func `A shadow has models of its own, and missing ones keep it alone from opening`() throws {
    let models = ModelHost(host: host)
    var chance = Chance.seeded("A shadow has models of its own, and missing ones keep it alone from opening")
    try host.folder.write(ModelHost.ticks(seconds: 300, chance: &chance), to: "ticks.csv")
    try models.publishBoth()
    try models.publishEnsemble()
    func words(_ shadow: Bool) -> [String] {
      ["run", "--json", "--mode", "paper", "--fresh", "--set", "feed.recording=BTCUSDT=ticks.csv", "--set", "feed.speed=max"]
        + ModelHost.settings + (shadow ? ["--set", "plugins.shadow=HorizonEnsemble@BTCUSDT/0"] : [])
    }
    let real = try host.succeed(words(false))
    let shadowed = try host.succeed(words(true))
    #expect(try real.integer("fills") > 2 && shadow(shadowed.json)["fills"] as? Int == real.integer("fills"), "\(shadowed)")
    #expect(try hash("HorizonEnsemble@BTCUSDT/0", shadowed) == hash("HorizonEnsemble@BTCUSDT/0", real))
    let replayed = try host.succeed(["replay", try #require(shadow(shadowed.json)["journal"] as? String), "--verify", "--json"])
    #expect(try replayed.json["equal"] as? Bool == true && replayed.integer("decisions") > 2, "\(replayed)")

    try FileManager.default.removeItem(at: host.runtime.appendingPathComponent("models/BTCUSDT/5"))
    try publish("EMACross", "ETHUSDT")
    let child = try host.start(
      ["run", "--json", "--mode", "mock", "--set", "feed.mock.symbols=BTCUSDT,ETHUSDT", "--set", "feed.mock.start_price=60000,3000"]
        + ModelHost.settings + ["--set", "plugins.shadow=HorizonEnsemble@BTCUSDT/0"])
    try child.waitForError("mock 1s")
    let control = try ControlSocket(host.runtime.appendingPathComponent("state/mock/binance/paper/control.sock").path)
    let blocked = try control.status()
    #expect(try blocked["halted"] is NSNull && shadow(blocked)["halted"] as? String == "MODELS_MISSING", "\(blocked)")
    #expect((blocked["models"] as? [[String: Any]])?.map { $0["state"] as? String } == ["warming", "missing"], "\(blocked)")
    let published = try models.publish(horizon: 5)
    #expect(published.exitCode == 0 && published.errors.contains("shadow HorizonEnsemble@BTCUSDT/0: LinearModel@BTCUSDT/5: "), "\(published)")
    #expect(try shadow(control.status())["halted"] is NSNull)
    child.signal(SIGTERM)
    #expect(try child.finish(deadlineSeconds: 60).exitCode == 0)
  }
}
