import Cryptography
import Foundation
import Glibc
import TestKit
import Testing

/// Models from publishing to decisions: backtests, hosts, journals and what is proven of them.
@Suite struct ModelRunTests {
  private let models: ModelHost
  private var host: Host { models.host }

  init() throws { models = try ModelHost() }

  @Test func `The ensemble over published models trades in a backtest, and a host, a replay and a repetition decide the same`() throws {
    var chance = Chance.seeded("ensemble")
    try host.folder.write(ModelHost.ticks(seconds: 300, chance: &chance), to: "ticks.csv")
    try models.publishBoth()
    try models.publishEnsemble()
    let backtest = try models.backtest("ticks.csv", more: ["--journal", "J"])
    #expect(backtest.exitCode == 0, "\(backtest)")
    #expect(try backtest.integer("fills") > 2, "\(backtest)")
    let asked = try #require(try backtest.json["models"] as? [[String: Any]]).compactMap { $0["asked"] as? Int }
    // 300 seconds close 299 bars; the first row is whole with the 61st.
    #expect(asked == [239, 239], "\(backtest)")

    let replay = try host.run(["replay", "J", "--verify", "--json"])
    #expect(replay.exitCode == 0, "\(replay)")
    #expect(try replay.text("decision_hash") == backtest.text("decision_hash"))
    // Without it a recovery would begin the features later than the run did.
    let head = try JSONSerialization.jsonObject(with: Data(contentsOf: URL(fileURLWithPath: host.folder.path("J/head.json")))) as? [String: Any]
    let instances = try #require(head?["instances"] as? [[String: Any]])
    #expect(instances.map { $0["featureSchema"] as? String } == ["feat.v1"] && head?["decision_filters_in_force"] as? Bool == true)

    // A host at full speed over the same data is the same run.
    let run = try host.run(
      ["run", "--json", "--mode", "paper", "--set", "feed.recording=BTCUSDT=ticks.csv", "--set", "feed.speed=max"] + ModelHost.settings)
    #expect(run.exitCode == 0, "\(run)")
    #expect(try run.text("decision_hash") == backtest.text("decision_hash"), "\(run)")
    let journal = try #require(try models.journals("paper").last)
    let again = try host.run(["replay", journal, "--verify", "--json"])
    #expect(try again.exitCode == 0 && again.text("decision_hash") == backtest.text("decision_hash"), "\(again)")

    // What models said is in it, and the state is found again without asking any of them.
    let predictions = try host.succeed(["journal", "export", journal, "--kind", "prediction"])
    #expect(predictions.output.split(separator: "\n").count == 478, "\(predictions.output.prefix(400))")
    for name in try FileManager.default.contentsOfDirectory(atPath: host.runtime.appendingPathComponent("store").path) {
      try FileManager.default.removeItem(at: host.runtime.appendingPathComponent("store/\(name)"))
    }
    let state = try host.run(["journal", "state", journal])
    #expect(try state.exitCode == 0 && state.json["mismatch"] is NSNull, "\(state)")
    // The replay needs them, and says which.
    let lost = try host.run(["replay", journal, "--verify"])
    #expect(lost.exitCode == 66, "\(lost)")
  }

  @Test func `In a worker the ensemble is lent the same and decides the same`() throws {
    var chance = Chance.seeded("ensemble in a worker")
    try host.folder.write(ModelHost.ticks(seconds: 200, chance: &chance), to: "ticks.csv")
    try models.publishBoth()
    try models.publishEnsemble()
    let here = try models.backtest("ticks.csv")
    let there = try models.backtest(
      "ticks.csv",
      more: ["--journal", "J", "--set", "plugins.isolation_by_instance=HorizonEnsemble@BTCUSDT/0=process", "--set", "plugins.deadline_us=1000000"])
    #expect(try here.integer("fills") > 1 && there.exitCode == 0, "\(there)")
    #expect(try here.text("decision_hash") == there.text("decision_hash"))
    let replay = try host.run(["replay", "J", "--verify", "--json"])
    #expect(try replay.exitCode == 0 && replay.text("decision_hash") == here.text("decision_hash"), "\(replay)")
  }

