import Engine
import Market
import Risk
import TestKit
import Testing

@testable import Simulation

/// Who sees what first. Times are in ns and small, so that each case can be followed by hand.
@Suite struct DelayLineTests {
  /// A delay line with what came out of it, as `time step`.
  private final class Watch {
    var line: DelayLine
    init(_ clock: DataClock, feed: Int64 = 0, order: Int64 = 0, response: Int64 = 0, jitter: Int64 = 0, seed: Int64 = 1, capacity: Int = 1024) {
      var model = SimulationModel()
      model.seed = seed
      model.latency.feedNanoseconds = feed
      model.latency.orderNanoseconds = order
      model.latency.responseNanoseconds = response
      model.latency.jitterNanoseconds = jitter
      line = DelayLine(model: model, clock: clock, capacity: capacity)
    }

    /// - Parameter price: names the message.
    func push(_ price: Int64, exchange: Int64, receive: Int64 = 0) {
      let trade = Trade(price: Price(raw: price), quantity: Quantity(raw: 1), takerSide: .buy)
      line.push(MarketEvent(exchangeNanoseconds: exchange, receiveNanoseconds: receive, payload: .trade(trade)), instrument: 0)
    }

    /// - Parameter react: called with the words of each step before the next is taken.
    func run(_ react: (Watch, String) -> Void = { _, _ in }) -> [String] {
      var words: [String] = []
      while let step = line.next() {
        let text: String
        switch step {
        case .venueData(let slot): text = "venue \(name(slot))"
        case .engineData(let slot): text = "engine \(name(slot))"
        case .request(.cancel(_, let id)): text = "request \(id)"
        case .request: text = "request"
        case .report(let report): text = "report \(report.orderID)"
        case .funding: text = "funding"
        }
        words.append("\(line.nowNanoseconds) \(text)")
        react(self, text)
      }
      return words
    }

    private func name(_ slot: Int) -> String {
      defer { line.release(slot) }
      if case .trade(let trade) = line.event(slot).payload { return "\(trade.price.raw)" }
      return "?"
    }
  }

  @Test func `Rows reach the venue at their time and us after the feed latency`() {
    let watch = Watch(.row, feed: 5)
    watch.push(1, exchange: 100)
    #expect(watch.run() == [])  // another row of that time may follow
    watch.push(2, exchange: 103)
    #expect(watch.run() == ["100 venue 1"])
    watch.push(3, exchange: 103)
    watch.push(4, exchange: 120)
    #expect(watch.run() == ["103 venue 2", "103 venue 3", "105 engine 1", "108 engine 2", "108 engine 3"])
    watch.line.close()
    #expect(watch.run() == ["120 venue 4", "125 engine 4"])
  }

