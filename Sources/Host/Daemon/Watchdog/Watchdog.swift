import Kernel
import Market
import Session
import Synchronization

/// Ends the host when the engine's thread is stuck in a step: whatever it holds, the orders of all instances are without a
/// hand. The next start goes on without the plugin that was in call.
///
/// It shares no lock with the engine that the engine could hold while a plugin runs.
final class Watchdog: Sendable {
  /// For writing down why; then the process ends without.
  private static let lastWordsSeconds: UInt32 = 2

  /// How long a piece of work may take.
  enum Limit: Sendable {
    case step(milliseconds: Int64)
    case start(seconds: Int64)

    var nanoseconds: Int64 {
      switch self {
      case .step(let milliseconds): milliseconds * 1_000_000
      case .start(let seconds): seconds * 1_000_000_000
      }
    }

    /// With the setting that it is.
    var words: String {
      switch self {
      case .step(let milliseconds): "engine.max_step_ms = \(milliseconds)"
      case .start(let seconds): "plugins.start_timeout_seconds = \(seconds)"
      }
    }
  }

  let pulse = EnginePulse()
  private let calls: WatchedCalls
  private let limit: Limit
  private let folder: String
  /// Each engine's instances, and behind them its models. Held for an assignment alone, and never waited for.
  private let suspects: Mutex<[Suspect]>
  private let isStopped = Atomic<Bool>(false)
  /// Must not wait for anybody.
  private let say: @Sendable (String) -> Void

  /// - Parameters:
  ///   - calls: tells which of the suspects is being called.
  ///   - folder: the state folder.
  ///   - say: takes the line that tells why the process ends.
  init(calls: WatchedCalls, limit: Limit, suspects: [Suspect], folder: String, say: @escaping @Sendable (String) -> Void) {
    self.calls = calls
    self.limit = limit
    self.suspects = Mutex(suspects)
    self.folder = folder
    self.say = say
  }

  /// Watches the calling thread, which is to be the engine's, on a thread of its own, and has a crash in a plugin's call
  /// noted in the state folder.
  func start() throws(SessionError) {
    do throws(KernelError) {
      let calls = calls
      try CrashNote.arm(HostRun.crashNotePath(folder), texts: suspects.withLock { $0.map(\.text) }, current: { calls.current })
      try watch(try ObservedThread.current())
    } catch {
      throw SessionError(.unavailable, "\(error); the host does not run without its watchdog")
    }
  }

  private func watch(_ thread: ObservedThread) throws(KernelError) {
    try BackgroundThread.start { [self] in
      var detector = HangDetector(limitNanoseconds: limit.nanoseconds)
      while !isStopped.load(ordering: .acquiring) {
        Clocks.sleep(nanoseconds: detector.periodNanoseconds)
        guard let state = thread.state(), let cpu = thread.cpuNanoseconds() else { continue }
        let sample = HangDetector.Sample(pulse: pulse.value, call: calls.current, state: state, cpuNanoseconds: cpu)
        if let verdict = detector.look(sample), !isStopped.load(ordering: .acquiring) { end(verdict) }
      }
    }
  }

  func stop() { isStopped.store(true, ordering: .releasing) }

  /// Another plugin is in a suspect's place; for the engine's thread.
  func replaced(_ place: Int, by suspect: Suspect) throws {
    suspects.withLock { $0[place] = suspect }
    try CrashNote.replace(place, by: suspect.text)
  }

  // MARK: The end

  private func end(_ verdict: HangDetector.Verdict) -> Never {
    HangExit.within(seconds: Self.lastWordsSeconds)
    // The files first: nobody may be there to read the words.
    say(writeDown(verdict))
    HangExit.now()
  }

  /// Leaves the reason in the state folder, and gives it as one line.
  func writeDown(_ verdict: HangDetector.Verdict) -> String {
    let known = suspects.withLockIfAvailable { $0 } ?? []
    let suspect = known.indices.contains(Int(verdict.call)) ? known[Int(verdict.call)] : nil
    var line: String
    if let suspect {
      let reason = "its call took longer than \(limit.words); the host ended itself"
      line = "\(suspect.instance): \(reason) with \(HangExit.code)"
      do {
        try Quarantine(folder: folder).add(Quarantine.Entry(suspect, reason: reason))
        line += "; its plugin is in quarantine: quantumedge plugin quarantine list"
      } catch {
        line += "; it is NOT in quarantine and will run again: \(error)"
      }
    } else {
      line =
        "the engine was stuck for longer than \(limit.words); no one plugin's call took most of it, so none is in "
        + "quarantine; the host ended itself with \(HangExit.code)"
    }
    let stop = LastStop(
      at: UTCText.now(), hostProcess: Int(ProcessFigures.number), exitCode: Int(HangExit.code), reason: line, instance: suspect?.instance)
    do { try stop.write(folder: folder) } catch { line += "; \(error)" }
    return line
  }
}
