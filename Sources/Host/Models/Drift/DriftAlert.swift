/// A distribution that became another one than in training, or came back.
public struct DriftAlert: Sendable, Hashable {
  /// The feature, or `p_up`.
  public var column: String
  /// False: it ended.
  public var began: Bool
  /// Population stability index; nil where there is nothing left to measure.
  public var psi: Double?
  /// One line for people.
  public var text: String
}
