import Market

/// At most N opening orders in any one second of receive time; exact, because it remembers the last N times.
struct RateWindow: ~Copyable {
  private let maximum: Int
  private let times: UnsafeMutablePointer<Int64>
  private var next = 0
  private var filled = 0

  static let secondNanoseconds: Int64 = 1_000_000_000

  init(maximumPerSecond: Int64?) {
    maximum = maximumPerSecond.map { Int(min(max(0, $0), RiskLimits.ordersPerSecondBound)) } ?? 0
    times = .allocate(capacity: max(1, maximum))
    // Unsafe: owned here alone, freed in deinit; entries below `filled` are initialised before they are read.
    hasLimit = maximumPerSecond != nil
  }

  private let hasLimit: Bool

  deinit { times.deallocate() }

  /// Why one more now would be one too many.
  func refusal(at now: Int64) -> Refusal? {
    guard hasLimit, filled == maximum else { return nil }
    if maximum > 0, now - times[next] >= Self.secondNanoseconds { return nil }
    return Refusal(.orderRateLimit, unit: .count, value: Int128(maximum) + 1, limit: Int128(maximum))
  }

  mutating func count(_ now: Int64) {
    guard hasLimit, maximum > 0 else { return }
    times[next] = now
    next = next + 1 == maximum ? 0 : next + 1
    if filled < maximum { filled += 1 }
  }
}
