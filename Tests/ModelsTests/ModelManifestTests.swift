import Cryptography
import Features
import Foundation
import JSONTree
import Market
import TestKit
import Testing

@testable import Models
@testable import Plugins

@Suite struct ModelManifestTests {
  private func read(_ text: String) throws -> ModelManifest { try ModelManifest(Array(text.utf8), "manifest.json") }

  @Test func `A manifest of the Python system is read as it is`() throws {
    let manifest = try read(ModelSamples.referenceManifest())
    #expect(manifest.symbol == "BTCUSDT")
    #expect(manifest.market == nil)
    #expect(manifest.horizonSeconds == 5)
    #expect(manifest.createdAt == 1_764_546_000)
    #expect(manifest.model.path == "signal_xgb_BTCUSDT_h5.json")
    #expect(manifest.model.digest.hex == ModelSamples.digest(ModelSamples.modelText))
    #expect(manifest.modelFormat == "xgboost_json")
    #expect(try manifest.schema().name == "feat.v1")
    #expect(manifest.trainingData.rows == 3541)
    #expect(manifest.trainingData.startMilliseconds == nil)
    #expect(manifest.thresholds == ["p_up": 0.55])
    #expect(manifest.metrics?["accuracy"]?.real == 0.5312)
    #expect(manifest.metrics?["recall"]?.real == 1e-05)
    #expect(manifest.metrics?["mcc"]?.real?.isNaN == true)
    #expect(try manifest.checkCompatibility(isStrict: true, "m").isEmpty)
  }

  @Test func `What its reader requires is enough, and floats may stand where whole numbers are meant`() throws {
    let digest = ModelSamples.digest("x")
    let manifest = try read(
      """
      {"manifest_version": "model.v1", "symbol": "ETHUSDT", "horizon": 30.0, "created_at": 1764546000.75,
       "files": {"model": {"path": "m.json", "sha256": "\(digest)"}}, "training_data": null, "metrics": null, "thresholds": {"p_up": null}}
      """)
    #expect(manifest.horizonSeconds == 30)
    #expect(manifest.createdAt == 1_764_546_000)
    #expect(try manifest.schema().name == "feat.v1")
    #expect(manifest.modelFormat == "xgboost_json")
    #expect(manifest.thresholds.isEmpty)
  }

  @Test func `Ours has more: adapter, runtimes, parameters, market, training range and baseline come back as they were written`() throws {
    var manifest = ModelManifest(
      symbol: "BTCUSDT", market: .usdm, horizonSeconds: 5, schema: .v1,
      model: .init(path: "model.bin", digest: SHA256Hasher.digest(of: [1])), createdAt: 12)
    manifest.adapter = .init(path: "libLightGBMModel.so", digest: SHA256Hasher.digest(of: [2]))
    manifest.runtimes = [.init(path: "lib/lib_lightgbm.so", digest: SHA256Hasher.digest(of: [3]))]
    manifest.parameters = ["bias": "0.10"]
    manifest.trainingData.source = "ticks"
    manifest.trainingData.rows = 100
    manifest.trainingData.startMilliseconds = 1_764_546_000_123
    manifest.trainingData.endMilliseconds = 1_764_549_600_000
    manifest.trainingData.trials = 3
    manifest.metrics = ["mcc": 0.125, "interval": [-0.01, 0.26]]
    manifest.baseline = DriftBaseline(
      features: ["ret_1s": .init(edges: [-1e-05, 0, 1e-05], counts: [1, 2, 3, 4], missing: 1)], scores: .init(edges: [0.5], counts: [0.25, 0.75]))
    let back = try ModelManifest(manifest.encoded, "manifest.json")
    #expect(back.encoded == manifest.encoded)
    #expect(back.adapter == manifest.adapter)
    #expect(back.runtimes == manifest.runtimes)
    #expect(back.parameters == ["bias": "0.10"])
    #expect(back.market == .usdm)
    #expect(back.trainingData == manifest.trainingData)
    #expect(back.metrics == manifest.metrics)
    #expect(back.baseline == manifest.baseline)
    #expect(back.trainingData.overlaps(1_764_549_600_000...1_764_549_700_000) == true)
    #expect(back.trainingData.overlaps(1_764_549_600_001...1_764_549_700_000) == false)
    #expect(String(decoding: back.encoded, as: UTF8.self).contains("\"feature_schema_hash\": \"\(FeatureSchema.v1.hashText)\""))
  }

