import Cryptography
import JSONTree
import Kernel
import Market
import Plugins

/// `registry.json` of trained models, as the Python system keeps it: a list with one entry for each symbol and horizon.
///
/// Writers take a lock and replace the file as a whole. A file that cannot be read is an error, never an empty list: whoever
/// took it for one would write over what it has.
public struct ModelRegistry: Sendable {
  public static let fileName = "registry.json"
  static let sizeLimit = 16 << 20

  public let folder: String
  public var path: String { "\(folder)/\(Self.fileName)" }

  /// - Parameter folder: `storage/models`.
  public init(folder: String) { self.folder = folder }

  /// What was trained last for one symbol and horizon.
  public struct Entry: Sendable, Equatable {
    public var symbol: String
    /// 1...86400.
    public var horizonSeconds: Int64
    /// `2026-11-30T23:59:58+00:00`.
    public var createdAt: String
    /// 64 hexadecimal digits.
    public var schemaHash: String
    /// As it was given: relative to wherever the trainer ran.
    public var modelPath: String
    /// Of the model file; nil where the Python system wrote the entry.
    public var digest: Digest?
    /// Models that were tried for this symbol and horizon; what a Sharpe ratio is deflated by.
    public var trials: Int64
    public var metrics: JSONNode?
    /// `spot` or `usdm`; nil = whichever is asked for.
    public var market: Market?
    /// With label, cost and range: what a run must know of a model, wherever it comes from.
    public var trainingData: TrainingData
    public var baseline: DriftBaseline?
    /// The entry as it stands there: members that have no name here are kept.
    private(set) var members: [String: JSONNode] = [:]

    /// - Parameter trials: made since the last entry was recorded.
    public init(
      symbol: String, horizonSeconds: Int64, createdAtSeconds: Int64, schemaHash: String, modelPath: String, digest: Digest?, trials: Int64 = 1,
      metrics: JSONNode? = nil, market: Market? = nil, trainingData: TrainingData = TrainingData(), baseline: DriftBaseline? = nil
    ) {
      self.symbol = symbol
      self.horizonSeconds = horizonSeconds
      createdAt = ISOTime.text(seconds: createdAtSeconds)
      self.schemaHash = schemaHash
      self.modelPath = modelPath
      self.digest = digest
      self.trials = trials
      self.metrics = metrics
      self.market = market
      self.trainingData = trainingData
      self.baseline = baseline
    }
  }

  // MARK: Reading

  /// All entries; none where there is no file.
  ///
  /// - Throws: `registry_invalid:<what>`.
  public func entries() throws(PluginError) -> [Entry] {
    let bytes: [UInt8]
    do { bytes = try Files.read(path, limit: Self.sizeLimit) } catch {
      if error.isMissing { return [] }
      throw invalid("unreadable", error.description)
    }
    let node: JSONNode
    do throws(JSONReader.Failure) { node = try JSONReader.read(bytes) } catch { throw invalid("not JSON", "at byte \(error.offset): \(error.what)") }
    guard let elements = node.array else { throw invalid("not a list", "a list of entries is wanted") }
    var entries: [Entry] = []
    for (index, element) in elements.enumerated() { entries.append(try entry(element, "[\(index)]")) }
    return entries
  }

  public func entry(symbol: String, horizonSeconds: Int64) throws(PluginError) -> Entry? {
    try entries().last { $0.symbol == symbol && $0.horizonSeconds == horizonSeconds }
  }

  /// 0 for a symbol and horizon that nothing was trained for.
  public func trials(symbol: String, horizonSeconds: Int64) throws(PluginError) -> Int64 {
    try entry(symbol: symbol, horizonSeconds: horizonSeconds)?.trials ?? 0
  }

  private func invalid(_ what: String, _ advice: String) -> PluginError {
    PluginError(.registryInvalid(what), path, "\(advice); mend it, or move it away and train again")
  }

