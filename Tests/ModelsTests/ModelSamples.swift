import Cryptography
import Features
import Foundation
import Market
import Models
import Plugins
import TestKit
import Testing

/// Artefacts as they are laid out on disk, made by tests.
enum ModelSamples {
  /// The fixture in the place of every adapter: a logistic of the row, whatever the model's bytes say.
  static let adapters = ModelAdapters(
    ["xgboost_json": "LogisticModel", "linear_json": "LogisticModel"], folder: Workplace.buildFolder.path)
  static let instrument = Samples.perpetual()

  static func digest(_ text: String) -> String { SHA256Hasher.digest(of: Array(text.utf8)).hex }

  /// A manifest as the Python system writes one: json.dump with indent=2, floats and nulls as they come.
  static func referenceManifest(
    symbol: String = "BTCUSDT", horizon: String = "5", file: String = "signal_xgb_BTCUSDT_h5.json", model: String = modelText,
    change: (String, String)? = nil
  ) -> String {
    let text = """
      {
        "manifest_version": "model.v1",
        "symbol": "\(symbol)",
        "horizon": \(horizon),
        "model_type": "signal_model",
        "created_at": 1764546000,
        "features_version": "feat.v1",
        "training_data": {
          "source": "ticks",
          "rows": 3541,
          "start_ts": null,
          "end_ts": null
        },
        "metrics": {
          "accuracy": 0.5312,
          "precision": 0.5,
          "recall": 1e-05,
          "mcc": NaN,
          "tp": 12,
          "tn": 0
        },
        "thresholds": {
          "p_up": 0.55
        },
        "files": {
          "model": {
            "path": "\(file)",
            "sha256": "\(digest(model))"
          }
        },
        "model_format": "xgboost_json",
        "model_api": "predict_proba",
        "artifact": {
          "python": "3.11.7",
          "platform": "linux",
          "serializer": "xgboost_json",
          "lib_versions": {
            "numpy": "1.26.4",
            "pandas": "2.1.4",
            "xgboost": "1.7.4"
          }
        }
      }
      """
    guard let change else { return text }
    #expect(text.contains(change.0), "\(change.0) is in the manifest")
    return text.replacingOccurrences(of: change.0, with: change.1)
  }

  static let modelText = "{\"learner\": {}}\n"

  /// A folder as the Python system's trainer leaves it.
  @discardableResult
  static func artefact(
    in folder: TemporaryFolder, _ name: String = "artifacts/models/BTCUSDT/5/20251130-235959", symbol: String = "BTCUSDT", horizon: Int = 5,
    model: String = modelText, change: (String, String)? = nil
  ) throws -> String {
    let file = "signal_xgb_\(symbol)_h\(horizon).json"
    try FileManager.default.createDirectory(atPath: folder.path(name), withIntermediateDirectories: true)
    try folder.write(model, to: "\(name)/\(file)")
    try folder.write("[]", to: "\(name)/registry.json")
    try folder.write(
      referenceManifest(symbol: symbol, horizon: "\(horizon)", file: file, model: model, change: change), to: "\(name)/manifest.json")
    return folder.path(name)
  }

  static func resolved(_ path: String, isStrict: Bool = false) throws -> ResolvedModel {
    try ResolvedModel.read(path, adapters: adapters, isStrict: isStrict)
  }
}

/// Runs `body` and returns the error that it must throw.
func fault(_ body: () throws -> Void, sourceLocation: SourceLocation = #_sourceLocation) throws -> PluginError {
  do { try body() } catch let error as PluginError {
    #expect(!error.description.contains("\n"), "one line", sourceLocation: sourceLocation)
    #expect(error.description.hasPrefix(error.code.name), "the name comes first", sourceLocation: sourceLocation)
    return error
  }
  Issue.record("nothing was thrown", sourceLocation: sourceLocation)
  throw CancellationError()
}
