import JSONTree
import TestKit
import Testing

@testable import Telemetry

@Suite struct StoreTests {
  @Test func `An empty store and one with a single event say what the reference says`() throws {
    #expect(TelemetryStore().summary(at: noon).lastSeenSecond == nil)
    var store = TelemetryStore()
    store.take(try TelemetryEvent(reading: try node(#"{"ts": 1700000000123, "type": "pnl", "data": {"equity": 1}}"#), arrivedAt: noon), at: noon)
    let transcript = #"""
      {"last_seen_ts": 1700000000, "trades_5m": 0, "trades_1h": 0, "error_rate_1m": 0, "latency_ms_avg": null, "latency_ms_p95": null,
       "pnl_day": null, "drawdown_day": null, "equity": 1.0, "policy_mode": null, "policy_allow_trading": null, "policy_reason": null,
       "status_state": null, "restarts": null, "restart_rate_per_hour": null}
      """#
    #expect(store.summary(at: noon).json == (try node(transcript)))
    #expect(
      store.tail(1).map(\.json) == [
        try node(#"{"event_version": "telemetry.v1", "ts": 1700000000, "source": "unknown", "type": "pnl", "symbol": null, "data": {"equity": 1}}"#)
      ])
  }

  @Test func `The tail is the newest, oldest of them first`() throws {
    var store = TelemetryStore(capacity: 3)
    #expect(store.tail(5).isEmpty)
    for second in 0..<5 as Range<Int64> {
      try store.take("order", at: second)
      #expect(store.count == min(3, Int(second) + 1))
      #expect(store.tail(.max).map(\.second) == ((max(0, second - 2)...second).map { noonSecond + $0 }))
    }
    #expect(store.tail(2).map(\.second) == [noonSecond + 3, noonSecond + 4])
    #expect(store.tail(0).isEmpty && store.tail(-1).isEmpty && store.tail(.min).isEmpty)
    #expect(TelemetryStore(capacity: 0).count == 0)
  }

  @Test func `Windows hold their ends: five minutes and an hour of trades, a minute of errors`() throws {
    var store = TelemetryStore()
    for type in ["order", "fill"] { try store.take(type) }
    try store.take("error")
    try store.take("pnl")
    func counts(_ second: Int64) -> [Int] {
      let summary = store.summary(atSecond: second)
      return [summary.tradesInFiveMinutes, summary.tradesInAnHour, summary.errorsInAMinute]
    }
    #expect(counts(0) == [2, 2, 1])
    #expect(counts(60) == [2, 2, 1] && counts(61) == [2, 2, 0])
    #expect(counts(300) == [2, 2, 0] && counts(301) == [0, 2, 0])
    #expect(counts(3600) == [0, 2, 0] && counts(3601) == [0, 0, 0])
    // A whole turn of the slots later, the old second is not taken for the new one.
    #expect(counts(4096) == [0, 0, 0])
    try store.take("order", at: 4096)
    #expect(counts(4096) == [1, 1, 0])
  }

  @Test func `A clock that is ahead or behind counts by what it says, and one that is set back loses nothing new`() throws {
    var store = TelemetryStore()
    store.take(try .sample("error", at: 300), at: noon)
    store.take(try .sample("error", at: -60), at: noon)
    store.take(try .sample("error", at: -61), at: noon)
    #expect(store.summary(at: noon).errorsInAMinute == 2)
    // It would take the slot of the first one.
    store.take(try .sample("error", at: 300 - 4096), at: noon)
    #expect(store.summary(at: noon).errorsInAMinute == 2)
    // The Supervisor's own clock goes back by exactly a turn of the slots.
    let earlier: Int64 = 300 - 4096
    try store.take("error", at: earlier)
    #expect(store.summary(atSecond: earlier).errorsInAMinute == 1)
    // What is dated further ahead than a clock may be is not of this minute.
    try store.take("latency", ["loop_ms": 5], at: 301)
    #expect(store.summary(atSecond: 1).meanLatencyMilliseconds == 5 && store.summary(at: noon).meanLatencyMilliseconds == nil)
  }

  @Test func `What has dropped out of the ring still counts, and is still the newest of its kind`() throws {
    var store = TelemetryStore(capacity: 10)
    try store.take("pnl", ["pnl_day": -5, "drawdown_day": 7.5, "equity": 95])
    try store.take("policy", ["mode": "risk_off", "allow_trading": false, "reason": "POLICY_MISSING_OR_EXPIRED"])
    try store.take("status", ["state": "RUNNING"])
    for _ in 0..<1000 { try store.take("fill", at: 1) }
    let summary = store.summary(atSecond: 2)
    #expect(store.tail(.max).allSatisfy { $0.type == "fill" } && store.count == 10)
    #expect(summary.tradesInFiveMinutes == 1000 && summary.tradesInAnHour == 1000)
    #expect(summary.dayProfit == -5 && summary.dayDrawdown == 7.5 && summary.equity == 95)
    #expect(summary.policyMode == "risk_off" && summary.policyAllowsTrading == false && summary.policyReason == "POLICY_MISSING_OR_EXPIRED")
    #expect(summary.state == "RUNNING" && summary.lastSeenSecond == noonSecond + 1)
  }

  @Test func `The newest of a kind is the last that came, and what it does not say is not known`() throws {
    var store = TelemetryStore()
    store.take(try .sample("pnl", ["pnl_day": 1, "equity": 100], at: 200), at: noon)
    store.take(try .sample("pnl", ["pnl_day": 2, "equity": "x"], at: 0), at: noon)
    #expect(store.summary(at: noon).dayProfit == 2 && store.summary(at: noon).equity == nil)
    #expect(store.summary(at: noon).lastSeenSecond == noonSecond)
    for data in [["pnl_day": .number("NaN")], ["pnl_day": .number("1e400")], ["pnl_day": 1e15], ["pnl_day": true], [:]] as [[String: JSONNode]] {
      try store.take("pnl", data)
      #expect(store.summary(at: noon).dayProfit == nil, "\(data)")
    }
    try store.take("policy", ["allow_trading": 1, "mode": 5, "reason": nil])
    #expect(store.summary(at: noon).policyAllowsTrading == nil && store.summary(at: noon).policyMode == nil)
  }

  /// Rank by hand: round(0.95 * (count - 1)), halves to the even neighbour.
  private static let ranks: [(count: Int, rank: Int)] = [
    (1, 0), (2, 1), (3, 2), (4, 3), (10, 9), (11, 10), (12, 10), (20, 18), (21, 19), (31, 28), (41, 38), (51, 48), (100, 94), (101, 95),
  ]

  @Test(arguments: ranks.indices)
  func `The latency of 95 % is the nearest rank`(index: Int) throws {
    let (count, rank) = Self.ranks[index]
    var store = TelemetryStore()
    for value in (0..<count).reversed() { try store.take("latency", ["loop_ms": .integer(Int64(value))]) }
    #expect(store.summary(at: noon).highLatencyMilliseconds == Double(rank))
    #expect(store.summary(at: noon).meanLatencyMilliseconds == Double(count - 1) / 2)
  }

  @Test func `Latencies are of the last minute, the newest where there are too many, and figures alone`() throws {
    var store = TelemetryStore(capacity: 4)
    for data in [["loop_ms": -1], ["loop_ms": .number("NaN")], ["loop_ms": "5"], ["loop_ms": .number("1e308")], [:]] as [[String: JSONNode]] {
      try store.take("latency", data)
    }
    #expect(store.summary(at: noon).meanLatencyMilliseconds == nil)
    try store.take("latency", ["loop_ms": 8])
    #expect(store.summary(atSecond: 60).meanLatencyMilliseconds == 8)
    #expect(store.summary(atSecond: 61).meanLatencyMilliseconds == nil)
    // A clock that is 300 s ahead: seen for as long as it says.
    store.take(try .sample("latency", ["loop_ms": 16], at: 300), at: noon)
    #expect(store.summary(atSecond: 360).meanLatencyMilliseconds == 16)
    #expect(store.summary(atSecond: 361).meanLatencyMilliseconds == nil)
    for value in 1...6 as ClosedRange<Int64> { try store.take("latency", ["loop_ms": .integer(value)], at: 400) }
    #expect(store.summary(atSecond: 400).meanLatencyMilliseconds == 4.5, "3, 4, 5 and 6")
  }

  @Test func `Counts and latencies are those of a list of everything, in any order of arrival`() throws {
    var chance = Chance.seeded("telemetry windows")
    for _ in 0..<5 {
      var store = TelemetryStore(capacity: 5000)
      var all: [TelemetryEvent] = []
      var second: Int64 = 0
      for _ in 0..<1500 {
        second += Int64.random(in: 0...(chance.chance(2) ? 900 : 4), using: &chance)
        let type = ["order", "fill", "error", "latency", "pnl"].randomElement(using: &chance)!
        let milliseconds = Double(Int.random(in: 0..<1000, using: &chance))
        let event = try TelemetryEvent.sample(
          type, ["loop_ms": .real(milliseconds)], at: second + Int64.random(in: -(chance.chance(20) ? 4000 : 90)...299, using: &chance))
        all.append(event)
        store.take(event, at: noon + second * 1000 + Int64.random(in: 0..<1000, using: &chance))
        guard chance.chance(4) else { continue }
        func within(_ back: Int64, _ types: [String]) -> [TelemetryEvent] {
          all.filter { types.contains($0.type) && $0.second >= noonSecond + second - back }
        }
        let summary = store.summary(at: noon + second * 1000 + 999)
        #expect(summary.tradesInFiveMinutes == within(300, ["order", "fill"]).count)
        #expect(summary.tradesInAnHour == within(3600, ["order", "fill"]).count)
        #expect(summary.errorsInAMinute == within(60, ["error"]).count)
        let latencies = within(60, ["latency"]).compactMap { $0.data["loop_ms"]?.real }.sorted()
        #expect((summary.meanLatencyMilliseconds ?? -1) == (latencies.isEmpty ? -1 : latencies.reduce(0, +) / Double(latencies.count)))
        #expect((summary.highLatencyMilliseconds == nil) == latencies.isEmpty)
      }
    }
  }
}
