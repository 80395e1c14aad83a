import Engine
import Glibc
import Kernel
import PluginABI

/// The shared memory and the process of one worker, seen from the host.
final class WorkerLink {
  struct Answer {
    var status: qe_status
    var bytes: [UInt8]
    var total: Int
  }

  private let shared: SharedMemory
  private let memory: WorkerMemory
  private let child: ChildProcess
  private let options: WorkerOptions
  /// Of the last request.
  private var number: UInt32 = 1
  private var deadlineNanoseconds: Int64 = 0
  private var capacity: UInt32 = 0
  /// The last answer that was taken.
  private var answered: UInt32 = 0
  /// How it ended, once it has; nothing is asked of it then.
  private(set) var failure: PluginFailure?
  private var isClosed = false

  var processID: Int32 { child.processID }

  /// Starts the worker's process and waits until its plugin is loaded.
  static func start(_ file: PluginFile, _ id: String, _ options: WorkerOptions) throws(PluginError) -> (WorkerLink, PluginFacts, Sandbox.Parts) {
    try file.checkDependencies()
    let link: WorkerLink
    do throws(KernelError) { link = try WorkerLink(file, id, options) } catch {
      throw PluginError(.createFailed("no worker"), id, error.description)
    }
    let answer = try link.finish(seconds: options.startTimeoutSeconds, subject: id)
    var reader = WireReader(answer.bytes)
    do {
      guard answer.status == QE_OK else { throw try PluginError(&reader, subject: file.path) }
      let parts = Sandbox.Parts(rawValue: try reader.read())
      let facts = try PluginFacts(&reader)
      try facts.validate(file.path)
      return (link, facts, parts)
    } catch let error as PluginError {
      link.abandon()
      throw error
    } catch {
      link.abandon()
      throw PluginError(.createFailed("worker"), id, WorkerEnd.garbled.text)
    }
  }

  private init(_ file: PluginFile, _ id: String, _ options: WorkerOptions) throws(KernelError) {
    self.options = options
    shared = try SharedMemory(name: "quantumedge-worker", size: WorkerMemory.size)
    memory = WorkerMemory(shared.base)
    let start = WorkerStart(
      name: id, memoryBytes: UInt64(options.memoryMegabytes) << 20, spinIterations: Int64(options.spinIterations), cpus: options.cpus,
      runtimeLibraries: file.runtimeLibraries)
    memory.writeArea(start.bytes)
    // The start itself is request 1: its answer are the plugin's facts.
    memory.request.raise(number)
    let library = try SealedMemoryFile(name: file.fileName, bytes: file.bytes)
    defer { library.close() }
    // A crash there is seen by its signal; a backtrace would take longer than all else.
    var environment = ["SWIFT_BACKTRACE=enable=no"]
    if let folders = getenv("LD_LIBRARY_PATH") { environment.append("LD_LIBRARY_PATH=\(String(cString: folders))") }
    child = try ChildProcess(
      options.executable, ["quantumedge", "worker"], environment: environment, descriptors: [shared.descriptor, library.descriptor])
  }

  // MARK: One event

  /// No allocation, and a system call only to wake a worker that sleeps.
  func post(_ context: UnsafePointer<qe_context>, _ event: UnsafePointer<qe_event>, _ capacity: UInt32) {
    if failure != nil { return }
    number = WorkerMemory.next(number)
    self.capacity = capacity
    WorkerCall.write(memory.requestSlot(number), context, event, capacity: capacity)
    deadlineNanoseconds = Clocks.monotonicNanoseconds() + options.deadlineMicroseconds * 1000
    memory.request.raise(number)
  }

  func wait(into room: UnsafeMutablePointer<qe_intent>) -> WorkerAnswer {
    if let failure { return .failed(failure) }
    if let failure = awaitAnswer() {
      fail(failure)
      return .failed(failure)
    }
    let slot = memory.answerSlot(number)
    // Copied once: what is looked at is what is used.
    let head = slot.load(as: WorkerHead.self)
    let count = min(head.count, capacity)
    if count > 0 { room.update(from: (slot + WorkerHead.size).assumingMemoryBound(to: qe_intent.self), count: Int(count)) }
    return .intents(status: head.code, count: head.count)
  }

  /// Nil when the answer is there.
  private func awaitAnswer() -> PluginFailure? {
    let before = answered
    var spins = options.spinIterations
    // In pieces, because the deadline holds while spinning too.
    while spins > 0 {
      let seen = memory.answer.spin(whileNot: number, times: min(spins, Self.spinPiece))
      if seen != before || Clocks.monotonicNanoseconds() >= deadlineNanoseconds { break }
      spins -= Self.spinPiece
    }
    while true {
      let seen = memory.answer.value
      if seen == number {
        answered = number
        return nil
      }
      if seen == Sandbox.ended { return .ended(deathWords()) }
      // Nothing else is ever there, unless somebody scribbles.
      guard seen == before else { return .ended(.garbled) }
      let left = deadlineNanoseconds - Clocks.monotonicNanoseconds()
      // One that is gone was not late: this thread may have been held up itself.
      if left <= 0 { return processEnd().map { .ended($0) } ?? .timedOut(deadlineMicroseconds: options.deadlineMicroseconds) }
      // Sliced, because a SIGKILL from outside leaves no words.
      memory.answer.sleep(while: seen, nanoseconds: min(left, 1_000_000))
      if memory.answer.value == before, let end = processEnd() { return .ended(end) }
    }
  }

