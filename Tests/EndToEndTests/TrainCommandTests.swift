import Foundation
import Glibc
import TestKit
import Testing

/// `quantumedge train` as its user meets it. What it makes of data is held by ResearchTests.
@Suite struct TrainCommandTests {
  private let models: ModelHost
  private var host: Host { models.host }

  init() throws { models = try ModelHost() }

  @Test func `What is trained and published is what a backtest runs, and equal data give an equal file`() throws {
    var chance = Chance.seeded("train")
    try host.folder.write(ModelHost.ticks(seconds: 900, chance: &chance), to: "BTCUSDT_20240101.csv")
    try host.folder.write(ModelHost.ticks(seconds: 70, chance: &chance), to: "ETHUSDTX_20240101.csv")
    try host.folder.write(ModelHost.ticks(seconds: 70, chance: &chance), to: "BTCUSDT_spot_20240101-000000.csv")
    let arguments = ["train", "--symbols", "BTCUSDT,ETHUSDT", "--horizons", "1,5", "--data", ".", "--min-rows", "200", "--rounds", "40"]
    let first = try host.run(arguments + ["--publish", "--json"])
    // ETHUSDT has no file of its own: it is named, and the other symbol has its models all the same.
    #expect(first.exitCode == 1, "\(first)")
    #expect(first.errorLines.contains { $0.hasPrefix("ETHUSDT 1 s: no model: ") }, "\(first)")
    #expect(first.errorLines.contains { $0.contains("BTCUSDT: 1 file of spot left out: this is usdm") }, "\(first)")
    // The other market has its whole name. 70 seconds close 69 bars, the 61st is the first row, the last has no label.
    let spot = try host.succeed(
      [
        "train", "--symbols", "binance.spot.BTCUSDT", "--horizons", "1", "--data", ".", "--export-features", "rows.csv", "--limit-files", "1",
        "--json",
      ])
    #expect(try spot.integer("rows") == 8, "\(spot)")
    let listed = try host.succeed(["models", "list"])
    #expect(listed.errorLines.count == 2 && listed.errors.contains("BTCUSDT/1 ") && listed.errors.contains("BTCUSDT/5 "), "\(listed)")
    let files = try modelFiles()
    #expect(files.count == 2 && files.allSatisfy { $0.count > 1000 })
    try FileManager.default.removeItem(atPath: host.folder.path("artifacts"))
    let again = try host.run(arguments + ["--publish-if-better", "--json"])
    #expect(try modelFiles() == files)
    // Equal is not better: what is published stays.
    let outcomes = try #require(try again.json["models"] as? [[String: Any]]).filter { $0["trained"] as? Bool == true }
    #expect(outcomes.count == 2 && outcomes.allSatisfy { $0["published"] as? Bool == false && $0["trials"] as? Int == 2 }, "\(again)")
    #expect(outcomes.allSatisfy { ($0["publish_reason"] as? String)?.contains("MCC") == true }, "\(again)")
    #expect(try host.succeed(["models", "list"]).errors == listed.errors)
    #expect(try host.run(["models", "verify"]).exitCode == 0)

    let outcome = try models.backtest("BTCUSDT_20240101.csv", more: ["--param", "order_quantity=0.01", "--param", "anchor_horizon=0"])
    #expect(outcome.exitCode == 0, "\(outcome)")
    let instances = try #require(try outcome.json["instances"] as? [[String: Any]])
    #expect(instances.first?["id"] as? String == "HorizonEnsemble@BTCUSDT/0")
    // It was trained on three quarters of these very seconds, and says so.
    #expect(try outcome.json["in_sample"] as? Bool == true, "\(outcome)")
  }

  private static let training = [
    "train", "--symbols", "BTCUSDT", "--horizons", "1", "--data", ".", "--min-rows", "200", "--rounds", "20", "--json",
  ]

