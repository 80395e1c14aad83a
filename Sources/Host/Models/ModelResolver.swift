import Cryptography
import Features
import Kernel
import Market
import Plugins

/// Finds the model of a symbol and horizon: the published one, or the one that a registry names.
public struct ModelResolver: Sendable {
  public enum Place: Sendable, Equatable {
    /// `runtime/models`: published ones.
    case runtime(folder: String)
    /// `storage/models` with its registry.json: what was trained last.
    case legacy(folder: String)
  }

  public let place: Place
  public let adapters: ModelAdapters
  private let trust: TrustPolicy
  private let isStrict: Bool

  /// - Parameters:
  ///   - trust: whose models are resolved at all.
  ///   - isStrict: ml.ml_compat_strict.
  public init(_ place: Place, adapters: ModelAdapters, trust: TrustPolicy = TrustPolicy(), isStrict: Bool = false) {
    self.place = place
    self.adapters = adapters
    self.trust = trust
    self.isStrict = isStrict
  }

  /// Reads and hashes; no code runs.
  ///
  /// - Throws: `PluginError` under the name of what is missing or wrong.
  public func resolve(_ instrument: Instrument, horizonSeconds: Int64) throws(PluginError) -> ResolvedModel {
    let resolved: ResolvedModel
    switch place {
    case .runtime(let folder):
      resolved = try ModelStore(modelsFolder: folder)
        .resolve(symbol: instrument.id.symbol, horizonSeconds: horizonSeconds, adapters: adapters, isStrict: isStrict)
    case .legacy(let folder): resolved = try legacy(folder, instrument.id.symbol, horizonSeconds)
    }
    try resolved.check(for: instrument)
    try trust.check(resolved.manifest.signature, resolved.source)
    return resolved
  }

  /// - Throws: `registry_missing`, `registry_invalid:<what>`, `model_missing`, `schema_mismatch`, `sha_mismatch`.
  private func legacy(_ folder: String, _ symbol: String, _ horizonSeconds: Int64) throws(PluginError) -> ResolvedModel {
    let registry = ModelRegistry(folder: folder)
    guard Files.isPresent(registry.path) else {
      throw PluginError(.registryMissing, registry.path, "ml.model_source is legacy, and there is no registry; train models, or use runtime")
    }
    guard let entry = try registry.entry(symbol: symbol, horizonSeconds: horizonSeconds) else {
      throw PluginError(.modelMissing, registry.path, "it has no entry for \(symbol)/\(horizonSeconds); train it with: quantumedge train")
    }
    guard let schema = FeatureSchema.all.first(where: { $0.hashText == entry.schemaHash }) else {
      throw PluginError(
        .schemaMismatch, registry.path,
        "\(symbol)/\(horizonSeconds) was trained on features of hash \(entry.schemaHash.prefix(64)); this host has "
          + FeatureSchema.all.map { "\($0.name) \($0.hashText)" }.joined(separator: ", "))
    }
    let model = try ModelFile.read(Self.path(of: entry, in: folder), expected: entry.digest)
    var manifest = ModelManifest(
      symbol: symbol, market: entry.market, horizonSeconds: horizonSeconds, schema: schema,
      model: ModelManifest.File(path: model.fileName, digest: model.digest), createdAt: ISOTime.seconds(entry.createdAt))
    manifest.trainingData = entry.trainingData
    manifest.metrics = entry.metrics
    manifest.baseline = entry.baseline
    return try ResolvedModel.make(model, manifest: manifest, adapter: nil, runtimes: [], adapters: adapters, isStrict: isStrict)
  }

  /// The registry keeps paths as the trainer was given them, relative to a folder that nobody knows: the file of that name beside the
  /// registry is the one.
  private static func path(of entry: ModelRegistry.Entry, in folder: String) -> String {
    if entry.modelPath.hasPrefix("/"), Files.exists(entry.modelPath) { return entry.modelPath }
    return "\(folder)/\(entry.modelPath.split(separator: "/").last ?? "")"
  }
}
