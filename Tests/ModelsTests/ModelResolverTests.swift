import Cryptography
import Features
import Foundation
import JSONTree
import Market
import TestKit
import Testing

@testable import Models
@testable import Plugins

@Suite struct ModelResolverTests {
  let folder: TemporaryFolder
  let instrument = ModelSamples.instrument
  private let place = "models/BTCUSDT/5/current"
  private var model: String { "\(place)/signal_xgb_BTCUSDT_h5.json" }

  init() throws { folder = try TemporaryFolder() }

  private func resolver(adapters: ModelAdapters = ModelSamples.adapters, isStrict: Bool = false) -> ModelResolver {
    ModelResolver(.runtime(folder: folder.path("models")), adapters: adapters, isStrict: isStrict)
  }

  private func refusal(adapters: ModelAdapters = ModelSamples.adapters, isStrict: Bool = false) throws -> PluginError {
    try fault { _ = try resolver(adapters: adapters, isStrict: isStrict).resolve(instrument, horizonSeconds: 5) }
  }

  /// Each refusal, and how an operator comes to it.
  enum Breakage: String, CaseIterable {
    case nothing = "manifest_missing"
    case cutManifest = "manifest_invalid:not JSON"
    case otherSymbol = "symbol_or_horizon_mismatch"
    case otherHorizon = "symbol_or_horizon_mismatch "
    case otherPlatform = "compat_mismatch:platform"
    case otherAPI = "compat_mismatch:model_api(predict)"
    case noModel = "model_missing"
    case changedModel = "sha_mismatch"
    case otherFeatures = "schema_mismatch"
    case unknownFormat = "adapter_missing"
    case adapterNotBuilt = "adapter_missing "
    case pinnedAdapterGone = "adapter_missing  "
    case pinnedAdapterChanged = "sha_mismatch "
    case runtimeGone = "file_missing"
    case badSignature = "signature_invalid:wrong signature"
  }

  @Test(arguments: Breakage.allCases)
  func `Each refusal has its name`(breakage: Breakage) throws {
    var adapters = ModelSamples.adapters
    var isStrict = false
    let zeros = String(repeating: "0", count: 64)
    func artefact(_ old: String, _ new: String) throws { try ModelSamples.artefact(in: folder, place, change: (old, new)) }
    switch breakage {
    case .nothing: break
    case .cutManifest:
      try ModelSamples.artefact(in: folder, place)
      try folder.write("{\"manifest_version\": ", to: "\(place)/manifest.json")
    case .otherSymbol: try artefact("\"symbol\": \"BTCUSDT\"", "\"symbol\": \"ETHUSDT\"")
    case .otherHorizon: try artefact("\"horizon\": 5", "\"horizon\": 30")
    case .otherPlatform:
      try artefact("\"linux\"", "\"darwin\"")
      isStrict = true
    case .otherAPI: try artefact("\"predict_proba\"", "\"predict\"")
    case .noModel:
      try ModelSamples.artefact(in: folder, place)
      try FileManager.default.removeItem(atPath: folder.path(model))
    case .changedModel:
      try ModelSamples.artefact(in: folder, place)
      try folder.write("changed", to: model)
    case .otherFeatures: try artefact("feat.v1", "feat.v7")
    case .unknownFormat: try artefact("xgboost_json", "catboost")
    case .adapterNotBuilt:
      try ModelSamples.artefact(in: folder, place)
      adapters.byFormat["xgboost_json"] = "NoSuchModel"
    case .pinnedAdapterGone: try artefact("\"model\": {", "\"adapter\": {\"path\": \"libMine.so\", \"sha256\": \"\(zeros)\"}, \"model\": {")
    case .pinnedAdapterChanged:
      try artefact("\"model\": {", "\"adapter\": {\"path\": \"libMine.so\", \"sha256\": \"\(zeros)\"}, \"model\": {")
      try FileManager.default.copyItem(at: Workplace.plugin("LogisticModel"), to: folder.url.appendingPathComponent("\(place)/libMine.so"))
    case .runtimeGone: try artefact("\"model\": {", "\"runtime\": [{\"path\": \"lib.so.1\", \"sha256\": \"\(zeros)\"}], \"model\": {")
    case .badSignature:
      let path = try ModelSamples.artefact(in: folder, place, change: ("NaN", "0.5"))
      var manifest = try ModelManifest.read("\(path)/manifest.json")
      try manifest.sign(withPEM: try Ed25519.makeKey().pem)
      manifest.createdAt = 5
      try manifest.write(to: "\(path)/manifest.json")
    }
    let error = try refusal(adapters: adapters, isStrict: isStrict)
    #expect(error.code.name == breakage.rawValue.trimmingCharacters(in: .whitespaces), "\(error)")
    // Each is one row of the table, and nothing that is wrong is ready.
    let readiness = ModelReadiness.look(
      resolver(adapters: adapters, isStrict: isStrict), instruments: [instrument], horizonsSeconds: [5], check: nil, nowSeconds: 0)
    #expect(readiness.rows.map(\.reason) == [error.description] && !readiness.isReady)
    #expect(readiness.rows[0].state == (error.kind == .missingInput ? .missing : .invalid))
  }

