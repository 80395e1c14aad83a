import Cryptography
import Engine
import Features
import Market
import Plugins

/// One model of one symbol and horizon, ready to be asked: its adapter, created with its bytes, active, and tried once.
///
/// The binding is valid until `close`, which `deinit` does too.
public final class ModelInstance {
  /// `XGBoostModel@BTCUSDT/5`.
  public let id: String
  public let manifest: ModelManifest
  /// What a row for it consists of.
  public let schema: FeatureSchema
  /// The folder or file that named it.
  public let source: String
  /// Of the model file.
  public let digest: Digest
  /// Differences that are told and not refused, a line each.
  public let notes: [String]
  public var horizonSeconds: Int64 { manifest.horizonSeconds }
  /// Of the adapter.
  public var adapterDigest: Digest { adapter.digest }
  public var adapterName: String { adapter.facts.name }
  /// Effective values, in the order of the adapter's table.
  public var parameterTexts: [(name: String, value: String)] { adapter.parameterTexts }
  public var binding: ModelBinding {
    var binding = adapter.binding
    binding.isOneSided = manifest.trainingData.label != TrainingData.directionLabel
    return binding
  }
  private let adapter: AdapterInstance

  /// - Parameters:
  ///   - parameters: laid over those of the manifest.
  ///   - id: nil = the adapter's name, the symbol and the horizon.
  /// - Throws: `schema_mismatch`, `prediction_invalid:<what>`, and what loading and creating a plugin throws.
  public init(_ resolved: ResolvedModel, on instrument: Instrument, parameters: [String: String] = [:], id: String? = nil) throws(PluginError) {
    try resolved.check(for: instrument)
    try resolved.checkColumns()
    let library = try PluginLibrary.load(resolved.adapter)
    let id = id ?? resolved.instanceID
    // Nothing named: an adapter, whose model's manifest decides.
    let hash = library.facts.featureSchemaHash
    guard hash.isEmpty || hash == resolved.schema.hash else {
      let name = FeatureSchema.hashed(hash)?.name ?? Digest(bytes: hash).hex
      throw PluginError(.schemaMismatch, resolved.source, "\(library.name) wants features \(name), the manifest says \(resolved.schema.name)")
    }
    var runtimes: [LentFile] = []
    for runtime in resolved.runtimes { runtimes.append(try RuntimeLibraries.lend(runtime)) }
    let adapter = try AdapterInstance(
      library: library, instrument: instrument, horizonSeconds: resolved.horizonSeconds,
      parameters: resolved.manifest.parameters.merging(parameters) { $1 }, model: resolved.model.bytes, runtimes: runtimes, id: id)
    do throws(PluginError) {
      // A model that answers this alone may still fail later; one that does not is seen before it is used.
      _ = try adapter.predict([Double](repeating: 0, count: resolved.schema.columns.count))
      try adapter.reset()
    } catch {
      adapter.close()
      throw error
    }
    self.id = id
    self.adapter = adapter
    manifest = resolved.manifest
    schema = resolved.schema
    source = resolved.source
    digest = resolved.model.digest
    notes = resolved.notes
  }

  /// What it says of one row, in the schema's order.
  ///
  /// - Throws: `prediction_invalid:<what>`.
  public func predict(_ row: [Double]) throws(PluginError) -> Forecast { try adapter.predict(row) }

  /// Ends the instance; the adapter's image stays.
  public func close() { adapter.close() }
}