  private static let spinPiece = 1024

  // MARK: Its end

  /// How it ended, when it has; a look, no waiting.
  var end: WorkerEnd? {
    if case .ended(let end) = failure { return end }
    if failure != nil { return nil }
    guard let end = processEnd() else { return nil }
    failure = .ended(end)
    return end
  }

  /// How the kernel says that it ended; nil while it has not.
  private func processEnd(milliseconds: Int32 = 0) -> WorkerEnd? {
    switch child.reap(milliseconds: milliseconds) {
    case nil: return nil
    case .exited(let status): return .exited(status: status)
    case .signal(let number):
      // A breach ends by one of these two; words about any other death are somebody's scribble.
      if number == SIGSYS || number == SIGSEGV, case .breach(let breach, let call)? = lastWords() { return .breach(breach, systemCall: call) }
      return .signal(number)
    }
  }

  /// The worker says that it is dying: the kernel knows of what in a moment.
  private func deathWords() -> WorkerEnd { processEnd(milliseconds: 20) ?? lastWords() ?? .garbled }

  /// A hint of the worker's own, held to what it can be.
  private func lastWords() -> WorkerEnd? {
    let words = Sandbox.LastWords(at: memory.words)
    if let breach = UInt8(exactly: words.breach).flatMap(WorkerEnd.Breach.init(rawValue:)) { return .breach(breach, systemCall: words.systemCall) }
    return (1...64).contains(words.signal) ? .signal(words.signal) : nil
  }

  private func fail(_ failure: PluginFailure) {
    self.failure = failure
    child.kill()
  }

  // MARK: Requests outside the hot path

  /// Asks and waits, as long as a start may take.
  func ask(_ request: WorkerMemory.Request, _ bytes: some Collection<UInt8>, total: Int = 0, subject: String) throws(PluginError) -> Answer {
    if let failure { throw PluginError(.createFailed("worker"), subject, failure.text) }
    number = WorkerMemory.next(number)
    memory.writeArea(bytes)
    memory.requestSlot(number).storeBytes(
      of: WorkerHead(code: Int32(request.rawValue), count: UInt32(bytes.count), total: UInt64(total)), as: WorkerHead.self)
    memory.request.raise(number)
    return try finish(seconds: options.startTimeoutSeconds, subject: subject)
  }

  func create(_ configuration: [UInt8], subject: String) throws(PluginError) {
    guard configuration.count <= WorkerMemory.areaSize else {
      throw PluginError(.parameterInvalid("all"), subject, "together they have over \(WorkerMemory.areaSize) bytes")
    }
    let answer = try ask(.create, configuration, subject: subject)
    if answer.status == QE_OK { return }
    var reader = WireReader(answer.bytes)
    let error: PluginError
    do { error = try PluginError(&reader, subject: subject) } catch {
      throw PluginError(.createFailed("worker"), subject, WorkerEnd.garbled.text)
    }
    throw error
  }

  private func finish(seconds: Int64, subject: String) throws(PluginError) -> Answer {
    deadlineNanoseconds = Clocks.monotonicNanoseconds() + seconds * 1_000_000_000
    if let failure = awaitAnswer() {
      fail(failure)
      let text: String
      if case .timedOut = failure {
        text = "its worker did not answer within \(seconds) s (plugins.start_timeout_seconds)"
      } else {
        text = failure.text
      }
      throw PluginError(.createFailed("worker"), subject, text)
    }
    let head = memory.answerSlot(number).load(as: WorkerHead.self)
    return Answer(status: head.code, bytes: memory.areaBytes(Int(head.count)), total: Int(clamping: head.total))
  }

  /// Ends it without asking.
  func abandon() {
    isClosed = true
    child.kill()
    // Bounded: one that the kernel cannot end must not hold us for ever.
    _ = child.reap(milliseconds: 1000)
  }

  func close() {
    if isClosed { return }
    isClosed = true
    if failure == nil {
      number = WorkerMemory.next(number)
      memory.requestSlot(number).storeBytes(
        of: WorkerHead(code: Int32(WorkerMemory.Request.end.rawValue), count: 0, total: 0), as: WorkerHead.self)
      memory.request.raise(number)
      if child.reap(milliseconds: 1000) != nil { return }
    }
    abandon()
  }
}