  @Test func `A pinned adapter is used, whatever the settings say`() throws {
    let adapter = try PluginFile.read(Workplace.plugin("MisbehavingModel").path)
    try ModelSamples.artefact(
      in: folder, place, change: ("\"model\": {", "\"adapter\": {\"path\": \"libMine.so\", \"sha256\": \"\(adapter.digest)\"}, \"model\": {"))
    try FileManager.default.copyItem(at: Workplace.plugin("MisbehavingModel"), to: folder.url.appendingPathComponent("\(place)/libMine.so"))
    let resolved = try resolver().resolve(instrument, horizonSeconds: 5)
    #expect(resolved.adapter.digest == adapter.digest)
    #expect(resolved.adapterName == "Mine")
  }

  // MARK: The registry as the source

  private func legacy(_ entry: String?) throws -> ModelResolver {
    try FileManager.default.createDirectory(atPath: folder.path("storage/models"), withIntermediateDirectories: true)
    if let entry { try folder.write("[\(entry)]", to: "storage/models/registry.json") }
    return ModelResolver(.legacy(folder: folder.path("storage/models")), adapters: ModelSamples.adapters)
  }

  private func entry(hash: String = FeatureSchema.v1.hashText, path: String = "storage/models/signal_xgb_BTCUSDT_h5.json", more: String = "")
    -> String
  {
    """
    {"symbol": "BTCUSDT", "horizon": 5, "created_at": "2025-11-30T23:59:59.5+00:00", "feature_schema_hash": "\(hash)", "model_path": "\(path)"\(more)}
    """
  }

  @Test func `A model is found through the Python system's registry, wherever its path began`() throws {
    let resolver = try legacy(entry())
    try folder.write("a model", to: "storage/models/signal_xgb_BTCUSDT_h5.json")
    let resolved = try resolver.resolve(instrument, horizonSeconds: 5)
    #expect(resolved.model.bytes == Array("a model".utf8))
    #expect(resolved.manifest.createdAt == 1_764_547_199)
    #expect(resolved.schema.name == "feat.v1")
    #expect(resolved.adapterName == "LogisticModel")
    try folder.write("elsewhere", to: "elsewhere.json")
    #expect(try legacy(entry(path: folder.path("elsewhere.json"))).resolve(instrument, horizonSeconds: 5).model.bytes == Array("elsewhere".utf8))
    let digest = ModelSamples.digest("a model")
    #expect(throws: Never.self) { _ = try legacy(entry(more: ", \"sha256\": \"\(digest)\"")).resolve(instrument, horizonSeconds: 5) }
    try folder.write("another", to: "storage/models/signal_xgb_BTCUSDT_h5.json")
    let changed = try fault { _ = try legacy(entry(more: ", \"sha256\": \"\(digest)\"")).resolve(instrument, horizonSeconds: 5) }
    #expect(changed.code == .shaMismatch)
  }

  @Test func `A model is the same whether it is published or named by the registry`() throws {
    let published = try ModelSamples.artefact(
      in: folder, place,
      change: (
        "\"start_ts\": null,\n    \"end_ts\": null",
        "\"start_ts\": 1704067200000, \"end_ts\": 1704070800000, \"label\": \"cost-aware\", \"cost_bps\": 8.5"
      ))
    let manifest = try ModelManifest.read("\(published)/manifest.json")
    let registry = ModelRegistry(folder: folder.path("storage/models"))
    var entry = ModelRegistry.Entry(
      symbol: "BTCUSDT", horizonSeconds: 5, createdAtSeconds: 1, schemaHash: FeatureSchema.v1.hashText, modelPath: folder.path(model),
      digest: manifest.model.digest, market: .usdm, trainingData: manifest.trainingData,
      baseline: DriftBaseline(features: ["ret_1s": .init(edges: [0], counts: [1, 2])]))
    try registry.record(entry)
    let legacy = ModelResolver(.legacy(folder: registry.folder), adapters: ModelSamples.adapters)
    let (one, other) = (try resolver().resolve(instrument, horizonSeconds: 5), try legacy.resolve(instrument, horizonSeconds: 5))
    #expect(other.manifest.trainingData == one.manifest.trainingData && other.manifest.baseline == entry.baseline)
    // What a backtest says IN-SAMPLE by.
    #expect(other.manifest.trainingData.overlaps(1_704_070_800_000...1_704_080_000_000) == true)
    #expect(try ModelInstance(one, on: instrument).binding.isOneSided, "a costly rise that does not come is no fall")
    #expect(try ModelInstance(other, on: instrument).binding.isOneSided)
    entry.market = .spot
    try registry.record(entry)
    #expect(try fault { _ = try legacy.resolve(instrument, horizonSeconds: 5) }.code == .symbolOrHorizonMismatch)
  }

