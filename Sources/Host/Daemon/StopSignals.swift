import Glibc

/// SIGINT, SIGTERM and SIGHUP, taken when the loop has time for them: blocked for the whole process and waited for in the
/// place of sleeping, so no handler runs anywhere. SIGUSR1 ends a wait early: a command has come. So does SIGCHLD: a worker has
/// ended.
public struct StopSignals {
  private var stops = sigset_t()
  private var all = sigset_t()

  /// What SIGHUP is called where no terminal can have gone: it ends nothing, settings are read again.
  static let reload = "SIGHUP: read the settings again"

  /// A host that was started on a terminal ends with it: nobody would see what it does.
  static let hasTerminal = isatty(0) == 1 || isatty(2) == 1

  /// First thing in a start: a reload that is asked for before there is anything to reload waits, and does not end the host.
  public static func holdReload() {
    guard !hasTerminal else { return }
    var hangUp = sigset_t()
    sigemptyset(&hangUp)
    sigaddset(&hangUp, SIGHUP)
    pthread_sigmask(SIG_BLOCK, &hangUp, nil)
  }

  /// Call before any other thread is started: threads inherit the mask.
  public init() {
    sigemptyset(&stops)
    for signal in [SIGINT, SIGTERM, SIGHUP] { sigaddset(&stops, signal) }
    all = stops
    sigaddset(&all, SIGUSR1)
    sigaddset(&all, SIGCHLD)
    pthread_sigmask(SIG_BLOCK, &all, nil)
  }

  /// Sleeps for at most `nanoseconds`; the signal's name if one came to stop.
  public func wait(nanoseconds: Int64) -> String? {
    // Whoever sends one command after the other must not keep a stop from being heard: stops are looked for first.
    take(stops, 0) ?? (nanoseconds > 0 ? take(all, nanoseconds) : nil)
  }

  /// Ends the wait of this process's loop, from any thread.
  static func interruptWait() { kill(getpid(), SIGUSR1) }

  private func take(_ signals: sigset_t, _ nanoseconds: Int64) -> String? {
    var signals = signals
    var timeout = timespec(tv_sec: Int(nanoseconds / 1_000_000_000), tv_nsec: Int(nanoseconds % 1_000_000_000))
    switch sigtimedwait(&signals, nil, &timeout) {
    case SIGINT: return "SIGINT"
    case SIGTERM: return "SIGTERM"
    case SIGHUP: return Self.hasTerminal ? "SIGHUP" : Self.reload
    default: return nil
    }
  }
}
