import Feeds
import Foundation
import Market
import TestKit
import Testing

/// What the oracle says of a recording, and the instrument that it is of.
struct OracleRecording: Sendable, CustomTestStringConvertible {
  var name: String
  var symbol: String
  var market: Market
  var priceScale: Int
  var quantityScale: Int

  var testDescription: String { name }

  static let all = [
    OracleRecording(name: "coinm_BTCUSD_PERP_2024-08-08_2354", symbol: "BTCUSD_PERP", market: .coinm, priceScale: 1, quantityScale: 0),
    OracleRecording(name: "spot_BTCUSDT_2024-08-08_2354", symbol: "BTCUSDT", market: .spot, priceScale: 2, quantityScale: 5),
    OracleRecording(name: "usdm_BTCUSDT_2024-07-18_2357", symbol: "BTCUSDT", market: .usdm, priceScale: 1, quantityScale: 3),
    OracleRecording(name: "usdm_BTCUSDT_2024-08-08_2354", symbol: "BTCUSDT", market: .usdm, priceScale: 1, quantityScale: 3),
    OracleRecording(name: "usdm_ETHUSDT_2024-07-18_2357", symbol: "ETHUSDT", market: .usdm, priceScale: 2, quantityScale: 3),
  ]

  func instrument() throws -> Instrument {
    try Instrument(
      id: InstrumentID(venue: "binance", market: market, symbol: symbol), baseAsset: "BTC", quoteAsset: "USDT",
      contract: market == .coinm ? .inverse : .linear, priceScale: priceScale, quantityScale: quantityScale)
  }

  func expected() throws -> [String: Any] {
    let url = try #require(Workplace.shared).appendingPathComponent("data/oracle/expected.json")
    let oracle = try #require(JSONSerialization.jsonObject(with: Data(contentsOf: url)) as? [String: [String: Any]])
    return try #require(oracle[name])
  }

  func file(_ kind: String, _ ending: String) throws -> String {
    try #require(Workplace.shared).appendingPathComponent("data/\(kind)/\(name).\(ending)").path
  }
}

@Suite(.enabled(if: Workplace.shared != nil, Comment(rawValue: Workplace.sharedIsAbsent)))
struct RecordedDataTests {
  @Test(arguments: OracleRecording.all) func `a recording gives the oracle's trades and rebuilds its book`(recording: OracleRecording) throws {
    let expected = try recording.expected()
    let wanted = try #require(expected["book"] as? [String: Any])
    let instrument = try recording.instrument()
    let reader = try RecordingReader(
      path: recording.file("ws", "ws.jsonl.gz"), instrument: instrument,
      options: RecordingOptions(snapshotPath: recording.file("snapshots", "rest_depth.jsonl.gz")))
    var book = OrderBook()
    var (trades, bought, sold) = (0, Int128(0), Int128(0))
    // A depth update that ends in the id of a bookTicker before it shows the same top.
    var (checks, matches, crossed, lastReceive, bookID) = (0, 0, 0, Int64(0), Int64(0))
    var quotes: [Int64: Quote] = [:]
    while let event = try reader.next() {
      #expect(event.receiveNanoseconds >= lastReceive)
      lastReceive = event.receiveNanoseconds
      switch event.payload {
      case .trade(let trade):
        trades += 1
        if trade.takerSide == .buy { bought += Int128(trade.quantity.raw) } else { sold += Int128(trade.quantity.raw) }
      case .quote(let quote):
        quotes[reader.updateID] = quote
      case .depth(let update):
        book.apply(update)
        bookID = reader.updateID
        if let quote = quotes[bookID] {
          checks += 1
          let bid = BookLevel(price: quote.bidPrice, quantity: quote.bidQuantity)
          if book.bestBid == bid, book.bestAsk == BookLevel(price: quote.askPrice, quantity: quote.askQuantity) { matches += 1 }
        }
        if let bid = book.bestBid, let ask = book.bestAsk, bid.price >= ask.price { crossed += 1 }
      case .mark: break
      }
    }
    func raw(_ key: String, _ scale: Int, _ values: [String: Any]) throws -> Int64 {
      try DecimalText.parse(try #require(values[key] as? String), scale: scale)
    }
    let (priceScale, quantityScale) = (recording.priceScale, recording.quantityScale)
    #expect(trades == expected["trades"] as? Int && reader.counts.trades == trades)
    #expect(try bought == Int128(raw("buy_qty", quantityScale, expected)))
    #expect(try sold == Int128(raw("sell_qty", quantityScale, expected)))
    #expect(reader.counts.lines == expected["ws_messages"] as? Int)
    #expect(reader.counts.bookGaps == 0 && reader.counts.badRows == 0 && reader.counts.ignored == 0)
    // An update that ends in the snapshot's own id is applied on futures, as the venue says; the oracle leaves it out,
    // with the same book.
    let applied = try #require(wanted["deltas_applied"] as? Int)
    let discarded = try #require(wanted["deltas_discarded"] as? Int)
    let endsAtSnapshot = recording.name == "usdm_ETHUSDT_2024-07-18_2357" ? 1 : 0
    #expect(reader.counts.depthUpdates == applied + endsAtSnapshot)
    #expect(reader.counts.discardedDepthUpdates == discarded - endsAtSnapshot)
    #expect(reader.counts.flooredQuantities == (recording.market == .spot ? 7 : 0))
    #expect(crossed == wanted["crossed_after_event"] as? Int)
    #expect(bookID == (wanted["final_update_id"] as? NSNumber)?.int64Value)
    #expect(try book.bestBid?.price.raw == raw("final_bid", priceScale, wanted))
    #expect(try book.bestBid?.quantity.raw == raw("final_bid_qty", quantityScale, wanted))
    #expect(try book.bestAsk?.price.raw == raw("final_ask", priceScale, wanted))
    #expect(try book.bestAsk?.quantity.raw == raw("final_ask_qty", quantityScale, wanted))
    #expect(book.bids.count == wanted["bid_levels"] as? Int && book.asks.count == wanted["ask_levels"] as? Int)
    #expect(checks == matches && checks == wanted["bbo_checks_at_equal_update_id"] as? Int)
  }
}
