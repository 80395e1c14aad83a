import Compression
import Glibc
import Market

/// A raw recording of Binance's public streams as market events, in the file's order, in bounded memory.
///
/// `X.ws.jsonl` (plain, gzip or zstd) has one message per line as it came, `X.recv_ns.txt` beside it one receive time per
/// line. Depth is given only while the book is known to be whole (`DepthSynchroniser`); when an update is missing, an
/// empty snapshot says that the book is void. Not for use by two threads at once.
public final class RecordingReader {
  /// Where a recording's quotes come from.
  public enum QuoteSource: Sendable, Hashable {
    case bookTicker
    /// The top of the book, because there is no bookTicker.
    case book
    case none
  }

  public let path: String
  public internal(set) var counts = RecordingCounts()
  /// The first ten bad lines that were passed over.
  public private(set) var skippedRows: [BadTickRow] = []
  /// The venue's update id of the last quote or depth that was given; 0 = none.
  public internal(set) var updateID: Int64 = 0
  /// Where quotes come from.
  public private(set) var quoteSource = QuoteSource.none
  /// Without a file of receive times, the venue's times are given instead.
  public var hasReceiveTimes: Bool { times != nil }

  /// Size of the file on disk, 0 if unknown.
  public var fileBytes: Int64 { source.reader.fileBytes }
  /// Bytes taken from the file so far, packed ones in a packed file.
  public var fileBytesRead: Int64 { source.reader.fileBytesRead }

  static let maximumLineBytes = 1 << 20

  let options: RecordingOptions
  let source: LineSource
  let times: ReceiveTimes?
  let decoder: BinanceDecoder
  let snapshots: SnapshotFile?
  var synchroniser: DepthSynchroniser
  /// Else the first depth update shows it.
  var isMarketKnown: Bool
  let market: Market?
  let waiting = DepthBuffer()
  /// Kept only while quotes are made from it.
  var book: OrderBook?
  /// The quote that the last depth made, to be given next.
  var pendingQuote: MarketEvent?
  var lastDerived: Quote?

  /// The line in work, valid while `hasLine`.
  private var text = UnsafeBufferPointer<UInt8>(start: nil, count: 0)
  private var hasLine = false
  var isReplaying = false
  private var isFinished = false
  var receiveNanoseconds: Int64 = -1
  /// A recording of both has each trade twice: the kind that comes first counts.
  private var tradesAreAggregates: Bool?

  /// - Throws: `.missingInput` for a file that cannot be opened, the receive times included; `.badData` for damaged data.
  ///
  /// The recording is read up to its first bookTicker, to the end if it has none, to know `quoteSource`; what is wrong
  /// with that part is thrown here.
  public convenience init(path: String, instrument: Instrument, options: RecordingOptions = RecordingOptions()) throws(TickFileError) {
    try RecordingReader.checkIsFile(path)
    let limits = TickLimits(instrument.spec)
    let probe = try RecordingReader(path: path, symbol: instrument.id.symbol, market: instrument.id.market, limits: limits, options: options)
    while probe.counts.quotes == 0, try probe.next() != nil {}
    var options = options
    let source: QuoteSource = probe.counts.quotes > 0 ? .bookTicker : probe.counts.derivedQuotes > 0 ? .book : .none
    options.derivesQuotes = source == .book
    try self.init(path: path, symbol: instrument.id.symbol, market: instrument.id.market, limits: limits, options: options)
    quoteSource = source
  }

