import Cryptography
import Engine
import Kernel
import Market

/// Published strategies on disk.
///
/// `store/<sha256>/libNAME.so` holds libraries by digest and never changes what it has. Each symbol and horizon has
/// `strategies/<SYMBOL>/<horizon>/versions/<stamp>-<digest>/` folders and `current`, a symlink to one of them that is
/// swapped in one step. Each version folder has a symlink `previous` to the one that was current before it: so a
/// rollback after a rollback and a publish goes where one came from, whatever the clock did. Writers take a lock;
/// readers need none, because they follow `current` once and then stay in that version's folder.
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
    signedBy pem: [UInt8]? = nil, trust: TrustPolicy = TrustPolicy(), check: StrategyCheck
  ) throws(PluginError) -> Entry {
    let facts = try check.facts(file, instrument, horizonSeconds, parameters)
    let installed = try install(file)
    _ = try PluginFile.read(installed, expected: file.digest)
    try checkMarket(instrument)
    let home = home(instrument.id.symbol, horizonSeconds)
    try Self.storing { () throws(KernelError) in try Files.createFolders("\(home)/versions") }
    let lock = try Self.lock(home)
    // The stamp is taken under the lock, so that versions sort as they were published.
    let now = Clocks.realtimeNanoseconds()
    let version = "\(UTCStamp.text(nanoseconds: now))-\(file.digest.hex.prefix(8))"
    var manifest = StrategyManifest(
      name: facts.name, instrument: instrument.id, horizonSeconds: horizonSeconds, pluginPath: file.fileName, pluginDigest: file.digest,
      parameters: parameters, events: EventNames.names(of: facts.events), abi: (facts.abiMajor, facts.abiMinor), createdAt: now / 1_000_000_000,
      build: hostVersion, swiftToolchain: file.swiftToolchain, isolation: isolation)
    if let pem { try manifest.sign(withPEM: pem) }
    // What no run would take does not become current.
    try trust.check(manifest, file.path)
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
    let home = home(instrument.id.symbol, manifest.horizonSeconds)
    try Self.storing { () throws(KernelError) in try Files.createFolders("\(home)/versions") }
    let lock = try Self.lock(home)
    let version = "\(UTCStamp.text(nanoseconds: Clocks.realtimeNanoseconds()))-\(file.digest.hex.prefix(8))"
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
    let folder = "\(home)/versions/\(version)"
    guard !Files.exists(folder) else { throw PluginError(.storeFailed("create"), folder, "it exists already; is the clock right?") }
    let encoded = try manifest.encoded()
    let plugin = "\(folder)/\(manifest.pluginPath)"
    try Self.storing {
      () throws(KernelError) in
      try Files.createFolders(plugin.lastIndex(of: "/").map { String(plugin[..<$0]) } ?? folder)
      try Files.writeAtomically(file.bytes, to: plugin, mode: 0o755)
      try Files.writeAtomically(encoded, to: "\(folder)/\(StrategyManifest.fileName)")
      if let before = Files.symlinkTarget("\(home)/current") { try Files.swapSymlink(at: "\(folder)/previous", to: "../../\(before)") }
    }
    // What the disk has now, not what was meant to be written, decides.
    _ = try PluginFile.read(plugin, expected: file.digest)
    try Self.storing { () throws(KernelError) in try Files.swapSymlink(at: "\(home)/current", to: "versions/\(version)") }
    _ = consume lock
    return try entry(symbol: manifest.symbol, horizonSeconds: manifest.horizonSeconds)
  }

  /// Makes the version before the current one current, after checking that it still is what it was.
  public func rollback(symbol: String, horizonSeconds: Int64) throws(PluginError) -> Entry {
    let home = home(symbol, horizonSeconds)
    guard Files.isFolder(home) else { throw Self.nothing(home, symbol, horizonSeconds) }
    let lock = try Self.lock(home)
    // The current version itself may be broken: that is when one rolls back, so only its link is read.
    let current = try currentVersion(symbol, horizonSeconds)
    guard let link = Files.symlinkTarget("\(home)/versions/\(current)/previous"), let target = link.split(separator: "/").last.map(String.init) else {
      throw PluginError(.notFound, "\(home)/versions", "there is no version before \(current) to go back to")
    }
    let manifest = try StrategyManifest.read("\(home)/versions/\(target)/\(StrategyManifest.fileName)")
    _ = try PluginFile.read("\(home)/versions/\(target)/\(manifest.pluginPath)", expected: manifest.pluginDigest)
    try Self.storing { () throws(KernelError) in try Files.swapSymlink(at: "\(home)/current", to: "versions/\(target)") }
    _ = consume lock
    return try entry(symbol: symbol, horizonSeconds: horizonSeconds)
  }

  // MARK: Reading

  /// What is current, by symbol and horizon.
  ///
  /// A broken entry is an error, not an omission.
  public func list() throws(PluginError) -> [Entry] {
    var entries: [Entry] = []
    for symbol in try Self.names("\(runtimePath)/strategies") {
      entries += try list(symbol: symbol)
    }
    return entries
  }

  /// Where something is current, whether it can be read or not.
  public func places() throws(PluginError) -> [(symbol: String, horizonSeconds: Int64)] {
    var places: [(symbol: String, horizonSeconds: Int64)] = []
    for symbol in try Self.names("\(runtimePath)/strategies") {
      for horizon in try Self.names("\(runtimePath)/strategies/\(symbol)").compactMap(Int64.init).sorted()
      where Files.symlinkTarget("\(home(symbol, horizon))/current") != nil {
        places.append((symbol, horizon))
      }
    }
    return places
  }

  public func list(symbol: String) throws(PluginError) -> [Entry] {
    var entries: [Entry] = []
    let horizons = try Self.names("\(runtimePath)/strategies/\(symbol)").compactMap(Int64.init).sorted()
    for horizon in horizons where Files.symlinkTarget("\(home(symbol, horizon))/current") != nil {
      entries.append(try entry(symbol: symbol, horizonSeconds: horizon))
    }
    return entries
  }

  public func entry(symbol: String, horizonSeconds: Int64) throws(PluginError) -> Entry {
    let home = home(symbol, horizonSeconds)
    let version = try currentVersion(symbol, horizonSeconds)
    let path = "\(home)/versions/\(version)/\(StrategyManifest.fileName)"
    let manifest = try StrategyManifest.read(path)
    guard manifest.symbol == symbol, manifest.horizonSeconds == horizonSeconds else {
      throw PluginError(
        .symbolOrHorizonMismatch, path,
        "it is for \(manifest.symbol)/\(manifest.horizonSeconds) and stands in the folder of \(symbol)/\(horizonSeconds)")
    }
    return Entry(
      symbol: symbol, horizonSeconds: horizonSeconds, version: version, manifest: manifest,
      versions: try Self.names("\(home)/versions").filter { !$0.contains(".tmp-") })
  }

  /// Reads an entry's library under its promised digest.
  public func file(_ entry: Entry) throws(PluginError) -> PluginFile {
    try PluginFile.read(
      "\(home(entry.symbol, entry.horizonSeconds))/versions/\(entry.version)/\(entry.manifest.pluginPath)", expected: entry.manifest.pluginDigest)
  }

  /// The folder name that `current` points to now.
  private func currentVersion(_ symbol: String, _ horizonSeconds: Int64) throws(PluginError) -> String {
    let home = home(symbol, horizonSeconds)
    guard let target = Files.symlinkTarget("\(home)/current") else { throw Self.nothing(home, symbol, horizonSeconds) }
    let parts = target.split(separator: "/", omittingEmptySubsequences: false)
    guard parts.count == 2, parts[0] == "versions", parts[1] != "..", !parts[1].isEmpty else {
      throw PluginError(.manifestInvalid("current"), "\(home)/current", "it points to \(target), not into versions/; publish again")
    }
    return String(parts[1])
  }

  private static func nothing(_ home: String, _ symbol: String, _ horizonSeconds: Int64) -> PluginError {
    PluginError(.manifestMissing, "\(home)/current", "nothing is published for \(symbol)/\(horizonSeconds)")
  }

  private static func lock(_ home: String) throws(PluginError) -> FileLock {
    do { return try FileLock.acquire("\(home)/lock") } catch { throw PluginError(.storeFailed(error.action), error.path, error.description) }
  }

  private func home(_ symbol: String, _ horizonSeconds: Int64) -> String { "\(runtimePath)/strategies/\(symbol)/\(horizonSeconds)" }

  /// A folder that cannot be read is trouble; taken for empty it would hide what is published.
  private static func names(_ folder: String) throws(PluginError) -> [String] {
    do { return try Files.names(in: folder) } catch { throw PluginError(.storeFailed(error.action), error.path, error.description) }
  }

  private static func storing(_ body: () throws(KernelError) -> Void) throws(PluginError) {
    do { try body() } catch { throw PluginError(.storeFailed(error.action), error.path, error.description) }
  }
}
