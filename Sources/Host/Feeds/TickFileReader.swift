import Compression
import Market

/// Reads a tick file, plain, gzip or zstd, batch by batch in bounded memory and without allocating per batch.
///
/// Columns are found by header name, in any case: `timestamp|timestamp_ms|ts|ts_ms`, `price|close`,
/// `qty|size|quantity|volume`, `side|taker_side`; other columns are ignored. Times are epoch milliseconds and may repeat
/// but not decrease. Blank lines are accepted at the very end only; a byte order mark, CRLF, quotes around fields and a
/// last line without a newline are accepted. Not for use by two threads at once.
public final class TickFileReader {
  public let path: String
  /// Good rows read so far.
  public private(set) var rowCount = 0
  /// Bad rows passed over so far.
  public private(set) var skippedRowCount = 0
  /// The first ten of them.
  public private(set) var skippedRows: [BadTickRow] = []

  /// Size of the file on disk, 0 if unknown.
  public var fileBytes: Int64 { source.reader.fileBytes }
  /// Bytes taken from the file so far, packed ones in a packed file.
  public var fileBytesRead: Int64 { source.reader.fileBytesRead }

  static let keptBadRows = 10

  private let options: TickFileOptions
  private let source: LineSource
  private let parser: TickRowParser
  /// 1-based number of the line at the cursor.
  private var line = 2
  private var pendingBlankLines = 0
  private var isFinished = false
  /// At its end, and every row that stood in it was bad; `next` has said so by an error.
  public var hasNoGoodRow: Bool { isFinished && rowCount == 0 && skippedRowCount > 0 }
  private var sorted: SortedTicks?

  // For adaptive reading: the largest values so far, which a growing scale must still hold.
  private var largestPrice: Int64 = 0
  private var largestQuantity: Int64 = 0

  /// Opens the file and reads its header.
  ///
  /// - Parameter spec: scales and bounds. More decimals than a scale are accepted if they are zeros.
  /// - Throws: `.missingInput` for a file that is missing, a folder or unreadable; `.badData` for a header without the
  ///   four columns or with one twice, and for damaged compressed data.
  public convenience init(path: String, spec: InstrumentSpec, options: TickFileOptions = TickFileOptions()) throws(TickFileError) {
    try self.init(path: path, limits: TickLimits(spec), keepsOrder: !options.sortsByTime, options: options)
  }

  /// - Parameters:
  ///   - limits: nil lets the scales grow with the data; a batch never mixes scales.
  ///   - keepsOrder: whether a decreasing time is a bad row.
  init(path: String, limits: TickLimits?, keepsOrder: Bool, options: TickFileOptions) throws(TickFileError) {
    self.path = path
    self.options = options
    do throws(CompressionError) {
      source = try LineSource(path: path, bufferBytes: options.bufferBytes, maximumLineBytes: LineSource.tickRowBytes)
    } catch {
      throw TickFileError(error)
    }
    let columns = try TickFileReader.readHeader(source, path)
    parser = TickRowParser(columns: columns, limits: limits, keepsOrder: keepsOrder)
  }

  var priceScale: Int { parser.priceScale }
  var quantityScale: Int { parser.quantityScale }
  var largest: (price: Int64, quantity: Int64) { (largestPrice, largestQuantity) }

  /// Fills `batch` from its beginning and returns the number of ticks, 0 at the end of the file.
  ///
  /// A batch can be short before the end. Rows before a bad one are handed out first; the call after throws.
  /// - Throws: `.badData` with the line for a bad row (unless skipped), damaged compressed data, or a file without a
  ///   good row; `.failed` if the read fails.
  public func next(into batch: UnsafeMutableBufferPointer<Tick>) throws(TickFileError) -> Int {
    guard let base = batch.baseAddress, batch.count > 0 else { preconditionFailure("a batch holds at least one tick") }
    guard options.sortsByTime else { return try nextStreamed(base, batch.count) }
    if sorted == nil { sorted = try readSorted() }
    return sorted?.take(into: base, capacity: batch.count) ?? 0
  }

  private func nextStreamed(_ base: UnsafeMutablePointer<Tick>, _ capacity: Int) throws(TickFileError) -> Int {
    if isFinished { return 0 }
    var count = 0
    while count < capacity {
      if source.cursor == source.end {
        // A batch does not wait for the next read.
        if count > 0 { break }
        if try !readMore() { return 0 }
        continue
      }
      if pendingBlankLines == 0 {
        let parsed = parser.parse(&source.cursor, end: source.end, into: base + count, capacity: capacity - count)
        count += parsed
        line += parsed
        if count == capacity || source.cursor == source.end { continue }
      }
      guard try takeUnusualRow(base, &count) else { break }
    }
    rowCount += count
    if parser.isAdaptive { noteLargest(UnsafeBufferPointer(start: base, count: count)) }
    return count
  }