  @Test func `Orders and answers take their time: 5 to us, 7 to the venue, 3 back`() {
    let watch = Watch(.row, feed: 5, order: 7, response: 3)
    for (price, time) in [(1, 100), (2, 111), (3, 112), (4, 200)] as [(Int64, Int64)] { watch.push(price, exchange: time) }
    let words = watch.run { watch, step in
      if step == "engine 1" { watch.line.send(.cancel(slot: 0, orderID: 9)) }
      if step == "request 9" { watch.line.respond(ExecutionReport(slot: 0, orderID: 9, kind: .cancelled)) }
    }
    // The venue has seen 3 before the order: at one time its data comes first.
    #expect(
      words == ["100 venue 1", "105 engine 1", "111 venue 2", "112 venue 3", "112 request 9", "115 report 9", "116 engine 2", "117 engine 3"])
  }

  @Test func `Ties: the venue's data, reports, our data, requests`() {
    let watch = Watch(.row)
    watch.push(1, exchange: 10)
    watch.push(2, exchange: 10)
    watch.push(3, exchange: 11)
    let words = watch.run { watch, step in
      if step == "venue 1" { watch.line.respond(ExecutionReport(slot: 0, orderID: 7, kind: .working)) }
      if step == "engine 1" { watch.line.send(.cancel(slot: 0, orderID: 9)) }
    }
    #expect(words == ["10 venue 1", "10 venue 2", "10 report 7", "10 engine 1", "10 engine 2", "10 request 9"])
  }

  private let second: Int64 = 1_000_000_000

  @Test func `In a recording the venue's time goes backwards between streams: it is put in order, ours stays`() {
    let watch = Watch(.recorded)
    watch.push(1, exchange: 100, receive: 110)
    watch.push(2, exchange: 90, receive: 111)
    watch.push(3, exchange: 105, receive: 112)
    watch.push(4, exchange: 90, receive: 113)
    watch.line.close()
    #expect(
      watch.run() == [
        "90 venue 2", "90 venue 4", "100 venue 1", "105 venue 3", "110 engine 1", "111 engine 2", "112 engine 3", "113 engine 4",
      ])
    #expect(watch.line.lateCount == 0)
  }

  @Test func `What is later than the window is applied at the venue's clock, and counted`() {
    let watch = Watch(.recorded)
    watch.push(1, exchange: 10 * second, receive: 10 * second)
    watch.push(2, exchange: 13 * second, receive: 13 * second)
    #expect(watch.run() == ["\(10 * second) venue 1", "\(10 * second) engine 1"])
    watch.push(3, exchange: 9 * second, receive: 14 * second)
    watch.line.close()
    #expect(
      watch.run() == [
        "\(10 * second) venue 3", "\(13 * second) venue 2", "\(13 * second) engine 2", "\(14 * second) engine 3",
      ])
    #expect(watch.line.lateCount == 1)
  }

  @Test func `A venue whose clock is ahead of ours cannot have sent before we received`() {
    let watch = Watch(.recorded)
    watch.push(1, exchange: 150, receive: 100)  // ahead by 50 from here on
    watch.push(2, exchange: 155, receive: 120)
    watch.line.close()
    #expect(watch.run() == ["100 venue 1", "100 engine 1", "105 venue 2", "120 engine 2"])
  }

  @Test func `Without a venue's time it is ours less the feed latency`() {
    let watch = Watch(.recorded, feed: 4)
    watch.push(1, exchange: -1, receive: 100)
    watch.line.close()
    #expect(watch.run() == ["96 venue 1", "100 engine 1"])
  }

  @Test func `Live data is shown to both at once, and passing time brings answers`() {
    let watch = Watch(.live, order: 5, response: 5)
    watch.push(1, exchange: 10, receive: 100)
    let words = watch.run { watch, step in if step == "engine 1" { watch.line.send(.cancel(slot: 0, orderID: 9)) } }
    #expect(words == ["100 venue 1", "100 engine 1"])
    watch.line.reach(104)
    #expect(watch.run() == [])
    watch.line.reach(105)
    #expect(watch.run() == ["105 request 9"])
  }

  @Test func `A full line goes on before its time and loses nothing`() {
    let watch = Watch(.recorded, capacity: 4)
    var words: [String] = []
    for index in 0..<100 as Range<Int64> {
      while watch.line.makeRoom() { words += watch.run() }
      watch.push(index, exchange: 1000 + index - (index % 3) * 2, receive: 1000 + index)
    }
    watch.line.close()
    words += watch.run()
    #expect(words.count == 200)
    #expect(words.filter { $0.contains("engine") }.map { $0.split(separator: " ")[2] } == (0..<100).map { "\($0)" })
  }

  @Test func `Jitter is the same for the same seed, within its bounds, and nothing overtakes`() {
    func times(_ seed: Int64) -> [Int64] {
      let watch = Watch(.row, feed: 100, jitter: 50, seed: seed)
      for index in 0..<500 as Range<Int64> { watch.push(index, exchange: index * 10) }
      watch.line.close()
      return watch.run().filter { $0.contains("engine") }.map { Int64($0.split(separator: " ")[0]) ?? -1 }
    }
    let first = times(1)
    #expect(first == times(1) && first != times(2))
    #expect(first == first.sorted())
    let latencies = zip(first, 0...).map { $0 - $1 * 10 }
    #expect(latencies.allSatisfy { (100...150).contains($0) } && latencies.min()! < 110 && latencies.max() == 150 || latencies.max()! > 140)
  }

  @Test func `Depth levels are copied, and lent whole until both sides have read them`() {
    let line = Watch(.row)
    func push(_ time: Int64, _ bids: [Int64], _ asks: [Int64]) {
      let levels = { (prices: [Int64]) in prices.map { BookLevel(price: Price(raw: $0), quantity: Quantity(raw: $0 * 2)) } }
      let (bids, asks) = (levels(bids), levels(asks))
      bids.withUnsafeBufferPointer { bids in
        asks.withUnsafeBufferPointer { asks in
          line.line.push(
            MarketEvent(
              exchangeNanoseconds: time, receiveNanoseconds: 0, payload: .depth(DepthUpdate(bids: bids, asks: asks, isSnapshot: time == 1))),
            instrument: 3)
        }
      }
    }
    var seen: [String] = []
    for round in 0..<50 as Range<Int64> {
      push(2 * round + 1, Array(0..<round), [7])
      push(2 * round + 2, [], [1, 2])
      while let step = line.line.next() {
        guard case .engineData(let slot) = step else {
          if case .venueData(let slot) = step { line.line.release(slot) }
          continue
        }
        guard case .depth(let depth) = line.line.event(slot).payload else { continue }
        #expect(line.line.instrument(slot) == 3 && (Array(depth.bids) + Array(depth.asks)).allSatisfy { $0.quantity.raw == 2 * $0.price.raw })
        seen.append("\(depth.bids.map(\.price.raw)) \(depth.asks.map(\.price.raw)) \(depth.isSnapshot)")
        line.line.release(slot)
      }
    }
    #expect(seen.count == 99)
    #expect(seen[0] == "[] [7] true" && seen[1] == "[] [1, 2] false" && seen[6] == "[0, 1, 2] [7] false")
  }

  // MARK: Latency tables

  @Test func `A table is a step function of time`() throws {
    let table = try LatencyTable.parse("time_ms,feed_ms,order_ms,response_ms\n1000,1,2,3\r\n2000,0.5,10,0.000001\n", path: "t.csv")
    #expect(table.rows.count == 2)
    #expect(table.row(at: 0).orderNanoseconds == 2_000_000 && table.row(at: 1_999_999_999).feedNanoseconds == 1_000_000)
    #expect(table.row(at: 2_000_000_000) == table.rows[1] && table.row(at: .max).responseNanoseconds == 1)
    var model = SimulationModel()
    model.latency.orderNanoseconds = 99
    model.latency.table = table
    var line = DelayLine(model: model, clock: .live)
    line.push(
      MarketEvent(
        exchangeNanoseconds: -1, receiveNanoseconds: 2_000_000_000, payload: .mark(MarkPrice(price: Price(raw: 1)))), instrument: 0)
    while let step = line.next() {
      if case .engineData = step { line.send(.cancel(slot: 0, orderID: 1)) }
    }
    line.close()
    let last = line.next()
    #expect(last != nil && line.nowNanoseconds == 2_010_000_000)
  }

  @Test(arguments: [
    ("", "t.csv:1: the header is not"), ("time,feed\n", "t.csv:1: the header is not"), ("HEAD", "t.csv:2: there is no row"),
    ("HEAD1,2,3\n", "t.csv:2: 3 fields"), ("HEAD1,2,3,x\n", "t.csv:2: response_ms is no number"), ("HEAD1,-2,3,4\n", "t.csv:2: feed_ms is no number"),
    ("HEAD1,2,60001,4\n", "t.csv:2: order_ms is over 60000 ms"), ("HEAD5,1,1,1\n5,1,1,1\n", "t.csv:3: time_ms does not rise"),
    ("HEAD5,1,1,1\n\n6,1,1,1\n", "t.csv:3: 1 fields"),
  ])
  func `A table that cannot be read says where and why`(text: String, reason: String) {
    let text = text.replacing("HEAD", with: "time_ms,feed_ms,order_ms,response_ms\n")
    #expect(throws: LatencyTable.Failure.self) { try LatencyTable.parse(text, path: "t.csv") }
    do { _ = try LatencyTable.parse(text, path: "t.csv") } catch { #expect("\(error)".hasPrefix(reason), "\(error)") }
  }
}
