import Logging

/// Where the words of a run go: a logger for each duty, and two things that are no records.
public struct RunLog: Sendable {
  /// Start and end, the kill switch, feeds.
  let host: Logger
  /// What operators ask for over the control socket.
  let control: Logger
  let settings: Logger
  /// What keeps strategies from opening.
  let risk: Logger
  /// Fills, round trips, refusals: each, at debug.
  let orders: Logger
  /// Instances, workers, quarantine.
  let plugins: Logger
  /// What is there of models, what takes over, what drifts.
  let models: Logger
  /// Heartbeats, its word, its verdicts.
  let supervisor: Logger
  /// Changes the level of all of them.
  let setLevel: @Sendable (Logger.Level) -> Void
  /// Takes the watchdog's words before the process ends: must not wait for anybody.
  let lastWords: @Sendable (String) -> Void

  /// - Parameter make: gives the logger of a name.
  public init(
    make: (String) -> Logger, setLevel: @escaping @Sendable (Logger.Level) -> Void, lastWords: @escaping @Sendable (String) -> Void
  ) {
    host = make("host")
    control = make("control")
    settings = make("settings")
    risk = make("risk")
    orders = make("orders")
    plugins = make("plugins")
    models = make("models")
    supervisor = make("supervisor")
    self.setLevel = setLevel
    self.lastWords = lastWords
  }
}
