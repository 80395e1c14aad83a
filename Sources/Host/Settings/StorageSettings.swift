/// storage.*: what is kept of the market's data, and for how long.
public struct StorageSettings: Sendable, Hashable {
  public enum Compression: String, Sendable, CaseIterable {
    case none, zstd
  }

  /// storage.save_ticks
  public var savesTicks = true
  /// storage.save_trades
  public var savesTrades = false
  /// storage.save_orderbook_json
  public var savesOrderBooks = false
  /// storage.max_tick_file_mb; 1...10240.
  public var maximumTickMegabytes: Int64 = 256
  /// storage.max_jsonl_size_mb; 1...10240.
  public var maximumLineMegabytes: Int64 = 5
  /// storage.max_jsonl_minutes; 1...44640.
  public var maximumLineMinutes: Int64 = 60
  /// storage.retention_days, of JSON lines; 0...36500, 0 = for ever.
  public var lineRetentionDays: Int64 = 3
  /// storage.ticks_retention_days; 1...36500, nil = for ever.
  public var tickRetentionDays: Int64?
  /// storage.max_total_gb, of one symbol's files of one kind; 1...1000000, nil = no bound.
  public var maximumTotalGigabytes: Int64?
  /// storage.flush_batch; 1...1000000.
  public var flushRows: Int64 = 200
  /// storage.flush_interval_seconds x 1000; 0...3600000.
  public var flushMilliseconds: Int64 = 1000
  /// storage.compress
  public var compression = Compression.none

  public init() {}
}
