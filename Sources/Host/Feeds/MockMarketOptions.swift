import Market

/// How a mock market moves.
public struct MockMarketOptions: Sendable, Hashable {
  /// Where it begins, raw; rounded down to the tick. No default: an instrument has none.
  public var startPrice: Price
  /// Standard deviation of one second's return in basis points, 0...1000. Default 2: a busy coin.
  public var volatilityBps: Double
  /// Smallest distance of ask and bid in ticks, 1...1000. Default 1; now and then it is one wider.
  public var spreadTicks: Int
  /// Mean number of trades per second, 0.001...100000. Default 20.
  public var tradesPerSecond: Double
  /// Mean size of a trade in steps, 1...10^9; sizes are spread exponentially. Default 25.
  public var meanSizeSteps: Int64

  public init(startPrice: Price, volatilityBps: Double = 2, spreadTicks: Int = 1, tradesPerSecond: Double = 20, meanSizeSteps: Int64 = 25) {
    self.startPrice = startPrice
    self.volatilityBps = volatilityBps
    self.spreadTicks = spreadTicks
    self.tradesPerSecond = tradesPerSecond
    self.meanSizeSteps = meanSizeSteps
  }

  /// Everything that is out of range, in words; empty is good.
  public func violations(for instrument: Instrument) -> [String] {
    let spec = instrument.spec
    var found: [String] = []
    if !(volatilityBps >= 0 && volatilityBps <= 1000) { found.append("volatility is 0...1000 bps per second, not \(volatilityBps)") }
    if !(1...1000).contains(spreadTicks) { found.append("the spread is 1...1000 ticks, not \(spreadTicks)") }
    if !(tradesPerSecond >= 0.001 && tradesPerSecond <= 100_000) {
      found.append("trades per second are 0.001...100000, not \(tradesPerSecond)")
    }
    if !(1...1_000_000_000).contains(meanSizeSteps) { found.append("the mean size is 1...10^9 steps, not \(meanSizeSteps)") }
    let ticks = startPrice.raw / spec.tickSize
    let highest = min(spec.maximumPrice / spec.tickSize, MockMarket.maximumTicks)
    if ticks < Int64(spreadTicks) + 2 || ticks > highest / 2 {
      found.append("the start price must be above the spread and at most half of the instrument's maximum")
    }
    return found
  }
}
