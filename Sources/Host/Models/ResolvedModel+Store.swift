import Cryptography
import Features
import Market
import Plugins

/// A model's files among the artefacts: what a journal names stays there, whatever is published later.
extension ResolvedModel {
  /// A kept file, by digest and name.
  public struct Kept: Sendable {
    public var digest: Digest
    public var name: String

    public init(digest: Digest, name: String) {
      self.digest = digest
      self.name = name
    }
  }

  /// Keeps adapter, model and runtimes; where they are already, nothing is written.
  public func keep(in store: ArtefactStore) throws(PluginError) {
    // Only what was kept loses its bytes.
    guard hasBytes else { return }
    try store.keep(adapter)
    try store.keep(model.bytes, model.digest, name: model.fileName)
    for runtime in runtimes { try store.keep(runtime.file) }
  }

  /// A model from its kept files, as a journal describes it.
  ///
  /// - Parameters:
  ///   - runtimes: with what the manifest called them.
  ///   - label: what it was trained to foresee; nil = direction.
  ///   - source: the file that describes it.
  /// - Throws: `model_missing`, `strategy_missing` or `sha_mismatch` for what is not kept, or is another now.
  public static func kept(
    _ model: Kept, adapter: Kept, runtimes: [(path: String, kept: Kept)], parameters: [String: String], label: String?, for instrument: InstrumentID,
    horizonSeconds: Int64, schema: FeatureSchema, in store: ArtefactStore, source: String
  ) throws(PluginError) -> ResolvedModel {
    let file = try ModelFile.read(store.place(model.digest, name: model.name), expected: model.digest)
    var manifest = ModelManifest(
      symbol: instrument.symbol, market: instrument.market, horizonSeconds: horizonSeconds, schema: schema,
      model: ModelManifest.File(path: model.name, digest: model.digest))
    manifest.parameters = parameters
    if let label { manifest.trainingData.label = label }
    var libraries: [Runtime] = []
    for (path, kept) in runtimes { libraries.append(Runtime(name: path, file: try store.file(kept.digest, name: kept.name))) }
    return ResolvedModel(
      manifest: manifest, schema: schema, model: file, adapter: try store.file(adapter.digest, name: adapter.name), runtimes: libraries,
      source: source, notes: [])
  }
}
