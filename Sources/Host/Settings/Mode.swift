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

  /// Whether orders leave the process, so that every limit must be set.
  var needsLimits: Bool { self == .demo || self == .live }
}
