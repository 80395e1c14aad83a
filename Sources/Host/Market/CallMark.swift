import Synchronization

/// Which plugin is being called, for a watchdog on another thread to look at.
public final class CallMark: Sendable {
  private let ordinal = Atomic<Int32>(-1)

  public init() {}

  @inline(__always) public func begin(_ instance: Int32) { ordinal.store(instance, ordering: .relaxed) }
  @inline(__always) public func end() { ordinal.store(-1, ordering: .relaxed) }
  /// The instance's ordinal in the run; -1 = none is being called.
  public var current: Int32 { ordinal.load(ordering: .relaxed) }
}
