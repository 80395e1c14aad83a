import Market

/// What a recording holds of one symbol, exactly: decimals are text, times are epoch milliseconds or nanoseconds UTC.
public struct RecordingSummary: Sendable, Encodable {
  public var path: String
  public var symbol: String
  /// Totals of the trades; nil without any.
  public var trades: TradeTotals?
  public var counts: RecordingCounts
  /// Whether each line's receive time is known.
  public var hasReceiveTimes: Bool
  /// The first bad lines; not part of the JSON form.
  public var firstBadRows: [BadTickRow]
  /// What an instrument for this recording needs.
  public var scales: TickScales

  /// Reads the whole recording once, in bounded memory.
  ///
  /// - Parameters:
  ///   - symbol: `BTCUSDT` or `binance.usdm.BTCUSDT`; nil = that of the first message.
  ///   - options: `times` is taken as `.receivedIfThere` unless it is `.exchange`.
  ///   - progress: called now and then with the bytes read and the file's size (0 if unknown).
  /// - Throws: what reading throws; `.badData` also for values that need more than 9 decimals or 64 bits.
  public static func read(
    path: String, symbol: String?, options: RecordingOptions = RecordingOptions(), progress: (Int64, Int64) -> Void = { _, _ in }
  ) throws(TickFileError) -> RecordingSummary {
    var options = options
    options.derivesQuotes = false
    if options.times == .received { options.times = .receivedIfThere }
    let instrument = try RecordingSymbol.named(symbol, in: path)
    let reader = try RecordingReader(path: path, symbol: instrument.symbol, market: instrument.market, limits: nil, options: options)
    let trades = RecordedTrades(reader, keepsOrder: false, isAlone: false)
    let totals = try TickTotals.read(trades, progress: progress)
    return RecordingSummary(
      path: path, symbol: instrument.symbol, trades: totals.count > 0 ? TradeTotals(totals) : nil, counts: reader.counts,
      hasReceiveTimes: reader.hasReceiveTimes, firstBadRows: reader.skippedRows, scales: reader.scales)
  }

  private enum CodingKeys: String, CodingKey {
    case path
    case symbol
    case hasReceiveTimes = "receive_times"
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(path, forKey: .path)
    try container.encode(symbol, forKey: .symbol)
    try container.encode(hasReceiveTimes, forKey: .hasReceiveTimes)
    try trades?.encode(to: encoder)
    try counts.encode(to: encoder)
  }
}
