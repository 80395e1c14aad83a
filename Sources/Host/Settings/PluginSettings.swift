import Engine

/// plugins.*: where strategies' code runs, what becomes of one that fails, and whose plugins are trusted.
public struct PluginSettings: Sendable, Hashable {
  /// Room for intents in one call; 1...256.
  public var maximumIntentsPerEvent = 16
  /// More in one second, and more than four for each market event in it, are a flood; 1...1000000, nil = unlimited.
  public var maximumIntentsPerSecond: Int? = 1000
  public var isolation = Isolation.inProcess
  /// By id, as EMACross@BTCUSDT/0; beats `isolation` and the manifest.
  public var isolationByInstance: [String: Isolation] = [:]
  /// Instances by id that trade in simulation alone, on the data of the run, whatever app.mode is.
  public var shadows: [String] = []
  /// For a worker's answer to one event; 100...1000000.
  public var deadlineMicroseconds: Int64 = 2000
  /// For a worker to be there; 1...60.
  public var startTimeoutSeconds: Int64 = 5
  /// Looks at shared memory before sleeping; 0...1000000.
  public var spinIterations = 2000
  /// CPUs that workers may use; empty = all.
  public var workerCPUs: [Int] = []
  /// Of private data per worker; 16...65536.
  public var workerMemoryMegabytes = 512
  public var onFailure = FailureAction.flatten
  /// Of one instance's worker in one run; 0...1000000.
  public var restartLimit = 5
  /// Before the first restart; doubles with each; 1...600000.
  public var restartBackOffMilliseconds: Int64 = 1000
  /// The longest; 1...3600000.
  public var maximumRestartBackOffMilliseconds: Int64 = 60_000
  /// How long a plugin that begins anew opens nothing; 0...86400.
  public var warmUpSeconds: Int64 = 60
  /// Public keys, 64 hexadecimal digits each.
  public var trustedKeys: [String] = []
  public var requireSignature = false
  /// SHA-256 of libraries that may run in the host in `live`.
  public var inProcessDigests: [String] = []

  public init() {}
}

/// engine.*
public struct EngineSettings: Sendable, Hashable {
  /// The CPU of the engine's thread; nil = any.
  public var cpu: Int?
  /// Longest time of one turn before the watchdog ends the host; 100...60000.
  public var maximumStepMilliseconds: Int64 = 1000

  public init() {}
}
