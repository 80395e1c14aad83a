import Glibc
import Synchronization

/// Where a test ends a host as `kill -9` would: each place of the write path between two things that must not come apart.
///
/// Only a debug build has them: `QUANTUMEDGE_CRASH_POINT=name:n` ends the process at the n-th passage, from 1.
public enum CrashPoint: String, Sendable, CaseIterable {
  /// A record of the journal.
  case beforeAppend, afterAppend
  /// An order, to the venue.
  case beforeSend, afterSend
  /// The venue has spoken, the host has not heard it.
  case beforeAck
  case afterFill
  /// The journal's next segment.
  case beforeSegment, afterSegment
  /// What a run goes on with, and the head that makes a journal of it.
  case beforeState, beforeHead
  /// A snapshot beside the segments.
  case beforeSnapshot, afterSnapshot
  /// A file of stored ticks ends, and is packed.
  case beforeRotate, afterRotate, beforeUnpackedGoes
  /// The ledger's rows of a journal, before they are there.
  case inLedger

  // Of a release build nothing is left of it where it is called.
  @inlinable @inline(__always)
  public static func pass(_ point: CrashPoint) {
    #if DEBUG
      CrashPlan.chosen?.pass(point)
    #endif
  }
}

#if DEBUG
  /// Read once.
  @usableFromInline
  final class CrashPlan: Sendable {
    @usableFromInline static let chosen = CrashPlan()

    private let point: CrashPoint
    private let left: Atomic<Int>

    private init?() {
      guard let text = getenv("QUANTUMEDGE_CRASH_POINT").map({ String(cString: $0) }) else { return nil }
      let parts = text.split(separator: ":").map(String.init)
      guard parts.count == 2, let point = CrashPoint(rawValue: parts[0]), let count = Int(parts[1]) else { return nil }
      self.point = point
      left = Atomic(count)
    }

    @usableFromInline
    func pass(_ point: CrashPoint) {
      guard point == self.point, left.subtract(1, ordering: .relaxed).newValue == 0 else { return }
      kill(getpid(), SIGKILL)
      // It comes from outside: until it is here nothing more may be done.
      while true { pause() }
    }
  }
#endif