  /// - Parameters:
  ///   - market: nil = what the first depth update shows.
  ///   - limits: nil lets the scales grow with the data.
  init(path: String, symbol: String, market: Market?, limits: TickLimits?, options: RecordingOptions) throws(TickFileError) {
    self.path = path
    self.options = options
    self.market = market
    isMarketKnown = market != nil
    synchroniser = DepthSynchroniser(rules: market == .spot ? .spot : .futures)
    do throws(CompressionError) {
      source = try LineSource(path: path, bufferBytes: options.bufferBytes, maximumLineBytes: RecordingReader.maximumLineBytes)
    } catch {
      throw TickFileError(error)
    }
    do throws(BadMessage) {
      decoder = try BinanceDecoder(symbol: symbol, limits: limits)
    } catch {
      throw TickFileError(.failed, path: path, reason: error.reason)
    }
    times = try RecordingReader.openTimes(path, options)
    if let snapshotPath = options.snapshotPath {
      snapshots = try SnapshotFile(path: snapshotPath, symbol: symbol, limits: limits)
    } else {
      snapshots = nil
    }
    // Levels of growing scales do not compare.
    book = options.derivesQuotes && limits != nil ? OrderBook() : nil
  }

  private static func openTimes(_ path: String, _ options: RecordingOptions) throws(TickFileError) -> ReceiveTimes? {
    if options.times == .exchange { return nil }
    if let beside = ReceiveTimes.path(beside: path) { return try ReceiveTimes(path: beside, bufferBytes: max(16, options.bufferBytes / 4)) }
    if options.times == .receivedIfThere { return nil }
    throw TickFileError(
      .missingInput, path: path,
      reason: "no receive times beside it (\(ReceiveTimes.stem(of: path)), .gz or .zst); put them there, or take the venue's times with "
        + "--exchange-times")
  }

  /// The next event, nil at the end. What a depth event lends is valid until the next call.
  ///
  /// - Throws: `.badData` with file and line for a bad message (unless skipped), for receive times or snapshots that are
  ///   off, for damaged compressed data and for a file without a message of the symbol; `.failed` if the read fails.
  public func next() throws(TickFileError) -> MarketEvent? {
    if let event = pendingQuote {
      pendingQuote = nil
      counts.derivedQuotes += 1
      return event
    }
    while true {
      if isReplaying, let event = replayWaiting() { return event }
      if !hasLine {
        guard try readLine() else { return nil }
        hasLine = true
      }
      if let event = try dueSnapshot() { return event }
      hasLine = false
      let content: BinanceDecoder.Content
      do throws(BadMessage) {
        content = try decoder.decode(text)
      } catch {
        try reject(error.reason)
        continue
      }
      if let event = try event(content) { return event }
    }
  }

  // MARK: Lines

  private func readLine() throws(TickFileError) -> Bool {
    if isFinished { return false }
    if source.cursor == source.end {
      let refill: LineSource.Refill
      do throws(CompressionError) {
        refill = try source.refill()
      } catch {
        throw TickFileError(error, line: counts.lines + 1)
      }
      switch refill {
      case .lines: break
      case .overlongLine:
        counts.lines += 1
        if let times { receiveNanoseconds = try times.next(for: path) }
        try reject("the line is longer than 1 MiB")
        return try readLine()
      case .end:
        try finish()
        return false
      }
    }
    guard let newline = memchr(source.cursor, 0x0A, source.end - source.cursor) else {
      preconditionFailure("a region of lines ends in a newline")
    }
    let end = UnsafePointer(newline.assumingMemoryBound(to: UInt8.self))
    text = UnsafeBufferPointer(start: source.cursor, count: end - source.cursor)
    source.cursor = end + 1
    counts.lines += 1
    if let times {
      receiveNanoseconds = try times.next(for: path)
      if counts.firstReceiveNanoseconds < 0 { counts.firstReceiveNanoseconds = receiveNanoseconds }
      counts.lastReceiveNanoseconds = receiveNanoseconds
    }
    return true
  }

