import Market

/// The trades of a recording as ticks, at the venue's times.
final class RecordedTrades: TickReading {
  let reader: RecordingReader
  private(set) var priceScale: Int
  private(set) var quantityScale: Int
  private let keepsOrder: Bool
  /// Other symbols are an error, because nobody said which is meant.
  private let isAlone: Bool
  private var lastMilliseconds: Int64 = 0
  /// Read after a change of scales, for the next batch.
  private var held: Tick?
  private var lateRowCount = 0
  private var lateRows: [BadTickRow] = []

  init(_ reader: RecordingReader, keepsOrder: Bool, isAlone: Bool) {
    self.reader = reader
    self.keepsOrder = keepsOrder
    self.isAlone = isAlone
    priceScale = reader.decoder.priceScale
    quantityScale = reader.decoder.quantityScale
  }

  var path: String { reader.path }
  var scales: TickScales { reader.scales }
  var fileBytes: Int64 { reader.fileBytes }
  var fileBytesRead: Int64 { reader.fileBytesRead }
  var skippedRowCount: Int { reader.counts.badRows + lateRowCount }
  var skippedRows: [BadTickRow] {
    Array((reader.skippedRows + lateRows).sorted { $0.line < $1.line }.prefix(TickFileReader.keptBadRows))
  }

  func next(into batch: UnsafeMutableBufferPointer<Tick>) throws(TickFileError) -> Int {
    var count = 0
    while count < batch.count {
      if let tick = held.take() {
        (priceScale, quantityScale) = (reader.decoder.priceScale, reader.decoder.quantityScale)
        batch[count] = tick
        count += 1
        continue
      }
      guard let event = try reader.next() else { break }
      if isAlone, reader.counts.otherSymbols > 0 {
        throw TickFileError(.usage, path: path, reason: "the recording holds several symbols; name one with --symbol")
      }
      guard case .trade(let trade) = event.payload else { continue }
      let tick = Tick(exchangeMilliseconds: event.exchangeNanoseconds / 1_000_000, trade: trade)
      guard tick.exchangeMilliseconds >= lastMilliseconds || !keepsOrder else {
        try reject("the trade's time \(tick.exchangeMilliseconds) is before \(lastMilliseconds) of one ahead of it (--sort sorts them)")
        continue
      }
      lastMilliseconds = tick.exchangeMilliseconds
      if count > 0, reader.decoder.priceScale != priceScale || reader.decoder.quantityScale != quantityScale {
        held = tick
        break
      }
      // Taken by the next turn.
      held = tick
    }
    return count
  }

  private func reject(_ reason: String) throws(TickFileError) {
    let line = reader.counts.lines
    guard reader.options.skipsBadRows else { throw TickFileError(.badData, path: path, line: line, reason: reason) }
    lateRowCount += 1
    if lateRows.count < TickFileReader.keptBadRows { lateRows.append(BadTickRow(line: line, reason: reason)) }
  }
}

extension RecordingReader {
  /// What has been read needs, its snapshots included.
  var scales: TickScales {
    let ours = decoder.scales
    guard let others = snapshots?.decoder.scales else { return ours }
    let price = max(ours.priceDecimals, others.priceDecimals)
    let quantity = max(ours.quantityDecimals, others.quantityDecimals)
    func raised(_ value: Int64, by power: Int) -> Int64 {
      let (product, overflow) = value.multipliedReportingOverflow(by: PowerOfTen[power])
      return overflow ? .max : product
    }
    return TickScales(
      priceDecimals: price, quantityDecimals: quantity,
      largestPrice: max(
        raised(ours.largestPrice, by: price - ours.priceDecimals), raised(others.largestPrice, by: price - others.priceDecimals)),
      largestQuantity: max(
        raised(ours.largestQuantity, by: quantity - ours.quantityDecimals), raised(others.largestQuantity, by: quantity - others.quantityDecimals)))
  }
}

extension BinanceDecoder {
  var scales: TickScales {
    TickScales(
      priceDecimals: limits.priceScale, quantityDecimals: limits.quantityScale, largestPrice: largestPrice, largestQuantity: largestQuantity)
  }
}
