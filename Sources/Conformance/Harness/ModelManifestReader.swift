import Cryptography
import FoundationEssentials
import Kernel
import Market
import Plugins

/// As much of a `model.v1` manifest as the harness needs: the adapter, what is lent to it, and how many features it is fed.
struct ModelManifestReader {
  private let path: String
  private let wire: Wire

  private static let sizeLimit = 1 << 20

  /// - Returns: nil for the manifest of something else.
  init?(_ path: String) throws(ConformanceError) {
    let bytes: [UInt8]
    do { bytes = try Files.read(path, limit: Self.sizeLimit) } catch {
      if error.isMissing { throw ConformanceError(.missingInput, "manifest_missing: \(path): there is no such file") }
      throw ConformanceError(.badData, "manifest_invalid:unreadable: \(path): \(error.description)")
    }
    let decoder = JSONDecoder()
    guard let version = try? decoder.decode(Version.self, from: Data(bytes)), version.manifest_version == "model.v1" else { return nil }
    do { wire = try decoder.decode(Wire.self, from: Data(bytes)) } catch {
      throw ConformanceError(.badData, "manifest_invalid:\(Self.what(error)): \(path): it is no whole manifest of version model.v1")
    }
    self.path = path
  }

  /// Everything that it names, read once and held to its digest.
  ///
  /// - Parameter adapter: the library where the manifest names none.
  func subject(adapter: String?) throws -> Subject {
    let library: PluginFile
    if let named = wire.files.adapter {
      library = try PluginFile.read(try place(named, "files.adapter"), expected: try digest(named, "files.adapter"))
    } else if let adapter {
      library = try PluginFile.read(adapter)
    } else {
      throw ConformanceError(.badData, "adapter_missing: \(path): the manifest names no adapter; give its library with --adapter")
    }
    var files = [try lent(wire.files.model, "model", "files.model", isRuntime: false)]
    for (index, file) in (wire.files.runtime ?? []).enumerated() {
      files.append(try lent(file, file.path, "files.runtime[\(index)]", isRuntime: true))
    }
    return Subject(
      file: library, manifest: path, parameters: (wire.parameters ?? [:]).mapValues(\.text), horizonSeconds: wire.horizon, files: files,
      featureCount: wire.features_version.flatMap(Self.featureCount))
  }

  /// Of the schemas that are known.
  private static func featureCount(_ version: String) -> Int? { ["feat.v1": 18, "feat.v2": 29][version] }

  private func lent(_ file: Wire.File, _ name: String, _ field: String, isRuntime: Bool) throws(ConformanceError) -> LentFile {
    let (place, promised) = (try place(file, field), try digest(file, field))
    let bytes: [UInt8]
    do { bytes = try Files.read(place, limit: PluginFile.sizeLimit) } catch {
      let missing = isRuntime ? "file_missing" : "model_missing"
      throw ConformanceError(
        error.isMissing ? .missingInput : .badData, "\(error.isMissing ? missing : "unreadable"): \(place): \(error.description)")
    }
    let found = SHA256Hasher.digest(of: bytes)
    guard found == promised else {
      throw ConformanceError(.badData, "sha_mismatch: \(place): the manifest promises \(promised), the file is \(found)")
    }
    return LentFile(name: name, path: Files.realPath(place) ?? place, digest: promised, isRuntime: isRuntime)
  }

  private func place(_ file: Wire.File, _ field: String) throws(ConformanceError) -> String {
    guard !file.path.isEmpty, !file.path.hasPrefix("/"), !file.path.split(separator: "/").contains(".."), !file.path.utf8.contains(0) else {
      throw ConformanceError(.badData, "manifest_invalid:\(field).path: \(path): '\(file.path)' leaves the manifest's folder")
    }
    return "\(path.lastIndex(of: "/").map { String(path[..<$0]) } ?? ".")/\(file.path)"
  }

  private func digest(_ file: Wire.File, _ field: String) throws(ConformanceError) -> Digest {
    guard let digest = Digest(hex: file.sha256) else {
      throw ConformanceError(.badData, "manifest_invalid:\(field).sha256: \(path): 64 lower-case hexadecimal digits are wanted")
    }
    return digest
  }

  private static func what(_ error: any Error) -> String {
    switch error as? DecodingError {
    case .keyNotFound(let key, let context): (context.codingPath + [key]).map(\.stringValue).joined(separator: ".") + " is missing"
    case .typeMismatch(_, let context), .valueNotFound(_, let context):
      context.codingPath.map(\.stringValue).joined(separator: ".") + " has the wrong type"
    default: "not JSON"
    }
  }

  private struct Version: Decodable { var manifest_version: String }

  // The names of the file, as they are.
  private struct Wire: Decodable {
    struct File: Decodable {
      var path: String
      var sha256: String
    }
    struct Files: Decodable {
      var model: File
      var adapter: File?
      var runtime: [File]?
    }
    var horizon: Int64
    var features_version: String?
    var files: Files
    var parameters: [String: Scalar]?
  }

  /// A parameter's value: text, boolean or number.
  private struct Scalar: Decodable {
    var text: String

    init(from decoder: any Decoder) throws {
      let container = try decoder.singleValueContainer()
      if let text = try? container.decode(String.self) {
        self.text = text
      } else if let flag = try? container.decode(Bool.self) {
        text = flag ? "true" : "false"
      } else {
        // Decimal holds 38 digits: what people write is kept exactly.
        text = "\(try container.decode(Decimal.self))"
      }
    }
  }
}
