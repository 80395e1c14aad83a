import Market

/// Why the harness cannot do its work; what is wrong with a plugin is a result and no error.
public struct ConformanceError: Fault, Equatable {
  public let kind: FaultKind
  public let description: String

  public init(_ kind: FaultKind, _ description: String) {
    self.kind = kind
    self.description = description
  }
}
