import Cryptography
import Market
import Models
import Plugins
import Settings

/// Where a run's models come from, and which ones it wants: `ml.*`.
public struct ModelSource: Sendable {
  public let resolver: ModelResolver
  public let horizonsSeconds: [Int64]
  private let isLive: Bool
  private let inProcessDigests: [String]
  /// Why a model file, by its digest, is not to be used; nil = it may.
  private let quarantined: @Sendable (Digest) -> String?
  /// Looks at the starts of models; nil = nobody does.
  public var observer: (any StartObserver)?

  /// - Parameters:
  ///   - executableFolder: where adapters stand that no manifest names.
  ///   - folder: of published models, in the place of the settings' source; nil = the settings'.
  ///   - quarantined: why a model file is not to be used; nil = it may.
  public init(
    _ settings: Settings, executableFolder: String, folder: String? = nil, quarantined: @escaping @Sendable (Digest) -> String? = { _ in nil }
  ) {
    self.quarantined = quarantined
    let adapters = ModelAdapters(settings.models.adapters, folder: executableFolder)
    let place: ModelResolver.Place =
      switch (folder, settings.models.source) {
      case (let folder?, _): .runtime(folder: folder)
      case (nil, .runtime): .runtime(folder: "\(settings.runtimeFolder)/models")
      case (nil, .legacy): .legacy(folder: settings.legacyModelsFolder)
      }
    resolver = ModelResolver(place, adapters: adapters, trust: settings.trustPolicy, isStrict: settings.models.strictCompatibility)
    horizonsSeconds = settings.models.horizonsSeconds.sorted()
    isLive = settings.mode == .live
    inProcessDigests = settings.plugins.inProcessDigests
  }

  /// The places of an instrument whose strategies read predictions.
  public func places(of instrument: Instrument, index: Int) -> [ModelPlace] {
    horizonsSeconds.map { ModelPlace(instrument: index, horizonSeconds: $0, content: content(instrument, horizonSeconds: $0)) }
  }

  /// Whether anything stands there for an instrument, whole or not.
  public func hasAny(for instrument: Instrument) -> Bool {
    horizonsSeconds.contains { horizon in
      do throws(PluginError) { _ = try resolver.resolve(instrument, horizonSeconds: horizon) } catch {
        return error.code != .manifestMissing && error.code != .registryMissing
      }
      return true
    }
  }

  /// What is to be had for a place now: found, hashed, started and asked once.
  public func content(_ instrument: Instrument, horizonSeconds: Int64) -> ModelPlace.Content {
    do throws(PluginError) {
      let resolved = try resolver.resolve(instrument, horizonSeconds: horizonSeconds)
      try admit(resolved)
      let instance = try observer.watch(resolved.model.digest, name: resolved.adapterName, instance: resolved.instanceID) {
        () throws(PluginError) in try ModelInstance(resolved, on: instrument)
      }
      return .model(instance, from: resolved)
    } catch { return .fault(error) }
  }

  /// How a run tries a model: none of its code runs where it may not.
  public var check: ModelCheck {
    ModelCheck { (resolved, instrument) throws(PluginError) in
      try admit(resolved)
      try ModelInstance(resolved, on: instrument).close()
    }
  }

  /// Models run in the host: in live only such native code as somebody has named, the adapter and what it is lent; and nothing in quarantine.
  private func admit(_ resolved: ResolvedModel) throws(PluginError) {
    if isLive {
      try checkNamed(resolved.adapter, "an adapter", resolved)
      for runtime in resolved.runtimes { try checkNamed(runtime.file, "a library", resolved) }
    }
    if let reason = quarantined(resolved.model.digest) { throw PluginError(.compatMismatch("quarantine"), resolved.source, reason) }
  }

  private func checkNamed(_ file: PluginFile, _ what: String, _ resolved: ResolvedModel) throws(PluginError) {
    guard !inProcessDigests.contains(file.digest.hex) else { return }
    throw PluginError(
      .compatMismatch("isolation"), resolved.source,
      "in live \(what) that runs in the host is named in plugins.in_process_digests, and \(file.fileName), \(file.digest), is not")
  }
}
