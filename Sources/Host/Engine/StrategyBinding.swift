import PluginABI

/// One active strategy instance as the engine sees it: C function pointers and the plugin's own state.
///
/// The owner (an in-process instance, later a worker's proxy) keeps everything alive for as long as the engine runs.
public struct StrategyBinding: BitwiseCopyable, @unchecked Sendable {
  // Unchecked: the pointers are used by the one engine thread alone, which the owner of the instance guarantees.
  public typealias Process =
    @convention(c) (
      UnsafeMutableRawPointer, UnsafePointer<qe_context>, UnsafePointer<qe_event>, UnsafeMutablePointer<qe_intent>?, UInt32,
      UnsafeMutablePointer<UInt32>
    ) -> qe_status

  public var instance: UnsafeMutableRawPointer
  public var process: Process
  /// Subscription bits: `1 << QE_EVENT_...`.
  public var events: UInt64
  /// 0 = no timer.
  public var timerPeriodMilliseconds: Int64

  public init(instance: UnsafeMutableRawPointer, process: @escaping Process, events: UInt64, timerPeriodMilliseconds: Int64) {
    self.instance = instance
    self.process = process
    self.events = events
    self.timerPeriodMilliseconds = timerPeriodMilliseconds
  }

  public func wants(_ kind: UInt32) -> Bool { events & (1 << UInt64(kind)) != 0 }
}
