import JSONTree
import TestKit
import Testing

@testable import Telemetry

@Suite struct TelemetryTests {
  private static let now: Int64 = 1_770_000_000

  private func event(_ type: String, _ data: [String: JSONNode] = [:], age: Int64 = 0) -> TelemetryEvent {
    TelemetryEvent(["type": .text(type), "ts": .integer(Self.now - age), "data": .object(data)], arrival: 0)
  }

  private func summary(_ events: [TelemetryEvent], capacity: Int = 5000) -> TelemetrySummary {
    var store = TelemetryStore(capacity: capacity)
    for event in events { store.append(event) }
    return store.summary(at: Self.now)
  }

  @Test func `An event has the reference's defaults where it says nothing of use`() {
    let event = TelemetryEvent(["ts": 1_700_000_000, "type": "pnl", "data": ["equity": 1]], arrival: 5)
    #expect(
      event.node == [
        "event_version": "telemetry.v1", "ts": 1_700_000_000, "source": "unknown", "type": "pnl", "symbol": nil, "data": ["equity": 1],
      ])
    #expect(TelemetryEvent(["ts": 1_700_000_000_123], arrival: 5).seconds == 1_700_000_000, "milliseconds")
    for absurd in [JSONNode.null, "x", -1, 1e300, .number("NaN"), .number("1e400"), [1]] {
      #expect(TelemetryEvent(["ts": absurd], arrival: 5).seconds == 5, "\(absurd)")
    }
    let odd = TelemetryEvent(["type": 5, "symbol": "<b>\n", "data": [1], "source": ""], arrival: 5)
    #expect(odd.type == "unknown" && odd.symbol == "<b>?" && odd.data.isEmpty && odd.source == "unknown")
  }

  @Test func `A summary counts its windows and takes what was said last`() {
    let empty = summary([])
    #expect(empty == TelemetrySummary() && empty.node["last_seen_ts"] == .null && empty.node["trades_5m"] == 0 && empty.node.object?.count == 15)
    let all = summary([
      event("order", age: 300), event("fill", age: 301), event("fill", age: 3600), event("order", age: 3601), event("error", age: 60),
      event("error", age: 61), event("pnl", ["equity": 5, "pnl_day": -1], age: 9), event("pnl", ["equity": 6]),
      event("policy", ["mode": "normal", "allow_trading": false, "reason": "R"]), event("status", ["state": "RUNNING"]),
    ])
    #expect(all.tradesInFiveMinutes == 1 && all.tradesInAnHour == 3 && all.errorsInAMinute == 1 && all.lastSeen == Self.now)
    #expect(all.equity == 6 && all.pnlOfTheDay == -1 && all.policyMode == "normal" && all.policyAllowsTrading == false && all.state == "RUNNING")
  }

  @Test func `Its percentile is of the nearest rank`() {
    // Index 0.95 times 19 is 18.05, so the 19th.
    let twenty = summary((1...20).map { event("latency", ["loop_ms": .integer($0)]) })
    #expect(twenty.latencyMilliseconds95 == 19 && twenty.meanLatencyMilliseconds == 10.5)
    #expect(summary([event("latency", ["loop_ms": 7])]).latencyMilliseconds95 == 7)
    #expect(summary([event("latency", ["loop_ms": .number("NaN")]), event("latency", ["loop_ms": -1])]).latencyMilliseconds95 == nil)
  }

  @Test func `It keeps the newest, oldest first`() {
    var store = TelemetryStore(capacity: 3)
    for number in 1...5 { store.append(TelemetryEvent(["ts": .integer(Int64(number))], arrival: 0)) }
    #expect(store.tail(10).map(\.seconds) == [3, 4, 5] && store.tail(2).map(\.seconds) == [4, 5])
    #expect(store.tail(0).isEmpty && store.tail(-1).isEmpty && store.taken == 5)
  }

  @Test func `Alerts begin, last, end, and come again after their pause alone`() {
    var thresholds = Alerts.Thresholds()
    (thresholds.dailyLoss, thresholds.drawdown) = (100, 50)
    var alerts = Alerts(cooldownSeconds: 120, thresholds: thresholds)
    var bad = TelemetrySummary()
    (bad.errorsInAMinute, bad.latencyMilliseconds95, bad.restartsPerHour, bad.pnlOfTheDay) = (5, 500, 3, -100)
    (bad.policyAllowsTrading, bad.policyReason) = (false, "POLICY_MISSING_OR_EXPIRED")
    #expect(
      alerts.judge(bad, at: 0).map(\.key) == ["BOT_RESTART_LOOP", "DRAWDOWN_LIMIT", "ERROR_SPIKE", "LATENCY_SPIKE", "POLICY_SAFE_MODE_ACTIVE"])
    #expect(alerts.judge(bad, at: 10).isEmpty && alerts.node["active"]?.array?.count == 5)
    #expect(alerts.node["active"]?.array?.first?["last_seen"] == 10.0 && alerts.node["active"]?.array?.first?["first_seen"] == 0.0)
    #expect(alerts.judge(TelemetrySummary(), at: 20).isEmpty && alerts.node["active"] == [] && alerts.node["recent"]?.array?.count == 10)
    #expect(alerts.judge(bad, at: 119).isEmpty && alerts.judge(bad, at: 120).count == 5)
    for step in 0..<100 { _ = alerts.judge(step % 2 == 0 ? TelemetrySummary() : bad, at: 1000 + Double(step) * 500) }
    #expect(alerts.node["recent"]?.array?.count == 100)
    var calm = TelemetrySummary()
    (calm.errorsInAMinute, calm.latencyMilliseconds95, calm.pnlOfTheDay, calm.restartsPerHour) = (4, 499.9, -99.9, 2.9)
    (calm.policyAllowsTrading, calm.policyReason) = (false, "LOSS_STREAK")
    var quiet = Alerts(cooldownSeconds: 0, thresholds: thresholds)
    #expect(quiet.judge(calm, at: 0).isEmpty)
  }
}