  @Test func `A host killed while it trades on predictions goes on where it was`() throws {
    var chance = Chance.seeded("killed with models")
    try host.folder.write(ModelHost.ticks(seconds: 6000, chance: &chance), to: "ticks.csv")
    try models.publishBoth()
    try models.publishEnsemble()
    let arguments =
      ["run", "--json", "--mode", "paper", "--set", "feed.recording=BTCUSDT=ticks.csv", "--set", "feed.speed=max"] + ModelHost.settings
    let child = try host.start(arguments)
    try child.waitForError("paper begins")
    let socket = try ControlSocket(host.runtime.appendingPathComponent("state/paper/binance/paper/control.sock").path)
    _ = try socket.status { ($0["fills"] as? Int ?? 0) > 2 }
    child.signal(SIGKILL)
    #expect(try child.finish(deadlineSeconds: 60).exitCode == 128 + SIGKILL)
    let first = try #require(try models.journals("paper").first)
    let predictions = try host.succeed(["journal", "export", first, "--kind", "prediction"])
    #expect(!predictions.output.isEmpty)
    let state = try host.succeed(["journal", "state", first])
    let replay = try host.run(["replay", first, "--verify", "--json"])
    #expect(replay.exitCode == 0, "\(replay)")
    // The second life takes over what the first one's recorded predictions and answers lead to, and its own journal replays too.
    let second = try host.run(arguments)
    #expect(second.exitCode == 0, "\(second)")
    let last = try #require(try models.journals("paper").last)
    #expect(last != first)
    let verified = try host.run(["replay", last, "--verify", "--json"])
    #expect(verified.exitCode == 0, "\(verified)\n\(state)")
  }

