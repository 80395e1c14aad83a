import Glibc
import Kernel
import Logging
import Synchronization

/// Records on their way to one destination, and the thread that writes them there: whoever logs never waits for a disk or a
/// terminal.
final class LogQueue: Sendable {
  /// What waits at most. Beyond it records below warning go first, then the newest.
  static let capacity = 4096

  struct Batch {
    var records: [LogRecord] = []
    /// Records that found no room since the last batch.
    var dropped = 0
    /// The newest status line; nil = no new one.
    var status: String?
    var isClosed = false
  }

  private struct State {
    var batch = Batch()
    /// Of the records in the batch: those that may go.
    var minor = 0
    var submitted: UInt64 = 0
    var written: UInt64 = 0
    /// Of the batch that is being written.
    var taken: UInt64 = 0
  }

  private let capacity: Int
  private let state = Mutex(State())
  private let wake: WakeSignal
  private let progress: WakeSignal

  init(capacity: Int = LogQueue.capacity) throws(KernelError) {
    self.capacity = capacity
    wake = try WakeSignal()
    progress = try WakeSignal()
  }

  // MARK: Any thread

  func add(_ record: LogRecord) {
    state.withLock { state in
      state.submitted += 1
      let isMinor = record.level < .warning
      if state.batch.records.count >= capacity {
        state.batch.dropped += 1
        guard !isMinor, state.minor > 0, let victim = state.batch.records.firstIndex(where: { $0.level < .warning }) else { return }
        state.batch.records.remove(at: victim)
        state.minor -= 1
      }
      state.batch.records.append(record)
      if isMinor { state.minor += 1 }
    }
    wake.raise()
  }

  func show(status: String) {
    state.withLock { $0.batch.status = status }
    wake.raise()
  }

  /// Waits until all that was added before has been written, for at most so long; false when the time was over first.
  func flush(milliseconds: Int64) -> Bool {
    let target = state.withLock { $0.submitted }
    let end = Clocks.monotonicNanoseconds() + milliseconds * 1_000_000
    while state.withLock({ $0.written }) < target {
      let left = (end - Clocks.monotonicNanoseconds()) / 1_000_000
      if left <= 0 { return false }
      // In slices: another one who flushes may have taken the signal.
      progress.wait(milliseconds: Int32(min(left, 20)))
      progress.clear()
    }
    return true
  }

  /// The thread ends after what is waiting.
  func close() {
    state.withLock { $0.batch.isClosed = true }
    wake.raise()
  }

  // MARK: The writer's thread

  /// Waits for something to write.
  func take() -> Batch {
    while true {
      let batch = state.withLock { state -> Batch? in
        let batch = state.batch
        guard !batch.records.isEmpty || batch.dropped > 0 || batch.status != nil || batch.isClosed else { return nil }
        state.batch = Batch(isClosed: batch.isClosed)
        state.minor = 0
        state.taken = state.submitted
        return batch
      }
      if let batch { return batch }
      wake.wait(milliseconds: -1)
      wake.clear()
    }
  }

  /// The batch that was taken last is where it should be.
  func done() {
    state.withLock { $0.written = $0.taken }
    progress.raise()
  }

  /// Starts the thread. It takes no signals: they belong to the thread that waits for them.
  func start(_ write: @escaping @Sendable (Batch) -> Void) throws(KernelError) {
    // A thread inherits the mask: blocked before it is there, no signal finds it.
    var all = sigset_t()
    var before = sigset_t()
    sigfillset(&all)
    pthread_sigmask(SIG_SETMASK, &all, &before)
    defer { pthread_sigmask(SIG_SETMASK, &before, nil) }
    try BackgroundThread.start { [self] in
      while true {
        let batch = take()
        write(batch)
        done()
        if batch.isClosed { return }
      }
    }
  }
}
