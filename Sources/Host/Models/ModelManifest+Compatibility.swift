import Plugins

extension ModelManifest {
  /// What a model was made with and how it wants to be asked, held against this host.
  ///
  /// How it is asked and how it was written must fit. What it was trained with is told: no line of that runs here.
  ///
  /// - Parameters:
  ///   - isStrict: what would be told is refused.
  ///   - path: of the manifest, for errors.
  /// - Returns: one line for each difference.
  /// - Throws: `compat_mismatch:<what>`.
  func checkCompatibility(isStrict: Bool, _ path: String) throws(PluginError) -> [String] {
    guard modelType == "signal_model" else {
      throw PluginError(.compatMismatch("model_type(\(modelType))"), path, "this host asks models of type signal_model alone")
    }
    guard modelAPI == "predict_proba" else {
      throw PluginError(.compatMismatch("model_api(\(modelAPI))"), path, "this host asks for predict_proba alone")
    }
    if let serializer = artifact?["serializer"]?.text, serializer != modelFormat {
      throw PluginError(.compatMismatch("serializer(\(serializer))"), path, "the file was written as that, and model_format says \(modelFormat)")
    }
    let differences = differences
    if isStrict, let first = differences.first {
      throw PluginError(.compatMismatch(first.name), path, "\(first.text); ml.ml_compat_strict refuses that")
    }
    // A line of a table each, whatever somebody wrote into the manifest.
    return differences.map { Self.line("\($0.name): \($0.text)") }
  }

  private static func line(_ text: String) -> String {
    String(text.map { $0.isNewline || $0.unicodeScalars.contains { $0.value < 0x20 || $0.value == 0x7F } ? " " : $0 })
  }

  private var differences: [(name: String, text: String)] {
    var found: [(name: String, text: String)] = []
    if let platform = artifact?["platform"]?.text, platform != "linux" {
      found.append(("platform", "it was trained on \(platform), this is linux"))
    }
    if let python = artifact?["python"]?.text, !python.hasPrefix("3.") {
      found.append(("python", "it was trained with Python \(python), and models of Python 3 are what is known"))
    }
    // Other majors may write other files; the adapter decides, and this is told beside what it says.
    if modelFormat == "xgboost_json", let version = artifact?["lib_versions"]?["xgboost"]?.text {
      let major = version.prefix { $0 != "." }
      if !["1", "2", "3"].contains(major) { found.append(("xgboost", "it was trained with xgboost \(version); files of 1.x to 3.x are known")) }
    }
    return found
  }
}
