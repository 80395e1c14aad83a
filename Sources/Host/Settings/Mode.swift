/// Where prices come from and where orders go.
public enum Mode: String, Sendable, Hashable, CaseIterable {
  /// A seeded market and practice fills: no network.
  case mock
  /// The venue's prices, practice fills.
  case paper
  /// The venue's test network.
  case demo
  /// Real money.
  case live

  /// Whether orders leave the process, so that every limit must be set and the venue's keys are needed.
  public var tradesOnVenue: Bool { self == .demo || self == .live }
}
