import Feeds
import Foundation
import Market
import TestKit
import Testing

private let start = RecordingFixture.start

@Suite struct RecordingReaderTests {
  @Test(arguments: ["", ".gz", ".zst"]) func `each kind of message becomes its event, with both times`(packing: String) throws {
    let folder = try TickFolder()
    var fixture = RecordingFixture()
    fixture.trade("61800.30", "0.006", at: 3)
    fixture.trade("61800.2", "1", isSell: true, at: 2, event: "aggTrade")
    fixture.quote("61800.20", "61800.30")
    fixture.add(
      #"{"stream":"btcusdt@bookTicker","data":{"e":"bookTicker","u":7,"s":"BTCUSDT","b":"61800.1","B":"2.5","a":"61800.4","A":"0.001","T":\#(start + 9),"E":\#(start + 12)}}"#
    )
    fixture.add(
      #"{"data":{"e":"markPriceUpdate","E":\#(start + 20),"s":"BTCUSDT","p":"61800.50000000","i":"1","P":"1","r":"-0.00012345","T":\#(start + 3_600_000)},"stream":"x"}"#
    )
    fixture.add(#"{"e":"markPriceUpdate","E":\#(start + 21),"s":"BTCUSDT","p":"61800.5","r":"","T":0}"#)
    // Microseconds, as timeUnit=MICROSECOND gives them.
    fixture.add(#"{"e":"trade","E":\#(start * 1000 + 25_001),"T":\#(start * 1000 + 25_001),"s":"BTCUSDT","p":"5","q":"1","m":false}"#)
    let (found, reader) = try events(fixture.write(folder, packing: packing), market(.usdm))
    #expect(
      found.words == [
        "trade buy 6@618003", "quote 1000@618002 2000@618003", "quote 2500@618001 1@618004", "mark 618005 -1234500 \(start + 3_600_000)",
        "mark 618005 0 0", "trade buy 1000@50",
      ])
    // The aggTrade is the same trade once more.
    #expect(reader.counts.ignored == 1 && reader.counts.trades == 2 && reader.counts.marks == 2 && reader.counts.quotes == 2)
    #expect(
      found.exchangeTimes == [start + 3, -1, start + 9, start + 20, start + 21].map { $0 < 0 ? -1 : $0 * 1_000_000 } + [
        start * 1_000_000 + 25_001_000
      ])
    #expect(found.receiveTimes == fixture.times.enumerated().filter { $0.offset != 1 }.map(\.element))
    #expect(reader.counts.lines == 7 && reader.hasReceiveTimes)
  }

