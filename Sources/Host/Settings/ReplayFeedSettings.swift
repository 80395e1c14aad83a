/// feed.recording, feed.snapshot, feed.speed: stored market data in the place of a venue's streams.
public struct ReplayFeedSettings: Sendable, Hashable {
  public enum Speed: String, Sendable, Hashable, CaseIterable {
    /// The distances of the receive times, from now on.
    case recorded
    /// As fast as it goes; time is the recording's own.
    case max
  }

  /// A symbol's file.
  public struct File: Sendable, Hashable {
    /// As in pairs.yaml, bare or full.
    public var symbol: String
    public var path: String
  }

  /// One for each symbol: a tick file or a raw recording. Empty = none.
  public var recordings: [File] = []
  /// Depth snapshots of recordings.
  public var snapshots: [File] = []
  public var speed = Speed.recorded

  public init() {}

  public func snapshot(_ symbol: String) -> String? { snapshots.first { $0.symbol == symbol }?.path }
}

/// app.on_shutdown: what becomes of orders and positions when the host ends.
public enum ShutdownRule: String, Sendable, Hashable, CaseIterable {
  /// Nothing.
  case leave
  /// What would open is cancelled; what protects stays.
  case cancel
  /// Everything is cancelled and every position closed.
  case flatten
}
