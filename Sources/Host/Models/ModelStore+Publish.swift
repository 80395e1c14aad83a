import Cryptography
import Kernel
import Market
import Plugins

extension ModelStore {
  /// Whose word a published manifest is.
  public struct Signing: Sendable {
    /// A private key to sign with; nil = a signature that the manifest has stays, and there is none else.
    public var pem: [UInt8]?
    public var trust: TrustPolicy

    public init(pem: [UInt8]? = nil, trust: TrustPolicy = TrustPolicy()) {
      self.pem = pem
      self.trust = trust
    }
  }

  /// Copies a model, its adapter and its runtimes into a version of their own, and makes that one current.
  ///
  /// Everything is checked before the swap: digests, that the adapter loads and takes the model, one prediction, and what the
  /// disk has then. A signed manifest is published as it is; any other one gets its adapter pinned.
  /// - Parameters:
  ///   - keepVersions: how many stay, the current one included; 1...
  /// - Throws: `PluginError`; the version that was current stays current then.
  public func publish(
    _ resolved: ResolvedModel, instrument: Instrument, keepVersions: Int = 5, signing: Signing = Signing(), check: ModelCheck = .inProcess
  ) throws(PluginError) -> Entry {
    try resolved.check(for: instrument)
    try checkMarket(resolved, instrument)
    let manifest = try manifest(of: resolved, signing)
    // What no run would take does not become current.
    try signing.trust.check(manifest.signature, resolved.source)
    try check.run(resolved, instrument)
    let files = Self.files(of: resolved, manifest)
    for file in files { try artefacts.keep(file.bytes, file.digest, name: file.name, mode: file.mode) }
    let home = home(manifest.symbol, manifest.horizonSeconds)
    let lock = try home.lock()
    // The stamp is taken under the lock, so that versions sort as they were published.
    let version = VersionedFolder.name(nanoseconds: Clocks.realtimeNanoseconds(), digest: resolved.model.digest)
    do throws(PluginError) { try write(version, files, manifest, home) } catch {
      // Half a version must not take the place of a whole one among those that are kept.
      try? Files.removeTree(home.path(of: version))
      throw error
    }
    try home.succeed(by: version, adopted: adoptedName(home))
    try home.prune(keeping: keepVersions)
    _ = consume lock
    return try entry(symbol: manifest.symbol, horizonSeconds: manifest.horizonSeconds)
  }

  private func write(_ version: String, _ files: [StoredFile], _ manifest: ModelManifest, _ home: VersionedFolder) throws(PluginError) {
    guard Set(files.map(\.path)).count == files.count else {
      throw PluginError(.storeFailed("names"), home.path, "two of its files have one name; give them names of their own")
    }
    try home.create(version) { folder throws(KernelError) in
      for file in files {
        let path = "\(folder)/\(file.path)"
        try Files.createFolders(path.lastIndex(of: "/").map { String(path[..<$0]) } ?? folder)
        try Files.writeAtomically(file.bytes, to: path, mode: file.mode)
      }
    }
    // What the disk has now, not what was meant to be written, decides.
    let path = "\(home.path(of: version))/\(ModelManifest.fileName)"
    let written = try ModelManifest.read(path)
    guard written.encoded == manifest.encoded else { throw PluginError(.storeFailed("read back"), path, "it is not what was written") }
    for file in files {
      let digest = try ModelFile.read("\(home.path(of: version))/\(file.path)").digest
      guard digest == file.digest else { throw PluginError(.shaMismatch, "\(home.path(of: version))/\(file.path)", "it is not what was written") }
    }
  }

  /// Makes the version before the current one current, after checking that it still is what it was.
  public func rollback(symbol: String, horizonSeconds: Int64, adapters: ModelAdapters) throws(PluginError) -> Entry {
    let home = home(symbol, horizonSeconds)
    guard Files.isFolder(home.path) else { throw nothing(home, symbol, horizonSeconds) }
    let lock = try home.lock()
    // The current version itself may be broken: that is when one rolls back, so only its link is read.
    switch try home.current() {
    case .nothing: throw nothing(home, symbol, horizonSeconds)
    case .folder:
      guard let target = try newestWhole(home, adapters), let adopted = adoptedName(home) else {
        throw PluginError(.modelMissing, home.currentPath, "it was published by the Python system, and no whole version is here to go back to")
      }
      try home.replaceFolder(by: target, as: adopted)
    case .version(let current):
      guard let target = home.version(before: current) else {
        throw PluginError(.modelMissing, "\(home.path)/versions", "there is no version before \(current) to go back to")
      }
      _ = try ResolvedModel.read(home.path(of: target), adapters: adapters)
      try home.swap(to: target)
    }
    _ = consume lock
    return try entry(symbol: symbol, horizonSeconds: horizonSeconds)
  }

