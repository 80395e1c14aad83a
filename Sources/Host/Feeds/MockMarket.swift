import Market

/// A seeded market for one symbol: quotes that walk on the tick grid and trades at their bid or ask.
///
/// The same seed, instrument and options give the same events on every machine: integers only, apart from some divisions
/// and one square root at the start, which IEEE 754 defines exactly. A trade follows the quote it hits in the same
/// millisecond and is not larger than what that quote shows. The price never leaves the instrument's bounds.
public struct MockMarket: Sendable {
  /// Leaves room for the fixed-point walk in 64 bits.
  static let maximumTicks: Int64 = 1 << 44
  private static let fractionBits: Int64 = 16

  public let instrument: Instrument
  private var generator: SeededGenerator
  private let spreadTicks: Int64
  private let lowest: Int64
  private let highest: Int64
  private let meanSizeSteps: Int64
  private let minimumSteps: Int64
  private let maximumSteps: Int64
  private let meanGapNanoseconds: Int64
  /// Deviation of one step's return in units of 2^-32.
  private let deviation: Int64
  /// The middle in ticks, times 2^16.
  private var middle: Int64
  private var nanoseconds: Int64
  private var pendingTrade: Tick?

  /// - Parameters:
  ///   - startMilliseconds: epoch milliseconds UTC of the beginning, 0...9 x 10^12 (year 2255); no event comes before it.
  /// - Precondition: `options.violations(for: instrument)` is empty.
  public init(seed: UInt64, instrument: Instrument, options: MockMarketOptions, startMilliseconds: Int64) {
    let violations = options.violations(for: instrument)
    precondition(violations.isEmpty, violations.joined(separator: "; "))
    precondition((0...9_000_000_000_000).contains(startMilliseconds), "a mock market starts between 1970 and 2255")
    let spec = instrument.spec
    self.instrument = instrument
    generator = SeededGenerator(seed: seed, stream: instrument.id.description)
    spreadTicks = Int64(options.spreadTicks)
    lowest = spreadTicks + 1
    highest = min(spec.maximumPrice / spec.tickSize, MockMarket.maximumTicks) - spreadTicks - 1
    meanSizeSteps = options.meanSizeSteps
    minimumSteps = (spec.minimumQuantity + spec.stepSize - 1) / spec.stepSize
    maximumSteps = max(minimumSteps, spec.maximumQuantity / spec.stepSize)
    // Three steps of four have a trade.
    let stepsPerSecond = options.tradesPerSecond * 4 / 3
    meanGapNanoseconds = Int64(1_000_000_000 / stepsPerSecond)
    deviation = Int64(options.volatilityBps / 10_000 * 4_294_967_296 / stepsPerSecond.squareRoot())
    middle = (options.startPrice.raw / spec.tickSize) &<< MockMarket.fractionBits
    nanoseconds = startMilliseconds * 1_000_000
  }

  /// The next quote or trade; it never ends.
  public mutating func next() -> MockEvent {
    if let trade = pendingTrade {
      pendingTrade = nil
      return .trade(trade)
    }
    nanoseconds += generator.exponential() * meanGapNanoseconds / 65536
    let before = middle
    walk()
    let spec = instrument.spec
    let spread = spreadTicks + (generator.below(4) == 0 ? 1 : 0)
    let bid = max(1, (middle &>> MockMarket.fractionBits) - spread / 2)
    let quote = Quote(
      bidPrice: Price(raw: bid * spec.tickSize), bidQuantity: size(times: 4),
      askPrice: Price(raw: (bid + spread) * spec.tickSize), askQuantity: size(times: 4))
    let milliseconds = nanoseconds / 1_000_000
    // One quote in four moves without a trade.
    if generator.below(4) != 0 { pendingTrade = Tick(exchangeMilliseconds: milliseconds, trade: trade(quote, rose: middle >= before)) }
    return .quote(quote, exchangeMilliseconds: milliseconds)
  }

  /// A step in proportion to the price, kept inside the bounds.
  private mutating func walk() {
    let move = Int128(middle) * Int128(deviation) * Int128(generator.normal()) / (1 << 48)
    let moved = Int128(middle) + move
    let floor = Int128(lowest) << Int128(MockMarket.fractionBits)
    let ceiling = Int128(highest) << Int128(MockMarket.fractionBits)
    middle = Int64(min(max(moved, floor), ceiling))
  }

  /// Takers follow the move in two cases of three.
  private mutating func trade(_ quote: Quote, rose: Bool) -> Trade {
    let follows = generator.below(3) != 0
    let side: Side = rose == follows ? .buy : .sell
    let wanted = size(times: 1)
    return side == .buy
      ? Trade(price: quote.askPrice, quantity: min(wanted, quote.askQuantity), takerSide: .buy)
      : Trade(price: quote.bidPrice, quantity: min(wanted, quote.bidQuantity), takerSide: .sell)
  }

  private mutating func size(times factor: Int64) -> Quantity {
    let steps = 1 + generator.exponential() * meanSizeSteps * factor / 65536
    return Quantity(raw: min(max(steps, minimumSteps), maximumSteps) * instrument.spec.stepSize)
  }
}
