import Cryptography
import Features
import JSONTree
import Kernel
import Market
import Plugins

/// `model.v1`: which model file forecasts which symbol and horizon, from which features, by which adapter. Read without
/// running any code; manifests of the Python system are read as they are.
public struct ModelManifest: Sendable, Equatable {
  public static let version = "model.v1"
  public static let fileName = "manifest.json"
  static let sizeLimit = 4 << 20

  /// One file and what it must be.
  public struct File: Sendable, Equatable {
    /// Relative to the manifest's folder.
    public var path: String
    public var digest: Digest

    public init(path: String, digest: Digest) {
      self.path = path
      self.digest = digest
    }
  }

  public var symbol: String
  /// `spot` or `usdm`; nil = whichever is asked for.
  public var market: Market?
  /// Seconds; 1...86400.
  public var horizonSeconds: Int64
  public var modelType = "signal_model"
  /// Epoch seconds; nil where it does not say.
  public var createdAt: Int64?
  /// The name of the schema that it was trained on, `feat.v1`.
  public private(set) var featuresVersion: String
  public var model: File
  /// The plugin that evaluates it; nil = the settings' one for its format.
  public var adapter: File?
  /// Libraries that the adapter is lent.
  public var runtimes: [File] = []
  /// `xgboost_json`: what the adapter is chosen by.
  public var modelFormat = "xgboost_json"
  public var modelAPI = "predict_proba"
  /// Of the adapter. Texts, so that a decimal keeps its digits.
  public var parameters: [String: String] = [:]
  public var trainingData = TrainingData()
  /// As whoever trained it wrote them.
  public var metrics: JSONNode?
  /// By name: `p_up`.
  public var thresholds: [String: Double] = [:]
  public var baseline: DriftBaseline?
  /// What it was made with: python, platform, serializer, lib_versions.
  public var artifact: JSONNode?
  /// What published it: host, swift.
  public var build: JSONNode?
  public var signature: ManifestSignature?
  /// The whole file: members that have no name here are kept.
  private(set) var document: [String: JSONNode] = [:]

  public init(symbol: String, market: Market? = nil, horizonSeconds: Int64, schema: FeatureSchema, model: File, createdAt: Int64? = nil) {
    self.symbol = symbol
    self.market = market
    self.horizonSeconds = horizonSeconds
    self.createdAt = createdAt
    self.model = model
    featuresVersion = schema.name
  }

  /// What its rows consist of.
  ///
  /// - Throws: `schema_mismatch` for a schema that this host has not.
  public func schema(_ path: String = ModelManifest.fileName) throws(PluginError) -> FeatureSchema {
    guard let schema = FeatureSchema.named(featuresVersion) else {
      throw PluginError(
        .schemaMismatch, path, "it wants features '\(featuresVersion)', this host has \(FeatureSchema.all.map(\.name).joined(separator: ", "))")
    }
    return schema
  }

  /// 1...64 letters, digits and _: what a model's symbol may consist of, here, in the registry and in the names of folders.
  public static func isSymbol(_ text: String) -> Bool { ManifestText.isWord(text) }

  // MARK: Reading

  /// Reads and checks a manifest.
  ///
  /// - Throws: `manifest_missing`, `manifest_invalid:<what>`, `schema_mismatch`, `signature_invalid:<what>`.
  public static func read(_ path: String) throws(PluginError) -> ModelManifest {
    let bytes: [UInt8]
    do { bytes = try Files.read(path, limit: sizeLimit) } catch {
      if error.isMissing { throw PluginError(.manifestMissing, path, "publish a model here with: quantumedge models publish") }
      throw PluginError(.manifestInvalid("unreadable"), path, error.description)
    }
    return try ModelManifest(bytes, path)
  }

  /// - Parameter path: where the bytes came from, for errors.
  public init(_ bytes: [UInt8], _ path: String) throws(PluginError) {
    let node: JSONNode
    do throws(JSONReader.Failure) { node = try JSONReader.read(bytes) } catch {
      throw PluginError(.manifestInvalid("not JSON"), path, "at byte \(error.offset): \(error.what)")
    }
    guard let members = node.object else {
      throw PluginError(.manifestInvalid("not an object"), path, "it is no manifest of version \(Self.version)")
    }
    try self.init(ManifestFields(members: members, path: path))
    if let signature { try signature.check(bytes, encoded: encoded, unsigned: unsigned, path) }
  }

  private init(_ fields: ManifestFields) throws(PluginError) {
    let version = try fields.text("manifest_version")
    guard version == Self.version else { throw fields.invalid("manifest_version", "it is '\(version)', not \(Self.version)") }
    symbol = try fields.text("symbol")
    guard Self.isSymbol(symbol) else { throw fields.invalid("symbol", "letters, digits and _ are allowed") }
    guard let horizon = fields.members["horizon"]?.integer, (1...86_400).contains(horizon) else {
      throw fields.invalid("horizon", "1...86400 whole seconds are wanted")
    }
    horizonSeconds = horizon
    model = try fields.file("files.model", fields.members["files"]?["model"])
    if let market = try fields.textIfAny("market") {
      guard let known = Market(rawValue: market) else { throw fields.invalid("market", "'\(market)' is no market: spot, usdm") }
      self.market = known
    }
    modelType = try fields.textIfAny("model_type") ?? modelType
    modelFormat = try fields.textIfAny("model_format") ?? modelFormat
    modelAPI = try fields.textIfAny("model_api") ?? modelAPI
    createdAt = try fields.momentIfAny("created_at")
    featuresVersion = try fields.schema().name
    if let adapter = fields.ifAny("adapter", in: fields.members["files"]) { self.adapter = try fields.file("files.adapter", adapter) }
    if let runtimes = fields.ifAny("runtime", in: fields.members["files"]) { self.runtimes = try fields.files("files.runtime", runtimes) }
    parameters = try fields.scalars("parameters")
    trainingData = TrainingData(try fields.objectIfAny("training_data") ?? [:])
    if let what = trainingData.objection {
      throw fields.invalid("training_data.\(what)", TrainingData.advice)
    }
    metrics = fields.ifAny("metrics")
    thresholds = try fields.numbers("thresholds")
    artifact = try fields.objectIfAny("artifact").map { .object($0) }
    build = fields.ifAny("build")
    if let node = fields.ifAny("baseline") {
      do throws(DriftBaseline.Failure) { baseline = try DriftBaseline(node) } catch {
        throw fields.invalid(error.what, "edges rise, and there is one count more than there are edges; leave baseline out to go without drift")
      }
    }
    signature = try fields.signatureIfAny()
    document = fields.members
    try checkPaths(fields)
  }

  /// No two of its files may be one: the copy of one would be the other.
  private func checkPaths(_ fields: ManifestFields) throws(PluginError) {
    var seen: Set<String> = [Self.fileName, "previous"]
    for file in [model] + (adapter.map { [$0] } ?? []) + runtimes where !seen.insert(file.path).inserted {
      throw fields.invalid("files", "'\(file.path)' comes twice, or is a name of the store's own")
    }
  }
}
