import Cryptography
import Features
import JSONTree
import Plugins

/// Reads members of a manifest by name, and says which one is wrong.
struct ManifestFields {
  let members: [String: JSONNode]
  let path: String

  func invalid(_ what: String, _ advice: String) -> PluginError { PluginError(.manifestInvalid(what), path, advice) }

  /// Nil for one that is not there, or null.
  func ifAny(_ name: String, in node: JSONNode? = nil) -> JSONNode? {
    let found = node.map { $0[name] } ?? members[name]
    return found?.isNull == true ? nil : found
  }

  func text(_ name: String) throws(PluginError) -> String {
    guard let node = ifAny(name) else { throw invalid("\(name) is missing", "it is no manifest of version \(ModelManifest.version)") }
    guard let text = node.text else { throw invalid("\(name) has the wrong type", "a text is wanted") }
    return text
  }

  func textIfAny(_ name: String) throws(PluginError) -> String? {
    guard ifAny(name) != nil else { return nil }
    return try text(name)
  }

  func objectIfAny(_ name: String) throws(PluginError) -> [String: JSONNode]? {
    guard let node = ifAny(name) else { return nil }
    guard let object = node.object else { throw invalid("\(name) has the wrong type", "an object is wanted") }
    return object
  }

  /// Epoch seconds, whole or not.
  func momentIfAny(_ name: String) throws(PluginError) -> Int64? {
    guard let node = ifAny(name) else { return nil }
    guard let seconds = node.real, seconds >= 0, seconds < 253_402_300_800 else { throw invalid(name, "epoch seconds are wanted") }
    return Int64(seconds)
  }

  /// - Parameter what: `files.model`.
  func file(_ what: String, _ node: JSONNode?) throws(PluginError) -> ModelManifest.File {
    guard let node, !node.isNull else { throw invalid("\(what) is missing", "it is no manifest of version \(ModelManifest.version)") }
    guard let path = node["path"]?.text else { throw invalid("\(what).path", "a text is wanted") }
    guard ManifestText.staysInside(path) else { throw invalid("\(what).path", "'\(path)' leaves the manifest's folder") }
    guard let digest = node["sha256"]?.text.flatMap(Digest.init(hex:)) else {
      throw invalid("\(what).sha256", "64 lower-case hexadecimal digits are wanted")
    }
    return ModelManifest.File(path: path, digest: digest)
  }

  static let runtimeLimit = 16

  func files(_ what: String, _ node: JSONNode) throws(PluginError) -> [ModelManifest.File] {
    guard let nodes = node.array, nodes.count <= Self.runtimeLimit else {
      throw invalid(what, "a list of at most \(Self.runtimeLimit) files is wanted")
    }
    var files: [ModelManifest.File] = []
    for (index, node) in nodes.enumerated() { files.append(try file("\(what)[\(index)]", node)) }
    return files
  }

  /// Texts, numbers and booleans as texts.
  func scalars(_ name: String) throws(PluginError) -> [String: String] {
    var values: [String: String] = [:]
    for (key, node) in try objectIfAny(name) ?? [:] {
      switch node {
      case .text(let text), .number(let text): values[key] = text
      case .boolean(let flag): values[key] = flag ? "true" : "false"
      default: throw invalid("\(name).\(key)", "a text, a number or a boolean is wanted")
      }
    }
    return values
  }

  /// Finite ones; null is left out.
  func numbers(_ name: String) throws(PluginError) -> [String: Double] {
    var values: [String: Double] = [:]
    for (key, node) in try objectIfAny(name) ?? [:] where !node.isNull {
      guard let value = node.real, value.isFinite else { throw invalid("\(name).\(key)", "a finite number is wanted") }
      values[key] = value
    }
    return values
  }

  /// By the version's name, which the Python system writes and does not read; by the hash, where there is one.
  func schema() throws(PluginError) -> FeatureSchema {
    let hash = try textIfAny("feature_schema_hash")
    let name = try textIfAny("features_version")
    let known = FeatureSchema.all.map(\.name).joined(separator: ", ")
    if let name {
      guard let schema = FeatureSchema.named(name) else {
        throw PluginError(.schemaMismatch, path, "it was trained on features '\(name)', this host has \(known)")
      }
      guard hash == nil || hash == schema.hashText else {
        throw PluginError(.schemaMismatch, path, "feature_schema_hash is \(hash ?? ""), that of \(name) is \(schema.hashText)")
      }
      return schema
    }
    // Neither: the Python system had one schema alone.
    guard let hash else { return .v1 }
    guard let schema = FeatureSchema.all.first(where: { $0.hashText == hash }) else {
      throw PluginError(.schemaMismatch, path, "feature_schema_hash \(hash) is of no schema of this host: \(known)")
    }
    return schema
  }

  func signatureIfAny() throws(PluginError) -> ManifestSignature? {
    guard let node = ifAny("signature") else { return nil }
    return try ManifestSignature(
      algorithm: node["algorithm"]?.text ?? "", publicKey: node["public_key"]?.text ?? "", value: node["value"]?.text ?? "", path)
  }
}

extension FeatureSchema {
  /// 64 hexadecimal digits.
  public var hashText: String { Digest(bytes: hash).hex }
}