  @Test func `A missing model keeps a host from opening, exits go on, and a publish ends it`() throws {
    try models.publish(horizon: 1)
    try models.publishEnsemble()
    // Away while the host starts.
    try models.publish(horizon: 5)
    let (home, aside) = (host.folder.path("runtime/models/BTCUSDT/5"), host.folder.path("aside"))
    try FileManager.default.moveItem(atPath: home, toPath: aside)
    let child = try host.start(
      ["run", "--json", "--mode", "mock", "--fresh", "--set", "feed.mock.symbols=BTCUSDT"] + ModelHost.settings)
    try child.waitForError("mock 1s")
    let socket = try ControlSocket(host.runtime.appendingPathComponent("state/mock/binance/paper/control.sock").path)
    let blocked = try socket.status()
    #expect(blocked["halted"] as? String == "MODELS_MISSING", "\(blocked)")
    let rows = try #require(blocked["models"] as? [[String: Any]])
    #expect(rows.map { $0["state"] as? String } == ["warming", "missing"], "\(rows)")
    #expect((rows[1]["reason"] as? String)?.hasPrefix("manifest_missing: ") == true, "\(rows)")
    // An exit is no opening: the operator's way out is open (there is nothing to leave, and it says so).
    let flat = try host.run(["risk", "flatten", "--mode", "mock"])
    #expect(flat.exitCode == 0 && flat.errors.contains("nothing is held"), "\(flat)")
    _ = try host.run(["risk", "resume", "--mode", "mock"])

    // A model that cannot be kept for replays is none: the place stays empty, and so nothing opens.
    try FileManager.default.moveItem(atPath: aside, toPath: home)
    let kept = host.runtime.appendingPathComponent("store/\(try digest("weights-BTCUSDT-5.json"))/weights-BTCUSDT-5.json")
    try FileManager.default.removeItem(at: kept)
    try FileManager.default.createDirectory(at: kept, withIntermediateDirectories: false)
    let refused = try socket.ask(#"{"command": "reload-model", "symbol": "BTCUSDT", "horizon": "5"}"#)
    #expect((refused["error"] as? String)?.contains("BTCUSDT/5: the new model was refused: store_failed:") == true, "\(refused)")
    let unkept = try socket.status()
    #expect(unkept["halted"] as? String == "MODELS_MISSING", "\(unkept)")
    let row = try #require(unkept["models"] as? [[String: Any]])[1]
    #expect(row["state"] as? String == "invalid" && (row["reason"] as? String)?.hasPrefix("store_failed:") == true, "\(row)")
    try FileManager.default.removeItem(at: kept)

    let published = try models.publish(horizon: 5)
    #expect(published.exitCode == 0 && published.errors.contains("host in mode mock: LinearModel@BTCUSDT/5: "), "\(published)")
    let open = try socket.status()
    #expect(open["halted"] is NSNull, "\(open)")
    // A newer model takes over; one that cannot be used does not, and the running one stays.
    let newer = try models.publish(horizon: 5, scale: 3000)
    #expect(newer.exitCode == 0 && newer.errors.contains("is asked from input"), "\(newer)")
    child.signal(SIGTERM)
    let outcome = try child.finish(deadlineSeconds: 60)
    #expect(outcome.exitCode == 0, "\(outcome)")
    #expect(outcome.errors.contains("[MODEL READINESS]") && outcome.errors.contains("every configured model is there"), "\(outcome)")
    let journal = try #require(try models.journals("mock").last)
    let replay = try host.run(["replay", journal, "--verify"])
    #expect(replay.exitCode == 0, "\(replay)")
    let kinds = try host.succeed(["journal", "export", journal, "--kind", "model_replacement"])
    #expect(kinds.output.split(separator: "\n").count == 2, "\(kinds)")
  }

  @Test func `Without a need for models a host trades without them, by setting or by the old flag`() throws {
    try models.publishEnsemble()
    for more in [["--allow-no-models"], ["--set", "ml.require_models=false"]] {
      let outcome = try host.run(
        ["run", "--mode", "mock", "--fresh", "--duration", "1", "--json", "--set", "feed.mock.symbols=BTCUSDT"] + ModelHost.settings + more)
      #expect(outcome.exitCode == 0 && !outcome.errors.contains("MODELS_MISSING"), "\(outcome)")
    }
  }

  @Test func `The scope of a missing model is all symbols or its own`() throws {
    for scope in ["all", "symbol"] {
      let own = try ModelHost()
      try own.publishEnsemble()
      _ = try own.host.succeed(["strategies", "publish", "EMACross", "--symbol", "ETHUSDT"])
      let child = try own.host.start(
        ["run", "--json", "--mode", "mock", "--set", "feed.mock.symbols=BTCUSDT,ETHUSDT", "--set", "feed.mock.start_price=60000,3000"]
          + ModelHost.settings + ["--set", "ml.require_models_scope=\(scope)"])
      try child.waitForError("mock 1s")
      let status = try ControlSocket(own.host.runtime.appendingPathComponent("state/mock/binance/paper/control.sock").path).status()
      let states = try #require(status["instances"] as? [[String: Any]]).map { $0["state"] as? String }
      #expect(states == (scope == "all" ? ["stopped", "stopped"] : ["stopped", "active"]), "\(status)")
      child.signal(SIGTERM)
      #expect(try child.finish(deadlineSeconds: 60).exitCode == 0)
    }
  }

  @Test func `Changing what comes later changes no prediction and no decision before it`() throws {
    var chance = Chance.seeded("look-ahead in a backtest")
    let ticks = ModelHost.ticks(seconds: 240, chance: &chance)
    var lines = ticks.split(separator: "\n").map(String.init)
    try host.folder.write(ticks, to: "a.csv")
    try models.publishBoth()
    #expect(try models.backtest("a.csv", more: ["--journal", "A", "--strategy", "HorizonEnsemble"] + Self.plain).exitCode == 0)
    let whole = try facts("A")
    for round in 0..<3 {
      let cut = Int.random(in: 400..<lines.count - 20, using: &chance)
      for index in cut..<lines.count {
        let fields = lines[index].split(separator: ",")
        lines[index] = "\(fields[0]),\(Int.random(in: 55_000...65_000, using: &chance)).0,0.900,buy"
      }
      try host.folder.write(lines.joined(separator: "\n") + "\n", to: "b\(round).csv")
      #expect(
        try models.backtest("b\(round).csv", more: ["--journal", "B\(round)", "--strategy", "HorizonEnsemble"] + Self.plain)
          .exitCode == 0)
      let time = try #require(Int64(lines[cut - 1].prefix { $0 != "," })) * 1_000_000
      let (before, after) = (whole.filter { $0.time <= time }, try facts("B\(round)").filter { $0.time <= time })
      #expect(before.map(\.line) == after.map(\.line) && before.count > 20, "cut at row \(cut)")
      lines = ticks.split(separator: "\n").map(String.init)
    }
  }

