import Synchronization

/// Lines for people from other threads, told by the engine's: one writer to the terminal.
final class NoticeQueue: Sendable {
  /// More than this many at a time are counted, not kept.
  static let capacity = 64

  private let lines = Mutex<(kept: [String], dropped: Int)>(([], 0))
  private let isWaiting = Atomic<Bool>(false)

  func add(_ line: String) {
    lines.withLock { if $0.kept.count < Self.capacity { $0.kept.append(line) } else { $0.dropped += 1 } }
    isWaiting.store(true, ordering: .releasing)
  }

  /// What has come since the last call, oldest first.
  func take() -> [String] {
    // Asked between any two events: a look must not cost a write.
    guard isWaiting.load(ordering: .relaxed), isWaiting.exchange(false, ordering: .acquiring) else { return [] }
    return lines.withLock { state in
      let taken = state.kept + (state.dropped > 0 ? ["\(state.dropped) more lines like these"] : [])
      state = ([], 0)
      return taken
    }
  }
}
