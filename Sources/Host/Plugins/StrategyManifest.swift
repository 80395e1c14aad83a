import Cryptography
import Engine
import FoundationEssentials
import Kernel
import Market

/// `strategy.v1`: which library runs on which symbol and horizon, with which parameters. Read without running any code.
public struct StrategyManifest: Sendable, Equatable {
  public static let version = "strategy.v1"
  public static let fileName = "manifest.json"
  static let sizeLimit = 1 << 20

  public var name: String
  public var symbol: String
  /// `spot` or `usdm`; nil = pairs.yaml's default market.
  public var market: Market?
  /// Seconds; 0 = every event.
  public var horizonSeconds: Int64
  /// Relative to the manifest's folder.
  public var pluginPath: String
  public var pluginDigest: Digest
  /// Texts, so that a decimal keeps its digits.
  public var parameters: [String: String]
  public var events: [String]
  public var abiMajor: UInt32
  public var abiMinor: UInt32
  /// Epoch seconds.
  public var createdAt: Int64
  public var build: String
  /// The toolchain of a Swift plugin; nil for others.
  public var swiftToolchain: String?
  /// What its author asks for; the settings may be stricter.
  public var isolation: Isolation?
  /// Trades in simulation alone, beside the real ones; nil = it is a real one, unless the settings say otherwise.
  public var isShadow: Bool?
  public var signature: ManifestSignature?

  /// Reads and checks a manifest.
  ///
  /// - Throws: `manifest_missing`, or `manifest_invalid:<what>`.
  public static func read(_ path: String) throws(PluginError) -> StrategyManifest {
    let bytes: [UInt8]
    do { bytes = try Files.read(path, limit: sizeLimit) } catch {
      if error.isMissing { throw PluginError(.manifestMissing, path, "publish a strategy here with: quantumedge strategies publish") }
      throw PluginError(.manifestInvalid("unreadable"), path, error.description)
    }
    let wire: Wire
    do { wire = try JSONDecoder().decode(Wire.self, from: Data(bytes)) } catch {
      throw PluginError(.manifestInvalid(Self.what(error)), path, "it is no manifest of version \(version)")
    }
    let manifest = try StrategyManifest(wire, path)
    if let signature = manifest.signature {
      try signature.check(bytes, encoded: manifest.encoded(), unsigned: manifest.unsigned, path)
    }
    return manifest
  }

  /// The bytes that a signature is over: the manifest as it is written, without the signature.
  var unsigned: [UInt8] {
    get throws(PluginError) {
      var manifest = self
      manifest.signature = nil
      return try manifest.encoded()
    }
  }

  /// Signs with a private key in PEM.
  public mutating func sign(withPEM pem: [UInt8]) throws(PluginError) {
    signature = try ManifestSignature(signing: unsigned, withPEM: pem, of: name)
  }

  /// Writes it beside its library, in one step.
  public func write(to path: String) throws(PluginError) {
    let bytes = try encoded()
    do { try Files.writeAtomically(bytes, to: path) } catch { throw PluginError(.storeFailed(error.action), error.path, error.description) }
  }

  private init(_ wire: Wire, _ path: String) throws(PluginError) {
    func invalid(_ what: String, _ advice: String) -> PluginError { PluginError(.manifestInvalid(what), path, advice) }
    guard wire.manifest_version == Self.version else { throw invalid("manifest_version", "it is '\(wire.manifest_version)', not \(Self.version)") }
    guard wire.kind == "strategy" else { throw invalid("kind", "it is '\(wire.kind)', not strategy") }
    guard ManifestText.isWord(wire.name) else { throw invalid("name", "letters, digits and _ are allowed") }
    guard ManifestText.isWord(wire.symbol) else { throw invalid("symbol", "letters, digits and _ are allowed") }
    guard let horizon = wire.horizon.value, (0...86_400).contains(horizon) else {
      throw invalid("horizon", "it is \(wire.horizon.text); 0...86400 whole seconds are allowed")
    }
    guard let major = wire.abi.major.value.flatMap(UInt32.init(exactly:)) else { throw invalid("abi.major", "it is \(wire.abi.major.text)") }
    guard let minor = wire.abi.minor.value.flatMap(UInt32.init(exactly:)) else { throw invalid("abi.minor", "it is \(wire.abi.minor.text)") }
    guard let createdAt = wire.created_at.value, createdAt >= 0 else {
      throw invalid("created_at", "it is \(wire.created_at.text), not epoch seconds")
    }
    var market: Market?
    if let text = wire.market {
      guard let known = Market(rawValue: text) else { throw invalid("market", "'\(text)' is no market: spot, usdm") }
      market = known
    }
    let file = wire.files.plugin
    guard ManifestText.staysInside(file.path) else {
      throw invalid("files.plugin.path", "'\(file.path)' leaves the manifest's folder")
    }
    guard let digest = Digest(hex: file.sha256) else { throw invalid("files.plugin.sha256", "64 lower-case hexadecimal digits are wanted") }
    let known = Set(EventNames.all.map(\.name))
    if let unknown = wire.events.first(where: { !known.contains($0) }) { throw invalid("events", "'\(unknown)' is no event") }
    name = wire.name
    symbol = wire.symbol
    self.market = market
    horizonSeconds = horizon
    pluginPath = file.path
    pluginDigest = digest
    parameters = wire.parameters.mapValues(\.text)
    events = wire.events
    abiMajor = major
    abiMinor = minor
    self.createdAt = createdAt
    build = wire.build.host
    swiftToolchain = wire.build.swift
    if let word = wire.isolation {
      guard let known = Isolation(rawValue: word) else { throw invalid("isolation", "it is '\(word)'; in_process or process") }
      isolation = known
    }
    isShadow = wire.shadow
    if let wire = wire.signature {
      signature = try ManifestSignature(algorithm: wire.algorithm, publicKey: wire.public_key, value: wire.value, path)
    }
  }

