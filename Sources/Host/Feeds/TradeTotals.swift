import Market

/// Exact totals of a file's trades: decimals are text, times are epoch milliseconds UTC.
public struct TradeTotals: Sendable, Hashable, Encodable {
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

  private enum CodingKeys: String, CodingKey {
    case firstMilliseconds = "first_ms"
    case lastMilliseconds = "last_ms"
    case open
    case high
    case low
    case close
    case buyQuantity = "buy_qty"
    case sellQuantity = "sell_qty"
    case averagePrice = "vwap_8dp"
  }

  /// - Precondition: at least one trade.
  init(_ totals: TickTotals) {
    firstMilliseconds = totals.firstMilliseconds
    lastMilliseconds = totals.lastMilliseconds
    open = DecimalText.format(totals.open, scale: totals.priceScale)
    high = DecimalText.format(totals.high, scale: totals.priceScale)
    low = DecimalText.format(totals.low, scale: totals.priceScale)
    close = DecimalText.format(totals.close, scale: totals.priceScale)
    buyQuantity = DecimalText.format(totals.buyQuantity, scale: totals.quantityScale)
    sellQuantity = DecimalText.format(totals.sellQuantity, scale: totals.quantityScale)
    averagePrice = DecimalText.format(totals.averagePrice(decimals: 8), scale: 8)
  }
}

extension TickTotals {
  /// Reads all of a file's trades.
  static func read(_ reader: any TickReading, progress: (Int64, Int64) -> Void) throws(TickFileError) -> TickTotals {
    let batch = UnsafeMutableBufferPointer<Tick>.allocate(capacity: 4096)
    defer { batch.deallocate() }
    var totals = TickTotals()
    while true {
      let count = try reader.next(into: batch)
      if count == 0 { return totals }
      do throws(TickTotals.Overflow) {
        if reader.priceScale != totals.priceScale || reader.quantityScale != totals.quantityScale {
          try totals.rescale(price: reader.priceScale, quantity: reader.quantityScale)
        }
        try totals.add(UnsafeBufferPointer(rebasing: batch[..<count]))
      } catch {
        throw TickFileError(.badData, path: reader.path, reason: "the sum of price x quantity does not fit into 128 bits")
      }
      progress(reader.fileBytesRead, reader.fileBytes)
    }
  }
}
