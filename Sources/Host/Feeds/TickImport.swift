import Market

/// Several tick files in any accepted dialect, and trades of recordings, into one canonical file in time order.
public struct TickImport: Sendable {
  /// What was done.
  public struct Report: Sendable, Hashable, Encodable {
    public var output: String
    /// In the order in which they were written.
    public var inputs: [Input]
    public var rows: Int
    public var badRows: Int

    public struct Input: Sendable, Hashable, Encodable {
      public var path: String
      public var rows: Int
      public var badRows: Int
      public var firstBadRows: [String]
      public var firstMilliseconds: Int64
      public var lastMilliseconds: Int64

      private enum CodingKeys: String, CodingKey {
        case path
        case rows
        case badRows = "bad_rows"
        case firstBadRows = "first_bad_rows"
        case firstMilliseconds = "first_ms"
        case lastMilliseconds = "last_ms"
      }
    }

    private enum CodingKeys: String, CodingKey {
      case output
      case inputs
      case rows
      case badRows = "bad_rows"
    }
  }

  public var inputs: [String]
  public var output: String
  /// Of recordings: `BTCUSDT` or `binance.usdm.BTCUSDT`; nil = the only one in each.
  public var symbol: String?
  /// Reading options; with `sortsByTime` all inputs together are read into memory and sorted.
  public var options: TickFileOptions
  /// Whether an existing output may be replaced.
  public var replaces: Bool

  public init(inputs: [String], output: String, symbol: String? = nil, options: TickFileOptions = TickFileOptions(), replaces: Bool = false) {
    self.inputs = inputs
    self.output = output
    self.symbol = symbol
    self.options = options
    self.replaces = replaces
  }

  /// Reads every input twice: first to find scales, times and faults, then to write. Nothing is written if one is bad.
  ///
  /// Inputs are taken in the order of their first times. One that begins before the one ahead of it has ended is an
  /// error unless `sortsByTime`; rows of equal time keep the order of the inputs.
  /// - Parameter progress: called now and then with a word and the rows done.
  /// - Throws: `.missingInput`, `.badData`, `.usage` (no input, the output exists), `.failed`.
  public func run(progress: (String, Int) -> Void = { _, _ in }) throws(TickFileError) -> Report {
    guard !inputs.isEmpty else { throw TickFileError(.usage, path: output, reason: "nothing to import: name at least one tick file") }
    var summaries: [TickFileSummary] = []
    for path in inputs {
      let done = summaries.reduce(0) { $0 + $1.trades }
      summaries.append(try TickFileSummary.read(path: path, symbol: symbol, options: options) { _, _ in progress("checking", done) })
    }
    if !options.sortsByTime { summaries = try TickImport.inTimeOrder(summaries) }
    let priceScale = summaries.reduce(0) { max($0, $1.scales.priceDecimals) }
    let quantityScale = summaries.reduce(0) { max($0, $1.scales.quantityDecimals) }
    let writer = try TickFileWriter(path: output, priceScale: priceScale, quantityScale: quantityScale, replaces: replaces)
    let limits = TickLimits(priceScale: priceScale, quantityScale: quantityScale)
    if options.sortsByTime {
      try writeSorted(summaries.map(\.path), limits, writer, progress)
    } else {
      for summary in summaries { try copy(summary.path, limits, progress, writer.rowCount) { tick throws(TickFileError) in try writer.write(tick) } }
    }
    let expected = summaries.reduce(0) { $0 + $1.trades }
    guard writer.rowCount == expected else {
      throw TickFileError(.badData, path: output, reason: "an input changed while it was read (\(expected) rows, then \(writer.rowCount))")
    }
    try writer.finish()
    return report(summaries, writer.rowCount)
  }

  private static func inTimeOrder(_ summaries: [TickFileSummary]) throws(TickFileError) -> [TickFileSummary] {
    // By position too: files of one and the same millisecond keep the order of the command line.
    let ordered = summaries.enumerated().sorted { ($0.element.firstMilliseconds, $0.offset) < ($1.element.firstMilliseconds, $1.offset) }.map(
      \.element)
    for (earlier, later) in zip(ordered, ordered.dropFirst()) where later.firstMilliseconds < earlier.lastMilliseconds {
      throw TickFileError(
        .badData, path: later.path,
        reason: "begins at \(later.firstMilliseconds), before \(earlier.path) ends at \(earlier.lastMilliseconds) (--sort merges them)")
    }
    return ordered
  }

  /// Streams one input.
  private func copy(
    _ path: String, _ limits: TickLimits, _ progress: (String, Int) -> Void, _ done: Int, _ body: (Tick) throws(TickFileError) -> Void
  ) throws(TickFileError) {
    var streaming = options
    streaming.sortsByTime = false
    let reader = try TickInput.open(path, symbol: symbol, limits: limits, keepsOrder: !options.sortsByTime, options: streaming)
    let batch = UnsafeMutableBufferPointer<Tick>.allocate(capacity: 4096)
    defer { batch.deallocate() }
    var read = done
    while true {
      let count = try reader.next(into: batch)
      if count == 0 { return }
      for index in 0..<count { try body(batch[index]) }
      read += count
      progress("reading", read)
    }
  }

  private func writeSorted(
    _ paths: [String], _ limits: TickLimits, _ writer: TickFileWriter, _ progress: (String, Int) -> Void
  ) throws(TickFileError) {
    var ticks = SortedTicks()
    for path in paths {
      var streaming = options
      streaming.sortsByTime = false
      let reader = try TickInput.open(path, symbol: symbol, limits: limits, keepsOrder: false, options: streaming)
      while true {
        ticks.reserve(4096)
        let count = try reader.next(into: UnsafeMutableBufferPointer(start: ticks.free, count: 4096))
        if count == 0 { break }
        ticks.commit(count)
        progress("reading", ticks.count)
      }
    }
    ticks.sort()
    let batch = UnsafeMutableBufferPointer<Tick>.allocate(capacity: 4096)
    defer { batch.deallocate() }
    while let base = batch.baseAddress {
      let count = ticks.take(into: base, capacity: batch.count)
      if count == 0 { return }
      for index in 0..<count { try writer.write(batch[index]) }
      progress("writing", writer.rowCount)
    }
  }

  private func report(_ summaries: [TickFileSummary], _ rows: Int) -> Report {
    Report(
      output: output,
      inputs: summaries.map { summary in
        Report.Input(
          path: summary.path, rows: summary.trades, badRows: summary.badRows,
          firstBadRows: summary.firstBadRows.map { "\(summary.path):\($0.line): \($0.reason)" },
          firstMilliseconds: summary.firstMilliseconds, lastMilliseconds: summary.lastMilliseconds)
      }, rows: rows, badRows: summaries.reduce(0) { $0 + $1.badRows })
  }
}
