import Kernel
import Synchronization

/// Between the socket's thread and the engine's: a few commands one way, their answers the other.
///
/// The engine's side never waits for the other: a look at an empty mailbox is one atomic load.
final class ControlMailbox: Sendable {
  struct Request: Sendable {
    var id: UInt64
    var command: ControlCommand
    var peer: LocalConnection.Peer
  }

  private struct State {
    var requests: [Request] = []
    var answers: [(id: UInt64, answer: ControlAnswer)] = []
    var lastID: UInt64 = 0
  }

  private let capacity: Int
  private let state = Mutex(State())
  private let waiting = Atomic<Int>(0)
  /// Raised when an answer is there.
  let answered: WakeSignal

  /// - Parameter capacity: commands that may wait; one more is refused.
  init(capacity: Int) throws(KernelError) {
    self.capacity = capacity
    answered = try WakeSignal()
  }

  // MARK: The engine's thread

  var depth: Int { waiting.load(ordering: .relaxed) }

  /// The oldest command; whoever takes it answers it.
  func take() -> Request? {
    guard waiting.load(ordering: .acquiring) > 0 else { return nil }
    return state.withLock { state in
      guard !state.requests.isEmpty else { return nil }
      waiting.subtract(1, ordering: .relaxed)
      return state.requests.removeFirst()
    }
  }

  func answer(_ id: UInt64, _ answer: ControlAnswer) {
    state.withLock { $0.answers.append((id, answer)) }
    answered.raise()
  }

  // MARK: The socket's thread

  /// The request's number; nil when the mailbox is full.
  func post(_ command: ControlCommand, from peer: LocalConnection.Peer) -> UInt64? {
    state.withLock { state in
      guard state.requests.count < capacity else { return nil }
      state.lastID += 1
      state.requests.append(Request(id: state.lastID, command: command, peer: peer))
      waiting.add(1, ordering: .releasing)
      return state.lastID
    }
  }

  /// Takes back what the engine has not taken. False when it has: then it is done, or being done.
  func withdraw(_ id: UInt64) -> Bool {
    state.withLock { state in
      guard let index = state.requests.firstIndex(where: { $0.id == id }) else { return false }
      state.requests.remove(at: index)
      waiting.subtract(1, ordering: .relaxed)
      return true
    }
  }

  func takeAnswers() -> [(id: UInt64, answer: ControlAnswer)] {
    answered.clear()
    return state.withLock { state in
      defer { state.answers.removeAll(keepingCapacity: true) }
      return state.answers
    }
  }
}
