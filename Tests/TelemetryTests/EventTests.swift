import JSONTree
import TestKit
import Testing

@testable import Telemetry

@Suite struct EventTests {
  @Test func `An event comes back as the reference gives it back`() throws {
    let event = try TelemetryEvent(reading: try node(#"{"ts": 1700000000123, "type": "pnl", "data": {"equity": 1}}"#), arrivedAt: noon)
    let transcript = #"""
      {"event_version": "telemetry.v1", "ts": 1700000000, "source": "unknown", "type": "pnl", "symbol": null, "data": {"equity": 1}}
      """#
    #expect(event.json == (try node(transcript)))
  }

  @Test func `What a host says is kept, digits and all`() throws {
    let text = #"""
      {"event_version": "telemetry.v2", "ts": 1770033599, "source": "ai_scalper_bot", "type": "fill", "symbol": "BTCUSDT",
       "data": {"price": 0.10000000000000000000000001, "deep": [{"a": [null, true, "é"]}]}}
      """#
    let event = try TelemetryEvent(reading: try node(text), arrivedAt: noon)
    #expect(event.json == (try node(text)))
    #expect(event.json.compact.contains("0.10000000000000000000000001"))
  }

  @Test func `What is missing or of another kind gets its default`() throws {
    let defaults = try TelemetryEvent(reading: [:], arrivedAt: noon)
    #expect(
      defaults.json == [
        "event_version": "telemetry.v1", "ts": .integer(noonSecond), "source": "unknown", "type": "unknown", "symbol": nil, "data": [:],
      ])
    let wrong = #"{"event_version": 1, "ts": "x", "source": [], "type": {}, "symbol": 5, "data": [1], "other": 1}"#
    #expect(try TelemetryEvent(reading: try node(wrong), arrivedAt: noon) == defaults)
    let empty = #"{"event_version": "", "ts": null, "source": "", "type": "", "symbol": "", "data": null}"#
    #expect(try TelemetryEvent(reading: try node(empty), arrivedAt: noon) == defaults)
  }

  @Test(arguments: ["[]", "[{}]", "null", "true", "1", "NaN", #""{}""#])
  func `Only what is no object is refused, and it says so`(text: String) throws {
    let read = try node(text)
    let refusal = #expect(throws: TelemetryEvent.Refusal.self) { try TelemetryEvent(reading: read, arrivedAt: noon) }
    #expect(refusal?.description == "an event is an object")
  }

  /// Nil = the time of its arrival.
  private static let times: [(text: String, second: Int64?)] = [
    ("1700000000", 1_700_000_000), ("1700000000.999", 1_700_000_000), ("1700000000000", 1_700_000_000), ("1700000000999", 1_700_000_000),
    ("1.7e9", 1_700_000_000), ("1", 1),
    // Just above the border it is ms of the year 2001; at it, seconds of no time to come.
    ("1000000000001", 1_000_000_000), ("1000000000000", nil),
    // A clock may be ahead by so much.
    ("1770033900", 1_770_033_900), ("1770033900.5", 1_770_033_900), ("1770033901", nil), ("1770033900999", 1_770_033_900), ("1770033901000", nil),
    ("0", nil), ("0.9", nil), ("-1", nil), ("-0.5", nil), ("-1700000000000", nil), ("NaN", nil), ("Infinity", nil), ("-Infinity", nil),
    ("1e400", nil), ("1e308", nil), ("99999999999999999999999999", nil), ("9223372036854775808", nil), ("true", nil), (#""1700000000""#, nil),
    ("null", nil), ("[1]", nil),
  ]

  @Test(arguments: times.indices)
  func `A time is seconds, or milliseconds, or that of its arrival`(index: Int) throws {
    let (text, second) = Self.times[index]
    let event = try TelemetryEvent(reading: try node(#"{"ts": \#(text)}"#), arrivedAt: noon + 999)
    #expect(event.second == second ?? noonSecond, "\(text)")
  }

  @Test func `A second is cut downwards, before 1970 too`() {
    #expect(
      [-1001, -1000, -999, -1, 0, 999, 1000, Int64.min, .max].map(wholeSecond) == [-2, -1, -1, -1, 0, 0, 1, -9_223_372_036_854_776, .max / 1000])
  }

  /// Any JSON, as deep as the reader lets through.
  private func anything(_ chance: inout Chance, depth: Int) -> JSONNode {
    let texts = ["", "order", "pnl", "latency", "error", "policy", "status", "\u{0}\u{1F}\"\\", "é\u{301}🙂", String(repeating: "x", count: 500)]
    let numbers = [
      "NaN", "Infinity", "-Infinity", "1e999", "-1e999", "0", "-0.0", "1e-400", "1770033600", "9223372036854775807", "1e18", "123456789012345678901",
    ]
    switch Int.random(in: 0..<(depth > 0 ? 9 : 6), using: &chance) {
    case 0: return .null
    case 1: return .boolean(chance.chance(50))
    case 2, 3: return .number(numbers.randomElement(using: &chance)!)
    case 4, 5: return .text(texts.randomElement(using: &chance)!)
    case 6: return .array((0..<Int.random(in: 0..<4, using: &chance)).map { _ in anything(&chance, depth: depth - 1) })
    default:
      let names = [
        "event_version", "ts", "source", "type", "symbol", "data", "loop_ms", "equity", "pnl_day", "drawdown_day", "allow_trading", "reason",
      ]
      var members: [String: JSONNode] = [:]
      for name in names where chance.chance(70) { members[name] = anything(&chance, depth: depth - 1) }
      return .object(members)
    }
  }

  @Test func `Nothing that can be read traps, and whatever is kept can be written and read again`() throws {
    var chance = Chance.seeded("hostile telemetry")
    var store = TelemetryStore(capacity: 50)
    var alerts = Alerts(thresholds: AlertThresholds(drawdown: 1, dailyLoss: 1))
    var taken = 0
    for _ in 0..<3000 {
      let now = [noon, 0, -1, Int64.max / 4, Int64.min / 4].randomElement(using: &chance)!
      guard let event = try? TelemetryEvent(reading: anything(&chance, depth: 4), arrivedAt: now) else { continue }
      taken += 1
      store.take(event, at: now)
      guard chance.chance(5) else { continue }
      let summary = store.summary(at: now)
      _ = alerts.judge(summary, at: now)
      let figures = [summary.dayProfit, summary.dayDrawdown, summary.equity, summary.meanLatencyMilliseconds, summary.highLatencyMilliseconds]
      #expect(figures.allSatisfy { $0?.isFinite ?? true })
    }
    #expect(taken > 500)
    for json in [JSONNode.array(store.tail(.max).map(\.json)), store.summary(at: noon).json, alerts.json] { _ = try node(json.compact) }
    // As deep as the reader goes.
    let deep = #"{"data": "# + String(repeating: #"{"a":"#, count: 63) + "1" + String(repeating: "}", count: 64)
    #expect(try node(TelemetryEvent(reading: try node(deep), arrivedAt: noon).json.compact)["data"] == node(deep)["data"])
  }
}
