/// How many things happened in each second of the last hour, whatever the order in which they are told.
///
/// One slot a second instead of one entry a thing: the count is exact however many there were, and takes the same room.
struct SecondCounts: Sendable {
  /// The longest time back that can be asked for.
  static let backSeconds: Int64 = 3600
  /// More than all seconds that can be meant at one moment, from `backSeconds` ago to `TelemetryEvent.maximumAheadSeconds` from now: two of
  /// them never share a slot. A power of two.
  private static let slots = 4096

  private var seconds = [Int64](repeating: .min, count: slots)
  private var counts = [Int](repeating: 0, count: slots)

  /// - Parameters:
  ///   - second: since 1970; one that nobody can ask for any more is not counted.
  ///   - now: the same, of its arrival.
  mutating func note(_ second: Int64, at now: Int64) {
    guard second >= now - Self.backSeconds, second <= now + TelemetryEvent.maximumAheadSeconds else { return }
    let slot = Int(truncatingIfNeeded: second) & (Self.slots - 1)
    // What else is in it lies outside of what can be meant now.
    if seconds[slot] != second { (seconds[slot], counts[slot]) = (second, 0) }
    counts[slot] += 1
  }

  /// - Parameter back: seconds, both ends included; at most `backSeconds`. What is dated ahead of `now` counts too: its clock is ahead.
  func count(back: Int64, at now: Int64) -> Int {
    var sum = 0
    for second in (now - min(back, Self.backSeconds))...(now + TelemetryEvent.maximumAheadSeconds) {
      let slot = Int(truncatingIfNeeded: second) & (Self.slots - 1)
      if seconds[slot] == second { sum += counts[slot] }
    }
    return sum
  }
}
