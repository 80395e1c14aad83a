import Feeds
import Foundation
import Market
import Testing

private let start = RecordingFixture.start

@Suite struct BadRecordingTests {
  private static let good = #"{"e":"trade","E":\#(start),"T":\#(start),"s":"BTCUSDT","p":"1","q":"1","m":true}"#

  private static func trade(_ members: String) -> String { "{\"e\":\"trade\",\"s\":\"BTCUSDT\",\(members)}" }
  private static func depth(_ members: String) -> String { "{\"e\":\"depthUpdate\",\"E\":\(start),\"s\":\"BTCUSDT\",\(members)}" }
  private static let t = "\"T\":\(start)"

  static let bad: [(line: String, word: String)] = [
    ("", "not JSON"), ("{", "not JSON"), ("[1]", "no JSON object"), ("17", "no JSON object"), ("{}", "neither"), ("{\"a\":1}", "neither"),
    (#"{"e":5}"#, "e is no string"), (#"{"e":"trade","p":"1"}"#, "no symbol s"),
    (#"{"e":"trade","e":"trade","s":"BTCUSDT"}"#, "\"e\" is there twice"),
    (#"{"data":{},"data":{}}"#, "\"data\" is there twice"), (trade(#""p":"1","q":"1","m":true"#), "without a time T"),
    (trade(#""T":"5","p":"1","q":"1","m":true"#), "T is no time"), (trade(#""T":5,"p":"1","q":"1","m":true"#), "T is no time"),
    (trade(#""T":1.5e12,"p":"1","q":"1","m":true"#), "T is no time"), (trade("\(t),\"p\":\"1\",\"q\":\"1\""), "m is neither"),
    (trade("\(t),\"p\":\"1\",\"q\":\"1\",\"m\":\"true\""), "m is neither"), (trade("\(t),\"q\":\"1\",\"m\":true"), "price p is no string"),
    (trade("\(t),\"p\":1.5,\"q\":\"1\",\"m\":true"), "price p is no string"), (trade("\(t),\"p\":\"\",\"q\":\"1\",\"m\":true"), "is not a number"),
    (trade("\(t),\"p\":\"1x\",\"q\":\"1\",\"m\":true"), "price p \"1x\" is not a number"),
    (trade("\(t),\"p\":\"1.\\u0000\",\"q\":\"1\",\"m\":true"), "is not a number"),
    (trade("\(t),\"p\":\"nan\",\"q\":\"1\",\"m\":true"), "is not a number"),
    (trade("\(t),\"p\":\"0\",\"q\":\"1\",\"m\":true"), "is not above 0"), (trade("\(t),\"p\":\"-1\",\"q\":\"1\",\"m\":true"), "is not above 0"),
    (trade("\(t),\"p\":\"1.23\",\"q\":\"1\",\"m\":true"), "price p \"1.23\" has more decimals than the instrument's 1"),
    (trade("\(t),\"p\":\"1\",\"q\":\"0.0001\",\"m\":true"), "quantity q \"0.0001\" has more decimals than the instrument's 3"),
    (trade("\(t),\"p\":\"1\",\"q\":\"0\",\"m\":true"), "quantity q is 0"), (trade("\(t),\"p\":\"1\",\"q\":\"-1\",\"m\":true"), "is below 0"),
    (trade("\(t),\"p\":\"1000000000.1\",\"q\":\"1\",\"m\":true"), "over the maximum of 1000000000"),
    (trade("\(t),\"p\":\"99999999999999999999999\",\"q\":\"1\",\"m\":true"), "does not fit"),
    (trade("\(t),\"p\":\"1\",\"q\":\"1\",\"m\":true,\"X\":7"), "X is no string"),
    (#"{"u":1,"s":"BTCUSDT","b":"3","B":"1","a":"2","A":"1"}"#, "the bid is above the ask"),
    (#"{"u":-1,"s":"BTCUSDT","b":"1","B":"1","a":"2","A":"1"}"#, "u is no update id"),
    (#"{"u":1,"s":"BTCUSDT","b":"1","B":"-1","a":"2","A":"1"}"#, "is below 0"),
    (depth(#""u":5,"b":[],"a":[]"#), "U is no update id"), (depth(#""U":"1","u":5,"b":[],"a":[]"#), "U is no update id"),
    (depth(#""U":6,"u":5,"b":[],"a":[]"#), "above the last one"), (depth(#""U":1,"u":5,"pu":null,"b":[],"a":[]"#), "pu is no update id"),
    (depth(#""U":1,"u":5,"b":{},"a":[]"#), "b is no list of levels"), (depth(#""U":1,"u":5,"b":[]"#), "a is no list of levels"),
    (depth(#""U":1,"u":5,"b":[["1"]],"a":[]"#), "a level of b is no pair"), (depth(#""U":1,"u":5,"b":[1],"a":[]"#), "a level of b is no pair"),
    (depth(#""U":1,"u":5,"b":[["1",2]],"a":[]"#), "quantity b is no string"), (depth(#""U":1,"u":5,"b":[],"a":[["1.55","2"]]"#), "more decimals"),
    (depth(#""U":1,"u":5,"b":[],"a":[["0","2"]]"#), "is not above 0"),
    (#"{"lastUpdateId":"x","bids":[],"asks":[]}"#, "lastUpdateId is no update id"), (#"{"lastUpdateId":1,"asks":[]}"#, "bids is no list"),
    (#"{"e":"markPriceUpdate","E":\#(start),"s":"BTCUSDT","p":"1","r":"x"}"#, "funding rate r \"x\" is no rate"),
    (#"{"e":"markPriceUpdate","E":\#(start),"s":"BTCUSDT","p":"1","r":1}"#, "r is no string"),
    (#"{"e":"markPriceUpdate","E":\#(start),"s":"BTCUSDT","p":"1","T":"x"}"#, "T is no time"),
  ]

  @Test(arguments: bad) func `a bad line is named by file, line and reason, or skipped and counted`(line: String, word: String) throws {
    let folder = try TickFolder()
    var fixture = RecordingFixture()
    fixture.add(Self.good)
    fixture.add(line)
    fixture.add(Self.good)
    let path = try fixture.write(folder)
    let error = fault { try events(path, market(.spot)).0 }
    #expect(error?.kind == .badData && error?.path == path && error?.line == 2)
    #expect(error?.reason.contains(word) == true, "\(error?.reason ?? "nothing")")
    let (found, reader) = try events(path, market(.spot), RecordingOptions(skipsBadRows: true))
    #expect(found.words == ["trade sell 1000@10", "trade sell 1000@10"])
    #expect(reader.counts.badRows == 1 && reader.skippedRows.map(\.line) == [2] && reader.skippedRows[0].reason == error?.reason)
  }

  @Test func `a line over 1 MiB, and one cut at the file's end`() throws {
    let folder = try TickFolder()
    var fixture = RecordingFixture()
    fixture.add(Self.good)
    fixture.add("{\"e\":\"" + String(repeating: "x", count: 2 << 20) + "\"}")
    fixture.add(Self.good)
    var path = try fixture.write(folder)
    for buffer in [64, 1 << 20, 8 << 20] {
      let error = fault { try events(path, market(.spot), RecordingOptions(bufferBytes: buffer)).0 }
      // A buffer that holds the line reads it; it is no event of ours then.
      if buffer <= 1 << 20 { #expect(error?.line == 2 && error?.reason == "the line is longer than 1 MiB") }
      let (found, _) = try events(path, market(.spot), RecordingOptions(skipsBadRows: true, bufferBytes: buffer))
      #expect(found.words.count == 2)
    }
    fixture = RecordingFixture()
    fixture.add(Self.good)
    fixture.add(String(Self.good.dropLast(9)))
    _ = try fixture.write(folder)
    path = try folder.write(fixture.lines.joined(separator: "\n"), "X.ws.jsonl")
    let error = fault { try events(path, market(.spot)).0 }
    #expect(error?.line == 2 && error?.reason.hasPrefix("the file ends inside this line") == true)
  }

  @Test(arguments: [".gz", ".zst"]) func `a packed recording that was cut is an error, at any place`(packing: String) throws {
    let folder = try TickFolder()
    var chance = SystemRandomNumberGenerator()
    var fixture = RecordingFixture()
    for offset in 0..<2000 as Range<Int64> { fixture.trade("\(Int.random(in: 1...60_000, using: &chance))", "1", at: offset) }
    let path = try fixture.write(folder, packing: packing)
    let whole = try folder.raw("X.ws.jsonl\(packing)")
    for part in [1, whole.count / 3, whole.count - 9, whole.count - 1] {
      try Data(whole.prefix(part)).write(to: URL(fileURLWithPath: path))
      for skips in [false, true] {
        let error = fault { try events(path, market(.spot), RecordingOptions(skipsBadRows: skips)).0 }
        #expect(error?.kind == .badData && error?.reason.contains("truncated") == true, "\(part) of \(whole.count): \(error?.description ?? "read")")
      }
    }
  }

  // MARK: Receive times

  @Test(arguments: [
    ("1723161256020000000\n1723161256020000001\n", 2, "the receive times end here"),
    ("1723161256020000000\n1723161256020000001\n1723161256020000002\n1723161256020000003\n", 4, "more than the recording has lines (3)"),
    ("1723161256020000000\n1723161256020000000\n1723161256019999999\n", 3, "goes back"),
    ("1723161256020000000\n\n1723161256020000000\n", 2, "no receive time"), ("1723161256020\n", 1, "no receive time"),
    ("17231612560200000x0\n", 1, "no receive time"), (" 1723161256020000000\n", 1, "no receive time"),
    ("-723161256020000000\n", 1, "no receive time"), ("9999999999999999999\n", 1, "no receive time"), ("0000000000000000005\n", 1, "no receive time"),
    ("", 0, "the receive times end here"), (String(repeating: "1", count: 5000), 1, "longer than 1 KiB"),
  ])
  func `receive times that do not fit their recording are an error, skipping or not`(text: String, line: Int, word: String) throws {
    let folder = try TickFolder()
    var fixture = RecordingFixture()
    for _ in 0..<3 { fixture.add(Self.good) }
    let path = try fixture.write(folder)
    _ = try folder.write(text, "X.recv_ns.txt")
    for skips in [false, true] {
      let error = fault { try events(path, market(.spot), RecordingOptions(skipsBadRows: skips, bufferBytes: 64)).0 }
      #expect(error?.kind == .badData && error?.path == folder.file("X.recv_ns.txt") && error?.line == line)
      #expect(error?.reason.contains(word) == true, "\(error?.reason ?? "read")")
    }
  }

  @Test func `equal receive times, a CRLF and a last line without its end are accepted`() throws {
    let folder = try TickFolder()
    var fixture = RecordingFixture()
    for _ in 0..<2 { fixture.add(Self.good) }
    let path = try fixture.write(folder)
    _ = try folder.write("1723161256020000000\r\n1723161256020000000", "X.recv_ns.txt")
    #expect(try events(path, market(.spot)).0.receiveTimes == [1_723_161_256_020_000_000, 1_723_161_256_020_000_000])
  }

  @Test func `cut receive times are an error`() throws {
    let folder = try TickFolder()
    var fixture = RecordingFixture()
    for _ in 0..<500 { fixture.add(Self.good) }
    let path = try fixture.write(folder, packing: ".gz")
    let whole = try folder.raw("X.recv_ns.txt.gz")
    try Data(whole.dropLast(4)).write(to: URL(fileURLWithPath: folder.file("X.recv_ns.txt.gz")))
    let error = fault { try events(path, market(.spot)).0 }
    #expect(error?.path == folder.file("X.recv_ns.txt.gz") && error?.reason.contains("truncated") == true)
  }

  // MARK: Files

  @Test func `a recording of another market or without the symbol is an error`() throws {
    let folder = try TickFolder()
    var fixture = RecordingFixture()
    fixture.trade("1", "1")
    fixture.depth(1, 2, previous: 0)
    var path = try fixture.write(folder)
    for skips in [false, true] {
      let error = fault { try events(path, market(.spot), RecordingOptions(skipsBadRows: skips)).0 }
      #expect(error?.line == 2 && error?.reason.contains("with pu") == true && error?.reason.contains("spot") == true)
    }
    fixture = RecordingFixture()
    fixture.depth(1, 2)
    path = try fixture.write(folder)
    #expect(fault { try events(path, market(.usdm)).0 }?.reason.contains("without pu") == true)
    #expect(fault { try events(path, market(.spot, symbol: "ETHUSDT")).0 }?.reason == "no message of ETHUSDT in 1 lines")
    _ = try folder.write("", "X.recv_ns.txt")
    #expect(fault { try events(folder.write("", "X.ws.jsonl"), market(.spot)).0 }?.reason == "no message of BTCUSDT in 0 lines")
    #expect(fault { try events(folder.file("none.ws.jsonl"), market(.spot)).0 }?.kind == .missingInput)
  }

  @Test(arguments: [
    ("{", 1, "not JSON"), ("{}", 1, "no lastUpdateId"), ("\n", 1, "not JSON"), (#"{"body":5}"#, 1, "no JSON object"),
    (#"{"recv_ns":5,"body":{"lastUpdateId":1,"bids":[],"asks":[]}}"#, 1, "recv_ns is no time"),
    (#"{"after_ws_lines":-1,"body":{"lastUpdateId":1,"bids":[],"asks":[]}}"#, 1, "after_ws_lines"),
    (#"{"url":"https://x/depth?symbol=ETHUSDT","body":{}}"# + "\n" + #"{"lastUpdateId":1,"bids":[["1"]],"asks":[]}"#, 2, "no pair"),
    (#"{"after_ws_lines":9,"body":{"lastUpdateId":1,"bids":[],"asks":[]}}"#, 1, "behind line 9"),
  ])
  func `a bad snapshot is named by file and line`(text: String, line: Int, word: String) throws {
    let folder = try TickFolder()
    var fixture = RecordingFixture()
    fixture.add(Self.good)
    let snapshots = try folder.write(text, "S.jsonl")
    let path = try fixture.write(folder)
    let error = fault { try events(path, market(.spot), RecordingOptions(skipsBadRows: true, snapshotPath: snapshots)).0 }
    #expect(error?.kind == .badData && error?.path == snapshots && error?.line == line)
    #expect(error?.reason.contains(word) == true, "\(error?.reason ?? "read")")
  }

  @Test func `of stored answers, only the symbol's depth is taken`() throws {
    let folder = try TickFolder()
    var fixture = RecordingFixture()
    fixture.depth(1, 1)
    fixture.trade("1", "1")
    let body = RecordingFixture.snapshot(1, bids: [("5", "1")], asks: [])
    let time = fixture.times[1]
    let snapshots = try folder.write(
      """
      {"recv_ns":\(time),"url":"https://api.binance.com/api/v3/exchangeInfo","body":{"symbols":[]}}
      {"recv_ns":\(time),"url":"https://api.binance.com/api/v3/depth?symbol=BTCUSDTX&limit=5","body":\(body)}
      {"recv_ns":\(time),"url":"https://api.binance.com/api/v3/depth?limit=5&symbol=BTCUSDT","body":\(body)}
      {"recv_ns":\(time + 900_000_000),"body":\(body)}
      """, "S.jsonl")
    let (found, reader) = try events(fixture.write(folder), market(.spot), RecordingOptions(snapshotPath: snapshots))
    #expect(found.words == ["snapshot 1 1+0", "trade buy 1000@10"])
    #expect(reader.counts.snapshots == 1 && reader.counts.unusedSnapshots == 1 && reader.counts.discardedDepthUpdates == 1)
  }

  @Test func `what a tick file cannot have, or a recording cannot be, is refused`() throws {
    let folder = try TickFolder()
    let ticks = try folder.write("timestamp,price,qty,side\n\(start),1,1,b\n")
    var fixture = RecordingFixture()
    fixture.add(Self.good)
    let recording = try fixture.write(folder)
    func open(_ path: String, _ options: ReplaySource.Options) -> TickFileError? {
      fault { try ReplaySource.open(path: path, instrument: market(.spot), options: options) }
    }
    #expect(open(ticks, ReplaySource.Options(recording: RecordingOptions(snapshotPath: "x")))?.kind == .usage)
    #expect(open(ticks, ReplaySource.Options(recording: RecordingOptions(times: .exchange)))?.kind == .usage)
    #expect(open(recording, ReplaySource.Options(ticks: TickFileOptions(sortsByTime: true)))?.kind == .usage)
  }
}