  /// A folder of the Python system has no `previous`: the way back is the newest version that can be read.
  private func newestWhole(_ home: VersionedFolder, _ adapters: ModelAdapters) throws(PluginError) -> String? {
    for version in try home.versions().reversed() where (try? ResolvedModel.read(home.path(of: version), adapters: adapters)) != nil {
      return version
    }
    return nil
  }

  // MARK: What is written

  private struct StoredFile {
    /// In the version's folder.
    var path: String
    var bytes: [UInt8]
    var digest: Digest
    var mode: Int32
    var name: String { path.lastIndex(of: "/").map { String(path[path.index(after: $0)...]) } ?? path }
  }

  private static func files(of resolved: ResolvedModel, _ manifest: ModelManifest) -> [StoredFile] {
    let encoded = manifest.encoded
    var files = [
      StoredFile(path: ModelManifest.fileName, bytes: encoded, digest: SHA256Hasher.digest(of: encoded), mode: 0o644),
      StoredFile(path: manifest.model.path, bytes: resolved.model.bytes, digest: resolved.model.digest, mode: 0o644),
    ]
    if let adapter = manifest.adapter {
      files.append(StoredFile(path: adapter.path, bytes: resolved.adapter.bytes, digest: resolved.adapter.digest, mode: 0o755))
    }
    for runtime in resolved.runtimes {
      files.append(StoredFile(path: runtime.name, bytes: runtime.file.bytes, digest: runtime.file.digest, mode: 0o755))
    }
    return files
  }

  private func manifest(of resolved: ResolvedModel, _ signing: Signing) throws(PluginError) -> ModelManifest {
    var manifest = resolved.manifest
    if manifest.signature != nil, signing.pem == nil { return manifest }
    manifest.signature = nil
    if manifest.adapter == nil { manifest.adapter = ModelManifest.File(path: resolved.adapter.fileName, digest: resolved.adapter.digest) }
    manifest.createdAt = manifest.createdAt ?? Clocks.realtimeNanoseconds() / 1_000_000_000
    manifest.build = ["host": .text(hostVersion), "swift": resolved.adapter.swiftToolchain.map { .text($0) } ?? .null]
    if let pem = signing.pem { try manifest.sign(withPEM: pem) }
    // Read again as a run will: what is pinned must not be in the way of what was there.
    return try ModelManifest(manifest.encoded, resolved.source)
  }

  /// The name that a folder of the Python system gets among the versions: of when it was published.
  private func adoptedName(_ home: VersionedFolder) -> String? {
    guard (try? home.current()) == .folder else { return nil }
    let manifest = "\(home.currentPath)/\(ModelManifest.fileName)"
    let digest = (try? ModelManifest.read(manifest))?.model.digest ?? SHA256Hasher.digest(of: [])
    let seconds = (try? Files.modified(manifest)) ?? 0
    var nanoseconds = min(seconds * 1_000_000_000, Clocks.realtimeNanoseconds() - 1_000_000_000)
    while Files.isFolder(home.path(of: VersionedFolder.name(nanoseconds: nanoseconds, digest: digest))) { nanoseconds += 1 }
    return VersionedFolder.name(nanoseconds: nanoseconds, digest: digest)
  }

  private func checkMarket(_ resolved: ResolvedModel, _ instrument: Instrument) throws(PluginError) {
    guard let market = resolved.manifest.market else { return }
    // One symbol's folder holds one market's models: a run that wants one market could not use the other's.
    for place in try places() where place.symbol == instrument.id.symbol && place.horizonSeconds != resolved.horizonSeconds {
      guard let other = (try? entry(symbol: place.symbol, horizonSeconds: place.horizonSeconds))?.manifest.market, other != market else { continue }
      throw PluginError(
        .symbolOrHorizonMismatch, "\(folder)/\(place.symbol)/\(place.horizonSeconds)",
        "it is published for \(other.rawValue), and \(instrument.id) is another market; remove that folder first, or use another runtime folder")
    }
  }
}
