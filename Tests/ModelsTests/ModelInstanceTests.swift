import Cryptography
import Features
import Foundation
import JSONTree
import PluginABI
import TestKit
import Testing

@testable import Models
@testable import Plugins

@Suite struct ModelInstanceTests {
  let folder: TemporaryFolder
  init() throws { folder = try TemporaryFolder() }

  /// A model of the compiled adapter.
  private func resolved(_ adapter: String, model: String = "0.625", runtimes: [String] = []) throws -> ResolvedModel {
    try folder.write(model, to: "model.txt")
    let file = try ModelFile.read(folder.path("model.txt"))
    let manifest = ModelManifest(symbol: "BTCUSDT", horizonSeconds: 5, schema: .v1, model: .init(path: "model.txt", digest: file.digest))
    return try ResolvedModel.make(
      file, manifest: manifest, adapter: try PluginFile.read(adapter), runtimes: try runtimes.map { try PluginFile.read($0) },
      adapters: ModelSamples.adapters)
  }

  @Test func `A model answers through its binding what it answers when it is asked`() throws {
    let path = try ModelSamples.artefact(in: folder)
    let instance = try ModelInstance(try ModelSamples.resolved(path), on: ModelSamples.instrument, parameters: ["bias": "0.5"])
    #expect(instance.id == "LogisticModel@BTCUSDT/5")
    #expect(instance.adapterName == "LogisticModel")
    #expect(instance.digest.hex == ModelSamples.digest(ModelSamples.modelText))
    #expect(instance.parameterTexts.contains { $0.name == "bias" && $0.value == "0.5" })
    let row = [Double](repeating: 0.01, count: instance.schema.columns.count)
    let forecast = try instance.predict(row)
    let sum = 0.5 + (1...row.count).reduce(0) { $0 + 0.01 / Double($1) }
    #expect(abs(forecast.pUp - 1 / (1 + exp(-sum))) < 1e-12)
    var prediction = qe_prediction()
    let binding = instance.binding
    #expect(row.withUnsafeBufferPointer { binding.predict(binding.instance, $0.baseAddress!, UInt32($0.count), &prediction) } == QE_OK)
    #expect(prediction.p_up == forecast.pUp && prediction.edge == forecast.edge)
    instance.close()
    #expect(try fault { _ = try instance.predict(row) }.code == .predictionInvalid("closed"))
    instance.close()
  }

