import Feeds
import Foundation
import Market
import Testing

private let t: Int64 = 1_704_067_200_000

@Suite struct TickFileReaderTests {
  @Test func `every alias of every column is found, in any case, order and company`() throws {
    let folder = try TickFolder()
    let expected = [tick(t, 6_000_020, 13, .buy), tick(t, 6_000_010, 1500, .sell)]
    for time in ["timestamp", "timestamp_ms", "ts", "TS_MS", " Timestamp "] {
      for price in ["price", "close", "PRICE"] {
        for quantity in ["qty", "size", "quantity", "volume", "Qty"] {
          for side in ["side", "taker_side", "SIDE"] {
            let path = try folder.write("id,\(side),\(quantity),x y,\(price),\(time),\n7,buy,0.013,é \"q,60000.2,\(t),\n8,S,1.5,,60000.10,\(t),\n")
            #expect(try read(path, instrument()).ticks == expected)
          }
        }
      }
    }
  }

  @Test(arguments: [
    ("buy", Side.buy), ("BUY", .buy), ("Buy", .buy), ("b", .buy), ("B", .buy), ("sell", .sell), ("SELL", .sell), ("s", .sell), ("S", .sell),
  ])
  func `sides are read in every spelling, inside a row and at its end`(word: String, side: Side) throws {
    let folder = try TickFolder()
    #expect(try read(folder.write("ts,price,qty,side\n\(t),1,2,\(word)\n"), instrument()).ticks == [tick(t, 100, 2000, side)])
    #expect(try read(folder.write("side,ts,price,qty\r\n\(word),\(t),1,2\r\n"), instrument()).ticks == [tick(t, 100, 2000, side)])
    #expect(try read(folder.write("ts,price,qty,side\n\(t),1,2,\"\(word)\""), instrument()).ticks == [tick(t, 100, 2000, side)])
  }

  @Test(
    arguments: [
      ("ts,price,qty,side", nil), ("ts,price,qty", "side"), ("price,qty,side", "timestamp"), ("ts,qty,side", "price"), ("ts,price,side", "qty"),
      ("ts,price,qty,side,price", "twice"), ("ts,price,close,qty,side", "mean the same"), ("ts,ts_ms,price,qty,side", "mean the same"),
      ("ts,price,qty,volume,side", "mean the same"), ("ts,price,qty,side,taker_side", "mean the same"), ("ts,price,qty,si\u{0}de", "NUL"),
      ("ts,price,qty,\"side", "quote"), ("1704067200000,60000,1,buy", "no column"), ("", "no column"),
    ] as [(String, String?)])
  func `a header without a column or with one twice is refused at line 1`(header: String, reason: String?) throws {
    let folder = try TickFolder()
    let path = try folder.write(header + "\n\(t),1,1,buy\n")
    let error = fault { try read(path, instrument()) }
    if let reason {
      #expect(error?.kind == .badData)
      #expect(error?.description.hasPrefix("\(path):1: ") == true)
      #expect(error?.reason.contains(reason) == true, "\(String(describing: error))")
    } else {
      #expect(error == nil)
    }
  }

  @Test func `an empty file and one without rows are refused at line 1`() throws {
    let folder = try TickFolder()
    for text in ["", "ts,price,qty,side", "ts,price,qty,side\n", "ts,price,qty,side\r\n\r\n\n"] {
      let error = fault { try read(folder.write(text), instrument()) }
      #expect(error?.kind == .badData && error?.line == 1, "\(String(describing: error))")
    }
  }

  @Test func `a folder, a missing and an unreadable file are missing input`() throws {
    let folder = try TickFolder()
    #expect(fault { try read(folder.path, instrument()) }?.kind == .missingInput)
    #expect(fault { try read(folder.file("none.csv"), instrument()) }?.kind == .missingInput)
    if getuid() != 0 {
      let path = try folder.write("ts,price,qty,side\n\(t),1,1,buy\n")
      chmod(path, 0)
      #expect(fault { try read(path, instrument()) }?.kind == .missingInput)
    }
  }

