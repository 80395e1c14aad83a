import Cryptography
import Kernel
import Market

/// Published strategies on disk.
///
/// `store/<sha256>/libNAME.so` holds libraries by digest and never changes what it has. Each symbol and horizon has
/// `strategies/<SYMBOL>/<horizon>/versions/<stamp>-<digest>/` folders and `current`, a symlink to one of them that is
/// swapped in one step. Writers take a lock; readers need none.
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
  public func install(_ library: PluginLibrary) throws(PluginError) -> String {
    let folder = "\(runtimePath)/store/\(library.digest.hex)"
    let path = "\(folder)/\(library.fileName)"
    try Self.storing {
      () throws(KernelError) in
      try Files.createFolders(folder)
      if !Files.exists(path) { try Files.writeAtomically(library.bytes, to: path, mode: 0o755) }
    }
    return path
  }

  /// Installs the library and makes it current for the instrument's symbol and the horizon.
  ///
  /// Everything is checked before the swap: the digest of what was copied, that it loads, that it takes the parameters.
  /// - Throws: `PluginError`; the version that was current stays current then.
  public func publish(
    _ library: PluginLibrary, instrument: Instrument, horizonSeconds: Int64, parameters: [String: String], deliverableEvents: Set<UInt32>
  ) throws(PluginError) -> Entry {
    let id = "\(library.name)@\(instrument.id.symbol)/\(horizonSeconds)"
    try StrategyInstance(
      library: library, instrument: instrument, horizonSeconds: horizonSeconds, parameters: parameters, id: id, deliverableEvents: deliverableEvents
    ).close()
    let installed = try install(library)
    guard try PluginLibrary.load(installed, expected: library.digest).digest == library.digest else {
      throw PluginError(.shaMismatch, installed, "the store's copy differs; remove it and publish again")
    }
    let now = Clocks.realtimeNanoseconds()
    let manifest = StrategyManifest(
      name: library.name, instrument: instrument.id, horizonSeconds: horizonSeconds, pluginPath: library.fileName, pluginDigest: library.digest,
      parameters: parameters, events: EventNames.names(of: library.events), abi: library.abi, createdAt: now / 1_000_000_000, build: hostVersion)
    let home = home(instrument.id.symbol, horizonSeconds)
    let encoded = try manifest.encoded()
    let version = "\(UTCStamp.text(nanoseconds: now))-\(library.digest.hex.prefix(8))"
    try Self.storing {
      () throws(KernelError) in
      try Files.createFolders("\(home)/versions")
      let lock = try FileLock.acquire("\(home)/lock")
      let folder = "\(home)/versions/\(version)"
      try Files.createFolders(folder)
      try Files.writeAtomically(library.bytes, to: "\(folder)/\(library.fileName)", mode: 0o755)
      try Files.writeAtomically(encoded, to: "\(folder)/\(StrategyManifest.fileName)")
      try Files.swapSymlink(at: "\(home)/current", to: "versions/\(version)")
      _ = consume lock
    }
    return try entry(symbol: instrument.id.symbol, horizonSeconds: horizonSeconds)
  }

  /// Makes the version before the current one current, after checking that it still is what it was.
  public func rollback(symbol: String, horizonSeconds: Int64) throws(PluginError) -> Entry {
    let home = home(symbol, horizonSeconds)
    let lock: FileLock
    do { lock = try FileLock.acquire("\(home)/lock") } catch {
      throw PluginError(.manifestMissing, "\(home)/current", "nothing was ever published for \(symbol)/\(horizonSeconds)")
    }
    let before = try entry(symbol: symbol, horizonSeconds: horizonSeconds)
    guard let index = before.versions.firstIndex(of: before.version), index > 0 else {
      throw PluginError(.notFound, "\(home)/versions", "there is no version before \(before.version) to go back to")
    }
    let target = before.versions[index - 1]
    let manifest = try StrategyManifest.read("\(home)/versions/\(target)/\(StrategyManifest.fileName)")
    _ = try PluginLibrary.load("\(home)/versions/\(target)/\(manifest.pluginPath)", expected: manifest.pluginDigest)
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
    for symbol in Files.names(in: "\(runtimePath)/strategies") {
      entries += try list(symbol: symbol)
    }
    return entries
  }

  public func list(symbol: String) throws(PluginError) -> [Entry] {
    var entries: [Entry] = []
    let horizons = Files.names(in: "\(runtimePath)/strategies/\(symbol)").compactMap(Int64.init).sorted()
    for horizon in horizons where Files.symlinkTarget("\(home(symbol, horizon))/current") != nil {
      entries.append(try entry(symbol: symbol, horizonSeconds: horizon))
    }
    return entries
  }

  public func entry(symbol: String, horizonSeconds: Int64) throws(PluginError) -> Entry {
    let home = home(symbol, horizonSeconds)
    guard let target = Files.symlinkTarget("\(home)/current") else {
      throw PluginError(.manifestMissing, "\(home)/current", "nothing is published for \(symbol)/\(horizonSeconds)")
    }
    let manifest = try StrategyManifest.read("\(home)/current/\(StrategyManifest.fileName)")
    guard manifest.symbol == symbol, manifest.horizonSeconds == horizonSeconds else {
      throw PluginError(
        .symbolOrHorizonMismatch, "\(home)/current/\(StrategyManifest.fileName)",
        "it is for \(manifest.symbol)/\(manifest.horizonSeconds) and stands in the folder of \(symbol)/\(horizonSeconds)")
    }
    let version = target.split(separator: "/").last.map(String.init) ?? target
    return Entry(
      symbol: symbol, horizonSeconds: horizonSeconds, version: version, manifest: manifest,
      versions: Files.names(in: "\(home)/versions").filter { !$0.contains(".tmp-") })
  }

  /// Loads an entry's library under its promised digest.
  public func load(_ entry: Entry) throws(PluginError) -> PluginLibrary {
    try PluginLibrary.load("\(home(entry.symbol, entry.horizonSeconds))/current/\(entry.manifest.pluginPath)", expected: entry.manifest.pluginDigest)
  }

  private func home(_ symbol: String, _ horizonSeconds: Int64) -> String { "\(runtimePath)/strategies/\(symbol)/\(horizonSeconds)" }

  private static func storing(_ body: () throws(KernelError) -> Void) throws(PluginError) {
    do { try body() } catch { throw PluginError(.storeFailed(error.action), error.path, error.description) }
  }
}

/// `20261123-014500-123456789`: sorts by time, and two publishers in one second differ.
enum UTCStamp {
  static func text(nanoseconds: Int64) -> String {
    let seconds = nanoseconds / 1_000_000_000
    let (days, rest) = (seconds / 86_400, seconds % 86_400)
    // Civil date from days since 1970-01-01 (Howard Hinnant, chrono-compatible low-level date algorithms).
    let shifted = days + 719_468
    let era = shifted / 146_097
    let dayOfEra = shifted % 146_097
    let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let monthIndex = (5 * dayOfYear + 2) / 153
    let day = dayOfYear - (153 * monthIndex + 2) / 5 + 1
    let month = monthIndex < 10 ? monthIndex + 3 : monthIndex - 9
    let year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
    let pad = { (value: Int64, width: Int) in String(repeating: "0", count: max(0, width - "\(value)".count)) + "\(value)" }
    return pad(year, 4) + pad(month, 2) + pad(day, 2) + "-" + pad(rest / 3600, 2) + pad(rest / 60 % 60, 2) + pad(rest % 60, 2) + "-"
      + pad(nanoseconds % 1_000_000_000, 9)
  }
}
