import Kernel
import Synchronization

/// The control socket: one thread that serves all clients and never makes the engine wait.
///
/// Bounded in everything: connections (the one that was silent longest makes room for a new one), the length of a line, the
/// time of silence, the time that the engine may take. A client that does not read its answers is not read from either.
final class ControlServer: Sendable {
  struct Bounds: Sendable {
    var connections = 16
    var lineBytes = 64 * 1024
    /// A client that neither writes nor reads for so long is let go.
    var idleNanoseconds: Int64 = 60_000_000_000
    /// For a command to be taken by the engine.
    var answerNanoseconds: Int64 = 2_000_000_000
    /// The same for one that starts a plugin first: longer than plugins.start_timeout_seconds can be.
    var slowAnswerNanoseconds: Int64 = 90_000_000_000
    /// A status younger than this is given again, so that nobody keeps the engine busy with asking.
    var statusNanoseconds: Int64 = 20_000_000
  }

  static let socketName = "control.sock"

  let mailbox: ControlMailbox
  private let listener: LocalListener
  private let bounds: Bounds
  private let isStopped = Atomic<Bool>(false)
  private let hasEnded = Atomic<Bool>(false)

  /// Listens at `folder/control.sock` and serves on a thread of its own until `stop`.
  ///
  /// - Parameters:
  ///   - wakeEngine: called from the socket's thread when a command waits.
  ///   - note: called from the socket's thread with a line for people.
  init(
    folder: String, bounds: Bounds = Bounds(), wakeEngine: @escaping @Sendable () -> Void, note: @escaping @Sendable (String) -> Void
  ) throws(KernelError) {
    self.bounds = bounds
    mailbox = try ControlMailbox(capacity: bounds.connections)
    listener = try LocalListener(folder: folder, name: Self.socketName)
    try BackgroundThread.start { [self] in
      var clients = ControlClients(listener: listener, mailbox: mailbox, bounds: bounds, wakeEngine: wakeEngine, note: note)
      while !isStopped.load(ordering: .acquiring) { clients.serve() }
      hasEnded.store(true, ordering: .releasing)
    }
  }

  /// Ends the service: answers that are there go out, the socket leaves its folder.
  func stop() {
    isStopped.store(true, ordering: .releasing)
    mailbox.answered.raise()
    for _ in 0..<1000 where !hasEnded.load(ordering: .acquiring) { Clocks.sleep(nanoseconds: 1_000_000) }
    listener.remove()
  }
}
