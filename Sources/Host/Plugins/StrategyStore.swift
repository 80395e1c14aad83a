import Cryptography
import Engine
import Kernel
import Market

/// Published strategies on disk.
///
/// `store/<sha256>/libNAME.so` holds libraries by digest and never changes what it has. Each symbol and horizon has its
/// `VersionedFolder`, `strategies/<SYMBOL>/<horizon>`.
public struct StrategyStore: Sendable {
  public let runtimePath: String
  private let hostVersion: String

  public init(runtimePath: String, hostVersion: String) {
    self.runtimePath = runtimePath
    self.hostVersion = hostVersion
  }

  /// One symbol and horizon with what it runs.
  public struct Entry: Sendable {
    public var symbol: String
    public var horizonSeconds: Int64
    /// Folder name of the current version.
    public var version: String
    public var manifest: StrategyManifest
    /// All versions, oldest first.
    public var versions: [String]
  }

  // MARK: Writing

  /// Copies a library into the store by its digest.
  @discardableResult
  public func install(_ file: PluginFile) throws(PluginError) -> String {
    try ArtefactStore(runtimePath: runtimePath).keep(file)
  }

  /// Installs the library and makes it current for the instrument's symbol and the horizon.
  ///
  /// Everything is checked before the swap: that it loads and takes the parameters, and the digest of what was copied.
  /// - Throws: `PluginError`; the version that was current stays current then.
  public func publish(
    _ file: PluginFile, instrument: Instrument, horizonSeconds: Int64, parameters: [String: String], isolation: Isolation? = nil,
    isShadow: Bool = false, signedBy pem: [UInt8]? = nil, trust: TrustPolicy = TrustPolicy(), check: StrategyCheck
  ) throws(PluginError) -> Entry {
    let facts = try check.facts(file, instrument, horizonSeconds, parameters)
    let installed = try install(file)
    _ = try PluginFile.read(installed, expected: file.digest)
    try checkMarket(instrument)
    let lock = try home(instrument.id.symbol, horizonSeconds).lock()
    // The stamp is taken under the lock, so that versions sort as they were published.
    let now = Clocks.realtimeNanoseconds()
    let version = VersionedFolder.name(nanoseconds: now, digest: file.digest)
    var manifest = StrategyManifest(
      name: facts.name, instrument: instrument.id, horizonSeconds: horizonSeconds, pluginPath: file.fileName, pluginDigest: file.digest,
      parameters: parameters, events: EventNames.names(of: facts.events), abi: (facts.abiMajor, facts.abiMinor), createdAt: now / 1_000_000_000,
      build: hostVersion, swiftToolchain: file.swiftToolchain, isolation: isolation, isShadow: isShadow ? true : nil)
    if let pem { try manifest.sign(withPEM: pem) }
    // What no run would take does not become current.
    try trust.check(manifest.signature, file.path)
    return try place(file, manifest, version, lock)
  }

  /// Makes an author's manifest current as it is, signature and all.
  ///
  /// - Throws: `PluginError`; the version that was current stays current then.
  public func publish(_ file: PluginFile, manifest: StrategyManifest, instrument: Instrument, check: StrategyCheck) throws(PluginError) -> Entry {
    let facts = try check.facts(file, instrument, manifest.horizonSeconds, manifest.parameters)
    try facts.check(against: manifest, file.path)
    _ = try install(file)
    try checkMarket(instrument)
    let lock = try home(instrument.id.symbol, manifest.horizonSeconds).lock()
    let version = VersionedFolder.name(nanoseconds: Clocks.realtimeNanoseconds(), digest: file.digest)
    return try place(file, manifest, version, lock)
  }

  private func checkMarket(_ instrument: Instrument) throws(PluginError) {
    // One symbol's folder holds one market's strategies: a run that wants one market could not use the other's.
    for other in (try? list(symbol: instrument.id.symbol)) ?? [] where other.manifest.market.map({ $0 != instrument.id.market }) ?? false {
      throw PluginError(
        .symbolOrHorizonMismatch, "\(runtimePath)/strategies/\(instrument.id.symbol)/\(other.horizonSeconds)",
        "it is published for \(other.manifest.market?.rawValue ?? ""), and \(instrument.id) is another market; remove that folder first, or use another runtime folder"
      )
    }
  }

  /// Writes a version's folder and swaps to it.
  private func place(_ file: PluginFile, _ manifest: StrategyManifest, _ version: String, _ lock: consuming FileLock) throws(PluginError) -> Entry {
    let home = home(manifest.symbol, manifest.horizonSeconds)
    let encoded = try manifest.encoded()
    let plugin = "\(home.path(of: version))/\(manifest.pluginPath)"
    try home.create(version) { folder throws(KernelError) in
      try Files.createFolders(plugin.lastIndex(of: "/").map { String(plugin[..<$0]) } ?? folder)
      try Files.writeAtomically(file.bytes, to: plugin, mode: 0o755)
      try Files.writeAtomically(encoded, to: "\(folder)/\(StrategyManifest.fileName)")
    }
    // What the disk has now, not what was meant to be written, decides.
    _ = try PluginFile.read(plugin, expected: file.digest)
    try home.succeed(by: version)
    _ = consume lock
    return try entry(symbol: manifest.symbol, horizonSeconds: manifest.horizonSeconds)
  }

