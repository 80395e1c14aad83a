import Cryptography
import Features
import JSONTree
import Kernel
import Plugins

extension ModelManifest {
  /// Every member that was read, and over them what is said here.
  var node: JSONNode {
    var members = document
    members["manifest_version"] = .text(Self.version)
    members["symbol"] = .text(symbol)
    members["market"] = market.map { .text($0.rawValue) }
    members["horizon"] = .integer(horizonSeconds)
    members["model_type"] = .text(modelType)
    members["created_at"] = createdAt.map { .integer($0) }
    members["features_version"] = .text(featuresVersion)
    members["feature_schema_hash"] = FeatureSchema.named(featuresVersion).map { .text($0.hashText) }
    members["model_format"] = .text(modelFormat)
    members["model_api"] = .text(modelAPI)
    var files = document["files"]?.object ?? [:]
    files["model"] = model.node(over: files["model"])
    files["adapter"] = adapter.map { $0.node(over: files["adapter"]) }
    files["runtime"] = runtimes.isEmpty ? nil : .array(runtimes.map { $0.node(over: nil) })
    members["files"] = .object(files)
    members["parameters"] = parameters.isEmpty ? nil : .object(parameters.mapValues { .text($0) })
    members["training_data"] = trainingData.members.isEmpty ? nil : .object(trainingData.members)
    members["metrics"] = metrics
    members["thresholds"] = thresholds.isEmpty ? nil : .object(thresholds.mapValues { .real($0) })
    members["baseline"] = baseline?.node
    members["artifact"] = artifact
    members["build"] = build
    members["signature"] = signature.map {
      ["algorithm": .text(ManifestSignature.algorithm), "public_key": .text($0.publicKey), "value": .text($0.value)]
    }
    return .object(members)
  }

  /// The file's bytes: equal manifests are equal files.
  public var encoded: [UInt8] { Array(node.indented.utf8) }

  /// The bytes that a signature is over.
  var unsigned: [UInt8] {
    var manifest = self
    manifest.signature = nil
    return manifest.encoded
  }

  /// Signs with a private key in PEM.
  public mutating func sign(withPEM pem: [UInt8]) throws(PluginError) {
    signature = try ManifestSignature(signing: unsigned, withPEM: pem, of: "\(symbol)/\(horizonSeconds)")
  }

  /// Writes it beside its files, in one step.
  public func write(to path: String) throws(PluginError) {
    do { try Files.writeAtomically(encoded, to: path) } catch { throw PluginError(.storeFailed(error.action), error.path, error.description) }
  }
}

extension ModelManifest.File {
  func node(over node: JSONNode?) -> JSONNode {
    var members = node?.object ?? [:]
    members["path"] = .text(path)
    members["sha256"] = .text(digest.hex)
    return .object(members)
  }
}
