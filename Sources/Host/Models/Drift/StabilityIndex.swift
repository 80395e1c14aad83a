import Glibc

/// Population stability index of two histograms over the same bins: the sum of (a - e) ln(a / e) over shares a now and e then.
enum StabilityIndex {
  /// An empty bin counts as this share: its logarithm is infinite otherwise, and one value more or less would decide.
  static let leastShare = 1e-4

  static func share(_ count: Double, of total: Double) -> Double { max(count / total, leastShare) }

  /// One bin's part of it, from shares of at least `leastShare`; never below 0.
  @inline(__always)
  static func term(now: Double, then: Double) -> Double { (now - then) * log(now / then) }
}
