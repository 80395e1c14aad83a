/// Where a journal's answers stop fitting the engine that repeats its inputs: from there on it may know other positions and orders than the host had.
public struct JournalMismatch: Sendable, Equatable {
  /// The number of the input.
  public var input: UInt64
  /// What was asked and is not recorded, or is recorded and was not asked.
  public var what: String

  public init(input: UInt64, what: String) {
    self.input = input
    self.what = what
  }

  public var text: String { "from input \(input) on it does not fit this host: \(what)" }
}