  func entry(_ node: JSONNode, _ place: String) throws(PluginError) -> Entry {
    guard let symbol = node["symbol"]?.text, ModelManifest.isSymbol(symbol) else {
      throw invalid("\(place).symbol", "letters, digits and _ are wanted")
    }
    guard let horizon = node["horizon"]?.integer, (1...86_400).contains(horizon) else {
      throw invalid("\(place).horizon", "1...86400 whole seconds are wanted")
    }
    guard let hash = node["feature_schema_hash"]?.text else { throw invalid("\(place).feature_schema_hash", "a text is wanted") }
    guard let modelPath = node["model_path"]?.text, !modelPath.isEmpty, !modelPath.utf8.contains(0) else {
      throw invalid("\(place).model_path", "a path is wanted")
    }
    guard let createdAt = node["created_at"]?.text else { throw invalid("\(place).created_at", "a text is wanted") }
    var digest: Digest?
    if let member = node["sha256"], !member.isNull {
      guard let known = member.text.flatMap(Digest.init(hex:)) else {
        throw invalid("\(place).sha256", "64 lower-case hexadecimal digits are wanted")
      }
      digest = known
    }
    // Where the Python system wrote it, nobody counted: one at least.
    let trials = node["trials"].map { $0.isNull ? 1 : $0.integer ?? -1 } ?? 1
    guard (0...1_000_000_000).contains(trials) else { throw invalid("\(place).trials", "a number of models is wanted") }
    var entry = Entry(
      symbol: symbol, horizonSeconds: horizon, createdAt: createdAt, schemaHash: hash, modelPath: modelPath, digest: digest, trials: trials,
      metrics: node["metrics"], members: node.object ?? [:])
    try readTraining(node, place, into: &entry)
    return entry
  }

  /// What the Python system's entries do not have. A member that cannot be read must not look like one that is not there: its model would be
  /// taken for another.
  private func readTraining(_ node: JSONNode, _ place: String, into entry: inout Entry) throws(PluginError) {
    if let member = node["market"], !member.isNull {
      guard let market = member.text.flatMap(Market.init(rawValue:)) else { throw invalid("\(place).market", "spot or usdm is wanted") }
      entry.market = market
    }
    if let member = node["training_data"], !member.isNull {
      guard let members = member.object else { throw invalid("\(place).training_data", "an object is wanted") }
      entry.trainingData = TrainingData(members)
      if let what = entry.trainingData.objection { throw invalid("\(place).training_data.\(what)", TrainingData.advice) }
    }
    if let member = node["baseline"], !member.isNull {
      do throws(DriftBaseline.Failure) { entry.baseline = try DriftBaseline(member) } catch {
        throw invalid("\(place).\(error.what)", "edges rise, and there is one count more than there are edges")
      }
    }
  }
}

extension ModelRegistry.Entry {
  fileprivate init(
    symbol: String, horizonSeconds: Int64, createdAt: String, schemaHash: String, modelPath: String, digest: Digest?, trials: Int64,
    metrics: JSONNode?, members: [String: JSONNode]
  ) {
    self.symbol = symbol
    self.horizonSeconds = horizonSeconds
    self.createdAt = createdAt
    self.schemaHash = schemaHash
    self.modelPath = modelPath
    self.digest = digest
    self.trials = trials
    self.metrics = metrics
    trainingData = TrainingData()
    self.members = members
  }

  var node: JSONNode {
    var members = members
    members["symbol"] = .text(symbol)
    members["horizon"] = .integer(horizonSeconds)
    members["created_at"] = .text(createdAt)
    members["feature_schema_hash"] = .text(schemaHash)
    members["model_path"] = .text(modelPath)
    members["sha256"] = digest.map { .text($0.hex) }
    members["trials"] = .integer(trials)
    members["metrics"] = metrics
    members["market"] = market.map { .text($0.rawValue) }
    members["training_data"] = trainingData.members.isEmpty ? nil : .object(trainingData.members)
    members["baseline"] = baseline?.node
    return .object(members)
  }
}
