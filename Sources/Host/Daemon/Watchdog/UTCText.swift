import FoundationEssentials
import Kernel

/// The wall clock for files that people read.
enum UTCText {
  /// `2026-11-23T01:45:00Z`.
  static func now() -> String { text(seconds: Clocks.realtimeNanoseconds() / 1_000_000_000) }

  static func text(seconds: Int64) -> String { Date(timeIntervalSince1970: Double(seconds)).formatted(.iso8601) }
}
