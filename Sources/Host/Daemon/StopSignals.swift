import Glibc

/// SIGINT, SIGTERM and SIGHUP, taken when the loop has time for them: blocked for the whole process and waited for in the
/// place of sleeping, so no handler runs anywhere.
struct StopSignals {
  private var set = sigset_t()

  /// Call before any other thread is started: threads inherit the mask.
  init() {
    sigemptyset(&set)
    sigaddset(&set, SIGINT)
    sigaddset(&set, SIGTERM)
    sigaddset(&set, SIGHUP)
    pthread_sigmask(SIG_BLOCK, &set, nil)
  }

  /// Sleeps for at most `nanoseconds`; the signal's name if one came.
  mutating func wait(nanoseconds: Int64) -> String? {
    var timeout = timespec(tv_sec: Int(nanoseconds / 1_000_000_000), tv_nsec: Int(nanoseconds % 1_000_000_000))
    switch sigtimedwait(&set, nil, &timeout) {
    case SIGINT: return "SIGINT"
    case SIGTERM: return "SIGTERM"
    case SIGHUP: return "SIGHUP"
    default: return nil
    }
  }
}
