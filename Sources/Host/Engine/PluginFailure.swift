/// Why an instance is out of the run.
public enum PluginFailure: Sendable, Equatable, BitwiseCopyable {
  /// `process` returned this status.
  case status(Int32)
  /// It claimed more intents than it was lent room for.
  case overflow(claimed: UInt32, capacity: UInt32)
  /// More intents in one second than `plugins.max_intents_per_second`.
  case flood(limit: Int)
  /// Its worker did not answer in time.
  case timedOut(deadlineMicroseconds: Int64)
  /// Its worker is gone.
  case ended(WorkerEnd)

  public var text: String {
    switch self {
    case .status(let status): "process() returned status \(status)"
    case .overflow(let claimed, let capacity): "process() claimed \(claimed) intents in room for \(capacity)"
    case .flood(let limit): "it wished for more than \(limit) orders in one second (plugins.max_intents_per_second)"
    case .timedOut(let deadline): "its worker did not answer within \(deadline) us (plugins.deadline_us)"
    case .ended(let end): "its worker \(end.text)"
    }
  }
}

/// How a worker ended.
public enum WorkerEnd: Sendable, Equatable, BitwiseCopyable {
  /// Killed by this signal, its own fault (SIGSEGV, SIGILL, ...) or somebody's SIGKILL.
  case signal(Int32)
  case exited(status: Int32)
  /// Stopped by the sandbox at what it must not do.
  case breach(Breach, systemCall: Int32)
  /// What stood in the shared memory cannot have been written by a worker that keeps to the protocol.
  case garbled

  /// What the sandbox stops.
  public enum Breach: UInt8, Sendable, BitwiseCopyable {
    case file = 1
    case network = 2
    case process = 3
    case environment = 4
    case clock = 5
    case other = 6

    public var text: String {
      switch self {
      case .file: "open or change a file"
      case .network: "use the network"
      case .process: "start or steer a process or thread"
      case .environment: "read the environment"
      case .clock: "read a clock"
      case .other: "make a system call"
      }
    }
  }

  public var text: String {
    switch self {
    case .signal(let number): "was ended by signal \(number)"
    case .exited(let status): "ended itself with status \(status)"
    case .breach(let breach, let call): "tried to \(breach.text)\(call >= 0 ? " (system call \(call))" : ""), which the sandbox forbids"
    case .garbled: "broke the protocol of its shared memory"
    }
  }
}

/// What becomes of the position of an instance whose plugin has failed.
public enum FailureAction: String, Sendable, CaseIterable {
  /// It is closed; what protects it goes as its part of that.
  case flatten
  /// It stays, with what protects it.
  case hold
}
