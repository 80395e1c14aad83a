import Kernel
import Market

/// A strategy that a run is to use, loaded and not yet created.
public struct ResolvedStrategy: Sendable {
  public var library: PluginLibrary
  public var horizonSeconds: Int64
  public var parameters: [String: String]
  /// The file that named it.
  public var source: String
}

/// Finds what `--strategy` means.
public struct StrategyResolver: Sendable {
  private let store: StrategyStore
  private let executableFolder: String

  /// - Parameter executableFolder: where libraries that were built beside the executable are found by name.
  public init(runtimePath: String, executableFolder: String) {
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
      return [ResolvedStrategy(library: try PluginLibrary.load(strategy), horizonSeconds: 0, parameters: parameters, source: strategy)]
    }
    for entry in try store.list(symbol: instrument.id.symbol) where entry.manifest.name == strategy && matches(entry.manifest, instrument) {
      return [Self.overlay(try resolved(entry), parameters)]
    }
    let built = "\(executableFolder)/lib\(strategy).so"
    guard Files.exists(built) else {
      throw PluginError(
        .notFound, strategy, "it is neither published for \(instrument.id.symbol) nor built as \(built); give its path, or publish it")
    }
    return [ResolvedStrategy(library: try PluginLibrary.load(built), horizonSeconds: 0, parameters: parameters, source: built)]
  }

  /// Everything current for the instrument, by horizon.
  ///
  /// - Throws: `symbol_or_horizon_mismatch` for a strategy of the symbol on another market: the folder holds one market's.
  public func published(for instrument: Instrument) throws(PluginError) -> [ResolvedStrategy] {
    var found: [ResolvedStrategy] = []
    for entry in try store.list(symbol: instrument.id.symbol) {
      try check(entry.manifest, instrument, "\(store.runtimePath)/strategies/\(entry.symbol)/\(entry.horizonSeconds)/current")
      found.append(try resolved(entry))
    }
    return found
  }

  private func resolved(_ entry: StrategyStore.Entry) throws(PluginError) -> ResolvedStrategy {
    let library = try store.load(entry)
    try Self.check(library, against: entry.manifest)
    return ResolvedStrategy(
      library: library, horizonSeconds: entry.horizonSeconds, parameters: entry.manifest.parameters, source: entry.version)
  }

  private func manifest(_ path: String, _ instrument: Instrument) throws(PluginError) -> ResolvedStrategy {
    let manifest = try StrategyManifest.read(path)
    try check(manifest, instrument, path)
    let folder = path.lastIndex(of: "/").map { String(path[..<$0]) } ?? "."
    let library = try PluginLibrary.load("\(folder)/\(manifest.pluginPath)", expected: manifest.pluginDigest)
    try Self.check(library, against: manifest)
    return ResolvedStrategy(library: library, horizonSeconds: manifest.horizonSeconds, parameters: manifest.parameters, source: path)
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

  /// The manifest was read without running code; now the code must agree with it.
  private static func check(_ library: PluginLibrary, against manifest: StrategyManifest) throws(PluginError) {
    guard library.name == manifest.name else {
      throw PluginError(.compatMismatch("name(\(library.name))"), library.path, "the manifest says \(manifest.name)")
    }
    guard library.abi.major == manifest.abiMajor, library.abi.minor == manifest.abiMinor else {
      throw PluginError(
        .compatMismatch("abi(\(library.abi.major).\(library.abi.minor))"), library.path, "the manifest says \(manifest.abiMajor).\(manifest.abiMinor)"
      )
    }
    let events = EventNames.names(of: library.events)
    guard Set(events) == Set(manifest.events) else {
      throw PluginError(
        .compatMismatch("events"), library.path,
        "it wants \(events.joined(separator: ", ")), the manifest says \(manifest.events.joined(separator: ", "))")
    }
  }

  private static func overlay(_ resolved: ResolvedStrategy, _ parameters: [String: String]) -> ResolvedStrategy {
    var result = resolved
    result.parameters.merge(parameters) { $1 }
    return result
  }
}
