/// Why a text is no JSON.
public struct JSONScanError: Error, CustomStringConvertible, Equatable, Sendable {
  /// A sentence without its period.
  public var reason: String
  public init(reason: String) { self.reason = reason }
  public var description: String { reason }
}