  private func finish() throws(TickFileError) {
    isFinished = true
    counts.flooredQuantities = decoder.flooredQuantities + (snapshots?.decoder.flooredQuantities ?? 0)
    try times?.finish(lines: counts.lines)
    if let snapshots {
      while try snapshots.peek() {
        if let lines = snapshots.decoder.snapshotAfterLines, lines > counts.lines {
          throw snapshots.fault("its place is behind line \(lines), and \(path) has \(counts.lines)")
        }
        counts.unusedSnapshots += 1
        snapshots.take()
      }
    }
    while waiting.take() != nil { counts.depthUpdatesWithoutBook += 1 }
    counts.depthUpdatesWithoutBook += waiting.forgotten
    guard counts.trades + counts.quotes + counts.snapshots + counts.depthUpdates + counts.depthUpdatesWithoutBook + counts.marks == 0 else { return }
    let symbol = String(decoding: decoder.symbol, as: UTF8.self)
    if let first = skippedRows.first {
      throw TickFileError(
        .badData, path: path, line: first.line, reason: "no good message of \(symbol) in the file; the first bad one: \(first.reason)")
    }
    throw TickFileError(.badData, path: path, reason: "no message of \(symbol) in \(counts.lines) lines")
  }

  private func reject(_ reason: String) throws(TickFileError) {
    guard options.skipsBadRows else {
      // The last line of a file that was cut is half a message.
      let isCut = source.isUnterminated && source.cursor == source.end
      throw TickFileError(.badData, path: path, line: counts.lines, reason: isCut ? "the file ends inside this line: \(reason)" : reason)
    }
    counts.badRows += 1
    if skippedRows.count < TickFileReader.keptBadRows { skippedRows.append(BadTickRow(line: counts.lines, reason: reason)) }
  }

  // MARK: Events

  private func event(_ content: BinanceDecoder.Content) throws(TickFileError) -> MarketEvent? {
    switch content {
    case .ignored: counts.ignored += 1
    case .otherSymbol: counts.otherSymbols += 1
    case .trade(let trade):
      if tradesAreAggregates == nil { tradesAreAggregates = decoder.isAggregate }
      guard tradesAreAggregates == decoder.isAggregate else {
        counts.ignored += 1
        return nil
      }
      guard noteTimes() else { return nil }
      counts.trades += 1
      return stamped(.trade(trade))
    case .quote(let quote):
      guard noteTimes() else { return nil }
      counts.quotes += 1
      updateID = decoder.updateIDs.last
      return stamped(.quote(quote))
    case .mark(let mark):
      guard noteTimes() else { return nil }
      counts.marks += 1
      return stamped(.mark(mark))
    case .depth:
      guard noteTimes() else { return nil }
      return try depth(again: { self.hasLine = true })
    case .snapshot:
      guard noteTimes() else { return nil }
      return beginBook(from: decoder)
    }
    return nil
  }

  private func stamped(_ payload: MarketEvent.Payload) -> MarketEvent {
    MarketEvent(exchangeNanoseconds: decoder.exchangeNanoseconds, receiveNanoseconds: receiveNanoseconds, payload: payload)
  }

  /// False if the message has no time where it needs one.
  private func noteTimes() -> Bool {
    let exchange = decoder.exchangeNanoseconds
    if exchange >= 0 {
      if counts.firstExchangeNanoseconds < 0 { counts.firstExchangeNanoseconds = exchange }
      if exchange < counts.latestExchangeNanoseconds { counts.exchangeTimesBackward += 1 }
      counts.latestExchangeNanoseconds = max(counts.latestExchangeNanoseconds, exchange)
    }
    if times == nil {
      receiveNanoseconds = max(receiveNanoseconds, exchange)
      guard receiveNanoseconds >= 0 else {
        counts.ignored += 1
        return false
      }
    } else if exchange >= 0 {
      let delay = receiveNanoseconds - exchange
      if delay < 0 { counts.receivedBeforeSent += 1 }
      if !hasDelay || delay < counts.leastDelayNanoseconds { counts.leastDelayNanoseconds = delay }
      if !hasDelay || delay > counts.mostDelayNanoseconds { counts.mostDelayNanoseconds = delay }
      hasDelay = true
    }
    return true
  }
  private var hasDelay = false
}