  private func digest(_ file: String) throws -> String {
    SHA256Hasher.digest(of: Array(try Data(contentsOf: host.folder.url.appendingPathComponent(file)))).hex
  }

  private static let plain = ["order_quantity=0.01", "anchor_horizon=0"].flatMap { ["--param", $0] }

  private func facts(_ journal: String) throws -> [(time: Int64, line: String)] {
    let outcome = try host.succeed(["journal", "export", journal, "--kind", "prediction", "--kind", "decision", "--kind", "answer"])
    return try outcome.output.split(separator: "\n").map { line in
      let text = try #require(line.firstMatch(of: /"receive_ns": ?(\d+)/)?.1)
      return (try #require(Int64(text)), String(line))
    }
  }

  @Test func `Training data in a backtest is told at the top of everything`() throws {
    var chance = Chance.seeded("in-sample")
    try host.folder.write(ModelHost.ticks(seconds: 120, chance: &chance), to: "ticks.csv")
    try models.publishBoth()
    // Models of two horizons, and none that the ensemble's anchor could be of.
    let alone = ["--param", "anchor_horizon=0"]
    let clean = try models.backtest("ticks.csv", more: alone)
    #expect(try clean.json["in_sample"] as? Bool == false)
    // Weights that were published by hand say nothing of their training: whether they saw these seconds is not known, and that is told too.
    let unknown = try #require(try clean.json["warnings"] as? [String]).filter { $0.contains("which ticks it was trained on") }
    #expect(unknown.map { $0.prefix(23) } == ["LinearModel@BTCUSDT/1: ", "LinearModel@BTCUSDT/5: "], "\(clean)")
    // The same model, whose manifest says that it was trained on the last half of these seconds.
    let path = host.folder.path(models.currentFolder(5) + "/manifest.json")
    var manifest = try #require(try JSONSerialization.jsonObject(with: Data(contentsOf: URL(fileURLWithPath: path))) as? [String: Any])
    manifest["training_data"] = ["source": "ticks", "rows": 60, "start_ts": ModelHost.start + 60_000, "end_ts": ModelHost.start + 90_000]
    try JSONSerialization.data(withJSONObject: manifest).write(to: URL(fileURLWithPath: path))
    let outcome = try models.backtest("ticks.csv", more: alone + ["--report", "R"])
    #expect(try outcome.json["in_sample"] as? Bool == true, "\(outcome)")
    let warnings = try #require(try outcome.json["warnings"] as? [String])
    #expect(warnings.first { $0.hasPrefix("IN-SAMPLE: LinearModel@BTCUSDT/5 ") } != nil, "\(warnings)")
    #expect(warnings.count { $0.contains("which ticks it was trained on") } == 1, "\(warnings)")
    #expect(outcome.errors.contains("\nIN-SAMPLE\n"), "\(outcome)")
    let page = try String(contentsOfFile: host.folder.path("R/report.html"), encoding: .utf8)
    let told = try #require(page.range(of: "IN-SAMPLE")?.lowerBound)
    #expect(told < (page.range(of: "<svg")?.lowerBound ?? page.endIndex), "before the first chart")
  }
}
