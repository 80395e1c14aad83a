import Market

/// storage.*, journal.* and ops.*
extension SettingsField {
  static let storage: [SettingsField] = [
    flag("storage.save_ticks", \.storage.savesTicks),
    flag("storage.save_trades", \.storage.savesTrades),
    flag("storage.save_orderbook_json", \.storage.savesOrderBooks),
    whole("storage.max_tick_file_mb", \.storage.maximumTickMegabytes, 1...10_240),
    whole("storage.max_jsonl_size_mb", \.storage.maximumLineMegabytes, 1...10_240),
    whole("storage.max_jsonl_minutes", \.storage.maximumLineMinutes, 1...44_640),
    whole("storage.retention_days", \.storage.lineRetentionDays, 0...36_500),
    optionalWhole("storage.ticks_retention_days", \.storage.tickRetentionDays, 1...36_500, none: "for ever"),
    optionalWhole("storage.max_total_gb", \.storage.maximumTotalGigabytes, 1...1_000_000, none: "no bound"),
    whole("storage.flush_batch", \.storage.flushRows, 1...1_000_000),
    seconds("storage.flush_interval_seconds", \.storage.flushMilliseconds, 0...3_600_000),
    choice("storage.compress", \.storage.compression),
    choice("journal.sync", \.journal.sync),
    whole("journal.sync_interval_ms", \.journal.intervalMilliseconds, 1...60_000),
    optionalWhole("journal.snapshot_seconds", \.journal.snapshotSeconds, 1...86_400, none: "none"),
    whole("journal.segment_mb", \.journal.segmentMegabytes, 1...4096),
    optionalWhole("journal.retention_days", \.journal.retentionDays, 1...36_500, none: "for ever"),
    optionalWhole("journal.max_total_gb", \.journal.maximumTotalGigabytes, 1...1_000_000, none: "no bound"),
    optionalPath("ops.status_file", \.statusFile.path, none: "none"),
    seconds("ops.write_interval_seconds", \.statusFile.intervalMilliseconds, 500...3_600_000),
  ]

  /// - Parameter range: in milliseconds.
  private static func seconds(_ name: String, _ path: Path<Int64>, _ range: ClosedRange<Int64>) -> SettingsField {
    let shape = ValueShape.decimal(range, decimals: 3)
    return SettingsField(name: name, shape: shape) { settings, written in
      switch shape.read(written) {
      case .problem(let problem): return problem
      case .value(let text):
        var copy = text
        // The shape has read it already.
        settings[keyPath: path] = (try? copy.withUTF8 { try DecimalText.parse($0, scale: 3) }) ?? 0
        return nil
      }
    } show: {
      DecimalText.formatShort(Int128($0[keyPath: path]), scale: 3)
    }
  }
}
