/// One fold: fitted to all before it, tested on what came next.
public struct WalkForwardFold: Sendable, Hashable, Encodable {
  public var split: TimeSplit
  /// Epoch seconds of its first and last test row.
  public var firstSecond: Int64
  public var lastSecond: Int64
  public var rounds: Int
  /// Nil when it could not be fitted; `reason` says why.
  public var evaluation: Evaluation?
  public var reason: String?

  private enum CodingKeys: String, CodingKey {
    case split
    case firstSecond = "first_ts"
    case lastSecond = "last_ts"
    case rounds
    case evaluation
    case reason
  }
}
