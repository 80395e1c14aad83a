import Feeds
import Foundation
import Market
import Testing

@Suite struct TickSampleTests {
  /// What bench/ref_ema.py does: fills of an EMA 20/100 cross.
  private func fills(_ ticks: [Tick]) -> Int {
    let (alphaFast, alphaSlow) = (2.0 / 21, 2.0 / 101)
    var (fast, slow, isLong, fills) = (Double(ticks[0].trade.price.raw), Double(ticks[0].trade.price.raw), false, 0)
    for (index, tick) in ticks.enumerated() {
      let price = Double(tick.trade.price.raw)
      if index > 0 {
        fast = alphaFast * price + (1 - alphaFast) * fast
        slow = alphaSlow * price + (1 - alphaSlow) * slow
      }
      if index >= 99, fast != slow, (fast > slow) != isLong {
        isLong.toggle()
        fills += 1
      }
    }
    return fills
  }

  @Test(arguments: ["BTCUSDT", "ETHUSDT", "SOLUSDT", "XYZUSDT"]) func `the default sample gives a crossing of averages a few hundred trades`(
    symbol: String
  ) throws {
    let folder = try TickFolder()
    for seed: UInt64 in [42, 7] {
      let path = folder.file("\(symbol)-\(seed).csv")
      let report = try TickSample(seed: seed, symbol: symbol).write(to: path)
      let ticks = try read(path, instrument(price: 3, quantity: 3)).ticks
      #expect(report.rows == 100_000 && ticks.count == 100_000)
      #expect(report.firstMilliseconds == ticks.first?.exchangeMilliseconds && report.lastMilliseconds == ticks.last?.exchangeMilliseconds)
      let fills = fills(ticks)
      #expect((200...1000).contains(fills), "\(symbol) seed \(seed): \(fills) fills")
    }
  }

  @Test func `the same seed gives the same bytes, another one or another symbol other bytes`() throws {
    let folder = try TickFolder()
    func bytes(_ seed: UInt64, _ symbol: String, _ name: String) throws -> [UInt8] {
      _ = try TickSample(rowCount: 500, seed: seed, symbol: symbol).write(to: folder.file(name))
      return try folder.raw(name)
    }
    let first = try bytes(1, "BTCUSDT", "a.csv")
    #expect(try bytes(1, "BTCUSDT", "b.csv") == first)
    #expect(try bytes(2, "BTCUSDT", "c.csv") != first)
    #expect(try bytes(1, "BTCUSDC", "d.csv") != first)
    #expect(
      try read(
        {
          _ = try bytes(1, "BTCUSDT", "e.csv.zst"); return folder.file("e.csv.zst")
        }(), instrument()
      ).ticks == read(folder.file("a.csv"), instrument()).ticks)
    #expect(String(decoding: first.prefix(60), as: UTF8.self).hasPrefix(TickFileWriter.header))
    #expect(fault { try bytes(1, "BTCUSDT", "a.csv") }?.kind == .usage)
    #expect(fault { try TickSample(rowCount: 0).write(to: folder.file("f.csv")) }?.kind == .usage)
    #expect(fault { try TickSample(rowCount: 1, startMilliseconds: 5).write(to: folder.file("g.csv")) }?.kind == .usage)
  }
}
