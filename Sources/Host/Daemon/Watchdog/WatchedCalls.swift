import Engine
import Market

/// The calls of one engine for a watchdog, and behind it those of the next: a host has one engine for its account and one for each shadow.
///
/// A list of links and no array: it is walked in a signal handler too, where nothing may be allocated.
final class WatchedCalls: Sendable {
  private let callMark: CallMark
  private let instanceCount: Int32
  /// Place of its first suspect among all.
  private let first: Int32
  private let next: WatchedCalls?

  /// - Parameters:
  ///   - first: place of the engine's first suspect: its instances, then its models.
  ///   - next: of other engines.
  init(_ callMark: CallMark, instanceCount: Int, first: Int = 0, next: WatchedCalls? = nil) {
    self.callMark = callMark
    self.instanceCount = Int32(instanceCount)
    self.first = Int32(first)
    self.next = next
  }

  /// The place of the one that is being called; -1 for none. All engines share a thread, so that at most one is.
  var current: Int32 {
    var link: WatchedCalls? = self
    while let calls = link {
      let mark = calls.callMark.current
      if mark != -1 { return calls.first + (Engine.model(ofMark: mark).map { calls.instanceCount + $0 } ?? mark) }
      link = calls.next
    }
    return -1
  }
}
