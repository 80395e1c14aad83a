import Plugins

/// What is tried: a plugin's file, and what was promised about it.
public struct Subject: Sendable {
  public let file: PluginFile
  /// The manifest of a model; nil for all else.
  public let manifest: String?
  /// Of the manifest.
  public let parameters: [String: String]
  public let horizonSeconds: Int64
  /// What a model's manifest lends to its adapter.
  public let files: [LentFile]
  /// Of the schema that a model's manifest names; nil where it is not known here.
  public let featureCount: Int?

  public init(
    file: PluginFile, manifest: String? = nil, parameters: [String: String] = [:], horizonSeconds: Int64 = 0, files: [LentFile] = [],
    featureCount: Int? = nil
  ) {
    self.file = file
    self.manifest = manifest
    self.parameters = parameters
    self.horizonSeconds = horizonSeconds
    self.files = files
    self.featureCount = featureCount
  }

  /// Reads a library, or a manifest (`*.json`, of a strategy or a model) and the files that it names, each held to the digest that it
  /// promises.
  ///
  /// - Parameter adapter: the library for a model whose manifest names none.
  /// - Throws: `PluginError`.
  public static func read(_ path: String, adapter: String? = nil) throws -> Subject {
    guard path.hasSuffix(".json") else { return Subject(file: try PluginFile.read(path)) }
    if let model = try ModelSubject.read(path, adapter: adapter) { return model }
    let manifest = try StrategyManifest.read(path)
    let folder = path.lastIndex(of: "/").map { String(path[..<$0]) } ?? "."
    return Subject(
      file: try PluginFile.read("\(folder)/\(manifest.pluginPath)", expected: manifest.pluginDigest), parameters: manifest.parameters,
      horizonSeconds: manifest.horizonSeconds)
  }
}

extension Options {
  /// Takes over what the subject's manifest says.
  public mutating func adopt(_ subject: Subject) {
    manifest = subject.manifest
    parameters = subject.parameters
    horizonSeconds = subject.horizonSeconds
    files = subject.files
    if let count = subject.featureCount { featureCount = count }
  }
}
