/// journal.*
public struct JournalSettings: Sendable, Hashable {
  /// What `run` keeps of a session; words of `JournalSync`, and off.
  public enum Mode: String, Sendable, CaseIterable {
    case batch, always, none, off
  }

  /// journal.sync
  public var sync = Mode.batch
  /// journal.sync_interval_ms; 1...60000.
  public var intervalMilliseconds: Int64 = 100
  /// journal.segment_mb; 1...4096.
  public var segmentMegabytes = 64
  /// journal.snapshot_seconds; 1...86400, nil = none.
  public var snapshotSeconds: Int64? = 60
  /// journal.retention_days; 1...36500, nil = for ever.
  public var retentionDays: Int64? = 30
  /// journal.max_total_gb; 1...1000000, nil = no bound.
  public var maximumTotalGigabytes: Int64? = 50

  public init() {}
}