  static let badRows: [(String, String)] = [
    ("\(t),1,1", "missing field 'side'"), ("\(t),1", "missing field 'qty'"), ("\(t)", "missing field 'price'"), ("\(t),1,1,", "missing field 'side'"),
    (",1,1,buy", "missing field 'ts'"), ("\(t),1,1,buy,", "5 fields"), ("\(t),1,1,buy,9", "5 fields"),
    ("\(t),x,1,buy", "price \"x\" is not a number"),
    ("\(t),1.2.3,1,buy", "not a number"), ("\(t),1,1e,buy", "not a number"), ("\(t),nan,1,buy", "not a number"), ("\(t),inf,1,buy", "not a number"),
    ("\(t),0x10,1,buy", "not a number"), ("\(t),1.001,1,buy", "more decimals than the instrument's 2"),
    ("\(t),1,1.0001,buy", "more decimals than the instrument's 3"), ("\(t),1e-3,1,buy", "more decimals"), ("\(t),0,1,buy", "above 0"),
    ("\(t),-1,1,buy", "above 0"), ("\(t),1,0,buy", "above 0"), ("\(t),1,0.000,buy", "above 0"), ("\(t),1,-0.5,buy", "above 0"),
    ("\(t),1000000000.01,1,buy", "over the maximum of 1000000000"), ("\(t),1,1000000000.001,buy", "over the maximum"),
    ("\(t),1,99999999999999999999,buy", "too large"), ("\(t),1,1e30,buy", "too large"), ("\(t),1,1,hold", "is not buy, sell"),
    ("\(t),1,1,buyer", "is not buy, sell"), ("\(t),1,1,1", "is not buy, sell"), ("0,1,1,buy", "epoch milliseconds"),
    ("-5,1,1,buy", "epoch milliseconds"),
    ("1704067200,1,1,buy", "epoch milliseconds"), ("1704067200000000,1,1,buy", "epoch milliseconds"),
    ("1704067200000000000,1,1,buy", "epoch milliseconds"),
    ("99999999999,1,1,buy", "epoch milliseconds"), ("100000000000001,1,1,buy", "epoch milliseconds"), ("\(t).5,1,1,buy", "epoch milliseconds"),
    ("2024-01-01,1,1,buy", "not a number"), ("\(t - 101),1,1,buy", "time goes back"), ("\(t),1\u{0},1,buy", "NUL byte"),
    ("\(t),1,1,b\u{1}y", "control byte 1"), ("\u{7F}ELF\u{2}", "control byte 127"), ("\(t);1;1;buy", "missing field"), ("\(t),\"1,1,buy", "quote"),
    ("\(t),1,1,buy\rx", "control byte 13"), ("\(t),1,1,buy\r\r", "control byte 13"), ("\(t),\u{FF11},1,buy", "not a number"),
    (String(repeating: "9", count: 70_000), "longer than 64 KiB"), ("", "blank line"), (" \t ", "blank line"),
  ]

  @Test(arguments: badRows) func `a bad row is named by file and line, wherever it stands`(row: String, reason: String) throws {
    let folder = try TickFolder()
    let instrument = try instrument()
    for (before, buffer) in [(0, 1 << 20), (1, 16), (7, 64), (500, 100), (500, 1 << 20)] {
      // The one before has a later time, so that "goes back" has something to go back from.
      var text = "ts,price,qty,side\n\(t - 100),1,1,buy\n"
      for _ in 0..<before { text += "\(t - 100),60000.25,0.125,sell\n" }
      text += row + "\n\(t + 1),5,5,sell\n"
      let path = try folder.write(text)
      let error = fault { try read(path, instrument, TickFileOptions(bufferBytes: buffer)) }
      #expect(error?.kind == .badData)
      #expect(error?.line == before + 3, "\(String(describing: error))")
      #expect(error?.description.hasPrefix("\(path):\(before + 3): ") == true)
      #expect(error?.reason.contains(reason) == true, "\(String(describing: error))")
      #expect((error?.description.count ?? 0) < 300 + path.count && error?.description.contains("\n") == false)

      let skipping = try read(path, instrument, TickFileOptions(skipsBadRows: true, bufferBytes: buffer))
      #expect(skipping.ticks.count == before + 2)
      #expect(skipping.ticks.last == tick(t + 1, 500, 5000, .sell))
      #expect(skipping.bad.map(\.line) == [before + 3] && skipping.bad.first?.reason == error?.reason)
    }
  }

