import Glibc
import Kernel

/// `run --keep-alive`: a parent without engine, plugins and threads, which starts the host again when a plugin has ended it.
public struct KeepAlive {
  /// Of the host, without the program's name, `--keep-alive` and `--duration`.
  private var arguments: [String]
  /// Over all starts; nil = no end.
  private let durationSeconds: Double?
  private let note: (String) -> Void
  /// Starts a host with these words; what else it needs is the caller's.
  private let start: ([String]) throws(KernelError) -> KeptProcess
  private let stops: sigset_t
  private let news: sigset_t
  private var policy = RestartPolicy()

  public init(
    arguments: [String], durationSeconds: Double?, note: @escaping (String) -> Void,
    start: @escaping ([String]) throws(KernelError) -> KeptProcess
  ) {
    self.start = start
    self.arguments = arguments
    self.durationSeconds = durationSeconds
    self.note = note
    var signals = sigset_t()
    sigemptyset(&signals)
    for signal in [SIGINT, SIGTERM] + (StopSignals.hasTerminal ? [SIGHUP] : []) { sigaddset(&signals, signal) }
    stops = signals
    // Passed on: without a terminal the host reads its settings again.
    sigaddset(&signals, SIGHUP)
    sigaddset(&signals, SIGCHLD)
    news = signals
  }

  /// The words of a command line without those that are the parent's own.
  public static func childArguments(_ words: [String]) -> [String] {
    var result: [String] = []
    var isValue = false
    for word in words {
      if isValue {
        isValue = false
      } else if word == "--duration" || word == "--passphrase-fd" {
        isValue = true
      } else if word != "--keep-alive", !word.hasPrefix("--duration="), !word.hasPrefix("--passphrase-fd=") {
        result.append(word)
      }
    }
    return result
  }

  /// Runs hosts until one ends for good, or a signal ends it: its exit code.
  public mutating func run() throws(KernelError) -> Int32 {
    // Before the first child: one that ends at once is not missed.
    var blocked = news
    pthread_sigmask(SIG_BLOCK, &blocked, nil)
    let began = Clocks.monotonicNanoseconds()
    while true {
      let started = Clocks.monotonicNanoseconds()
      var words = arguments + ["--parent-process", "\(ProcessFigures.number)"]
      if let durationSeconds { words += ["--duration", "\(max(0.001, durationSeconds - Double(started - began) / 1e9))"] }
      let child = try start(words)
      // What begins anew is the first one: the next goes on where that one was.
      arguments.removeAll { $0 == "--fresh" }
      let (end, isStopped) = wait(for: child)
      if isStopped { return end.exitCode }
      let ran = (Clocks.monotonicNanoseconds() - started) / 1_000_000_000
      guard case .restart(let delay) = policy.ended(end, ranSeconds: ran) else {
        if RestartPolicy.isRecoverable(end) { note("keep-alive: \(Self.words(end)) after \(policy.restarts) restarts in a row; it stays down") }
        return end.exitCode
      }
      if let durationSeconds, Double(Clocks.monotonicNanoseconds() - began) / 1e9 + Double(delay) >= durationSeconds { return end.exitCode }
      note("keep-alive: \(Self.words(end)); restart \(policy.restarts) of at most \(RestartPolicy.restartsInARow) in a row, in \(delay) s")
      // Nothing runs: a stop is done already.
      if pause(seconds: delay) { return 0 }
    }
  }

  private static func words(_ end: KeptProcess.End) -> String {
    switch end {
    case .exited(let code): "the host ended itself with \(code)"
    case .killed(let signal): "the host crashed with \(CrashNote.name(ofSignal: signal))"
    }
  }

  /// Passes signals on until the child has ended; whether one to stop was among them.
  private func wait(for child: KeptProcess) -> (end: KeptProcess.End, isStopped: Bool) {
    var isStopped = false
    var signals = news
    while true {
      if let end = child.reap() { return (end, isStopped) }
      let signal = sigwaitinfo(&signals, nil)
      guard signal > 0, signal != SIGCHLD else { continue }
      if signal != SIGHUP || StopSignals.hasTerminal { isStopped = true }
      child.signal(signal)
    }
  }

  /// True when a signal to stop came meanwhile.
  private func pause(seconds: Int64) -> Bool {
    var signals = stops
    let end = Clocks.monotonicNanoseconds() + seconds * 1_000_000_000
    while true {
      let left = end - Clocks.monotonicNanoseconds()
      guard left > 0 else { return false }
      var time = timespec(tv_sec: Int(left / 1_000_000_000), tv_nsec: Int(left % 1_000_000_000))
      if sigtimedwait(&signals, nil, &time) > 0 { return true }
    }
  }
}
