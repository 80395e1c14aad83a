import Synchronization

/// The engine's loop as a number that another thread looks at: odd while it works, another one with each turn.
///
/// One thread writes. No clock is read, and a turn costs one relaxed store.
final class EnginePulse: Sendable {
  private let count = Atomic<UInt64>(0)

  /// Work begins, or goes on with the next piece.
  @inline(__always)
  func turn() { count.store((count.load(ordering: .relaxed) &+ 1) | 1, ordering: .relaxed) }

  /// What comes is no work: waiting, or what the terminal makes us wait.
  @inline(__always)
  func rest() { count.store((count.load(ordering: .relaxed) &+ 1) & ~1, ordering: .relaxed) }

  var value: UInt64 { count.load(ordering: .relaxed) }

  static func isWork(_ value: UInt64) -> Bool { value & 1 == 1 }
}
