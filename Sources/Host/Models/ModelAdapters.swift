import Kernel
import Plugins

/// Which plugin evaluates models of a format whose manifest names none.
public struct ModelAdapters: Sendable {
  /// Plugin names by model_format.
  public var byFormat: [String: String]
  /// Where `lib<Name>.so` stands.
  public var folder: String

  public static let defaults = [
    "xgboost_json": "XGBoostModel", "linear_json": "LinearModel", "compiled": "CompiledModel", "lightgbm_text": "LightGBMModel", "onnx": "ONNXModel",
  ]

  /// - Parameter folder: beside the executable.
  public init(_ byFormat: [String: String] = ModelAdapters.defaults, folder: String) {
    self.byFormat = byFormat
    self.folder = folder
  }

  /// Reads and hashes the plugin for a format.
  ///
  /// - Parameter path: of the manifest, for errors.
  /// - Throws: `adapter_missing`.
  func file(for format: String, of path: String) throws(PluginError) -> PluginFile {
    guard let name = byFormat[format] else {
      let known = byFormat.keys.sorted().joined(separator: ", ")
      throw PluginError(
        .adapterMissing, path, "no adapter is known for model_format '\(format)'; name one in files.adapter, or in ml.adapters, which has: \(known)")
    }
    guard ManifestText.isWord(name) else {
      throw PluginError(.adapterMissing, path, "ml.adapters has '\(name)' for \(format), which is no plugin's name")
    }
    let library = "\(folder)/lib\(name).so"
    guard Files.exists(library) else {
      throw PluginError(.adapterMissing, library, "ml.adapters names \(name) for \(format), and it was not built there; build it, or name another")
    }
    return try PluginFile.read(library)
  }
}
