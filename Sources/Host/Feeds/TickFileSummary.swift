import Market

/// What a tick file holds, exactly: decimals are text, times are epoch milliseconds UTC.
public struct TickFileSummary: Sendable, Hashable, Encodable {
  public var path: String
  public var trades: Int
  public var firstMilliseconds: Int64
  public var lastMilliseconds: Int64
  public var open: String
  public var high: String
  public var low: String
  public var close: String
  public var buyQuantity: String
  public var sellQuantity: String
  /// Volume-weighted average price with 8 decimals, rounded half up.
  public var averagePrice: String
  /// Decimals that are not trailing zeros.
  public var priceDecimals: Int
  /// Decimals that are not trailing zeros.
  public var quantityDecimals: Int
  /// Rows with the time of the row before them.
  public var equalTimestamps: Int
  public var largestGapMilliseconds: Int64
  /// Skipped rows.
  public var badRows: Int
  /// The first of them; not part of the JSON form.
  public var firstBadRows: [BadTickRow]
  /// What an instrument for this file needs; not part of the JSON form.
  public var scales: TickScales

  private enum CodingKeys: String, CodingKey {
    case path
    case trades
    case firstMilliseconds = "first_ms"
    case lastMilliseconds = "last_ms"
    case open
    case high
    case low
    case close
    case buyQuantity = "buy_qty"
    case sellQuantity = "sell_qty"
    case averagePrice = "vwap_8dp"
    case priceDecimals = "price_decimals"
    case quantityDecimals = "qty_decimals"
    case equalTimestamps = "equal_timestamps"
    case largestGapMilliseconds = "largest_gap_ms"
    case badRows = "bad_rows"
  }

  /// Reads the whole file once, in bounded memory.
  ///
  /// - Parameters:
  ///   - path: a tick file, or a recording, of which only the trades are looked at.
  ///   - symbol: of a recording: `BTCUSDT` or `binance.usdm.BTCUSDT`; nil = its only one.
  ///   - options: with `sortsByTime`, decreasing times are accepted; first, last, open, close and gaps are then those of
  ///     the file's order, and nothing is sorted.
  ///   - progress: called after each batch with the bytes read and the file's size (0 if unknown).
  /// - Throws: what reading the file throws; `.badData` also for values that need more than 9 decimals or 64 bits.
  public static func read(
    path: String, symbol: String? = nil, options: TickFileOptions = TickFileOptions(), progress: (Int64, Int64) -> Void = { _, _ in }
  ) throws(TickFileError) -> TickFileSummary {
    var streaming = options
    streaming.sortsByTime = false
    let reader = try TickInput.open(path, symbol: symbol, limits: nil, keepsOrder: !options.sortsByTime, options: streaming)
    let totals = try TickTotals.read(reader, progress: progress)
    guard totals.count > 0 else { throw TickFileError(.badData, path: path, reason: "no trades in the recording") }
    return TickFileSummary(totals, reader)
  }

  private init(_ totals: TickTotals, _ reader: any TickReading) {
    let text = TradeTotals(totals)
    path = reader.path
    trades = totals.count
    firstMilliseconds = text.firstMilliseconds
    lastMilliseconds = text.lastMilliseconds
    open = text.open
    high = text.high
    low = text.low
    close = text.close
    buyQuantity = text.buyQuantity
    sellQuantity = text.sellQuantity
    averagePrice = text.averagePrice
    priceDecimals = totals.priceScale
    quantityDecimals = totals.quantityScale
    equalTimestamps = totals.equalTimes
    largestGapMilliseconds = totals.largestGapMilliseconds
    badRows = reader.skippedRowCount
    firstBadRows = reader.skippedRows
    scales = reader.scales
  }
}
