import Cryptography
import Features
import Kernel
import Market
import Plugins

/// A model that a run is to use, with its adapter: read and hashed, none of its code has run.
public struct ResolvedModel: Sendable {
  /// A library that the adapter is lent.
  public struct Runtime: Sendable {
    /// As in the manifest.
    public var name: String
    public var file: PluginFile
  }

  public var manifest: ModelManifest
  public var schema: FeatureSchema
  public var model: ModelFile
  public var adapter: PluginFile
  public var runtimes: [Runtime]
  /// The folder or file that named it.
  public var source: String
  /// Differences that are told and not refused, a line each.
  public var notes: [String]
  /// Whether the files' bytes are here still: digests and names are, in any case.
  public private(set) var hasBytes = true

  public var symbol: String { manifest.symbol }
  public var horizonSeconds: Int64 { manifest.horizonSeconds }

  /// What the adapter's file is called: known before any code has run.
  public var adapterName: String {
    let stem = adapter.fileName.hasSuffix(".so") ? String(adapter.fileName.dropLast(3)) : adapter.fileName
    return stem.hasPrefix("lib") ? String(stem.dropFirst(3)) : stem
  }

  /// `XGBoostModel@BTCUSDT/5`.
  public var instanceID: String { "\(adapterName)@\(symbol)/\(horizonSeconds)" }

  // MARK: Reading

  /// - Parameters:
  ///   - path: a folder with a manifest, or the manifest.
  ///   - isStrict: ml.ml_compat_strict.
  /// - Throws: `PluginError` under the name of what is missing or wrong.
  public static func read(_ path: String, adapters: ModelAdapters, isStrict: Bool = false) throws(PluginError) -> ResolvedModel {
    let isManifest = path.hasSuffix(".json")
    let folder = isManifest ? path.lastIndex(of: "/").map { String(path[..<$0]) } ?? "." : path
    let manifest = try ModelManifest.read(isManifest ? path : "\(path)/\(ModelManifest.fileName)")
    return try read(manifest, in: folder, source: path, adapters: adapters, isStrict: isStrict)
  }

  static func read(
    _ manifest: ModelManifest, in folder: String, source: String, adapters: ModelAdapters, isStrict: Bool
  ) throws(PluginError) -> ResolvedModel {
    let path = "\(folder)/\(ModelManifest.fileName)"
    let notes = try manifest.checkCompatibility(isStrict: isStrict, path)
    let model = try ModelFile.read("\(folder)/\(manifest.model.path)", expected: manifest.model.digest)
    let adapter = try adapter(of: manifest, in: folder, path, adapters)
    var runtimes: [Runtime] = []
    for file in manifest.runtimes {
      let library = try PluginFile.read("\(folder)/\(file.path)", expected: file.digest)
      runtimes.append(Runtime(name: file.path, file: library))
    }
    return ResolvedModel(
      manifest: manifest, schema: try manifest.schema(path), model: model, adapter: adapter, runtimes: runtimes, source: source, notes: notes)
  }

  /// What the manifest names and pins, else the settings' one for the format.
  private static func adapter(
    of manifest: ModelManifest, in folder: String, _ path: String, _ adapters: ModelAdapters
  ) throws(PluginError) -> PluginFile {
    guard let pinned = manifest.adapter else { return try adapters.file(for: manifest.modelFormat, of: path) }
    let library = "\(folder)/\(pinned.path)"
    guard Files.isPresent(library) else {
      throw PluginError(.adapterMissing, library, "the manifest names it as files.adapter, and it is not there; publish it again")
    }
    return try PluginFile.read(library, expected: pinned.digest)
  }

  /// A model file that nobody has written a manifest for yet.
  ///
  /// - Parameters:
  ///   - manifest: its file, adapter and runtimes are set here.
  ///   - adapter: nil = the settings' one for the format.
  public static func make(
    _ model: ModelFile, manifest: ModelManifest, adapter: PluginFile?, runtimes: [PluginFile], adapters: ModelAdapters, isStrict: Bool = false
  ) throws(PluginError) -> ResolvedModel {
    var manifest = manifest
    manifest.model = ModelManifest.File(path: model.fileName, digest: model.digest)
    manifest.runtimes = runtimes.map { ModelManifest.File(path: $0.fileName, digest: $0.digest) }
    let notes = try manifest.checkCompatibility(isStrict: isStrict, model.path)
    let found: PluginFile
    if let adapter { found = adapter } else { found = try adapters.file(for: manifest.modelFormat, of: model.path) }
    return ResolvedModel(
      manifest: manifest, schema: try manifest.schema(model.path), model: model, adapter: found,
      runtimes: runtimes.map { Runtime(name: $0.fileName, file: $0) }, source: model.path, notes: notes)
  }

  /// What a run goes on with once the files are kept: megabytes for each model otherwise, for as long as it runs.
  public var withoutBytes: ResolvedModel {
    var light = self
    light.hasBytes = false
    light.model = ModelFile(digest: model.digest, path: model.path, bytes: [])
    light.adapter = adapter.withoutBytes
    light.runtimes = runtimes.map { Runtime(name: $0.name, file: $0.file.withoutBytes) }
    return light
  }

  // MARK: Whom it is for

  /// - Throws: `symbol_or_horizon_mismatch`.
  func check(for instrument: Instrument) throws(PluginError) {
    guard manifest.symbol == instrument.id.symbol, (manifest.market ?? instrument.id.market) == instrument.id.market else {
      throw PluginError(
        .symbolOrHorizonMismatch, source,
        "it is for \(manifest.market.map { "\($0.rawValue)." } ?? "")\(manifest.symbol), and \(instrument.id) is wanted")
    }
  }
}