  init(
    name: String, instrument: InstrumentID, horizonSeconds: Int64, pluginPath: String, pluginDigest: Digest, parameters: [String: String],
    events: [String], abi: (major: UInt32, minor: UInt32), createdAt: Int64, build: String, swiftToolchain: String? = nil,
    isolation: Isolation? = nil,
    isShadow: Bool? = nil
  ) {
    self.name = name
    symbol = instrument.symbol
    market = instrument.market
    self.horizonSeconds = horizonSeconds
    self.pluginPath = pluginPath
    self.pluginDigest = pluginDigest
    self.parameters = parameters
    self.events = events
    abiMajor = abi.major
    abiMinor = abi.minor
    self.createdAt = createdAt
    self.build = build
    self.swiftToolchain = swiftToolchain
    self.isolation = isolation
    self.isShadow = isShadow
  }

  /// Pretty JSON with sorted keys, so that equal manifests are equal files.
  func encoded() throws(PluginError) -> [UInt8] {
    let wire = Wire(
      manifest_version: Self.version, kind: "strategy", name: name, symbol: symbol, market: market?.rawValue, horizon: Whole(horizonSeconds),
      files: .init(plugin: .init(path: pluginPath, sha256: pluginDigest.hex)), parameters: parameters.mapValues { Scalar(text: $0) }, events: events,
      abi: .init(major: Whole(Int64(abiMajor)), minor: Whole(Int64(abiMinor))), created_at: Whole(createdAt),
      build: .init(host: build, swift: swiftToolchain),
      isolation: isolation?.rawValue, shadow: isShadow,
      signature: signature.map { .init(algorithm: ManifestSignature.algorithm, public_key: $0.publicKey, value: $0.value) })
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    do { return Array(try encoder.encode(wire)) + [0x0A] } catch { throw PluginError(.storeFailed("manifest"), name, "\(error)") }
  }

  private static func what(_ error: any Error) -> String {
    let place = { (context: DecodingError.Context, key: (any CodingKey)?) -> String in
      (context.codingPath + (key.map { [$0] } ?? [])).map(\.stringValue).joined(separator: ".")
    }
    switch error as? DecodingError {
    case .keyNotFound(let key, let context): return "\(place(context, key)) is missing"
    case .typeMismatch(_, let context), .valueNotFound(_, let context): return "\(place(context, nil)) has the wrong type"
    case .dataCorrupted(let context) where !context.codingPath.isEmpty: return "\(place(context, nil)) is not acceptable"
    default: return "not JSON"
    }
  }

  // The names of the file, as they are.
  private struct Wire: Codable {
    struct File: Codable {
      var path: String
      var sha256: String
    }
    struct Files: Codable { var plugin: File }
    struct ABI: Codable {
      var major: Whole
      var minor: Whole
    }
    struct Build: Codable {
      var host: String
      var swift: String?
    }
    struct Signature: Codable {
      var algorithm: String
      var public_key: String
      var value: String
    }
    var manifest_version: String
    var kind: String
    var name: String
    var symbol: String
    var market: String?
    var horizon: Whole
    var files: Files
    var parameters: [String: Scalar]
    var events: [String]
    var abi: ABI
    var created_at: Whole
    var build: Build
    var isolation: String?
    var shadow: Bool?
    var signature: Signature?
  }

  /// A number that should be whole. Decoded as Decimal because the decoder forgets which field held one that does not fit.
  private struct Whole: Codable {
    var text: String
    var value: Int64? { Int64(text) }

    init(_ value: Int64) { text = "\(value)" }

    init(from decoder: any Decoder) throws { text = "\(try decoder.singleValueContainer().decode(Decimal.self))" }

    func encode(to encoder: any Encoder) throws {
      var container = encoder.singleValueContainer()
      try container.encode(Int64(text))
    }
  }

  /// A parameter's value: text, boolean or number; written as text, which alone keeps a decimal's digits.
  private struct Scalar: Codable {
    var text: String

    init(text: String) { self.text = text }

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

    func encode(to encoder: any Encoder) throws {
      var container = encoder.singleValueContainer()
      try container.encode(text)
    }
  }
}
