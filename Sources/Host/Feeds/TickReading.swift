import Market

/// Trades of a file, batch by batch: what summaries and imports read.
protocol TickReading: AnyObject {
  var path: String { get }
  /// Of the last batch; they grow with the data where nobody set them.
  var priceScale: Int { get }
  var quantityScale: Int { get }
  /// Largest values so far, raw at the scales that they need.
  var scales: TickScales { get }
  var skippedRowCount: Int { get }
  var skippedRows: [BadTickRow] { get }
  var fileBytes: Int64 { get }
  var fileBytesRead: Int64 { get }

  /// Fills `batch` from its beginning and returns the number of ticks, 0 at the end; a batch never mixes scales.
  func next(into batch: UnsafeMutableBufferPointer<Tick>) throws(TickFileError) -> Int
}

extension TickFileReader: TickReading {
  var scales: TickScales {
    TickScales(priceDecimals: priceScale, quantityDecimals: quantityScale, largestPrice: largest.price, largestQuantity: largest.quantity)
  }
}

/// A file of trades: a tick file, or a recording of one instrument.
enum TickInput {
  /// - Parameters:
  ///   - symbol: of a recording: `BTCUSDT` or `binance.usdm.BTCUSDT`; nil = that of its first message.
  ///   - limits: nil lets the scales grow with the data.
  ///   - keepsOrder: whether a decreasing time is a bad row.
  static func open(
    _ path: String, symbol: String?, limits: TickLimits?, keepsOrder: Bool, options: TickFileOptions
  ) throws(TickFileError) -> any TickReading {
    guard RecordingReader.recognises(path) else {
      return try TickFileReader(path: path, limits: limits, keepsOrder: keepsOrder, options: options)
    }
    let recording = RecordingOptions(
      skipsBadRows: options.skipsBadRows, times: .receivedIfThere, derivesQuotes: false, bufferBytes: options.bufferBytes)
    let instrument = try RecordingSymbol.named(symbol, in: path)
    let reader = try RecordingReader(path: path, symbol: instrument.symbol, market: instrument.market, limits: limits, options: recording)
    return RecordedTrades(reader, keepsOrder: keepsOrder, isAlone: symbol == nil)
  }
}
