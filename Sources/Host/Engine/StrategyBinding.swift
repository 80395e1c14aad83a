import PluginABI

/// One active strategy instance as the engine sees it: C function pointers and the plugin's own state, or the word that
/// somebody else is to be asked.
///
/// The owner keeps everything alive for as long as the engine runs.
public struct StrategyBinding: BitwiseCopyable, @unchecked Sendable {
  // Unchecked: the pointers are used by the one engine thread alone, which the owner of the instance guarantees.
  public typealias Process =
    @convention(c) (
      UnsafeMutableRawPointer, UnsafePointer<qe_context>, UnsafePointer<qe_event>, UnsafeMutablePointer<qe_intent>?, UInt32,
      UnsafeMutablePointer<UInt32>
    ) -> qe_status

  public var instance: UnsafeMutableRawPointer
  public var process: Process
  /// A worker has the plugin: the engine does not call `process`, it stops in the middle of its step and goes on with the
  /// worker's answer.
  public var isIsolated = false
  /// Subscription bits: `1 << QE_EVENT_...`.
  public var events: UInt64
  /// 0 = no timer.
  public var timerPeriodMilliseconds: Int64
  /// What it wants to be lent: an index into `FeatureSchema.all`; -1 = no features.
  public var featureSchema: Int32 = -1

  public init(instance: UnsafeMutableRawPointer, process: @escaping Process, events: UInt64, timerPeriodMilliseconds: Int64) {
    self.instance = instance
    self.process = process
    self.events = events
    self.timerPeriodMilliseconds = timerPeriodMilliseconds
  }

  /// For a plugin that a worker has.
  public init(isolatedEvents events: UInt64, timerPeriodMilliseconds: Int64) {
    // Unsafe: an address that is never followed, since isolated instances are not called.
    instance = UnsafeMutableRawPointer(bitPattern: 8)!
    process = { _, _, _, _, _, _ in QE_ERROR }
    self.events = events
    self.timerPeriodMilliseconds = timerPeriodMilliseconds
    isIsolated = true
  }

  public func wants(_ kind: UInt32) -> Bool { events & (1 << UInt64(kind)) != 0 }
}
