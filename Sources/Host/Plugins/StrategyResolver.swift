import Kernel
import Market

/// A strategy that a run is to use: read and hashed, none of its code has run.
public struct ResolvedStrategy: Sendable {
  public var file: PluginFile
  /// What was promised about it; nil for a bare library.
  public var manifest: StrategyManifest?
  public var horizonSeconds: Int64
  public var parameters: [String: String]
  /// The file that named it.
  public var source: String

  public init(file: PluginFile, manifest: StrategyManifest? = nil, horizonSeconds: Int64, parameters: [String: String], source: String) {
    self.file = file
    self.manifest = manifest
    self.horizonSeconds = horizonSeconds
    self.parameters = parameters
    self.source = source
  }

  /// The manifest's word, else what the file is called: known before any code has run.
  public var name: String {
    if let manifest { return manifest.name }
    let stem = file.fileName.hasSuffix(".so") ? String(file.fileName.dropLast(3)) : file.fileName
    return stem.hasPrefix("lib") ? String(stem.dropFirst(3)) : stem
  }

  /// `EMACross@BTCUSDT/0`.
  public func instanceID(on instrument: Instrument) -> String { "\(name)@\(instrument.id.symbol)/\(horizonSeconds)" }

  /// What the plugin says of itself must be what its manifest says.
  public func check(_ facts: PluginFacts) throws(PluginError) {
    if let manifest { try facts.check(against: manifest, file.path) }
  }

  /// What the manifest says of the file must be what the file says.
  fileprivate func checkOrigin() throws(PluginError) {
    guard let built = manifest?.swiftToolchain, built != file.swiftToolchain else { return }
    throw PluginError(
      .manifestInvalid("build.swift"), file.path, "the manifest says \(built), the library \(file.swiftToolchain ?? "nothing"); publish it again")
  }
}

/// Finds what `--strategy` means.
public struct StrategyResolver: Sendable {
  private let store: StrategyStore
  private let executableFolder: String
  private let trust: TrustPolicy

  /// - Parameters:
  ///   - executableFolder: where libraries that were built beside the executable are found by name.
  ///   - trust: whose strategies are resolved at all.
  public init(runtimePath: String, executableFolder: String, trust: TrustPolicy = TrustPolicy()) {
    self.trust = trust
    store = StrategyStore(runtimePath: runtimePath, hostVersion: "")
    self.executableFolder = executableFolder
  }

  /// - Parameters:
  ///   - strategy: a path (it has a slash or a suffix), a name, or nil for all that is published for the symbol.
  ///   - parameters: laid over those of a manifest.
  /// - Throws: `PluginError`; of kind `.missingInput` when nothing fits.
  public func resolve(strategy: String?, instrument: Instrument, parameters: [String: String]) throws(PluginError) -> [ResolvedStrategy] {
    guard let strategy else {
      let all = try published(for: instrument)
      guard !all.isEmpty else {
        throw PluginError(
          .notFound, "\(store.runtimePath)/strategies/\(instrument.id.symbol)",
          "nothing is published for \(instrument.id.symbol); name a strategy with --strategy, or publish one")
      }
      return all.map { Self.overlay($0, parameters) }
    }
    if strategy.hasSuffix(".json") { return [Self.overlay(try manifest(strategy, instrument), parameters)] }
    if strategy.contains("/") || strategy.hasSuffix(".so") {
      try trust.check(nil, strategy)
      return [ResolvedStrategy(file: try PluginFile.read(strategy), horizonSeconds: 0, parameters: parameters, source: strategy)]
    }
    for entry in try store.list(symbol: instrument.id.symbol) where entry.manifest.name == strategy && matches(entry.manifest, instrument) {
      return [Self.overlay(try resolved(entry), parameters)]
    }
    let built = "\(executableFolder)/lib\(strategy).so"
    guard Files.exists(built) else {
      throw PluginError(
        .notFound, strategy, "it is neither published for \(instrument.id.symbol) nor built as \(built); give its path, or publish it")
    }
    try trust.check(nil, built)
    return [ResolvedStrategy(file: try PluginFile.read(built), horizonSeconds: 0, parameters: parameters, source: built)]
  }

  /// Everything current for the instrument, by horizon.
  ///
  /// - Throws: `symbol_or_horizon_mismatch` for a strategy of the symbol on another market: the folder holds one market's.
  public func published(for instrument: Instrument) throws(PluginError) -> [ResolvedStrategy] {
    var found: [ResolvedStrategy] = []
    for entry in try store.list(symbol: instrument.id.symbol) { found.append(try published(entry, for: instrument)) }
    return found
  }

  /// One of them.
  public func published(_ entry: StrategyStore.Entry, for instrument: Instrument) throws(PluginError) -> ResolvedStrategy {
    try check(entry.manifest, instrument, "\(store.runtimePath)/strategies/\(entry.symbol)/\(entry.horizonSeconds)/current")
    return try resolved(entry)
  }

  private func resolved(_ entry: StrategyStore.Entry) throws(PluginError) -> ResolvedStrategy {
    try trust.check(entry.manifest.signature, "\(store.runtimePath)/strategies/\(entry.symbol)/\(entry.horizonSeconds)/current")
    let resolved = ResolvedStrategy(
      file: try store.file(entry), manifest: entry.manifest, horizonSeconds: entry.horizonSeconds, parameters: entry.manifest.parameters,
      source: entry.version)
    try resolved.checkOrigin()
    return resolved
  }

  private func manifest(_ path: String, _ instrument: Instrument) throws(PluginError) -> ResolvedStrategy {
    let manifest = try StrategyManifest.read(path)
    try check(manifest, instrument, path)
    let folder = path.lastIndex(of: "/").map { String(path[..<$0]) } ?? "."
    try trust.check(manifest.signature, path)
    let resolved = ResolvedStrategy(
      file: try PluginFile.read("\(folder)/\(manifest.pluginPath)", expected: manifest.pluginDigest), manifest: manifest,
      horizonSeconds: manifest.horizonSeconds, parameters: manifest.parameters, source: path)
    try resolved.checkOrigin()
    return resolved
  }

  private func matches(_ manifest: StrategyManifest, _ instrument: Instrument) -> Bool {
    manifest.symbol == instrument.id.symbol && (manifest.market ?? instrument.id.market) == instrument.id.market
  }

  private func check(_ manifest: StrategyManifest, _ instrument: Instrument, _ path: String) throws(PluginError) {
    guard matches(manifest, instrument) else {
      throw PluginError(
        .symbolOrHorizonMismatch, path,
        "it is for \(manifest.market.map { "\($0.rawValue)." } ?? "")\(manifest.symbol), and \(instrument.id) is wanted")
    }
  }

  private static func overlay(_ resolved: ResolvedStrategy, _ parameters: [String: String]) -> ResolvedStrategy {
    var result = resolved
    result.parameters.merge(parameters) { $1 }
    return result
  }
}