  @Test func `A model that its adapter refuses is not published, and that is said`() throws {
    var chance = Chance.seeded("train, and the check refuses")
    try host.folder.write(ModelHost.ticks(seconds: 500, chance: &chance), to: "BTCUSDT_a.csv")
    let outcome = try host.run(Self.training + ["--publish", "--set", "ml.adapters=xgboost_json=LinearModel"])
    #expect(outcome.exitCode == 1, "\(outcome)")
    #expect(outcome.errorLines.contains { $0.hasPrefix("BTCUSDT 1 s: not published: ") }, "\(outcome)")
    let model = try #require((try outcome.json["models"] as? [[String: Any]])?.first)
    #expect(model["trained"] as? Bool == true && model["published"] as? Bool == false, "\(outcome)")
    #expect(try host.succeed(["models", "list"]).errors.contains("no model is published"))
    #expect(!FileManager.default.fileExists(atPath: host.folder.path("runtime/models/BTCUSDT/1/current")))
  }

  @Test func `What is in quarantine is published with a warning, and a host that refuses it is named`() throws {
    var chance = Chance.seeded("train, and the host refuses")
    try host.folder.write(ModelHost.ticks(seconds: 500, chance: &chance), to: "BTCUSDT_a.csv")
    let first = try host.succeed(Self.training + ["--publish"])
    #expect(!first.errors.contains("quarantine"), "\(first)")
    let listed = try host.succeed(["models", "list", "--json"])
    let digest = try #require((try listed.json["models"] as? [[String: Any]])?.first?["digest"] as? String)
    let state = host.runtime.appendingPathComponent("state/mock/binance/paper")
    try FileManager.default.createDirectory(at: state, withIntermediateDirectories: true)
    let entry =
      [
        "digest": digest, "name": "XGBoostModel", "instance": "XGBoostModel@BTCUSDT/1", "reason": "its call crashed the host with SIGSEGV",
        "at": "2026-01-01T00:00:00Z", "host_pid": 1,
      ] as [String: Any]
    try JSONSerialization.data(withJSONObject: ["version": 1, "entries": [entry]] as [String: Any])
      .write(to: state.appendingPathComponent("quarantine.json"))
    let warning = "XGBoostModel@BTCUSDT/1 is in quarantine in mode mock since 2026-01-01T00:00:00Z: its call crashed the host with SIGSEGV"
    let release = "quantumedge plugin quarantine release \(digest.prefix(12)) --mode mock"

    try models.publishEnsemble(["primary_horizons=1"])
    let child = try host.start(
      ["run", "--json", "--mode", "mock", "--set", "feed.mock.symbols=BTCUSDT"] + ModelHost.settings + ["--set", "ml.horizons=1"])
    try child.waitForError("mock begins")
    let again = try host.run(Self.training + ["--publish"])
    #expect(again.exitCode == 1, "\(again)")
    #expect(again.errors.contains(warning) && again.errors.contains(release), "\(again)")
    #expect(
      again.errorLines.contains {
        $0.hasPrefix("BTCUSDT 1 s: published; it is published, and the host in mode mock goes on without it")
      }, "\(again)")
    child.signal(SIGTERM)
    _ = try child.finish(deadlineSeconds: 60)

