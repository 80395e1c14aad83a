import Glibc

/// The end of a process whose own thread does not come back: nothing is unwound, no lock is taken.
public enum HangExit {
  /// EX_TEMPFAIL: start it again.
  public static var code: Int32 { 75 }

  public static func now() -> Never { _exit(code) }

  /// Ends the process with `code` after so long, whatever hangs until then: a full disk, a terminal that is stopped, memory's lock.
  public static func within(seconds: UInt32) {
    var action = sigaction()
    // Unsafe: a signal handler; it makes one system call and touches nothing.
    action.__sigaction_handler.sa_handler = { _ in _exit(HangExit.code) }
    sigaction(SIGALRM, &action, nil)
    var signals = sigset_t()
    sigemptyset(&signals)
    sigaddset(&signals, SIGALRM)
    pthread_sigmask(SIG_UNBLOCK, &signals, nil)
    alarm(seconds)
  }

  /// One line on standard error, past everything that others may hold.
  public static func say(_ line: String) {
    try? Files.writeAll(Array("\(line)\n".utf8), 2, "standard error")
  }
}
