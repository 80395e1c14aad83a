/// What kind of trouble an error is; the command line maps it to a sysexits code.
public enum FaultKind: Sendable, Hashable {
  /// The run itself failed.
  case failed
  /// The words of the command line are off.
  case usage
  /// Input was read and is not acceptable.
  case badData
  /// An input does not exist or cannot be opened.
  case missingInput
  /// Something outside does not answer.
  case unavailable
  /// A defect of ours.
  case internalError
  /// Settings are not acceptable.
  case configuration
  /// Secrets that the run needs are missing, or the container or its passphrase is not what it should be.
  case secrets

  /// sysexits.h.
  public var exitCode: Int32 {
    switch self {
    case .failed: 1
    case .usage: 64
    case .badData: 65
    case .missingInput: 66
    case .unavailable: 69
    case .internalError: 70
    case .secrets: 77
    case .configuration: 78
    }
  }
}

/// An error for people: one line that says what, where and what to do. Each target has one type that conforms.
public protocol Fault: Error, CustomStringConvertible {
  var kind: FaultKind { get }
  /// One line, no trailing period, no stack trace.
  var description: String { get }
}
