import Market

/// Why there was no check, one line for people. What is found is a result, not an error.
public struct GuardError: Fault, Equatable {
  public var kind: FaultKind
  public var description: String

  init(_ kind: FaultKind, _ description: String) {
    self.kind = kind
    self.description = description
  }
}
