import Cryptography
import Market
import Session
import Settings
import Synchronization

/// The watchdog of a start: what plugins and models do as they are loaded, created and restored, before there is an engine. One that crashes or
/// hangs there would take every start with it, and whoever keeps the host alive would start it for ever.
final class StartWatch: StartObserver {
  private let mark = CallMark()
  private let watchdog: Watchdog
  private let isOver = Atomic<Bool>(false)

  /// Begins with the calling thread, on which all is started; one piece may take as long as a worker's start may.
  ///
  /// - Parameter folder: the state folder.
  init(_ settings: Settings, folder: String, _ log: RunLog) throws(SessionError) {
    watchdog = Watchdog(
      calls: WatchedCalls(mark, instanceCount: 1), limit: .start(seconds: settings.plugins.startTimeoutSeconds), suspects: [.nobody],
      folder: folder, say: log.lastWords)
    try watchdog.start()
  }

  func begins(_ digest: Digest, name: String, instance: String) {
    guard !isOver.load(ordering: .relaxed) else { return }
    // A name comes from a file's; one that cannot be noted is a start without a witness, and no reason not to start.
    let words = [name, instance].map { String($0.map { $0.isWhitespace ? "_" : $0 }) }
    try? watchdog.replaced(0, by: Suspect(digest: digest.hex, name: words[0], instance: words[1]))
    watchdog.pulse.turn()
    mark.begin(0)
  }

  func hasEnded() {
    guard !isOver.load(ordering: .relaxed) else { return }
    mark.end()
    watchdog.pulse.rest()
  }

  /// All is started: the engine's own watchdog takes over, and what is started later is on other threads.
  func end() {
    isOver.store(true, ordering: .relaxed)
    watchdog.stop()
  }
}