  @Test func `other symbols and what is not for trading are passed over and counted`() throws {
    let folder = try TickFolder()
    var fixture = RecordingFixture()
    fixture.trade("1", "1")
    fixture.trade("0", "0", more: ",\"X\":\"INSURANCE_FUND\"")
    fixture.trade("2", "1", more: ",\"X\":\"MARKET\"")
    fixture.depth(1, 2, symbol: "ETHUSDT")
    fixture.add(#"{"e":"trade","E":1,"T":1,"s":"ETHUSDT","p":"x","q":1,"m":3}"#)
    fixture.add(#"{"u":1,"s":"ETHUSDT","b":"1","B":"1","a":"2","A":"1"}"#)
    fixture.add(#"{"result":null,"id":1}"#)
    fixture.add(#"{"e":"kline","E":1,"s":"BTCUSDT","k":{}}"#)
    fixture.add(#"{"stream":"btcusdt@depth5@100ms","data":{"lastUpdateId":5,"bids":[["1","1"]],"asks":[]}}"#)
    fixture.add(#"{"stream":"!miniTicker@arr","data":[{"e":"24hrMiniTicker"}]}"#)
    fixture.add(#"{"e":"serverShutdown","E":1}"#)
    // No bid.
    fixture.quote("0.00000000", "5")
    let (found, reader) = try events(fixture.write(folder), market(.usdm))
    #expect(found.words == ["trade buy 1000@10", "trade buy 1000@20"])
    #expect(reader.counts.otherSymbols == 3 && reader.counts.ignored == 7 && reader.counts.badRows == 0)
  }

  // MARK: The book

  @Test func `a spot book begins at its snapshot, needs what came before it, breaks at a gap and heals`() throws {
    let folder = try TickFolder()
    var fixture = RecordingFixture()
    fixture.depth(90, 99, bids: [("10", "9")])  // older than the snapshot
    fixture.depth(100, 100, bids: [("10", "8")])  // u == lastUpdateId: spot drops it
    fixture.depth(101, 105, bids: [("10", "2")], asks: [("11", "1")])  // before the snapshot's answer, and not in it
    fixture.trade("10.5", "1")
    let before = fixture.lines.count
    fixture.depth(106, 107, bids: [("9", "0")])
    fixture.depth(109, 110, bids: [("10", "0")])  // 108 is missing
    fixture.trade("10.6", "1")
    fixture.depth(111, 115, asks: [("12", "5")])
    let behindGap = fixture.lines.count
    fixture.depth(116, 116, asks: [("12", "0"), ("13", "1")])
    let snapshots =
      "{\"recv_ns\":\(fixture.times[before - 1] + 5),\"after_ws_lines\":\(before),\"body\":"
      + RecordingFixture.snapshot(100, bids: [("10", "8"), ("9", "1")], asks: [("12", "3")]) + "}\n{\"after_ws_lines\":\(behindGap),\"body\":"
      + RecordingFixture.snapshot(112, bids: [("9.5", "7")], asks: [("11", "1"), ("12", "4")]) + "}\n"
    let path = try folder.write(snapshots, "snapshots.jsonl.gz")
    let (found, reader) = try events(
      fixture.write(folder), market(.spot), RecordingOptions(snapshotPath: path, derivesQuotes: false))
    #expect(
      found.words == [
        "trade buy 1000@105", "snapshot 100 2+1", "depth 105 1+1", "depth 107 1+0", "snapshot 0 0+0", "trade buy 1000@106", "snapshot 112 1+2",
        "depth 115 0+1", "depth 116 0+2",
      ])
    // 105 came before the snapshot, but is known only with it.
    #expect(found.receiveTimes[2] == found.receiveTimes[1])
    #expect(found.receiveTimes == found.receiveTimes.sorted())
    #expect(reader.counts.bookGaps == 1 && reader.counts.snapshots == 2 && reader.counts.depthUpdates == 4)
    // 90-99, 100, and 109-110 after the second snapshot.
    #expect(reader.counts.discardedDepthUpdates == 3 && reader.counts.depthUpdatesWithoutBook == 0)
    func level(_ price: Int64, _ quantity: Int64) -> BookLevel { BookLevel(price: Price(raw: price), quantity: Quantity(raw: quantity)) }
    #expect(found.book.bids == [level(95, 7000)] && found.book.asks == [level(130, 1000), level(110, 1000)])
  }

  @Test(arguments: [false, true]) func `a futures book keeps the update that ends in its snapshot's id`(isBuffered: Bool) throws {
    let folder = try TickFolder()
    var fixture = RecordingFixture()
    fixture.depth(50, 90, previous: 49, bids: [("1", "1")])
    if isBuffered { fixture.depth(95, 100, previous: 90, bids: [("10", "2")]) }
    let lines = fixture.lines.count
    if !isBuffered { fixture.depth(95, 100, previous: 90, bids: [("10", "2")]) }
    fixture.depth(120, 130, previous: 100, bids: [("10", "3")])
    fixture.depth(140, 150, previous: 130, bids: [("10", "4")])
    let path = try folder.write(
      "{\"after_ws_lines\":\(lines),\"body\":\(RecordingFixture.snapshot(100, bids: [("10", "2")], asks: [("11", "1")]))}", "s.jsonl")
    let (found, reader) = try events(fixture.write(folder), market(.usdm), RecordingOptions(snapshotPath: path, derivesQuotes: false))
    #expect(found.words == ["snapshot 100 1+1", "depth 100 1+0", "depth 130 1+0", "depth 150 1+0"])
    #expect(reader.counts.discardedDepthUpdates == 1 && reader.counts.bookGaps == 0)
    #expect(found.book.bestBid?.quantity.raw == 4000)
  }

  @Test func `a snapshot of unknown place begins the book when the updates reach it`() throws {
    let folder = try TickFolder()
    var fixture = RecordingFixture()
    fixture.depth(90, 99, bids: [("10", "9")])
    fixture.trade("10", "1")
    fixture.depth(100, 103, bids: [("10", "5")])
    let path = try folder.write(RecordingFixture.snapshot(101, bids: [("10", "8")], asks: [("12", "3")]), "depth.json")
    let (found, reader) = try events(fixture.write(folder), market(.spot), RecordingOptions(snapshotPath: path, derivesQuotes: false))
    #expect(found.words == ["trade buy 1000@100", "snapshot 101 1+1", "depth 103 1+0"])
    #expect(reader.counts.discardedDepthUpdates == 1 && reader.counts.unusedSnapshots == 0)
  }

  @Test func `a snapshot inside the recording does it too, and a needless one is counted`() throws {
    let folder = try TickFolder()
    var fixture = RecordingFixture()
    fixture.depth(101, 103, bids: [("10", "5")])
    fixture.add(RecordingFixture.snapshot(100, bids: [("10", "8")], asks: [("12", "3")]))
    fixture.add(RecordingFixture.snapshot(90, bids: [("1", "8")], asks: []))
    fixture.depth(104, 104, bids: [("10", "6")])
    let (found, reader) = try events(fixture.write(folder), market(.spot), RecordingOptions(derivesQuotes: false))
    #expect(found.words == ["snapshot 100 1+1", "depth 103 1+0", "depth 104 1+0"])
    #expect(reader.counts.unusedSnapshots == 1)
  }

  @Test func `without bookTicker the top of the book is the quote, each time that it changes`() throws {
    let folder = try TickFolder()
    var fixture = RecordingFixture()
    fixture.add(RecordingFixture.snapshot(100, bids: [("10", "8")], asks: [("12", "3")]))
    fixture.depth(101, 101, bids: [("9", "1")])  // behind the top
    fixture.depth(102, 102, bids: [("11", "2")])
    fixture.depth(105, 105)  // a gap
    fixture.add(RecordingFixture.snapshot(105, bids: [("10", "1")], asks: [("12", "3")]))
    let (found, reader) = try events(fixture.write(folder), market(.spot))
    #expect(
      found.words == [
        "snapshot 100 1+1", "quote 8000@100 3000@120", "depth 101 1+0", "depth 102 1+0", "quote 2000@110 3000@120", "snapshot 0 0+0",
        "snapshot 105 1+1", "quote 1000@100 3000@120",
      ])
    #expect(reader.counts.derivedQuotes == 3 && reader.quoteSource == .book)
    // One bookTicker, wherever, and quotes are those of bookTicker alone.
    fixture.quote("10", "13")
    let (own, ownReader) = try events(fixture.write(folder), market(.spot))
    #expect(own.words.filter { $0.hasPrefix("quote") } == ["quote 1000@100 2000@130"] && own.words.count == 6)
    #expect(ownReader.counts.derivedQuotes == 0 && ownReader.quoteSource == .bookTicker)
  }

  @Test func `resting quantities finer than the step are rounded down, trades and prices are not`() throws {
    let folder = try TickFolder()
    var fixture = RecordingFixture()
    fixture.add(RecordingFixture.snapshot(1, bids: [("10", "25.4261890")], asks: [("12.0000", "0.0009")]))
    let (found, reader) = try events(fixture.write(folder), market(.spot), RecordingOptions(derivesQuotes: false))
    #expect(found.book.bestBid?.quantity.raw == 25426)
    #expect(found.book.bestAsk == nil && reader.counts.flooredQuantities == 2)
  }

  @Test func `without a snapshot there is no depth, and the run says how much that was`() throws {
    let folder = try TickFolder()
    var fixture = RecordingFixture()
    for id in 1...20_000 as ClosedRange<Int64> { fixture.depth(id, id, bids: [("1", "1")]) }
    fixture.trade("1", "1")
    let path = try fixture.write(folder)
    let (found, reader) = try events(path, market(.spot))
    #expect(found.words == ["trade buy 1000@10"])
    // More than the buffer of waiting updates holds.
    #expect(reader.counts.depthUpdatesWithoutBook == 20_000)
    #expect(try ReplaySource.open(path: path, instrument: market(.spot)).hasQuotes == false)
  }

  @Test func `a snapshot joins the newest updates of a buffer that overflowed`() throws {
    let folder = try TickFolder()
    var fixture = RecordingFixture()
    for id in 1...20_000 as ClosedRange<Int64> { fixture.depth(id, id, bids: [("\(id)", "1")]) }
    fixture.add(RecordingFixture.snapshot(19_990, bids: [], asks: [("30000", "1")]))
    fixture.depth(20_001, 20_001, bids: [("20001", "1")])
    let (found, reader) = try events(fixture.write(folder), market(.spot), RecordingOptions(derivesQuotes: false))
    #expect(found.book.bids.map(\.price.raw) == (19_991...20_001).map { $0 * 10 })
    #expect(reader.counts.depthUpdates == 11 && reader.counts.bookGaps == 0)
  }

  // MARK: Clocks

  @Test func `the venue's times stand in for receive times only when asked`() throws {
    let folder = try TickFolder()
    var fixture = RecordingFixture()
    fixture.quote("1", "2")  // no time yet
    fixture.trade("1", "1", at: 5)
    fixture.quote("1", "3")
    fixture.trade("1", "1", at: 4)
    fixture.trade("1", "1", at: 6)
    let path = try folder.write(fixture.lines.joined(separator: "\n"), "Y.ws.jsonl")
    let missing = fault { try events(path, market(.spot)).0 }
    #expect(
      missing?.kind == .missingInput && missing?.reason.contains("Y.recv_ns.txt") == true && missing?.reason.contains("--exchange-times") == true)
    let (found, reader) = try events(path, market(.spot), RecordingOptions(times: .exchange))
    #expect(found.receiveTimes == [5, 5, 5, 6].map { (start + $0) * 1_000_000 })
    #expect(found.exchangeTimes[2] == (start + 4) * 1_000_000)
    #expect(reader.counts.ignored == 1 && reader.counts.exchangeTimesBackward == 1 && !reader.hasReceiveTimes)
  }

  @Test func `by the venue's times a snapshot comes with the first of them`() throws {
    let folder = try TickFolder()
    var fixture = RecordingFixture()
    fixture.depth(1, 2, bids: [("5", "1")])
    fixture.depth(3, 4, bids: [("5", "2")])
    let snapshot = try folder.write(
      "{\"after_ws_lines\":0,\"body\":\(RecordingFixture.snapshot(1, bids: [("5", "9")], asks: [("6", "1")]))}", "s.jsonl")
    let (found, _) = try events(
      fixture.write(folder), market(.spot), RecordingOptions(times: .exchange, snapshotPath: snapshot, derivesQuotes: false))
    #expect(found.words == ["snapshot 1 1+1", "depth 2 1+0", "depth 4 1+0"])
    #expect(found.receiveTimes == [2, 2, 4].map { (start + $0) * 1_000_000 })
  }

  @Test func `both clocks' oddities are counted`() throws {
    let folder = try TickFolder()
    var fixture = RecordingFixture()
    // The first is received at +20 ms, each next one 1 ms later.
    for offset in [10, 30, 5, 30, 24] as [Int64] { fixture.trade("1", "1", at: offset) }
    let counts = try events(fixture.write(folder), market(.spot)).1.counts
    #expect(counts.exchangeTimesBackward == 2 && counts.receivedBeforeSent == 2)
    #expect(counts.leastDelayNanoseconds == -9_000_000 && counts.mostDelayNanoseconds == 17_000_000)
    #expect(counts.firstExchangeNanoseconds == (start + 10) * 1_000_000 && counts.latestExchangeNanoseconds == (start + 30) * 1_000_000)
    #expect(counts.firstReceiveNanoseconds == fixture.times.first && counts.lastReceiveNanoseconds == fixture.times.last)
  }

  // MARK: One source for both kinds of file

  @Test func `a tick file and a recording of the same trades give the same events`() throws {
    let folder = try TickFolder()
    var fixture = RecordingFixture()
    for offset in 0..<3000 as Range<Int64> {
      fixture.now = (start + offset) * 1_000_000
      fixture.trade("\(60_000 + offset % 7)", "0.\(100 + offset % 800)", isSell: offset % 3 == 0, at: offset)
    }
    let recording = try fixture.write(folder)
    let ticks = folder.file("X.csv")
    #expect(try TickImport(inputs: [recording], output: ticks).run().rows == 3000)
    func all(_ path: String) throws -> [String] {
      let source = try ReplaySource.open(path: path, instrument: market(.spot))
      var events: [String] = []
      while let event = try source.next() {
        guard case .trade(let trade) = event.payload else { continue }
        events.append("\(event.exchangeNanoseconds) \(event.receiveNanoseconds) \(trade)")
      }
      #expect(source.fileBytes > 0 && source.fileBytesRead == source.fileBytes)
      return events
    }
    let expected = try all(recording)
    #expect(expected.count == 3000)
    #expect(try all(ticks) == expected)
    // By content, where the name does not say.
    let names = try [folder.write("timestamp,price,qty,side\n", "x.data"), folder.write("{}\n", "y.data"), folder.write("{}\n", "z.gz")]
    #expect(names.map(RecordingReader.recognises) == [false, true, true])
    #expect(RecordingReader.recognises("/nowhere/X.ws.jsonl.zst") && !RecordingReader.recognises("/nowhere/X.csv"))
  }
}
