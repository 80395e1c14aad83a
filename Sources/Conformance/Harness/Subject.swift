import Plugins

/// What is tried: a file, and what was promised about it.
public struct Subject: Sendable {
  public let file: PluginFile
  /// Of the manifest.
  public let parameters: [String: String]
  public let horizonSeconds: Int64

  public init(file: PluginFile, parameters: [String: String] = [:], horizonSeconds: Int64 = 0) {
    self.file = file
    self.parameters = parameters
    self.horizonSeconds = horizonSeconds
  }

  /// Reads a library, or a manifest (`*.json`) and the library that it names, held to the digest that it promises.
  public static func read(_ path: String) throws(PluginError) -> Subject {
    guard path.hasSuffix(".json") else { return Subject(file: try PluginFile.read(path)) }
    let manifest = try StrategyManifest.read(path)
    let folder = path.lastIndex(of: "/").map { String(path[..<$0]) } ?? "."
    return Subject(
      file: try PluginFile.read("\(folder)/\(manifest.pluginPath)", expected: manifest.pluginDigest), parameters: manifest.parameters,
      horizonSeconds: manifest.horizonSeconds)
  }
}