  @Test func `Members that nobody here knows are kept when it is written again`() throws {
    let manifest = try read(
      ModelSamples.referenceManifest(change: ("\"model_api\"", "\"supervisor\": {\"note\": [1.50, \"\\u00e4\\ud83d\\ude00\"]},\n  \"model_api\"")))
    let node = try JSONReader.read(manifest.encoded)
    #expect(node["supervisor"]?["note"] == .array([.number("1.50"), .text("ä😀")]))
    #expect(node["artifact"]?["lib_versions"]?["pandas"] == .text("2.1.4"))
    #expect(node["metrics"]?["mcc"] == .null, "JSON has no word for it")
    #expect(node["metrics"]?["recall"] == .number("1e-05"))
  }

  @Test(arguments: [
    ("\"model.v1\"", "\"model.v2\"", "manifest_invalid:manifest_version"),
    ("\"model.v1\"", "1", "manifest_invalid:manifest_version has the wrong type"),
    ("\"symbol\": \"BTCUSDT\",", "", "manifest_invalid:symbol is missing"), ("\"BTCUSDT\"", "\"../x\"", "manifest_invalid:symbol"),
    ("\"horizon\": 5", "\"horizon\": 0", "manifest_invalid:horizon"), ("\"horizon\": 5", "\"horizon\": 5.5", "manifest_invalid:horizon"),
    ("\"horizon\": 5", "\"horizon\": \"5\"", "manifest_invalid:horizon"), ("\"horizon\": 5", "\"horizon\": 1e30", "manifest_invalid:horizon"),
    ("\"horizon\": 5,", "", "manifest_invalid:horizon"), ("\"created_at\": 1764546000", "\"created_at\": \"now\"", "manifest_invalid:created_at"),
    ("\"created_at\": 1764546000", "\"created_at\": NaN", "manifest_invalid:created_at"),
    ("\"model\": {", "\"modell\": {", "manifest_invalid:files.model is missing"),
    ("\"path\": \"signal", "\"path\": \"../signal", "manifest_invalid:files.model.path"),
    ("\"path\": \"signal", "\"path\": \"/signal", "manifest_invalid:files.model.path"),
    ("\"path\": \"signal_xgb_BTCUSDT_h5.json\"", "\"path\": \"manifest.json\"", "manifest_invalid:files"),
    ("\"sha256\": \"", "\"sha256\": \"A", "manifest_invalid:files.model.sha256"),
    ("\"start_ts\": null", "\"start_ts\": \"2024-01-01\"", "manifest_invalid:training_data.start_ts"),
    ("\"rows\": 3541,\n    \"start_ts\": null,\n    \"end_ts\": null", "\"start_ts\": 5, \"end_ts\": 4", "manifest_invalid:training_data.end_ts"),
    ("\"p_up\": 0.55", "\"p_up\": NaN", "manifest_invalid:thresholds.p_up"),
    ("\"thresholds\": {", "\"market\": \"futures\", \"thresholds\": {", "manifest_invalid:market"),
    ("\"feat.v1\"", "\"feat.v9\"", "schema_mismatch"), ("\"feat.v1\"", "1", "manifest_invalid:features_version"),
    ("\"thresholds\": {", "\"feature_schema_hash\": \"00\", \"thresholds\": {", "schema_mismatch"),
    ("\"thresholds\": {", "\"parameters\": {\"a\": [1]}, \"thresholds\": {", "manifest_invalid:parameters.a"),
    (
      "\"thresholds\": {", "\"baseline\": {\"features\": {\"x\": {\"edges\": [2, 1], \"counts\": [1, 1, 1]}}}, \"thresholds\": {",
      "manifest_invalid:baseline.features.x.edges"
    ),
    (
      "\"thresholds\": {", "\"baseline\": {\"scores\": {\"edges\": [1], \"counts\": [1]}}, \"thresholds\": {",
      "manifest_invalid:baseline.scores.counts"
    ),
    ("\"thresholds\": {", "\"signature\": {\"algorithm\": \"rsa\"}, \"thresholds\": {", "signature_invalid:unreadable"),
    ("\"symbol\"", "\"horizon\": 5, \"symbol\"", "manifest_invalid:not JSON"),
  ])
  func `A wrong field is refused by its name`(old: String, new: String, name: String) throws {
    let error = try fault { _ = try read(ModelSamples.referenceManifest(change: (old, new))) }
    #expect(error.description.hasPrefix(name), "\(error)")
    #expect(error.kind == .badData)
  }

