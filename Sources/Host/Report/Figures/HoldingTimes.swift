/// Holding times of any number of trades in a fixed table: exact below 64 ms, else within 1.6 %.
struct HoldingTimes {
  private static let steps = 32
  private static let stepBits = 5

  private var counts = [Int](repeating: 0, count: (64 - stepBits) * steps + steps)
  private(set) var count = 0
  private var sum: Int64 = 0

  mutating func add(_ milliseconds: Int64) {
    counts[Self.index(milliseconds)] += 1
    count += 1
    sum &+= milliseconds
  }

  static func += (times: inout HoldingTimes, other: HoldingTimes) {
    for index in other.counts.indices { times.counts[index] += other.counts[index] }
    times.count += other.count
    times.sum &+= other.sum
  }

  var averageMilliseconds: Int64? { count == 0 ? nil : sum / Int64(count) }

  /// Of an even number the lower one of the two in the middle.
  var medianMilliseconds: Int64? {
    var left = (count + 1) / 2
    guard left > 0 else { return nil }
    for (index, number) in counts.enumerated() {
      left -= number
      if left <= 0 { return Self.middle(index) }
    }
    return nil
  }

  /// Every power of two is cut into 32 equal steps.
  private static func index(_ milliseconds: Int64) -> Int {
    let value = UInt64(max(0, milliseconds))
    if value < UInt64(2 * steps) { return Int(value) }
    let shift = 63 - value.leadingZeroBitCount - stepBits
    return shift * steps + Int(value >> UInt64(shift))
  }

  private static func middle(_ index: Int) -> Int64 {
    if index < 2 * steps { return Int64(index) }
    let shift = index / steps - 1
    let low = Int64(index % steps + steps) << Int64(shift)
    return low + (Int64(1) << Int64(shift)) / 2
  }
}
