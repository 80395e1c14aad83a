import Features
import Kernel
import Market

/// What bars and features cost for each tick, ticks in memory.
public struct FeatureBenchmark {
  public struct Figures: Sendable {
    /// ns of CPU per tick, its share of the closed bars included; the best of all rounds.
    public var nanosecondsPerTick: Double
    public var bars: Int
    /// Rows that came out whole.
    public var rows: Int
  }

  private let ticks: [Tick]
  private let spec: InstrumentSpec
  private let maximumGapSeconds: Int64

  /// - Parameter ticksPerSecond: their times are stretched or shortened to this mean rate, because what a bar costs is shared by the
  ///   ticks of its second.
  public init(ticks: [Tick], spec: InstrumentSpec, maximumGapSeconds: Int64, ticksPerSecond: Double) {
    self.spec = spec
    self.maximumGapSeconds = maximumGapSeconds
    guard let first = ticks.first?.exchangeMilliseconds, let last = ticks.last?.exchangeMilliseconds, last > first else {
      self.ticks = ticks
      return
    }
    let factor = Double(ticks.count) / ticksPerSecond * 1000 / Double(last - first)
    self.ticks = ticks.map { tick in
      var moved = tick
      moved.exchangeMilliseconds = first + Int64((Double(tick.exchangeMilliseconds - first) * factor).rounded())
      return moved
    }
  }

  /// As the engine does it: each tick into the open bar, each closed bar into the windows of every schema.
  ///
  /// - Parameter schemas: none = the bars alone.
  public func measure(_ schemas: [FeatureSchema], rounds: Int) -> Figures {
    var best = Figures(nanosecondsPerTick: .infinity, bars: 0, rows: 0)
    for _ in 0..<max(1, rounds) {
      let builders = schemas.map { $0.makeBuilder() }
      // Unsafe: a row wide enough for each schema, written by the builders alone and freed at the end.
      let width = schemas.map(\.columns.count).max() ?? 1
      let row = UnsafeMutablePointer<Double>.allocate(capacity: width)
      row.initialize(repeating: 0, count: width)
      defer { row.deallocate() }
      let start = ProcessFigures.threadCPUSeconds()
      let (bars, rows) = run(builders, into: row)
      let nanoseconds = (ProcessFigures.threadCPUSeconds() - start) * 1e9 / Double(max(1, ticks.count))
      if nanoseconds < best.nanosecondsPerTick { best = Figures(nanosecondsPerTick: nanoseconds, bars: bars, rows: rows) }
    }
    return best
  }

  private func run(_ builders: [any FeatureBuilder], into row: UnsafeMutablePointer<Double>) -> (bars: Int, rows: Int) {
    var bars = BarBuilder(maximumGapSeconds: maximumGapSeconds)
    var (barCount, rowCount, seriesCount) = (0, 0, UInt64(0))
    for tick in ticks {
      let second = UTCTime.floorDivide(tick.exchangeMilliseconds, 1000)
      if bars.closes(before: second) {
        while let bar = bars.closeNext(before: second) {
          barCount += 1
          let input = FeatureBar(bar, bars.quote, priceScale: Int(spec.priceScale), quantityScale: Int(spec.quantityScale))
          for builder in builders where builder.close(input, into: row) { rowCount += 1 }
        }
        if bars.seriesCount != seriesCount {
          seriesCount = bars.seriesCount
          for builder in builders { builder.reset() }
        }
      }
      // A quote one tick wide: with none, half of feat.v2 would have nothing to do.
      let price = tick.trade.price.raw
      let quote = BarQuote(bid: price, bidQuantity: tick.trade.quantity.raw, ask: price + spec.tickSize, askQuantity: spec.stepSize)
      bars.add(tick.trade, second: second, quote: quote)
    }
    return (barCount, rowCount)
  }
}
