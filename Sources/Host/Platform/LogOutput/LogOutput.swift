import Kernel
import Logging
import Synchronization

/// Where a process's records go: standard error, and a file if there is one. Each has a queue and a thread of its own, so that
/// a terminal that is stopped holds up neither the file nor whoever logs.
public final class LogOutput: Sendable {
  public struct Options: Sendable {
    public var level = Logger.Level.info
    public var format = LogFormat.text
    /// Nil = standard error alone.
    public var filePath: String?
    /// The file is rotated before it would grow over this.
    public var maximumFileBytes = 5 * 1024 * 1024
    /// Old files that stay.
    public var keptFiles = 3
    /// Of standard error.
    public var isTerminal = false
    public var usesColour = false

    public init() {}
  }

  /// How often the status line is a record where it is no line of a terminal.
  static let statusPeriodNanoseconds: Int64 = 60_000_000_000

  public let format: LogFormat
  private let rewritesStatus: Bool
  private let threshold: Atomic<Int>
  private let nextStatus: Atomic<Int64>
  private let errors: LogQueue
  private let files: LogQueue?
  /// Its writer's thread has it; the last words of a process take it only if it is free.
  private let file: Mutex<LogFile?>

  /// - Parameter descriptor: of the standard error stream.
  /// - Throws: `LogFileError` when the file cannot be written, `KernelError` when there is no thread to be had.
  public init(_ options: Options, descriptor: Int32 = 2) throws {
    format = options.format
    rewritesStatus = options.isTerminal && options.format == .text
    threshold = Atomic(Self.rank(options.level))
    nextStatus = Atomic(Clocks.monotonicNanoseconds() + Self.statusPeriodNanoseconds)
    errors = try LogQueue()
    if let path = options.filePath {
      file = Mutex(try LogFile(LogFile.Options(path: path, maximumBytes: options.maximumFileBytes, kept: options.keptFiles)))
      files = try LogQueue()
    } else {
      file = Mutex(nil)
      files = nil
    }
    let (format, isTerminal, usesColour) = (options.format, options.isTerminal, options.usesColour)
    let stream = Mutex(ErrorStream(descriptor: descriptor, format: format, isTerminal: isTerminal, usesColour: usesColour))
    try errors.start { batch in
      stream.withLock { stream in
        for record in batch.records { stream.append(record) }
        if batch.dropped > 0 { stream.append(Self.word(of: batch.dropped)) }
        if let status = batch.status { stream.show(status: status) }
      }
    }
    let losses = Mutex(Losses())
    try files?.start { [self] batch in losses.withLock { write(batch, &$0) } }
  }

  /// A logger of this output; its level is the output's until it is given one of its own.
  public func logger(_ label: String) -> Logger {
    Logger(label: label) { OutputLogHandler(label: $0, output: self) }
  }

  /// Of all loggers; may change at any time.
  public var level: Logger.Level {
    get { Logger.Level.allCases[threshold.load(ordering: .relaxed)] }
    set { threshold.store(Self.rank(newValue), ordering: .relaxed) }
  }

  // MARK: Records

  func add(_ record: LogRecord) {
    errors.add(record)
    files?.add(record)
  }

  /// For the file alone: what standard error gets in words of its own.
  public func addToFile(_ level: Logger.Level, _ logger: String, _ message: String) {
    files?.add(Self.record(level, logger, message))
  }

  /// The state in one line, as often as there is a new one: rewritten in place on a terminal, each an info record on standard
  /// error as text; once a minute a record in the file, and as JSON.
  public func show(status: String) {
    if rewritesStatus { errors.show(status: status) }
    guard Logger.Level.info >= level else { return }
    let now = Clocks.monotonicNanoseconds()
    let isDue = now >= nextStatus.load(ordering: .relaxed)
    if isDue { nextStatus.store(now + Self.statusPeriodNanoseconds, ordering: .relaxed) }
    let record = Self.record(.info, "status", status)
    if isDue { files?.add(record) }
    if !rewritesStatus, isDue || format == .text { errors.add(record) }
  }

  /// Waits until all that was logged has been written, for at most so long; false when the time was over first.
  @discardableResult
  public func flush(milliseconds: Int64 = 2000) -> Bool {
    let end = Clocks.monotonicNanoseconds() + milliseconds * 1_000_000
    // The file first: a terminal that is stopped may take all the time.
    let isFileDone = files?.flush(milliseconds: milliseconds) ?? true
    return errors.flush(milliseconds: max(1, (end - Clocks.monotonicNanoseconds()) / 1_000_000)) && isFileDone
  }

  /// Of a process that ends at once because a thread of it hangs: past both queues, and waiting for nobody.
  ///
  /// - Parameter words: the line on standard error where it is text.
  public func sayDirectly(_ logger: String, _ message: String, words: String) {
    let record = Self.record(.critical, logger, message)
    // Not the line's end: another thread may be stuck in the middle of its line.
    HangExit.say(format == .json ? format.line(record) : words)
    _ = file.withLockIfAvailable { $0?.appendDirectly(format.line(record)) }
  }

  // MARK: -

  /// What the file's thread has to tell.
  private struct Losses {
    var lines = 0
    var hasToldLoss = false
    var hasToldRotation = false
  }

  private func write(_ batch: LogQueue.Batch, _ losses: inout Losses) {
    var records = batch.records
    if batch.dropped > 0 { records.append(Self.word(of: batch.dropped)) }
    for record in records {
      do throws(LogFileError) {
        if losses.lines > 0 {
          _ = try append(Self.record(.warning, "log", "\(losses.lines) records were lost: the file could not be written"))
          losses.lines = 0
        }
        guard let trouble = try append(record), !losses.hasToldRotation else { continue }
        losses.hasToldRotation = true
        errors.add(Self.record(.error, "log", "\(trouble); the file is not rotated and grows on"))
      } catch {
        losses.lines += 1
        if losses.hasToldLoss { continue }
        losses.hasToldLoss = true
        errors.add(Self.record(.error, "log", "\(error); records are lost until it can be written again, the host goes on"))
      }
    }
  }

  private func append(_ record: LogRecord) throws(LogFileError) -> LogFileError? {
    let line = format.line(record)
    return try file.withLock { file throws(LogFileError) in try file?.append(line) ?? nil }
  }

  private static func word(of dropped: Int) -> LogRecord {
    record(
      .warning, "log",
      dropped == 1
        ? "1 record dropped: they came faster than they could be written" : "\(dropped) records dropped: they came faster than they could be written")
  }

  private static func record(_ level: Logger.Level, _ logger: String, _ message: String) -> LogRecord {
    LogRecord(nanoseconds: Clocks.realtimeNanoseconds(), level: level, logger: logger, message: message)
  }

  private static func rank(_ level: Logger.Level) -> Int { Logger.Level.allCases.firstIndex(of: level) ?? 0 }
}
