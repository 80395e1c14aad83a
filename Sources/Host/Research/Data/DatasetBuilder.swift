import Features
import Feeds
import Market

/// From ticks to a dataset, in bounded memory per tick: the bars and rows that the engine would make of them.
public final class DatasetBuilder {
  private let schema: FeatureSchema
  private let spec: InstrumentSpec
  private let builder: any FeatureBuilder
  private let row: UnsafeMutablePointer<Double>
  private var bars: BarBuilder
  private var seriesCount: UInt64 = 0
  private var lastTick: Tick?
  /// Second of the last trade.
  private var lastSecond: Int64 = 0
  private var rows = DatasetRows()
  private var summary = DatasetSummary()

  /// - Parameter maximumGapSeconds: features.max_gap_seconds of the host that will use the model.
  public init(schema: FeatureSchema, spec: InstrumentSpec, maximumGapSeconds: Int64) {
    self.schema = schema
    self.spec = spec
    builder = schema.makeBuilder()
    bars = BarBuilder(maximumGapSeconds: maximumGapSeconds)
    // Unsafe: one row, owned here and written by the builder alone.
    row = .allocate(capacity: schema.columns.count)
    row.initialize(repeating: 0, count: schema.columns.count)
  }

  deinit { row.deallocate() }

  /// Ticks in time order, after those before.
  public func add(_ ticks: UnsafeBufferPointer<Tick>) {
    for tick in ticks { add(tick) }
    summary.ticks += ticks.count
  }

  private func add(_ tick: Tick) {
    let second = UTCTime.floorDivide(tick.exchangeMilliseconds, 1000)
    if bars.closes(before: second) { close(before: second) }
    bars.add(tick.trade, second: second, quote: .none)
    if tick == lastTick { summary.repeatedRows += 1 }
    if lastTick == nil { summary.firstMilliseconds = tick.exchangeMilliseconds }
    lastTick = tick
    lastSecond = second
  }

  private func close(before second: Int64) {
    if second - lastSecond > DatasetSummary.gapSeconds {
      summary.add(gap: DatasetSummary.Gap(afterSecond: lastSecond, seconds: second - lastSecond))
    }
    while let bar = bars.closeNext(before: second) {
      let input = FeatureBar(bar, bars.quote, priceScale: Int(spec.priceScale), quantityScale: Int(spec.quantityScale))
      // Of a long silence nobody knows whether the market or the recorder was silent: no label ends in it.
      let isSilent = bar.second > lastSecond && second - lastSecond > DatasetSummary.gapSeconds
      rows.bars.append(DatasetRows.Bar(second: bar.second, close: input.close, series: UInt32(seriesCount), isSilent: isSilent))
      if builder.close(input, into: row) {
        rows.rowBars.append(Int32(rows.bars.count - 1))
        for column in 0..<schema.columns.count { rows.features.append(Float(row[column])) }
      } else {
        summary.barsWithoutRow += 1
      }
    }
    if bars.seriesCount != seriesCount {
      seriesCount = bars.seriesCount
      builder.reset()
    }
  }

  private func check(_ memory: MemoryNeed?) throws(ResearchError) {
    try memory?.check(bars: rows.bars.count, rows: rows.rowBars.count, columns: schema.columns.count)
  }

  /// What was made; the builder is done.
  ///
  /// The second that the last tick stands in is not closed and has no row, as in the engine.
  public func finish() -> Dataset {
    summary.lastMilliseconds = lastTick?.exchangeMilliseconds ?? 0
    summary.bars = rows.bars.count
    summary.rows = rows.rowBars.count
    summary.series = rows.bars.isEmpty ? 0 : Int(seriesCount) + 1
    return Dataset(schema: schema, rows: rows, summary: summary)
  }
}

extension DatasetBuilder {
  /// All files of a symbol.
  ///
  /// - Parameters:
  ///   - memory: what there is room for; nil = nothing is refused.
  ///   - progress: called now and then with the share that is done, 0...1.
  /// - Throws: `dataInvalid`, `memoryTooSmall`.
  public static func build(
    _ set: TickFileSet, schema: FeatureSchema, maximumGapSeconds: Int64, options: TickFileOptions = TickFileOptions(),
    memory: MemoryNeed? = nil, progress: (Double) -> Void = { _ in }
  ) throws(ResearchError) -> Dataset {
    let builder = DatasetBuilder(schema: schema, spec: set.spec, maximumGapSeconds: maximumGapSeconds)
    let ticks = MergedTicks(set, options: options)
    var batches = 0
    var failure: ResearchError?
    try ticks.read(while: { failure == nil }) { batch in
      builder.add(batch)
      batches += 1
      guard batches & 0xFF == 0 else { return }
      progress(ticks.fractionRead)
      // While it grows: at its end the machine would be out of memory already.
      do throws(ResearchError) { try builder.check(memory) } catch { failure = error }
    }
    if let failure { throw failure }
    try builder.check(memory)
    var dataset = builder.finish()
    dataset.summary.files = set.files.map(\.path)
    dataset.summary.emptyFiles = set.emptyFiles
    dataset.summary.notes = set.notes
    dataset.summary.overlappingRows = ticks.overlappingRows
    dataset.summary.badRows = ticks.badRows
    dataset.summary.firstBadRows = ticks.firstBadRows
    return dataset
  }
}