  /// Makes the version before the current one current, after checking that it still is what it was.
  public func rollback(symbol: String, horizonSeconds: Int64) throws(PluginError) -> Entry {
    let home = home(symbol, horizonSeconds)
    guard Files.isFolder(home.path) else { throw Self.nothing(home, symbol, horizonSeconds) }
    let lock = try home.lock()
    // The current version itself may be broken: that is when one rolls back, so only its link is read.
    let current = try currentVersion(symbol, horizonSeconds)
    guard let target = home.version(before: current) else {
      throw PluginError(.notFound, "\(home.path)/versions", "there is no version before \(current) to go back to")
    }
    let manifest = try StrategyManifest.read("\(home.path(of: target))/\(StrategyManifest.fileName)")
    _ = try PluginFile.read("\(home.path(of: target))/\(manifest.pluginPath)", expected: manifest.pluginDigest)
    try home.swap(to: target)
    _ = consume lock
    return try entry(symbol: symbol, horizonSeconds: horizonSeconds)
  }

  // MARK: Reading

  /// What is current, by symbol and horizon.
  ///
  /// A broken entry is an error, not an omission.
  public func list() throws(PluginError) -> [Entry] {
    var entries: [Entry] = []
    for symbol in try VersionedFolder.names("\(runtimePath)/strategies") {
      entries += try list(symbol: symbol)
    }
    return entries
  }

  /// Where something is current, whether it can be read or not.
  public func places() throws(PluginError) -> [(symbol: String, horizonSeconds: Int64)] {
    var places: [(symbol: String, horizonSeconds: Int64)] = []
    for symbol in try VersionedFolder.names("\(runtimePath)/strategies") {
      for horizon in try VersionedFolder.names("\(runtimePath)/strategies/\(symbol)").compactMap(Int64.init).sorted()
      where Files.symlinkTarget(home(symbol, horizon).currentPath) != nil {
        places.append((symbol, horizon))
      }
    }
    return places
  }

  public func list(symbol: String) throws(PluginError) -> [Entry] {
    var entries: [Entry] = []
    let horizons = try VersionedFolder.names("\(runtimePath)/strategies/\(symbol)").compactMap(Int64.init).sorted()
    for horizon in horizons where Files.symlinkTarget(home(symbol, horizon).currentPath) != nil {
      entries.append(try entry(symbol: symbol, horizonSeconds: horizon))
    }
    return entries
  }

  public func entry(symbol: String, horizonSeconds: Int64) throws(PluginError) -> Entry {
    let home = home(symbol, horizonSeconds)
    let version = try currentVersion(symbol, horizonSeconds)
    let path = "\(home.path(of: version))/\(StrategyManifest.fileName)"
    let manifest = try StrategyManifest.read(path)
    guard manifest.symbol == symbol, manifest.horizonSeconds == horizonSeconds else {
      throw PluginError(
        .symbolOrHorizonMismatch, path,
        "it is for \(manifest.symbol)/\(manifest.horizonSeconds) and stands in the folder of \(symbol)/\(horizonSeconds)")
    }
    return Entry(symbol: symbol, horizonSeconds: horizonSeconds, version: version, manifest: manifest, versions: try home.versions())
  }

  /// Reads an entry's library under its promised digest.
  public func file(_ entry: Entry) throws(PluginError) -> PluginFile {
    try PluginFile.read(
      "\(home(entry.symbol, entry.horizonSeconds).path(of: entry.version))/\(entry.manifest.pluginPath)", expected: entry.manifest.pluginDigest)
  }

  /// The folder name that `current` points to now.
  private func currentVersion(_ symbol: String, _ horizonSeconds: Int64) throws(PluginError) -> String {
    let home = home(symbol, horizonSeconds)
    guard case .version(let version) = try home.current() else { throw Self.nothing(home, symbol, horizonSeconds) }
    return version
  }

  private static func nothing(_ home: VersionedFolder, _ symbol: String, _ horizonSeconds: Int64) -> PluginError {
    PluginError(.manifestMissing, home.currentPath, "nothing is published for \(symbol)/\(horizonSeconds)")
  }

  private func home(_ symbol: String, _ horizonSeconds: Int64) -> VersionedFolder {
    VersionedFolder("\(runtimePath)/strategies/\(symbol)/\(horizonSeconds)")
  }
}
