import Market

/// The price path of a sample: a slow value that trends for some hundred rows at a time, and trades that bounce around it.
struct TickSampleWalk {
  private var generator: SeededGenerator
  /// The slow value in ticks, times 2^16.
  private var value: Int64
  /// What it moves per row, same units.
  private var drift: Int64 = 0
  private var rowsOfTrend: Int64 = 0
  private var milliseconds: Int64
  private let startValue: Int64
  private let meanSize: Int64
  private var lastPrice: Int64

  init(seed: UInt64, symbol: String, startTicks: Int64, meanSize: Int64, startMilliseconds: Int64) {
    generator = SeededGenerator(seed: seed, stream: "sample \(symbol)")
    startValue = startTicks &<< 16
    value = startValue
    lastPrice = startTicks
    self.meanSize = meanSize
    milliseconds = startMilliseconds
  }

  mutating func next() -> Tick {
    milliseconds += 1 + generator.exponential() * 19 / 65536
    if rowsOfTrend == 0 { turn() }
    rowsOfTrend -= 1
    // In millionths of the price, so that every coin looks alike.
    value += drift + (value / 1_000_000) * generator.normal() / 65536 * 2
    // Never below a tenth of the start.
    value = max(value, startValue / 10)
    let bounce = (value / 300_000) * generator.normal() / 65536
    let price = max(1, (value + bounce) &>> 16)
    let side: Side = price == lastPrice ? (generator.below(2) == 0 ? .buy : .sell) : (price > lastPrice ? .buy : .sell)
    lastPrice = price
    let size = 1 + generator.exponential() * meanSize / 65536
    return Tick(exchangeMilliseconds: milliseconds, trade: Trade(price: Price(raw: price), quantity: Quantity(raw: size), takerSide: side))
  }

  /// A new trend: 100 to some thousand rows, either way, with a weak pull back to the start.
  private mutating func turn() {
    rowsOfTrend = 100 + generator.exponential() * 500 / 65536
    let strength = (value / 1_000_000) * generator.normal() / 65536
    drift = strength + (startValue - value) / 100_000
  }
}