  @Test(arguments: [
    ("\"predict_proba\"", "\"predict\"", "compat_mismatch:model_api(predict)"),
    ("\"signal_model\"", "\"ranker\"", "compat_mismatch:model_type(ranker)"),
    ("\"serializer\": \"xgboost_json\"", "\"serializer\": \"pickle\"", "compat_mismatch:serializer(pickle)"),
  ])
  func `What cannot be asked or was written otherwise is a mismatch, strict or not`(old: String, new: String, name: String) throws {
    let manifest = try read(ModelSamples.referenceManifest(change: (old, new)))
    for isStrict in [false, true] {
      #expect(try fault { _ = try manifest.checkCompatibility(isStrict: isStrict, "m") }.description.hasPrefix(name))
    }
  }

  @Test(arguments: [
    ("\"linux\"", "\"win32\"", "platform"), ("\"3.11.7\"", "\"2.7.18\"", "python"), ("\"1.7.4\"", "\"0.90\"", "xgboost"),
  ])
  func `What it was trained with is told, and refused where that is wanted`(old: String, new: String, name: String) throws {
    let manifest = try read(ModelSamples.referenceManifest(change: (old, new)))
    let notes = try manifest.checkCompatibility(isStrict: false, "m")
    #expect(notes.count == 1 && notes[0].hasPrefix(name))
    #expect(try fault { _ = try manifest.checkCompatibility(isStrict: true, "m") }.code == .compatMismatch(name))
  }

  @Test func `Training moments in seconds and in milliseconds mean the same`() throws {
    for (text, expected) in [("1764546000", 1_764_546_000_000), ("1764546000.5", 1_764_546_000_500), ("1764546000500", 1_764_546_000_500)] {
      let manifest = try read(ModelSamples.referenceManifest(change: ("\"start_ts\": null", "\"start_ts\": \(text)")))
      #expect(manifest.trainingData.startMilliseconds == Int64(expected))
    }
  }

  // MARK: Signatures