  /// One row by the slow path. False if the batch must be handed out first.
  private func takeUnusualRow(_ base: UnsafeMutablePointer<Tick>, _ count: inout Int) throws(TickFileError) -> Bool {
    var newline = source.cursor
    while newline[0] != 0x0A { newline += 1 }
    let diagnosis = parser.diagnose(UnsafeBufferPointer(start: source.cursor, count: newline - source.cursor))
    if case .blank = diagnosis {
      pendingBlankLines += 1
    } else {
      if pendingBlankLines > 0 {
        guard count == 0 || options.skipsBadRows else { return false }
        try rejectBlankLines()
      }
      switch diagnosis {
      case .blank: break
      case .tick(let tick):
        base[count] = tick
        count += 1
        parser.lastMilliseconds = tick.exchangeMilliseconds
      case .needsScales(let price, let quantity):
        guard count == 0 else { return false }
        if grow(price: price, quantity: quantity) { return true }
        try reject("its decimals do not fit into 64 bits beside the larger values before it")
      case .bad(let reason):
        guard count == 0 || options.skipsBadRows else { return false }
        try reject(source.isLast(newline: newline) ? "the file ends inside this row: \(reason)" : reason)
      }
    }
    source.cursor = newline + 1
    line += 1
    return true
  }

  /// False at the end of the file.
  private func readMore() throws(TickFileError) -> Bool {
    let refill: LineSource.Refill
    do throws(CompressionError) {
      refill = try source.refill()
    } catch {
      throw TickFileError(error, line: line)
    }
    switch refill {
    case .lines: return true
    case .overlongLine:
      try rejectBlankLines()
      try reject("the line is longer than 64 KiB")
      line += 1
      return true
    case .end:
      isFinished = true
      guard rowCount == 0 else { return false }
      guard let first = skippedRows.first else { throw TickFileError(.badData, path: path, line: 1, reason: "no rows after the header") }
      throw TickFileError(.badData, path: path, line: first.line, reason: "no good row in the file; the first bad one: \(first.reason)")
    }
  }

  /// Blank lines that were not the file's end after all.
  private func rejectBlankLines() throws(TickFileError) {
    while pendingBlankLines > 0 {
      try reject("blank line inside the data", line: line - pendingBlankLines)
      pendingBlankLines -= 1
    }
  }

  private func reject(_ reason: String, line: Int? = nil) throws(TickFileError) {
    let line = line ?? self.line
    guard options.skipsBadRows else { throw TickFileError(.badData, path: path, line: line, reason: reason) }
    skippedRowCount += 1
    if skippedRows.count < TickFileReader.keptBadRows { skippedRows.append(BadTickRow(line: line, reason: reason)) }
  }

  // MARK: Adaptive scales

  private func noteLargest(_ ticks: UnsafeBufferPointer<Tick>) {
    for tick in ticks {
      largestPrice = max(largestPrice, tick.trade.price.raw)
      largestQuantity = max(largestQuantity, tick.trade.quantity.raw)
    }
  }

  /// False if the values read before do not fit at the new scales.
  private func grow(price: Int, quantity: Int) -> Bool {
    let larger = largestPrice.multipliedReportingOverflow(by: PowerOfTen[price - parser.priceScale])
    let wider = largestQuantity.multipliedReportingOverflow(by: PowerOfTen[quantity - parser.quantityScale])
    guard !larger.overflow, !wider.overflow, larger.partialValue <= TickLimits.unbounded, wider.partialValue <= TickLimits.unbounded else {
      return false
    }
    largestPrice = larger.partialValue
    largestQuantity = wider.partialValue
    parser.priceScale = price
    parser.quantityScale = quantity
    return true
  }

  // MARK: Sorting

  private func readSorted() throws(TickFileError) -> SortedTicks {
    var ticks = SortedTicks()
    while true {
      ticks.reserve(4096)
      let count = try nextStreamed(ticks.free, 4096)
      if count == 0 { break }
      ticks.commit(count)
    }
    ticks.sort()
    return ticks
  }

  // MARK: Header

  private static func readHeader(_ source: LineSource, _ path: String) throws(TickFileError) -> TickColumns {
    func invalid(_ reason: String) -> TickFileError { TickFileError(.badData, path: path, line: 1, reason: reason) }
    let refill: LineSource.Refill
    do throws(CompressionError) {
      refill = try source.refill()
    } catch {
      throw TickFileError(error, line: 1)
    }
    switch refill {
    case .lines: break
    case .overlongLine: throw invalid("the header is longer than 64 KiB")
    case .end: throw invalid("the file is empty: no header, no rows")
    }
    var end = source.cursor
    while end[0] != 0x0A { end += 1 }
    var header = UnsafeBufferPointer(start: source.cursor, count: end - source.cursor)
    source.cursor = end + 1
    if header.count >= 3, header[0] == 0xEF, header[1] == 0xBB, header[2] == 0xBF { header = UnsafeBufferPointer(rebasing: header[3...]) }
    if header.last == 0x0D { header = UnsafeBufferPointer(rebasing: header.dropLast()) }
    guard header.count <= LineSource.tickRowBytes else { throw invalid("the header is longer than 64 KiB") }
    do throws(TickColumns.Invalid) {
      return try TickColumns(header: header)
    } catch {
      throw invalid(error.reason)
    }
  }
}
