import Kernel
import Market

/// What is wrong with a journal, and where.
public struct JournalError: Fault {
  public let kind: FaultKind
  public let description: String

  public init(_ kind: FaultKind, _ description: String) {
    self.kind = kind
    self.description = description
  }

  init(_ error: KernelError) { self.init(error.isMissing ? .missingInput : .unavailable, "\(error)") }
}
