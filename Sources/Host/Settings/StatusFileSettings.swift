/// ops.*: the state of the host in a file.
public struct StatusFileSettings: Sendable, Hashable {
  /// ops.status_file; relative to `root`, nil = none.
  public var path: String?
  /// ops.write_interval_seconds x 1000; 500...3600000.
  public var intervalMilliseconds: Int64 = 2000

  public init() {}
}
