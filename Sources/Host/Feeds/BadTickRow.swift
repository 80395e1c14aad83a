/// A row that was skipped, and why.
public struct BadTickRow: Sendable, Hashable {
  /// 1-based physical line of the file.
  public var line: Int
  public var reason: String
}
