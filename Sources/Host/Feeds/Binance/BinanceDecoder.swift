import JSONScanner
import Market

/// Messages of Binance's public streams, and its depth snapshots, in the words of the market. No allocation per message.
///
/// What a message carried beside its content (times, ids, levels) stays here until the next one.
final class BinanceDecoder {
  enum Content {
    case trade(Trade)
    case quote(Quote)
    /// Levels and ids are in the decoder.
    case depth
    /// A whole book; `updateIDs.last` is its id.
    case snapshot
    case mark(MarkPrice)
    case otherSymbol
    /// Not for trading: candles, replies, partial books, trades outside the market, quotes with an empty side.
    case ignored
  }

  /// Of a depth update. For a snapshot and a quote `last` alone counts.
  struct UpdateIDs {
    var first: Int64 = 0
    var last: Int64 = 0
    /// The update before this one, which futures say; nil on spot.
    var previous: Int64?
  }

  /// Venue's time of the last message, ns since the epoch; -1 = it has none.
  var exchangeNanoseconds: Int64 = -1
  var updateIDs = UpdateIDs()
  /// The last trade was an `aggTrade`.
  var isAggregate = false
  /// Resting quantities that were rounded down to the instrument's scale, in all.
  var flooredQuantities = 0
  /// Levels of the last depth update or snapshot, the bids first.
  var levels: UnsafeMutablePointer<BookLevel>
  var levelCapacity = 1024
  var bidCount = 0
  var askCount = 0

  var bids: UnsafeBufferPointer<BookLevel> { UnsafeBufferPointer(start: levels, count: bidCount) }
  var asks: UnsafeBufferPointer<BookLevel> { UnsafeBufferPointer(start: levels + bidCount, count: askCount) }

  /// Where a stored snapshot stands in its recording, if the file says so.
  private(set) var snapshotReceiveNanoseconds: Int64?
  private(set) var snapshotAfterLines: Int?

  let scanner: JSONScanner
  let fields = BinanceFields()
  let numbers = DecimalField()
  let symbol: UnsafeMutableBufferPointer<UInt8>
  var limits: TickLimits
  /// Scales grow with the data instead of refusing it.
  let isAdaptive: Bool
  // For adaptive decoding: the largest values so far, which a growing scale must still hold.
  var largestPrice: Int64 = 0
  var largestQuantity: Int64 = 0

  /// - Parameters:
  ///   - symbol: as the venue writes it; messages of others are passed over.
  ///   - limits: nil lets the scales grow with the data.
  init(symbol: String, limits: TickLimits?) throws(BadMessage) {
    do throws(JSONScanError) {
      scanner = try JSONScanner()
    } catch {
      throw BadMessage(reason: error.reason)
    }
    let bytes = Array(symbol.utf8)
    self.symbol = .allocate(capacity: bytes.count)
    _ = self.symbol.initialize(from: bytes)
    self.limits = limits ?? TickLimits(priceScale: 0, quantityScale: 0)
    isAdaptive = limits == nil
    // Unsafe: one growing buffer of levels, owned here and lent until the next message.
    levels = .allocate(capacity: levelCapacity)
  }

  deinit {
    symbol.deallocate()
    levels.deallocate()
    numbers.destroy()
    fields.destroy()
  }

  /// One message of a stream, with or without the wrapper of combined streams.
  func decode(_ message: UnsafeBufferPointer<UInt8>) throws(BadMessage) -> Content {
    guard try readFields(message) else { return .ignored }
    return try adapting { () throws(Trouble) in try self.content() }
  }

  /// One stored REST answer: a depth snapshot as it is, or as the `body` of an object that says when it came.
  ///
  /// - Returns: `.snapshot`, `.otherSymbol`, or `.ignored` for an answer to another question.
  func decodeStoredSnapshot(_ line: UnsafeBufferPointer<UInt8>) throws(BadMessage) -> Content {
    guard try readFields(line) else { throw BadMessage(reason: "no depth snapshot") }
    snapshotReceiveNanoseconds = nil
    snapshotAfterLines = nil
    var isWrapped = false
    var isOther = false
    if let body = fields.body {
      isWrapped = fields.url != nil
      if let url = fields.url?.text { isOther = !names(url) }
      if let element = fields.receiveNanoseconds {
        guard let time = element.integer, ReceiveTimes.range.contains(time) else { throw BadMessage(reason: "recv_ns is no time in nanoseconds") }
        snapshotReceiveNanoseconds = time
      }
      if let element = fields.afterLines {
        guard let lines = element.integer, lines >= 0 else { throw BadMessage(reason: "after_ws_lines is no number of lines") }
        snapshotAfterLines = Int(lines)
      }
      guard try fields.read(body) else { throw BadMessage(reason: "no depth snapshot") }
    }
    if isOther { return .otherSymbol }
    guard fields.lastUpdateID != nil else {
      if isWrapped { return .ignored }
      throw BadMessage(reason: "no lastUpdateId: this is no depth snapshot")
    }
    return try adapting { () throws(Trouble) in try self.snapshot() }
  }

  private func readFields(_ text: UnsafeBufferPointer<UInt8>) throws(BadMessage) -> Bool {
    let root: JSONElement
    do throws(JSONScanError) {
      root = try scanner.scan(text)
    } catch {
      throw BadMessage(reason: "not JSON: \(error.reason)")
    }
    return try fields.read(root)
  }

  /// Whether the `symbol=` of a REST address is ours.
  private func names(_ url: UnsafeBufferPointer<UInt8>) -> Bool {
    let text = String(decoding: url, as: UTF8.self)
    guard let question = text.firstIndex(of: "?") else { return false }
    let ours = String(decoding: symbol, as: UTF8.self)
    return text[text.index(after: question)...].split(separator: "&").contains { $0 == "symbol=\(ours)" }
  }
}
