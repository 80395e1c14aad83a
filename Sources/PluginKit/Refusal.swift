/// Why an instance cannot be made, a state not be restored or a prediction not be given.
///
/// The host shows the reason of a refused `create` to the user (cut to its buffer): one line, what is wrong and what to do.
public struct Refusal: Error, CustomStringConvertible {
  public let reason: String
  public init(_ reason: String) { self.reason = reason }
  public var description: String { reason }
}
