import Market

/// Fills whose markouts are not all known yet: a ring that waits for the mid at four horizons.
///
/// The markout of a fill at time t and horizon h is `side x (mid(t + h) - fill price) / fill price` in bps, side +1 for a
/// buy and -1 for a sell: above zero, the market went the fill's way. `mid(t + h)` is the mid in force at t + h, set by the
/// last event at or before it. A horizon that ends beyond the data is not counted.
struct PendingMarkouts {
  struct Entry: BitwiseCopyable {
    var timeMilliseconds: Int64
    var price: Int64
    /// In quote currency.
    var notional: Double
    var instance: Int32
    var sign: Int8
    var isMaker: Bool
  }

  static let horizonsMilliseconds: [Int64] = [100, 1_000, 5_000, 30_000]
  /// Fills of the longest horizon that are held at most; of more, the oldest are counted in `dropped`.
  static let capacity = 65_536

  /// When the next markout falls due; `.max`: none waits.
  private(set) var nextDue = Int64.max
  /// Markouts that were given up because the ring was full, each fill and horizon for itself.
  private(set) var dropped = 0
  private var ring: [Entry] = []
  /// Fills ever taken; entry n stands at n % capacity.
  private var end = 0
  /// Per horizon, the first fill that still waits for it.
  private var heads: [Int] = Array(repeating: 0, count: Self.horizonsMilliseconds.count)
  private var lastMilliseconds = Int64.min

  /// Room for all at once: memory that is never touched costs nothing, and a run never allocates for it later.
  init() { ring.reserveCapacity(Self.capacity) }

  mutating func add(_ entry: Entry) {
    var entry = entry
    // The queues need rising times, and an exchange's clock may step back.
    entry.timeMilliseconds = max(entry.timeMilliseconds, lastMilliseconds)
    lastMilliseconds = entry.timeMilliseconds
    if ring.count < Self.capacity {
      ring.append(entry)
    } else {
      for horizon in heads.indices where heads[horizon] == end - Self.capacity {
        heads[horizon] += 1
        dropped += 1
      }
      ring[end % Self.capacity] = entry
    }
    end += 1
    nextDue = min(nextDue, entry.timeMilliseconds + Self.horizonsMilliseconds[0])
  }

  /// Hands out what falls due before `timeMilliseconds`.
  ///
  /// - Parameters:
  ///   - twiceMid: bid + ask in raw prices, as they stand until `timeMilliseconds`; zero = there is none, and what falls due is
  ///     not counted.
  ///   - instances: what it is handed to.
  mutating func resolve(before timeMilliseconds: Int64, twiceMid: Int64, into instances: inout [InstanceMeasures]) {
    guard timeMilliseconds > nextDue else { return }
    var next = Int64.max
    for (horizon, length) in Self.horizonsMilliseconds.enumerated() {
      while heads[horizon] < end {
        let entry = ring[heads[horizon] % Self.capacity]
        guard entry.timeMilliseconds + length < timeMilliseconds else {
          next = min(next, entry.timeMilliseconds + length)
          break
        }
        heads[horizon] += 1
        if twiceMid <= 0 || entry.price <= 0 { continue }
        let gain = Double(twiceMid - 2 * entry.price) / Double(2 * entry.price)
        instances[Int(entry.instance)].add(entry, horizon: horizon, bps: Double(entry.sign) * gain * 1e4)
      }
    }
    nextDue = next
  }
}