  @Test(arguments: [
    ("\"market\": \"moon\"", "[0].market"), ("\"training_data\": 1", "[0].training_data"),
    ("\"training_data\": {\"label\": 1}", "[0].training_data.label"), ("\"training_data\": {\"cost_bps\": -1}", "[0].training_data.cost_bps"),
    ("\"training_data\": {\"start_ts\": \"x\"}", "[0].training_data.start_ts"), ("\"baseline\": {\"scores\": {}}", "[0].baseline.scores.edges"),
  ])
  func `What the registry says of a model's training is read or refused, never passed over`(more: String, what: String) throws {
    let resolver = try legacy(entry(more: ", \(more)"))
    try folder.write("a model", to: "storage/models/signal_xgb_BTCUSDT_h5.json")
    #expect(try fault { _ = try resolver.resolve(instrument, horizonSeconds: 5) }.code == .registryInvalid(what))
  }

  @Test func `What the registry cannot give is named`() throws {
    #expect(try fault { _ = try legacy(nil).resolve(instrument, horizonSeconds: 5) }.code == .registryMissing)
    #expect(try fault { _ = try legacy(entry()).resolve(instrument, horizonSeconds: 5) }.code == .modelMissing)
    #expect(try fault { _ = try legacy(entry()).resolve(instrument, horizonSeconds: 30) }.code == .modelMissing)
    #expect(try fault { _ = try legacy(entry(hash: "00")).resolve(instrument, horizonSeconds: 5) }.code == .schemaMismatch)
    #expect(try fault { _ = try legacy("{}").resolve(instrument, horizonSeconds: 5) }.code == .registryInvalid("[0].symbol"))
  }

  // MARK: Readiness

  @Test func `The readiness table has a row for each symbol and horizon, with what was found and how old it is`() throws {
    let path = try ModelSamples.artefact(in: folder, place, change: ("\"linux\"", "\"win32\""))
    let readiness = ModelReadiness.look(
      resolver(), instruments: [instrument, Samples.perpetual(symbol: "ETHUSDT")], horizonsSeconds: [1, 5], check: .inProcess,
      nowSeconds: 1_764_546_000 + 93_784)
    #expect(readiness.rows.map(\.state) == [.missing, .ready, .missing, .missing])
    let ready = readiness.rows[1]
    #expect(ready.model == "LogisticModel (xgboost_json)" && ready.ageSeconds == 93_784 && ready.source == path)
    #expect(ready.notes == ["platform: it was trained on win32, this is linux"])
    let lines = readiness.lines
    #expect(lines[0] == "[MODEL READINESS]")
    #expect(lines.count == 7)
    let digest = ModelSamples.digest(ModelSamples.modelText)
    #expect(lines[3].contains("BTCUSDT") && lines[3].contains("ready") && lines[3].contains("1d 2h") && lines[3].contains(digest.prefix(12)))
    #expect(lines[2].contains("missing") && lines[2].contains("manifest_missing: "))
    #expect(lines[6] == "  note: BTCUSDT/5: platform: it was trained on win32, this is linux")
    let node = try JSONReader.read(Array(readiness.node.compact.utf8))
    #expect(node["ready"] == .boolean(false))
    #expect(node["models"]?.array?[1]["digest"] == .text(digest))
    #expect(node["models"]?.array?[0]["reason"]?.text?.hasPrefix("manifest_missing") == true)
    #expect(ModelReadiness().lines == ["[MODEL READINESS]", "  no model is configured"])
  }

  @Test func `A model that does not pass its trial is invalid, and the row still says which it is`() throws {
    try ModelSamples.artefact(in: folder, place, change: ("\"model_api\"", "\"parameters\": {\"fault\": \"nan\"}, \"model_api\""))
    let readiness = ModelReadiness.look(resolver(), instruments: [instrument], horizonsSeconds: [5], check: .inProcess, nowSeconds: 0)
    #expect(readiness.rows[0].state == .invalid)
    #expect(readiness.rows[0].digest != nil && readiness.rows[0].reason?.hasPrefix("prediction_invalid:p_up is nan") == true)
  }

  @Test(arguments: [(0, "0s"), (59, "59s"), (61, "1m 1s"), (7200, "2h 0m"), (200_000, "2d 7h")])
  func `An age is told in two units`(seconds: Int, text: String) { #expect(ModelReadiness.age(Int64(seconds)) == text) }
}
