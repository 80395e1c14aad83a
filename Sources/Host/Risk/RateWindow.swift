import Market

/// How many things happened in the last so many nanoseconds of receive time; exact, because it remembers the times.
///
/// Of more than `capacity` the oldest are forgotten: what matters is whether a bound at or below it is reached.
struct RateWindow: ~Copyable {
  let periodNanoseconds: Int64
  /// nil: nothing is counted and nothing refused.
  private(set) var maximum: Int64?
  private let capacity: Int
  private let times: UnsafeMutablePointer<Int64>
  private var next = 0
  private var filled = 0

  init(maximum: Int64?, periodNanoseconds: Int64) {
    self.periodNanoseconds = periodNanoseconds
    self.maximum = maximum.map { min(max(0, $0), RiskLimits.rateBound) }
    capacity = Int(self.maximum ?? 0)
    // Unsafe: owned here alone, freed in deinit; entries below `filled` are initialised before they are read.
    times = .allocate(capacity: max(1, capacity))
  }

  deinit { times.deallocate() }

  /// Whether `bound` (at most `maximum`) things have happened within the period before `now`.
  func isReached(_ bound: Int64, at now: Int64) -> Bool {
    if bound <= 0 { return true }
    guard bound <= filled else { return false }
    // The bound-th newest of them.
    let index = next - Int(bound)
    return now - times[index < 0 ? index + capacity : index] < periodNanoseconds
  }

  /// Why one more now would be one too many.
  func refusal(_ code: RefusalCode, at now: Int64) -> Refusal? {
    guard let maximum, isReached(maximum, at: now) else { return nil }
    return Refusal(code, unit: .count, value: Int128(maximum) + 1, limit: Int128(maximum))
  }

  /// How many happened within the period.
  func count(at now: Int64) -> Int64 {
    var low: Int64 = 0
    var high = Int64(filled)
    while low < high {
      let middle = (low + high + 1) / 2
      if isReached(middle, at: now) { low = middle } else { high = middle - 1 }
    }
    return low
  }

  mutating func note(_ now: Int64) {
    guard capacity > 0 else { return }
    times[next] = now
    next = next + 1 == capacity ? 0 : next + 1
    if filled < capacity { filled += 1 }
  }

  /// A lower bound from now on; times beyond it are kept, because they still count towards it.
  mutating func tighten(_ bound: Int64?) {
    guard let bound else { return }
    // Where nothing was counted before, there is no memory to count with: the limit needs a start.
    if let present = maximum { maximum = min(present, max(0, bound)) }
  }

  /// Oldest first.
  var remembered: [Int64] { (0..<filled).map { times[(next - filled + $0 + 2 * capacity) % capacity] } }

  mutating func restore(_ remembered: [Int64]) { for time in remembered.suffix(capacity) { note(time) } }
}
