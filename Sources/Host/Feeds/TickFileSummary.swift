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
  ///   - options: with `sortsByTime`, decreasing times are accepted; first, last, open, close and gaps are then those of
  ///     the file's order, and nothing is sorted.
  ///   - progress: called after each batch with the bytes read and the file's size (0 if unknown).
  /// - Throws: what reading the file throws; `.badData` also for values that need more than 9 decimals or 64 bits.
  public static func read(
    path: String, options: TickFileOptions = TickFileOptions(), progress: (Int64, Int64) -> Void = { _, _ in }
  ) throws(TickFileError) -> TickFileSummary {
    var streaming = options
    streaming.sortsByTime = false
    let reader = try TickFileReader(path: path, limits: nil, keepsOrder: !options.sortsByTime, options: streaming)
    let batch = UnsafeMutableBufferPointer<Tick>.allocate(capacity: 4096)
    defer { batch.deallocate() }
    var totals = TickTotals()
    while true {
      let count = try reader.next(into: batch)
      if count == 0 { break }
      do throws(TickTotals.Overflow) {
        if reader.priceScale != totals.priceScale || reader.quantityScale != totals.quantityScale {
          try totals.rescale(price: reader.priceScale, quantity: reader.quantityScale)
        }
        try totals.add(UnsafeBufferPointer(rebasing: batch[..<count]))
      } catch {
        throw TickFileError(.badData, path: path, reason: "the sum of price x quantity does not fit into 128 bits")
      }
      progress(reader.fileBytesRead, reader.fileBytes)
    }
    return TickFileSummary(totals, reader)
  }

  private init(_ totals: TickTotals, _ reader: TickFileReader) {
    path = reader.path
    trades = totals.count
    firstMilliseconds = totals.firstMilliseconds
    lastMilliseconds = totals.lastMilliseconds
    open = DecimalText.format(totals.open, scale: totals.priceScale)
    high = DecimalText.format(totals.high, scale: totals.priceScale)
    low = DecimalText.format(totals.low, scale: totals.priceScale)
    close = DecimalText.format(totals.close, scale: totals.priceScale)
    buyQuantity = DecimalText.format(totals.buyQuantity, scale: totals.quantityScale)
    sellQuantity = DecimalText.format(totals.sellQuantity, scale: totals.quantityScale)
    averagePrice = DecimalText.format(totals.averagePrice(decimals: 8), scale: 8)
    priceDecimals = totals.priceScale
    quantityDecimals = totals.quantityScale
    equalTimestamps = totals.equalTimes
    largestGapMilliseconds = totals.largestGapMilliseconds
    badRows = reader.skippedRowCount
    firstBadRows = reader.skippedRows
    let largest = reader.largest
    scales = TickScales(
      priceDecimals: totals.priceScale, quantityDecimals: totals.quantityScale, largestPrice: largest.price, largestQuantity: largest.quantity)
  }
}
