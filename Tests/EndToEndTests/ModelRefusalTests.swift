import Foundation
import TestKit
import Testing

/// Models that are not used: each under its name, with the right exit code, in one line.
@Suite struct ModelRefusalTests {
  private let models: ModelHost
  private var host: Host { models.host }

  init() throws {
    models = try ModelHost()
    var chance = Chance(seed: 1)
    try host.folder.write(ModelHost.ticks(seconds: 70, chance: &chance), to: "ticks.csv")
    try models.publishBoth()
  }

  private func manifest(_ change: (inout [String: Any]) -> Void) throws {
    let path = host.folder.path(models.currentFolder(5) + "/manifest.json")
    var manifest = try #require(try JSONSerialization.jsonObject(with: Data(contentsOf: URL(fileURLWithPath: path))) as? [String: Any])
    change(&manifest)
    try JSONSerialization.data(withJSONObject: manifest).write(to: URL(fileURLWithPath: path))
  }

  private func file(_ name: String) -> String { host.folder.path(models.currentFolder(5) + "/" + name) }

  private func expect(_ exitCode: Int32, _ words: [String], at location: SourceLocation = #_sourceLocation) throws {
    for more in [[String](), ["--journal", "J"]] {
      let outcome = try models.backtest("ticks.csv", more: ["--strategy", "HorizonEnsemble", "--param", "anchor_horizon=0"] + more)
      #expect(outcome.exitCode == exitCode && outcome.output.isEmpty, "\(outcome)", sourceLocation: location)
      let said = outcome.errorLines.filter { !$0.hasPrefix("quantumedge: warning: ") && $0.wholeMatch(of: /[a-z]+: \d+ rows/) == nil }
      #expect(said.count == 1, "\(outcome)", sourceLocation: location)
      for word in words { #expect(said.last?.contains(word) == true, "'\(word)' in \(outcome)", sourceLocation: location) }
      #expect(!FileManager.default.fileExists(atPath: host.folder.path("J")), sourceLocation: location)
    }
  }

  @Test func `Nothing published`() throws {
    try FileManager.default.removeItem(atPath: host.folder.path("runtime/models/BTCUSDT/5"))
    try expect(66, ["BTCUSDT/5", "manifest_missing", "ml.require_models=false"])
  }

  @Test func `A strategy that wants a horizon which ml.horizons does not have is refused, and does not wait for ever`() throws {
    let outcome = try models.backtest("ticks.csv", more: ["--strategy", "HorizonEnsemble", "--param", "primary_horizons=1,10"])
    #expect(outcome.exitCode == 65 && outcome.output.isEmpty && outcome.errorLines.count == 1, "\(outcome)")
    #expect(outcome.errors.contains("create_failed:primary_horizons has 10, ml.horizons has 1, 5: "), "\(outcome)")
  }

  @Test func `A manifest that is none`() throws {
    try Data("{\"manifest_version\": \"model.v1\"".utf8).write(to: URL(fileURLWithPath: file("manifest.json")))
    try expect(65, ["manifest_invalid:"])
  }

  @Test func `Another symbol's or horizon's`() throws {
    try manifest { $0["symbol"] = "ETHUSDT" }
    try expect(65, ["symbol_or_horizon_mismatch"])
  }

  @Test func `A format that no adapter is known for`() throws {
    try manifest {
      $0["model_format"] = "pickle"
      var files = $0["files"] as? [String: Any]
      files?["adapter"] = nil
      $0["files"] = files
    }
    try expect(66, ["adapter_missing", "pickle"])
  }

  @Test func `Features that this host does not have`() throws {
    try manifest { $0["features_version"] = "feat.v9" }
    try expect(65, ["schema_mismatch", "feat.v9"])
  }

  @Test func `A model file that is missing, changed or cut`() throws {
    let path = file("weights-BTCUSDT-5.json")
    let bytes = try Data(contentsOf: URL(fileURLWithPath: path))
    try (bytes + Data(" ".utf8)).write(to: URL(fileURLWithPath: path))
    try expect(65, ["sha_mismatch"])
    try FileManager.default.removeItem(atPath: path)
    try expect(66, ["model_missing"])
  }

  @Test func `An adapter that is missing or changed`() throws {
    let path = file("libLinearModel.so")
    var bytes = try Data(contentsOf: URL(fileURLWithPath: path))
    bytes[bytes.count - 1] ^= 1
    try bytes.write(to: URL(fileURLWithPath: path))
    try expect(65, ["sha_mismatch"])
    try FileManager.default.removeItem(atPath: path)
    try expect(66, ["adapter_missing"])
  }

  @Test func `Publishing refuses what would not run, and leaves what is there`() throws {
    let before = try FileManager.default.destinationOfSymbolicLink(atPath: host.folder.path(models.currentFolder(5)))
    for (text, words) in [
      ("{\"format\":\"linear.v1\",\"bias\":0,\"weights\":[1,2]}", ["create_failed", "prediction_invalid"]),
      ("{", ["create_failed"]), ("", ["create_failed"]), ("{\"format\":\"linear.v1\",\"bias\":1e999,\"weights\":[0]}", ["create_failed"]),
    ] {
      try host.folder.write(text, to: "bad.json")
      let outcome = try host.run(["models", "publish", "--model", "bad.json", "--symbol", "BTCUSDT", "--horizon", "5", "--format", "linear_json"])
      #expect(outcome.exitCode == 65, "\(outcome)")
      #expect(words.contains { outcome.errors.contains($0) } && outcome.errorLines.count == 1, "\(outcome)")
    }
    #expect(try FileManager.default.destinationOfSymbolicLink(atPath: host.folder.path(models.currentFolder(5))) == before)
    #expect(try host.run(["models", "verify"]).exitCode == 0)
  }

  @Test func `Training needs libxgboost, running does not`() throws {
    // What the loader finds under its name is no library: whoever loads it, or is linked against it, does not get far.
    try FileManager.default.createDirectory(atPath: host.folder.path("broken"), withIntermediateDirectories: true)
    try host.folder.write("not a library", to: "broken/libxgboost.so.0")
    let inherited = ProcessInfo.processInfo.environment["LD_LIBRARY_PATH"].map { ":" + $0 } ?? ""
    let broken = ["LD_LIBRARY_PATH": host.folder.path("broken") + inherited]
    let outcome = try host.run(["train", "--symbols", "BTCUSDT", "--data", "."], environment: broken)
    #expect(outcome.exitCode == 69 && outcome.errors.contains("libxgboost-dev") && outcome.errorLines.count == 1, "\(outcome)")
    let needed = try Host(executable: URL(fileURLWithPath: "/usr/bin/readelf")).run(["-d", host.executable.path])
    #expect(needed.output.contains("NEEDED") && !needed.output.contains("xgboost"), "\(needed.output)")
    let ffi = try Host(executable: URL(fileURLWithPath: "/usr/bin/readelf")).run(["-d", Workplace.plugin("CompiledModel").path])
    #expect(ffi.output.contains("[libffi.so"), "\(ffi.output)")
    try models.publishEnsemble()
    let run = try host.run(
      ["run", "--json", "--mode", "paper", "--set", "feed.recording=BTCUSDT=ticks.csv", "--set", "feed.speed=max"] + ModelHost.settings,
      environment: broken)
    #expect(try run.exitCode == 0 && run.integer("events") > 300, "\(run)")
  }
}
