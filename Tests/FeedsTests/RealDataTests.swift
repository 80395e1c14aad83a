import Feeds
import Foundation
import Market
import Testing

/// The recordings that lie beside the checkout, or where QE_SHARED points.
enum SharedData {
  static let folder: String? = {
    let package = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    let candidates = [package.appending(path: "../shared").standardizedFileURL.path, ProcessInfo.processInfo.environment["QE_SHARED"] ?? ""]
    return candidates.first { FileManager.default.fileExists(atPath: $0 + "/data/oracle/expected.json") }
  }()

  struct Expected: Decodable {
    var trades: Int?
    var first_ms: Int64?
    var last_ms: Int64?
    var open: String?
    var high: String?
    var low: String?
    var close: String?
    var buy_qty: String?
    var sell_qty: String?
    var vwap_8dp: String?
  }
}

@Suite(.enabled(if: SharedData.folder != nil, "no recordings: set QE_SHARED, or put `shared` beside the checkout"))
struct RealDataTests {
  @Test(arguments: [
    ("coinm_BTCUSD_PERP_2024-08-08_2354", 1, 0), ("spot_BTCUSDT_2024-08-08_2354", 2, 5), ("usdm_BTCUSDT_2024-07-18_2357", 1, 3),
    ("usdm_BTCUSDT_2024-08-08_2354", 1, 3), ("usdm_ETHUSDT_2024-07-18_2357", 2, 3),
  ])
  func `a recording has the totals of the oracle`(name: String, priceDecimals: Int, quantityDecimals: Int) throws {
    let folder = try #require(SharedData.folder)
    let oracle = try Data(contentsOf: URL(fileURLWithPath: folder + "/data/oracle/expected.json"))
    let expected = try #require(JSONDecoder().decode([String: SharedData.Expected].self, from: oracle)[name])
    let path = folder + "/data/trades/\(name).trades.csv"
    func same(_ text: String, _ other: String?) -> Bool { Decimal(string: text) == other.flatMap { Decimal(string: $0) } }
    for buffer in [64, 1 << 20] {
      let found = try TickFileSummary.read(path: path, options: TickFileOptions(bufferBytes: buffer))
      #expect(found.trades == expected.trades)
      #expect(found.firstMilliseconds == expected.first_ms && found.lastMilliseconds == expected.last_ms)
      #expect(
        same(found.open, expected.open) && same(found.high, expected.high) && same(found.low, expected.low) && same(found.close, expected.close))
      #expect(same(found.buyQuantity, expected.buy_qty) && same(found.sellQuantity, expected.sell_qty))
      #expect(found.averagePrice == expected.vwap_8dp)
      #expect(found.badRows == 0)
      #expect(found.priceDecimals == priceDecimals && found.quantityDecimals == quantityDecimals)
    }
    // The same through an instrument, which has its own scales.
    let ticks = try read(path, instrument(price: priceDecimals, quantity: quantityDecimals)).ticks
    #expect(ticks.count == expected.trades)
    let bought = ticks.reduce(Int128(0)) { $1.trade.takerSide == .buy ? $0 + Int128($1.trade.quantity.raw) : $0 }
    #expect(same(DecimalText.format(bought, scale: quantityDecimals), expected.buy_qty))
  }
}
