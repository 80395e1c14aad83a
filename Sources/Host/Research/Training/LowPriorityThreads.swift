import Glibc
import Kernel

/// Threads for work that takes all of a processor, behind everything else that runs on the machine.
enum LowPriorityThreads {
  private static let niceness: Int32 = 10

  private final class Work: Sendable {
    let body: @Sendable () -> Void
    init(_ body: @escaping @Sendable () -> Void) { self.body = body }
  }

  /// Runs `body` on `count` threads and returns when all have ended.
  ///
  /// - Throws: when not even one can be started; with some of them the work is done as well.
  static func run(_ count: Int, _ body: @escaping @Sendable () -> Void) throws(KernelError) {
    var threads: [pthread_t] = []
    var failure: Int32 = 0
    for _ in 0..<max(1, count) {
      var thread = pthread_t()
      let work = Unmanaged.passRetained(Work(body))
      // Unsafe: the retained box is handed to exactly one thread, which takes it over.
      failure = pthread_create(
        &thread, nil,
        { argument in
          // On Linux a thread has a niceness of its own, and 0 is the calling one; refused, it is only less polite.
          _ = setpriority(__priority_which_t(PRIO_PROCESS.rawValue), 0, LowPriorityThreads.niceness)
          Unmanaged<Work>.fromOpaque(argument!).takeRetainedValue().body()
          return nil
        }, work.toOpaque())
      if failure != 0 {
        work.release()
        break
      }
      threads.append(thread)
    }
    for thread in threads { pthread_join(thread, nil) }
    if threads.isEmpty { throw KernelError("start", "a thread", code: failure) }
  }
}