  /// As XGBoost writes it: attributes and more before the names, trees behind them.
  private static func named(_ columns: [String]?) -> String {
    let names = columns.map { #""feature_names": [\#($0.map { "\"\($0)\"" }.joined(separator: ", "))],"# } ?? ""
    return #"{"x": [1, {"feature_names": ["}", "no"]}], "learner": {"attributes": {"feature_names": "not \" [these", "n": -1.5e3}, "#
      + #"\#(names) "gradient_booster": {"model": [1, 2"#
  }

  @Test func `Columns that an XGBoost file names are the schema's, in its order, or it is refused`() throws {
    let columns = FeatureSchema.v1.columns
    var swapped = columns
    swapped.swapAt(3, 4)
    let refusals: [([String], String)] = [
      (swapped, "column 3 of the model is '\(columns[4])', of feat.v1 it is '\(columns[3])'"),
      (Array(columns.dropLast()), "the model has 17 columns, feat.v1 has 18"), (columns + ["more"], "the model has 19 columns"),
      (["momentum"], "column 0 of the model is 'momentum'"),
    ]
    for (index, (names, reason)) in refusals.enumerated() {
      let path = try ModelSamples.artefact(in: folder, "refused-\(index)", model: Self.named(names))
      let error = try fault { _ = try ModelInstance(try ModelSamples.resolved(path), on: ModelSamples.instrument) }
      #expect(error.code == .schemaMismatch && error.description.contains(reason), "\(error)")
    }
    for (index, names) in [columns, [], (0..<18).map { "f\($0)" }, nil].enumerated() {
      let path = try ModelSamples.artefact(in: folder, "taken-\(index)", model: Self.named(names))
      try ModelInstance(try ModelSamples.resolved(path), on: ModelSamples.instrument).close()
    }
  }

  @Test func `Whatever bytes a model file has, looking for its columns ends`() throws {
    let whole = Array(Self.named(FeatureSchema.v1.columns).utf8)
    #expect(JSONReader.member(["learner", "feature_names"], in: whole)?.array?.count == 18)
    for count in whole.indices { _ = JSONReader.member(["learner", "feature_names"], in: Array(whole[..<count])) }
    for text in ["", "{", "[]", "{\"learner\":5}", "{\"a\":}", "{\"a\":\"\\", "{\"a\":[", "{\"a\":]", "{\"a\" 1"] {
      #expect(JSONReader.member(["learner", "feature_names"], in: Array(text.utf8)) == nil, "\(text)")
    }
  }

  @Test func `The model's bytes live as long as the instance, and runtimes are lent sealed`() throws {
    let adapter = try CompiledPlugin.build(CompiledPlugin.lending, "Lending", in: folder)
    let runtime = try CompiledPlugin.build("double extra(void) { return 0.125; }", "extra", in: folder)
    let row = [Double](repeating: 0, count: 18)
    let plain = try ModelInstance(try resolved(adapter), on: ModelSamples.instrument)
    #expect(try plain.predict(row).pUp == 0.625)
    let lent = try ModelInstance(try resolved(adapter, runtimes: [runtime]), on: ModelSamples.instrument)
    // What stands on the disk is not what runs.
    try Data("void".utf8).write(to: URL(fileURLWithPath: runtime))
    #expect(try lent.predict(row).pUp == 0.75)
    #expect(try plain.predict(row).pUp == 0.625)
    #expect(try fault { _ = try plain.predict([0]) }.description.hasPrefix("prediction_invalid:status 2"))
  }

  @Test func `Bytes of one runtime are sealed once, whatever models want them`() throws {
    let adapter = try CompiledPlugin.build(CompiledPlugin.lending, "Lending", in: folder)
    let runtime = try CompiledPlugin.build("double extra(void) { return 0.0625; }", "once", in: folder)
    let model = try resolved(adapter, runtimes: [runtime])
    let first = try RuntimeLibraries.lend(model.runtimes[0])
    let second = try RuntimeLibraries.lend(model.runtimes[0])
    #expect(first.descriptor == second.descriptor && first.descriptor >= 0)
    #expect(first.bytes.baseAddress == second.bytes.baseAddress && first.bytes.count == model.runtimes[0].file.bytes.count)
  }

  @Test func `What is no probability is found by the trial, before anybody relies on it`() throws {
    let adapter = try CompiledPlugin.build(CompiledPlugin.lending, "Lending", in: folder)
    for (text, what) in [("1.5", "p_up is 1.5"), ("-0.25", "p_up is -0.25"), ("nan", "p_up is nan")] {
      #expect(try fault { _ = try ModelInstance(try resolved(adapter, model: text), on: ModelSamples.instrument) }.code == .predictionInvalid(what))
    }
    let path = try ModelSamples.artefact(in: folder)
    for name in ["nan", "out_of_bounds"] {
      let error = try fault { _ = try ModelInstance(try ModelSamples.resolved(path), on: ModelSamples.instrument, parameters: ["fault": name]) }
      #expect(error.description.hasPrefix("prediction_invalid:p_up"))
    }
  }

  @Test func `A model of other features is schema_mismatch, one of the same is taken`() throws {
    let same = FeatureSchema.v1.hash.map { "\($0)" }.joined(separator: ",")
    let fitting = try CompiledPlugin.build(CompiledPlugin.lending, "Fitting", flags: ["-DHASH=\(same)"], in: folder)
    #expect(throws: Never.self) { try ModelInstance(try resolved(fitting), on: ModelSamples.instrument).close() }
    let other = try CompiledPlugin.build(CompiledPlugin.lending, "Other", flags: ["-DHASH=1,2,3"], in: folder)
    let error = try fault { _ = try ModelInstance(try resolved(other), on: ModelSamples.instrument) }
    #expect(error.code == .schemaMismatch)
    #expect(error.description.contains("010203"))
  }

  @Test func `A strategy is no adapter, a broken runtime no runtime, and a parameter nobody knows no parameter`() throws {
    let strategy = Workplace.plugin("EMACrossC").path
    #expect(try fault { _ = try ModelInstance(try resolved(strategy), on: ModelSamples.instrument) }.code == .compatMismatch("kind(strategy)"))
    let adapter = try CompiledPlugin.build(CompiledPlugin.lending, "Lending", in: folder)
    try folder.write("not a library", to: "libnone.so")
    #expect(try fault { _ = try resolved(adapter, runtimes: [folder.path("libnone.so")]) }.code == .compatMismatch("not an ELF shared library"))
    let empty = try CompiledPlugin.build("int nothing;", "empty", in: folder)
    let refused = try fault { _ = try ModelInstance(try resolved(adapter, runtimes: [empty]), on: ModelSamples.instrument) }
    #expect(refused.code == .createFailed("the runtime libempty.so cannot be used"))
    let unknown = try fault { _ = try ModelInstance(try resolved(adapter), on: ModelSamples.instrument, parameters: ["depth": "5"]) }
    #expect(unknown.description.hasPrefix("parameter_invalid:depth"))
  }

  @Test func `Another symbol or market is a mismatch`() throws {
    let adapter = try CompiledPlugin.build(CompiledPlugin.lending, "Lending", in: folder)
    var model = try resolved(adapter)
    #expect(try fault { _ = try ModelInstance(model, on: Samples.perpetual(symbol: "ETHUSDT")) }.code == .symbolOrHorizonMismatch)
    model.manifest.market = .spot
    #expect(try fault { _ = try ModelInstance(model, on: ModelSamples.instrument) }.code == .symbolOrHorizonMismatch)
    #expect(throws: Never.self) { try ModelInstance(model, on: Samples.spot()).close() }
  }
}