    // By hand the same, and so is who only asks it.
    let files = try FileManager.default.subpathsOfDirectory(atPath: host.folder.path("artifacts/models/BTCUSDT"))
    let file = try #require(files.first { $0.hasSuffix("manifest.json") })
    let manifest = "artifacts/models/BTCUSDT/\(file)"
    let published = try host.succeed(["models", "publish", manifest])
    #expect(published.errors.contains(warning) && published.errors.contains(release), "\(published)")
    _ = try host.succeed(Array(Self.training.prefix(7)) + ["--export-features", "rows.csv", "--limit-files", "1", "--json"])
    let predicted = try host.succeed(["models", "predict", "--manifest", manifest, "--features", "rows.csv"])
    #expect(predicted.errors.contains(warning) && predicted.output.hasPrefix("p_up\n"), "\(predicted)")
  }

  @Test func `What no model could be of, or followed from, is refused before anything is read`() throws {
    func refuse(_ more: [String], exitCode: Int32, _ words: [String]) throws {
      try host.refuse(["train", "--data", ".", "--horizons", "1"] + more, exitCode: exitCode, naming: words)
    }
    try refuse(["--symbols", "BTC-USD"], exitCode: 64, ["'BTC-USD'", "letters, digits and _"])
    try refuse(["--symbols", "BTCUSDT,binance.spot.BTCUSDT"], exitCode: 64, ["BTCUSDT twice"])
    try refuse(["--symbols", "BTCUSDT", "--set", "ml.thresholds.p_up=0.5"], exitCode: 78, ["ml.thresholds.p_up is 0.5"])
  }

  private func modelFiles() throws -> [Data] {
    let folder = host.folder.path("artifacts/models/BTCUSDT")
    return try FileManager.default.subpathsOfDirectory(atPath: folder).filter { $0.contains("signal_xgb_") }.sorted().map {
      try Data(contentsOf: URL(fileURLWithPath: folder + "/" + $0))
    }
  }

  @Test func `Artefacts laid out as the Python system lays them load with no change`() throws {
    var chance = Chance.seeded("reference layout")
    try host.folder.write(ModelHost.ticks(seconds: 500, chance: &chance), to: "BTCUSDT_a.csv")
    let trained = try host.run(
      ["train", "--symbols", "BTCUSDT", "--horizons", "5", "--data", ".", "--min-rows", "200", "--rounds", "20", "--json"])
    #expect(trained.exitCode == 0, "\(trained)")
    let model = try #require(try modelFiles().first)
    // By hand what its publisher writes: a folder, not a link; no adapter, no schema hash; nulls and Python's own figures.
    let folder = host.folder.path("runtime/models/BTCUSDT/5/current")
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    try model.write(to: URL(fileURLWithPath: folder + "/signal_xgb_BTCUSDT_h5.json"))
    let sum = try Host(executable: URL(fileURLWithPath: "/usr/bin/sha256sum")).run([folder + "/signal_xgb_BTCUSDT_h5.json"]).output.prefix(64)
    let manifest = """
      {"manifest_version": "model.v1", "symbol": "BTCUSDT", "horizon": 5, "model_type": "signal_model", "created_at": 1704067200,
       "features_version": "feat.v1", "training_data": {"source": "ticks", "rows": 431, "start_ts": null, "end_ts": null},
       "metrics": {"accuracy": 0.5312, "precision": 0.5, "recall": 1.0, "mcc": NaN, "tp": 3, "tn": 1, "fp": 2, "fn": 0},
       "thresholds": {"p_up": 0.55}, "files": {"model": {"path": "signal_xgb_BTCUSDT_h5.json", "sha256": "\(sum)"}},
       "model_format": "xgboost_json", "model_api": "predict_proba",
       "artifact": {"python": "3.11.7", "platform": "linux", "serializer": "xgboost_json",
                    "lib_versions": {"numpy": "1.26.4", "pandas": "2.2.0", "xgboost": "1.7.4"}}}
      """
    try Data(manifest.utf8).write(to: URL(fileURLWithPath: folder + "/manifest.json"))
    let verified = try host.run(["models", "verify"])
    #expect(verified.exitCode == 0, "\(verified)")
    let outcome = try models.backtest(
      "BTCUSDT_a.csv", more: ["--set", "ml.horizons=5", "--param", "primary_horizons=5", "--param", "anchor_horizon=0"])
    #expect(outcome.exitCode == 0, "\(outcome)")
    let ran = try #require(try outcome.json["models"] as? [[String: Any]])
    #expect(ran.count == 1 && ran[0]["id"] as? String == "XGBoostModel@BTCUSDT/5" && (ran[0]["asked"] as? Int ?? 0) > 400, "\(outcome)")
    // Its manifests do not say what they were trained on, and that is said too.
    #expect(ran[0]["training_range_known"] as? Bool == false)
  }
}
