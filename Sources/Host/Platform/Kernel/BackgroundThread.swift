import Glibc

/// A thread for work that may block, which the cooperative pool must not.
public enum BackgroundThread {
  private final class Work: Sendable {
    let body: @Sendable () -> Void
    init(_ body: @escaping @Sendable () -> Void) { self.body = body }
  }

  /// Starts `body` on a detached thread of its own.
  public static func start(_ body: @escaping @Sendable () -> Void) throws(KernelError) {
    var thread = pthread_t()
    let work = Unmanaged.passRetained(Work(body))
    // Unsafe: the retained box is handed to exactly one thread, which takes it over.
    let code = pthread_create(
      &thread, nil,
      { argument in
        Unmanaged<Work>.fromOpaque(argument!).takeRetainedValue().body()
        return nil
      }, work.toOpaque())
    guard code == 0 else {
      work.release()
      throw KernelError("start", "a thread", code: code)
    }
    pthread_detach(thread)
  }
}