  @Test func `rows before a bad one are handed out, and the error stays`() throws {
    let folder = try TickFolder()
    let path = try folder.write("ts,price,qty,side\n\(t),1,1,b\n\(t),2,1,b\nbad\n")
    let reader = try TickFileReader(path: path, spec: instrument().spec)
    let batch = UnsafeMutableBufferPointer<Tick>.allocate(capacity: 16)
    defer { batch.deallocate() }
    #expect(try reader.next(into: batch) == 2)
    for _ in 0..<2 { #expect(fault { try reader.next(into: batch) }?.line == 4) }
  }

  @Test func `a last row cut short says that the file ends inside it`() throws {
    let folder = try TickFolder()
    let error = fault { try read(folder.write("ts,price,qty,side\n\(t),1,1,buy\n\(t),60000.2,0.0"), instrument()) }
    #expect(error?.line == 3)
    #expect(error?.reason.contains("the file ends inside this row") == true)
  }

  @Test func `line ends, byte order mark, blank end and quotes are taken as they come`() throws {
    let folder = try TickFolder()
    let expected = [tick(t, 100, 2000, .buy), tick(t + 1, 150, 3000, .sell)]
    let rows = ["ts,price,qty,side", "\(t),1,2,buy", "\(t + 1),1.5,3,sell"]
    for text in [
      rows.joined(separator: "\n"), rows.joined(separator: "\n") + "\n", rows.joined(separator: "\r\n"), rows.joined(separator: "\r\n") + "\r\n",
      rows.joined(separator: "\n") + "\n\n\r\n  \n", "\u{FEFF}" + rows.joined(separator: "\r\n"),
      "\"ts\", \"price\",qty,\"side\"\n\"\(t)\",\"1\",2,\"buy\"\n \(t + 1) ,1.5\t, 3,sell \n",
    ] {
      for buffer in [16, 33, 1 << 20] {
        for size in [1, 2, 4096] {
          #expect(try read(folder.write(text), instrument(), TickFileOptions(bufferBytes: buffer), batch: size).ticks == expected, "\(text)")
        }
      }
    }
  }

  @Test func `exponents and superfluous zeros are exact`() throws {
    let folder = try TickFolder()
    let path = try folder.write(
      """
      ts,price,qty,side
      \(t),1e-05,1.5e3,buy
      \(t),0.00001,1500.000000000000,sell
      1.704067200000e12,+.00001,0001500,buy
      \(t).0,00000000000000.00001000000000000000,15E2,buy
      """)
    let instrument = try instrument(price: 5, quantity: 0)
    #expect(try read(path, instrument).ticks.allSatisfy { $0.trade.price.raw == 1 && $0.trade.quantity.raw == 1500 && $0.exchangeMilliseconds == t })
    #expect(try read(path, instrument).ticks.count == 4)
  }

  @Test func `a coin of 10^12 units is exact`() throws {
    let folder = try TickFolder()
    let path = try folder.write(
      "ts,price,qty,side\n\(t),0.00000001,1000000000000,buy\n\(t),0.00001234,999999999999,sell\n\(t),1e-8,123456789012.0,b\n")
    let scales = try TickFileScan.scales(path: path)
    #expect(scales == TickScales(priceDecimals: 8, quantityDecimals: 0, largestPrice: 1234, largestQuantity: 1_000_000_000_000))
    let found = try scales.instrument(id: InstrumentID(venue: "binance", market: .usdm, symbol: "PEPEUSDT"), baseAsset: "PEPE", quoteAsset: "USDT")
    #expect(
      try read(path, found).ticks == [tick(t, 1, 1_000_000_000_000, .buy), tick(t, 1234, 999_999_999_999, .sell), tick(t, 1, 123_456_789_012, .buy)])
    let fine = try folder.write("ts,price,qty,side\n\(t),1,1000000000.00000001,buy\n", "fine.csv")
    #expect(try TickFileScan.scales(path: fine).quantityDecimals == 8)
    #expect(
      try read(fine, instrument(price: 0, quantity: 8, maximumPrice: 1000, maximumQuantity: 200_000_000_000_000_000)).ticks == [
        tick(t, 1, 100_000_000_000_000_001, .buy)
      ])
  }

  @Test func `csv, gz and zst give the same ticks`() throws {
    let folder = try TickFolder()
    var generator = TestGenerator(seed: testSeed())
    var text = "ts,price,qty,side\n"
    for row in 0..<20_000 {
      text +=
        "\(t + Int64(row / 3)),\(1 + generator.next() % 60_000).\(generator.next() % 100),0.\(1 + generator.next() % 9),\(row % 2 == 0 ? "B" : "S")\n"
    }
    let plain = try read(folder.write(text, "a.csv"), instrument()).ticks
    #expect(plain.count == 20_000)
    for name in ["a.csv.gz", "a.csv.zst"] {
      for buffer in [100, 1 << 20] { #expect(try read(folder.write(text, name), instrument(), TickFileOptions(bufferBytes: buffer)).ticks == plain) }
    }
    // Two members: the header stands in the first alone, a row is cut between them.
    let bytes = Array(text.utf8)
    _ = try folder.write(Array(bytes[..<100_003]), "1.gz")
    _ = try folder.write(Array(bytes[100_003...]), "2.gz")
    try Data(folder.raw("1.gz") + folder.raw("2.gz")).write(to: URL(fileURLWithPath: folder.file("both.gz")))
    #expect(try read(folder.file("both.gz"), instrument()).ticks == plain)
  }

  @Test(arguments: ["gz", "zst"]) func `a truncated packed file is bad data with file and line`(name: String) throws {
    let folder = try TickFolder()
    var text = "ts,price,qty,side\n"
    for row in 0..<5000 { text += "\(t + Int64(row)),\(row + 1),1,b\n" }
    let path = try folder.write(text, "a.\(name)")
    let packed = try folder.raw("a.\(name)")
    try Data(packed[..<(packed.count / 2)]).write(to: URL(fileURLWithPath: path))
    let error = fault { try read(path, instrument()) }
    #expect(error?.kind == .badData)
    #expect(error?.reason.contains("truncated") == true)
    #expect(error?.description.hasPrefix(path + ":") == true)
  }

  @Test func `equal times keep their order, sorting is stable, and decreasing times need it`() throws {
    let folder = try TickFolder()
    let seed = testSeed()
    var generator = TestGenerator(seed: seed)
    var rows: [Tick] = []
    for index in 1...3000 { rows.append(tick(t + Int64(generator.next() % 50), Int64(index), 1, .buy)) }
    let text = "ts,price,qty,side\n" + rows.map { "\($0.exchangeMilliseconds),\($0.trade.price.raw),1,b" }.joined(separator: "\n")
    let path = try folder.write(text)
    let spec = try instrument(price: 0, quantity: 0)
    #expect(fault { try read(path, spec) }?.reason.contains("--sort") == true)
    let expected = rows.enumerated().sorted { ($0.element.exchangeMilliseconds, $0.offset) < ($1.element.exchangeMilliseconds, $1.offset) }.map(
      \.element)
    #expect(try read(path, spec, TickFileOptions(sortsByTime: true), batch: 7).ticks == expected, "seed \(seed)")
  }

  @Test func `only the first ten bad rows are kept, all are counted`() throws {
    let folder = try TickFolder()
    let text = "ts,price,qty,side\n" + (0..<25).map { "\(t),1,1,b\nbad\($0)\n" }.joined()
    let reading = try read(folder.write(text), instrument(), TickFileOptions(skipsBadRows: true, bufferBytes: 40))
    #expect(reading.ticks.count == 25 && reading.skipped == 25)
    #expect(reading.bad.map(\.line) == (0..<10).map { 3 + 2 * $0 })
    let error = fault { try read(folder.write("ts,price,qty,side\nx\ny\n"), instrument(), TickFileOptions(skipsBadRows: true)) }
    #expect(error?.line == 2 && error?.reason.contains("no good row") == true)
  }

  @Test func `a line of exactly 64 KiB is read, one byte more is not`() throws {
    let folder = try TickFolder()
    let row = ",\(t),1,1,b"
    let filler = String(repeating: "x", count: 65_536 - row.utf8.count)
    for buffer in [16, 65_000, 1 << 20] {
      let options = TickFileOptions(bufferBytes: buffer)
      #expect(try read(folder.write("note,ts,price,qty,side\n\(filler)\(row)\r\n"), instrument(), options).ticks.count == 1)
      #expect(fault { try read(folder.write("note,ts,price,qty,side\n\(filler)y\(row)\n"), instrument(), options) }?.line == 2)
    }
  }
}
