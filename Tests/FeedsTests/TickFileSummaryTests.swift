import Feeds
import Foundation
import Market
import Testing

private let t: Int64 = 1_704_067_200_000

@Suite struct TickFileSummaryTests {
  @Test func `a small file is summed up exactly`() throws {
    let folder = try TickFolder()
    let path = try folder.write("ts,price,qty,side\n\(t),10,1,b\n\(t),10.5,2,s\nbad\n\(t + 70),9.75,0.001,b\n\(t + 80),10.00,1,s\n")
    let found = try TickFileSummary.read(path: path, options: TickFileOptions(skipsBadRows: true))
    #expect(found.trades == 4 && found.badRows == 1 && found.firstBadRows.map(\.line) == [4])
    #expect(found.firstMilliseconds == t && found.lastMilliseconds == t + 80)
    #expect([found.open, found.high, found.low, found.close] == ["10.00", "10.50", "9.75", "10.00"])
    #expect(found.buyQuantity == "1.001" && found.sellQuantity == "3.000")
    // 41.00975 / 4.001
    #expect(found.averagePrice == "10.24987503")
    #expect(found.equalTimestamps == 1 && found.largestGapMilliseconds == 70)
    let json = try #require(JSONSerialization.jsonObject(with: JSONEncoder().encode(found)) as? [String: Any])
    #expect(
      Set(json.keys) == [
        "path", "trades", "first_ms", "last_ms", "open", "high", "low", "close", "buy_qty", "sell_qty", "vwap_8dp", "price_decimals", "qty_decimals",
        "equal_timestamps", "largest_gap_ms", "bad_rows",
      ])
  }

  @Test func `an average exactly between two numbers is rounded up`() throws {
    let folder = try TickFolder()
    // (0.00000001 + 0.00000002) / 2 = 0.000000015
    let path = try folder.write("ts,price,qty,side\n\(t),0.00000001,1,b\n\(t),0.00000002,1,b\n")
    #expect(try TickFileSummary.read(path: path).averagePrice == "0.00000002")
  }

  @Test func `values that no common scale holds are refused by line`() throws {
    let folder = try TickFolder()
    let late = try folder.write("ts,price,qty,side\n\(t),1,1000000000000,b\n\(t),1,0.00000001,b\n", "late.csv")
    #expect(fault { try TickFileScan.scales(path: late) }?.line == 3)
    let early = try folder.write("ts,price,qty,side\n\(t),1,0.00000001,b\n\(t),1,1000000000000,b\n", "early.csv")
    #expect(fault { try TickFileScan.scales(path: early) }?.line == 3)
    let deep = try folder.write("ts,price,qty,side\n\(t),0.0000000001,1,b\n", "deep.csv")
    #expect(fault { try TickFileScan.scales(path: deep) }?.reason.contains("more than 9 decimals") == true)
  }
}
