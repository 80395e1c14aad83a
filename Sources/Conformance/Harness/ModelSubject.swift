import FoundationEssentials
import Kernel
import Models
import Plugins

/// What a model's manifest asks to be tried: its adapter, what that is lent, and how many features it is fed.
enum ModelSubject {
  /// - Parameter adapter: the library where the manifest names none.
  /// - Returns: nil for the manifest of something else.
  /// - Throws: `PluginError` under the name of what is missing or wrong; each file is held to its digest.
  static func read(_ path: String, adapter: String?) throws -> Subject? {
    guard isModel(path) else { return nil }
    let manifest = try ModelManifest.read(path)
    let folder = path.lastIndex(of: "/").map { String(path[..<$0]) } ?? "."
    let library: PluginFile
    if let pinned = manifest.adapter {
      library = try PluginFile.read("\(folder)/\(pinned.path)", expected: pinned.digest)
    } else if let adapter {
      library = try PluginFile.read(adapter)
    } else {
      throw PluginError(.adapterMissing, path, "the manifest names no adapter; give its library with --adapter")
    }
    let model = try ModelFile.read("\(folder)/\(manifest.model.path)", expected: manifest.model.digest)
    var files = [lent("model", model.path, manifest.model, isRuntime: false)]
    for runtime in manifest.runtimes {
      let file = try PluginFile.read("\(folder)/\(runtime.path)", expected: runtime.digest)
      files.append(lent(runtime.path, file.path, runtime, isRuntime: true))
    }
    return Subject(
      file: library, manifest: path, parameters: manifest.parameters, horizonSeconds: manifest.horizonSeconds, files: files,
      featureCount: try manifest.schema(path).columns.count)
  }

  /// Cases run in other folders.
  private static func lent(_ name: String, _ path: String, _ file: ModelManifest.File, isRuntime: Bool) -> LentFile {
    LentFile(name: name, path: Files.realPath(path) ?? path, digest: file.digest, isRuntime: isRuntime)
  }

  /// What cannot be read is told by whoever reads it next.
  private static func isModel(_ path: String) -> Bool {
    struct Version: Decodable { var manifest_version: String }
    guard let bytes = try? Files.read(path, limit: 4 << 20), let text = String(validating: bytes, as: UTF8.self) else { return false }
    // Python writes NaN, which is no JSON to the decoder: a manifest that it cannot read is looked at as text.
    let version = try? JSONDecoder().decode(Version.self, from: Data(bytes))
    return version.map { $0.manifest_version == ModelManifest.version } ?? text.contains("\"\(ModelManifest.version)\"")
  }
}
