import Feeds
import Market

/// A recording that a test writes line by line, with a receive time for each.
struct RecordingFixture {
  static let start: Int64 = 1_723_161_256_000

  var lines: [String] = []
  var times: [Int64] = []
  /// Of the next line, ns.
  var now = RecordingFixture.start * 1_000_000 + 20_000_000

  mutating func add(_ line: String) {
    lines.append(line)
    times.append(now)
    now += 1_000_000
  }

  static func list(_ levels: [(String, String)]) -> String { "[" + levels.map { "[\"\($0.0)\",\"\($0.1)\"]" }.joined(separator: ",") + "]" }

  mutating func depth(
    _ first: Int64, _ last: Int64, previous: Int64? = nil, bids: [(String, String)] = [], asks: [(String, String)] = [], symbol: String = "BTCUSDT"
  ) {
    let pu = previous.map { ",\"pu\":\($0)" } ?? ""
    add(
      "{\"e\":\"depthUpdate\",\"E\":\(Self.start + last),\"s\":\"\(symbol)\",\"U\":\(first),\"u\":\(last)\(pu),\"b\":\(Self.list(bids)),\"a\":\(Self.list(asks))}"
    )
  }

  mutating func trade(_ price: String, _ quantity: String, isSell: Bool = false, at offset: Int64 = 0, more: String = "", event: String = "trade") {
    add(
      "{\"e\":\"\(event)\",\"E\":\(Self.start + offset),\"T\":\(Self.start + offset),\"s\":\"BTCUSDT\",\"p\":\"\(price)\",\"q\":\"\(quantity)\",\"m\":\(isSell)\(more)}"
    )
  }

  mutating func quote(_ bid: String, _ ask: String, id: Int64 = 1) {
    add("{\"u\":\(id),\"s\":\"BTCUSDT\",\"b\":\"\(bid)\",\"B\":\"1\",\"a\":\"\(ask)\",\"A\":\"2\"}")
  }

  static func snapshot(_ id: Int64, bids: [(String, String)], asks: [(String, String)]) -> String {
    "{\"lastUpdateId\":\(id),\"bids\":\(list(bids)),\"asks\":\(list(asks))}"
  }

  /// Writes `X.ws.jsonl` and its receive times; `packing` is the ending of both.
  @discardableResult
  func write(_ folder: TickFolder, _ name: String = "X", packing: String = "") throws -> String {
    _ = try folder.write(times.map { "\($0)\n" }.joined(), "\(name).recv_ns.txt\(packing)")
    return try folder.write(lines.map { "\($0)\n" }.joined(), "\(name).ws.jsonl\(packing)")
  }
}

/// What a reader gave, in words that a test can compare.
struct RecordedEvents {
  var words: [String] = []
  var receiveTimes: [Int64] = []
  var exchangeTimes: [Int64] = []
  var book = OrderBook()

  init(_ reader: RecordingReader) throws {
    while let event = try reader.next() {
      receiveTimes.append(event.receiveNanoseconds)
      exchangeTimes.append(event.exchangeNanoseconds)
      switch event.payload {
      case .trade(let trade): words.append("trade \(trade.takerSide.name) \(trade.quantity.raw)@\(trade.price.raw)")
      case .quote(let quote):
        words.append("quote \(quote.bidQuantity.raw)@\(quote.bidPrice.raw) \(quote.askQuantity.raw)@\(quote.askPrice.raw)")
      case .mark(let mark): words.append("mark \(mark.price.raw) \(mark.fundingRate.raw) \(mark.nextFundingMilliseconds)")
      case .depth(let update):
        book.apply(update)
        words.append("\(update.isSnapshot ? "snapshot" : "depth") \(reader.updateID) \(update.bids.count)+\(update.asks.count)")
      }
    }
  }
}

func market(_ market: Market, symbol: String = "BTCUSDT", price: Int = 1, quantity: Int = 3) throws -> Instrument {
  try Instrument(
    id: InstrumentID(venue: "binance", market: market, symbol: symbol), baseAsset: "BTC", quoteAsset: "USDT", priceScale: price,
    quantityScale: quantity)
}

/// Reads all of a recording.
func events(_ path: String, _ instrument: Instrument, _ options: RecordingOptions = RecordingOptions()) throws -> (RecordedEvents, RecordingReader) {
  let reader = try RecordingReader(path: path, instrument: instrument, options: options)
  return (try RecordedEvents(reader), reader)
}
