import Cryptography
import Kernel
import Market
import Plugins

/// Published models on disk: `<models>/<SYMBOL>/<horizon>/current/manifest.json` with the files that it names.
///
/// Each symbol and horizon is a `VersionedFolder`. A `current` that is a folder of its own, as the Python system publishes it,
/// is read as it is; the next publish moves it among the versions.
public struct ModelStore: Sendable {
  /// `runtime/models`.
  public let folder: String
  let artefacts: ArtefactStore
  let hostVersion: String

  public init(runtimePath: String, hostVersion: String) {
    folder = "\(runtimePath)/models"
    artefacts = ArtefactStore(runtimePath: runtimePath)
    self.hostVersion = hostVersion
  }

  /// To read what stands elsewhere.
  ///
  /// - Parameter modelsFolder: with a folder for each symbol.
  init(modelsFolder: String) {
    folder = modelsFolder
    artefacts = ArtefactStore(runtimePath: modelsFolder)
    hostVersion = ""
  }

  /// One symbol and horizon with what is current there.
  public struct Entry: Sendable {
    public var symbol: String
    public var horizonSeconds: Int64
    /// Folder name of the current version; `current` for a folder of the Python system.
    public var version: String
    /// Where its files stand.
    public var folder: String
    public var manifest: ModelManifest
    /// All versions, oldest first.
    public var versions: [String]
  }

  // MARK: Reading

  /// What is current, by symbol and horizon.
  ///
  /// A broken entry is an error, not an omission.
  public func list() throws(PluginError) -> [Entry] {
    var entries: [Entry] = []
    for place in try places() { entries.append(try entry(symbol: place.symbol, horizonSeconds: place.horizonSeconds)) }
    return entries
  }

  /// Where something is current, whether it can be read or not.
  public func places() throws(PluginError) -> [(symbol: String, horizonSeconds: Int64)] {
    var places: [(symbol: String, horizonSeconds: Int64)] = []
    for symbol in try VersionedFolder.names(folder) where ManifestText.isWord(symbol) {
      for horizon in try VersionedFolder.names("\(folder)/\(symbol)").compactMap(Int64.init).sorted() {
        // A link that leads astray is something, too: it is to be told of.
        if (try? home(symbol, horizon).current()) != .nothing { places.append((symbol, horizon)) }
      }
    }
    return places
  }

  /// - Throws: `manifest_missing`, `manifest_invalid:<what>`, `symbol_or_horizon_mismatch`.
  public func entry(symbol: String, horizonSeconds: Int64) throws(PluginError) -> Entry {
    let home = home(symbol, horizonSeconds)
    return try steadily(home) { () throws(PluginError) in try entry(home, symbol, horizonSeconds) }
  }

  private func entry(_ home: VersionedFolder, _ symbol: String, _ horizonSeconds: Int64) throws(PluginError) -> Entry {
    let version: String
    let folder: String
    switch try home.current() {
    case .nothing: throw nothing(home, symbol, horizonSeconds)
    case .version(let name): (version, folder) = (name, home.path(of: name))
    case .folder: (version, folder) = ("current", home.currentPath)
    }
    let path = "\(folder)/\(ModelManifest.fileName)"
    let manifest = try ModelManifest.read(path)
    guard manifest.symbol == symbol, manifest.horizonSeconds == horizonSeconds else {
      throw PluginError(
        .symbolOrHorizonMismatch, path,
        "it is for \(manifest.symbol)/\(manifest.horizonSeconds) and stands in the folder of \(symbol)/\(horizonSeconds)")
    }
    return Entry(
      symbol: symbol, horizonSeconds: horizonSeconds, version: version, folder: folder, manifest: manifest, versions: try home.versions())
  }

  /// Reads an entry's files under their promised digests.
  public func resolve(_ entry: Entry, adapters: ModelAdapters, isStrict: Bool = false) throws(PluginError) -> ResolvedModel {
    try ResolvedModel.read(entry.manifest, in: entry.folder, source: entry.folder, adapters: adapters, isStrict: isStrict)
  }

  /// What is current, with its files.
  public func resolve(
    symbol: String, horizonSeconds: Int64, adapters: ModelAdapters, isStrict: Bool = false
  ) throws(PluginError) -> ResolvedModel {
    let home = home(symbol, horizonSeconds)
    return try steadily(home) { () throws(PluginError) in
      try resolve(entry(home, symbol, horizonSeconds), adapters: adapters, isStrict: isStrict)
    }
  }

  /// A version may be succeeded and removed while it is read: then the next one is.
  private func steadily<Result>(_ home: VersionedFolder, _ read: () throws(PluginError) -> Result) throws(PluginError) -> Result {
    var seen = try home.current()
    for _ in 0..<Self.attempts {
      do throws(PluginError) { return try read() } catch {
        let now = try home.current()
        guard now != seen else { throw error }
        seen = now
      }
    }
    return try read()
  }

  /// More publishes than anybody makes while one model is read.
  private static let attempts = 8

  func nothing(_ home: VersionedFolder, _ symbol: String, _ horizonSeconds: Int64) -> PluginError {
    PluginError(
      .manifestMissing, "\(home.currentPath)/\(ModelManifest.fileName)",
      "no model is published for \(symbol)/\(horizonSeconds); train one and publish it with: quantumedge models publish")
  }

  func home(_ symbol: String, _ horizonSeconds: Int64) -> VersionedFolder { VersionedFolder("\(folder)/\(symbol)/\(horizonSeconds)") }
}
