import PluginKit

/// What takers bought and sold of late: volumes that fade by half in every half-life of receive time.
///
/// Integers only, and the fading goes in sixteenths of the half-life, so that every machine gives the same numbers.
struct Flow {
  /// 2^(-1/16) x 2^16.
  private static let sixteenth: Int128 = 62757
  /// One trade in `trades`.
  private static let one: Int64 = 1 << 16
  /// Far above any volume, and twice it still fits.
  private static let ceiling = Int64.max / 4

  private let stepNanoseconds: Int64
  /// Raw quantities.
  private(set) var bought: Int64 = 0
  private(set) var sold: Int64 = 0
  /// Trades behind the volumes, faded like them, x 2^16.
  private var trades: Int64 = 0
  /// Up to when it has faded; 0 = nothing came yet.
  private var fadedNanoseconds: Int64 = 0

  init(halfLifeMilliseconds: Int64) { stepNanoseconds = halfLifeMilliseconds * 62_500 }

  /// In whole trades.
  var activity: Int64 { trades / Flow.one }
  var total: Int64 { bought + sold }

  /// Bought less sold, as seen by one who would go to `side`.
  func excess(_ side: Side) -> Int64 { side == .buy ? bought - sold : sold - bought }

  /// The excess is at least `percent` of the total.
  func favours(_ side: Side, percent: Int64) -> Bool {
    total > 0 && Int128(excess(side)) * 100 >= Int128(percent) * Int128(total)
  }

  mutating func add(_ side: Side, _ quantity: Int64) {
    guard quantity > 0 else { return }
    let part = min(quantity, Flow.ceiling)
    if side == .buy { bought = min(bought + part, Flow.ceiling) } else { sold = min(sold + part, Flow.ceiling) }
    trades = min(trades + Flow.one, Flow.ceiling)
  }

  @inline(__always) mutating func fade(to now: Int64) {
    let elapsed = now &- fadedNanoseconds
    if elapsed >= stepNanoseconds { fade(by: elapsed / stepNanoseconds, now) }
  }

  private mutating func fade(by steps: Int64, _ now: Int64) {
    // Longer ago than anything can last: also the first event, whose time is counted from 1970.
    guard steps < 64 * 16 else {
      bought = 0
      sold = 0
      trades = 0
      fadedNanoseconds = now
      return
    }
    func faded(_ value: Int64) -> Int64 {
      var value = value >> (steps / 16)
      for _ in 0..<steps % 16 { value = Int64(truncatingIfNeeded: (Int128(value) * Flow.sixteenth) >> 16) }
      return value
    }
    bought = faded(bought)
    sold = faded(sold)
    trades = faded(trades)
    fadedNanoseconds += steps * stepNanoseconds
  }

  func save(to writer: inout StateWriter) {
    writer.write(stepNanoseconds)
    writer.write(bought)
    writer.write(sold)
    writer.write(trades)
    writer.write(fadedNanoseconds)
  }

  mutating func restore(from reader: inout StateReader) throws {
    // Volumes that faded at another pace are other numbers: better to warm up again.
    guard try reader.read() == stepNanoseconds else { throw Refusal("the state is of another half-life") }
    bought = try reader.read()
    sold = try reader.read()
    trades = try reader.read()
    fadedNanoseconds = try reader.read()
    let bounds = 0...Flow.ceiling
    guard bounds.contains(bought), bounds.contains(sold), bounds.contains(trades), fadedNanoseconds >= 0 else {
      throw Refusal("the state's volumes are out of bounds")
    }
  }
}
