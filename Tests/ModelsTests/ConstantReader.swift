import Foundation
import Synchronization
import Testing

/// Reads over and over on a thread of its own, until it is told to end.
final class ConstantReader: Sendable {
  private struct State {
    var isEnding = false
    var reads = 0
    var error: String?
  }

  private let state = Mutex(State())
  private let first: AsyncStream<Void>
  private let last: AsyncStream<Void>

  /// - Parameter read: at least once.
  init(_ read: @escaping @Sendable () throws -> Void) {
    let (first, firstDone) = AsyncStream.makeStream(of: Void.self)
    let (last, lastDone) = AsyncStream.makeStream(of: Void.self)
    (self.first, self.last) = (first, last)
    Thread.detachNewThread { [self] in
      repeat {
        do { try read() } catch { state.withLock { $0.error = $0.error ?? "\(error)" } }
        let reads = state.withLock { state in
          state.reads += 1
          return state.reads
        }
        if reads == 1 { firstDone.finish() }
      } while !state.withLock({ $0.isEnding })
      lastDone.finish()
    }
  }

  /// Returns after the first read.
  func begin() async { for await _ in first {} }

  /// - Returns: how many reads there were, and the first error in words.
  func end() async -> (reads: Int, error: String?) {
    state.withLock { $0.isEnding = true }
    for await _ in last {}
    return state.withLock { ($0.reads, $0.error) }
  }
}
