/// What is wrong with an object that was read: each member, and all of them at once.
public struct PolicyFaults: Error, Hashable, CustomStringConvertible {
  public struct Fault: Sendable, Hashable {
    /// The member's name; empty where the whole is no object.
    public var field: String
    /// What it is, or is not: `is missing`.
    public var problem: String
  }

  public var faults: [Fault]

  /// One line: `ts is missing; mode is none of normal, scalp, conservative, risk_off`.
  public var description: String { faults.map { $0.field.isEmpty ? $0.problem : "\($0.field) \($0.problem)" }.joined(separator: "; ") }
}
