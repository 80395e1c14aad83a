import Glibc
import Kernel

/// One child at work on a case, and how its end is read.
final class RunningCase {
  let test: Case
  /// Of a case that runs twice: which of the two this is.
  let isSecond: Bool
  let child: Subprocess
  private let result: MemoryFile
  private let error: MemoryFile
  private let startedNanoseconds: Int64
  let deadlineNanoseconds: Int64

  init(_ test: Case, isSecond: Bool, executable: String, counter: String?, lent: Int32, options: Options) throws(KernelError) {
    self.test = test
    self.isSecond = isSecond
    result = try MemoryFile(name: "conformance:result")
    error = try MemoryFile(name: "conformance:error")
    // What a plugin may not look at differs in the second run.
    var environment = ["SWIFT_BACKTRACE=enable=no", "HOME=\(isSecond ? "/nowhere" : "/")", "TZ=\(isSecond ? "Asia/Tokyo" : "UTC")", "LANG=C.UTF-8"]
    if let paths = getenv("LD_LIBRARY_PATH") { environment.append("LD_LIBRARY_PATH=\(String(cString: paths))") }
    if test.setup.countsAllocations, let counter { environment.append("LD_PRELOAD=\(counter)") }
    startedNanoseconds = Clocks.monotonicNanoseconds()
    deadlineNanoseconds = startedNanoseconds + Int64(test.seconds) * 1_000_000_000
    child = try Subprocess.start(
      executable, arguments: ChildOrder(caseID: test.id, options: options).words, environment: environment, folder: isSecond ? "/tmp" : "/",
      result: result.descriptor, lent: lent, error: error.descriptor)
  }

  /// Reaps the child, which is killed if it has not ended.
  ///
  /// - Parameter isOver: its time is up.
  func finish(isOver: Bool, strictness: Int) throws(KernelError) -> CaseResult {
    let ending = try child.end(killing: isOver)
    let seconds = Double(Clocks.monotonicNanoseconds() - startedNanoseconds) / 1e9
    if isOver { return failed(.timeout, "killed after \(test.seconds) s", seconds, strictness) }
    if ending == .exited(0), let record = ChildRecord(result.tail(ChildRecord.limit)) {
      if record.outcome == .fail { return failed(.fail, record.detail, seconds, strictness) }
      return CaseResult(id: test.id, outcome: record.outcome, seconds: seconds, detail: record.detail, fingerprint: record.fingerprint)
    }
    let how =
      switch ending {
      case .signalled(let number): SignalNames.name(number)
      case .exited(let code): "it ended the process with exit code \(code)"
      }
    let words = Self.lastLine(error.tail(2000))
    return failed(.crash, words.isEmpty ? how : "\(how): \(words)", seconds, strictness)
  }

  /// Below its strictness a failure is a warning; a crash or a hang never is.
  private func failed(_ outcome: Outcome, _ detail: String, _ seconds: Double, _ strictness: Int) -> CaseResult {
    let isWarning = outcome == .fail && strictness < test.strictness
    return CaseResult(id: test.id, outcome: isWarning ? .warn : outcome, seconds: seconds, detail: detail, isBlocking: true)
  }

  /// What a trap of Swift, or an assertion, had to say.
  private static func lastLine(_ bytes: [UInt8]) -> String {
    String(decoding: bytes, as: UTF8.self).split(whereSeparator: \.isNewline).last.map { String($0.prefix(300)) } ?? ""
  }
}

/// Names of the signals that end processes.
enum SignalNames {
  private static let names: [Int32: String] = [
    SIGABRT: "SIGABRT", SIGBUS: "SIGBUS", SIGFPE: "SIGFPE", SIGILL: "SIGILL", SIGKILL: "SIGKILL", SIGSEGV: "SIGSEGV", SIGSYS: "SIGSYS",
    SIGTERM: "SIGTERM", SIGTRAP: "SIGTRAP", SIGXFSZ: "SIGXFSZ", SIGPIPE: "SIGPIPE", SIGALRM: "SIGALRM",
  ]

  static func name(_ number: Int32) -> String { names[number] ?? "signal \(number)" }
}
