import Engine
import Market
import Plugins
import Settings

/// Starts strategies where the settings want them: in this process, or each in a worker of its own.
public struct StrategyLauncher: Sendable {
  private let settings: PluginSettings
  private let isLive: Bool
  private let worker: WorkerOptions
  /// ml.horizons: a strategy that wants others is refused where it starts.
  private let predictionHorizonsSeconds: [Int64]
  /// Looks at the starts in this process; nil = nobody does.
  let observer: (any StartObserver)?

  /// - Parameters:
  ///   - workerExecutable: what is started as `worker`; this executable by default.
  ///   - observer: looks at the starts in this process; nil = nobody does.
  public init(_ settings: Settings, workerExecutable: String = "/proc/self/exe", observer: (any StartObserver)? = nil) {
    self.observer = observer
    self.settings = settings.plugins
    isLive = settings.mode == .live
    predictionHorizonsSeconds = settings.models.horizonsSeconds
    worker = WorkerOptions(
      executable: workerExecutable, spinIterations: settings.plugins.spinIterations, cpus: settings.plugins.workerCPUs,
      deadlineMicroseconds: settings.plugins.deadlineMicroseconds, startTimeoutSeconds: settings.plugins.startTimeoutSeconds,
      memoryMegabytes: settings.plugins.workerMemoryMegabytes)
  }

  /// Where an instance runs: what the settings say of it by name, else the stricter of settings and manifest.
  func isolation(of id: String, manifest: StrategyManifest?) -> Isolation {
    settings.isolationByInstance[id] ?? (settings.isolation == .process || manifest?.isolation == .process ? .process : .inProcess)
  }

  /// Whether the settings let it run where they want it.
  private func checkPlace(_ resolved: ResolvedStrategy, _ instrument: Instrument) throws(SessionError) {
    let id = resolved.instanceID(on: instrument)
    guard isLive, isolation(of: id, manifest: resolved.manifest) == .inProcess, !settings.inProcessDigests.contains(resolved.file.digest.hex) else {
      return
    }
    throw SessionError(
      .configuration,
      "\(id): in live a library that runs in the host is named in plugins.in_process_digests, and \(resolved.file.digest) is not; or set plugins.isolation: process"
    )
  }

  /// Whether it could run: where the settings want it, from the file that its manifest means, and one start with its parameters.
  public func verify(_ resolved: ResolvedStrategy, _ instrument: Instrument) throws {
    try checkPlace(resolved, instrument)
    try resolved.check(check.facts(resolved.file, instrument, resolved.horizonSeconds, resolved.parameters))
  }

  /// Creates, initialises and activates.
  public func start(_ resolved: ResolvedStrategy, _ instrument: Instrument) throws -> any HostedStrategy {
    let id = resolved.instanceID(on: instrument)
    switch isolation(of: id, manifest: resolved.manifest) {
    case .inProcess:
      try checkPlace(resolved, instrument)
      return try observer.watch(resolved.file.digest, name: resolved.name, instance: id) {
        let library = try PluginLibrary.load(resolved.file)
        try resolved.check(library.facts)
        return try StrategyInstance(
          library: library, instrument: instrument, horizonSeconds: resolved.horizonSeconds, parameters: resolved.parameters, id: id,
          deliverableEvents: TradingSession.deliverableEvents, predictionHorizonsSeconds: predictionHorizonsSeconds)
      }
    case .process:
      let isolated = try IsolatedStrategy(
        file: resolved.file, instrument: instrument, horizonSeconds: resolved.horizonSeconds, parameters: resolved.parameters, id: id,
        deliverableEvents: TradingSession.deliverableEvents, predictionHorizonsSeconds: predictionHorizonsSeconds, options: worker)
      do { try resolved.check(isolated.facts) } catch {
        isolated.close()
        throw error
      }
      return isolated
    }
  }

  /// How plugins are tried before they are published.
  public var check: StrategyCheck {
    .isolated(options: worker, deliverableEvents: TradingSession.deliverableEvents, predictionHorizonsSeconds: predictionHorizonsSeconds)
  }
}

extension Settings {
  /// Whose plugins may run; in live only those with a trusted signature.
  public var trustPolicy: TrustPolicy {
    TrustPolicy(trustedKeys: plugins.trustedKeys, requiresSignature: plugins.requireSignature || mode == .live)
  }
}