  @Test func `No byte of a signed manifest can be changed, added or moved`() throws {
    let key = try Ed25519.makeKey()
    var manifest = try read(ModelSamples.referenceManifest(change: ("NaN", "0.5")))
    try manifest.sign(withPEM: key.pem)
    let whole = manifest.encoded
    #expect(try ModelManifest(whole, "m").signature?.publicKey == Hexadecimal.text(key.publicKey))
    var chance = Chance.seeded("signed model manifest")
    var refused = 0
    for _ in 0..<400 {
      var bytes = whole
      let place = Int.random(in: 0..<bytes.count, using: &chance)
      switch Int.random(in: 0..<3, using: &chance) {
      case 0: bytes[place] ^= 1 << UInt8.random(in: 0..<7, using: &chance)
      case 1: bytes.insert(UInt8(ascii: " "), at: place)
      default: bytes.remove(at: place)
      }
      // A space for one that stood beside it is the same file.
      if bytes == whole { continue }
      refused += 1
      do {
        // One whose signature goes by another name is not signed, and goes nowhere where signatures are wanted.
        let manifest = try ModelManifest(bytes, "m")
        #expect(manifest.signature == nil)
        let wanting = TrustPolicy(trustedKeys: [Hexadecimal.text(key.publicKey)], requiresSignature: true)
        #expect(try fault { try wanting.check(manifest.signature, "m") }.code == .signatureInvalid("missing"))
      } catch { #expect(error is PluginError) }
    }
    #expect(refused > 300)
  }

  // MARK: Anything at all

  @Test func `Any cut, flipped or spliced manifest is read or refused by name, and never traps`() throws {
    var chance = Chance.seeded("model manifest bytes")
    let bytes = Array(ModelSamples.referenceManifest().utf8)
    let pieces = ["{", "}", "[", "]", "\"", "\\u", "\\ud800", "1e999999", "-", "NaN", "null", "99999999999999999999", "\u{0}", "ä", ",", ":"].map {
      Array($0.utf8)
    }
    var outcomes = (read: 0, refused: 0)
    for _ in 0..<4000 {
      var copy = bytes
      if chance.chance(30) { copy.removeLast(Int.random(in: 1...copy.count, using: &chance)) }
      for _ in 0..<Int.random(in: 0...4, using: &chance) where !copy.isEmpty {
        let place = Int.random(in: 0..<copy.count, using: &chance)
        if chance.chance(50) {
          copy[place] = UInt8.random(in: 0...255, using: &chance)
        } else {
          copy.insert(contentsOf: pieces[Int.random(in: 0..<pieces.count, using: &chance)], at: place)
        }
      }
      do {
        _ = try ModelManifest(copy, "fuzz.json").encoded
        outcomes.read += 1
      } catch {
        outcomes.refused += 1
        #expect(["manifest_invalid:", "schema_mismatch", "signature_invalid:"].contains { error.description.hasPrefix($0) }, "\(error)")
      }
    }
    #expect(outcomes.read > 100 && outcomes.refused > 1000)
  }

  @Test(arguments: [
    "", " ", "{", "[]", "null", "hello", "{}", "\u{0}\u{1}", "{\"manifest_version\": \"model.v1\"}", "[[[[", "{\"a\":1,}", "{\"a\" 1}", "01", "1.",
    "\"\\x\"",
  ])
  func `What is no manifest is manifest_invalid`(text: String) throws {
    #expect(try fault { _ = try read(text) }.description.hasPrefix("manifest_invalid:"))
  }

  @Test func `Thousands of lists in one another are refused, not followed`() throws {
    let error = try fault { _ = try read(String(repeating: "[", count: 100_000)) }
    #expect(error.description.contains("in one another"))
  }

  @Test func `A missing manifest, and one over its bound, are named`() throws {
    let folder = try TemporaryFolder()
    let missing = try fault { _ = try ModelManifest.read(folder.path("none.json")) }
    #expect(missing.code == .manifestMissing && missing.kind.exitCode == 66)
    try folder.write(ModelSamples.referenceManifest() + String(repeating: " ", count: 4 << 20), to: "long.json")
    #expect(try fault { _ = try ModelManifest.read(folder.path("long.json")) }.code == .manifestInvalid("unreadable"))
  }

  @Test func `A spread puts each value into the bin that holds it`() {
    let spread = DriftBaseline.Spread(edges: [-1, 0, 2], counts: [1, 1, 1, 1])
    let bins: [(Double, Int?)] = [(-5, 0), (-1, 1), (-0.5, 1), (0, 2), (1.9, 2), (2, 3), (.infinity, 3), (-.infinity, 0), (.nan, nil)]
    for (value, bin) in bins { #expect(spread.bin(of: value) == bin, "\(value)") }
  }
}
