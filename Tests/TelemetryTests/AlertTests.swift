import JSONTree
import TestKit
import Testing

@testable import Telemetry

@Suite struct AlertTests {
  private static func summary(_ change: (inout TelemetrySummary) -> Void) -> TelemetrySummary {
    var summary = TelemetrySummary()
    change(&summary)
    return summary
  }

  private static let thresholds = AlertThresholds(drawdown: 50, dailyLoss: 20)

  private struct Case: Sendable {
    var key: Alert.Key
    var severity: String
    var quiet: TelemetrySummary
    var loud: TelemetrySummary
    var evidence: JSONNode
  }

  private static let cases = [
    Case(
      key: .restartLoop, severity: "high", quiet: summary { $0.restartsPerHour = 2.9 }, loud: summary { $0.restartsPerHour = 3 },
      evidence: ["restart_rate_per_hour": 3.0, "threshold": 3.0]),
    Case(
      key: .errorSpike, severity: "high", quiet: summary { $0.errorsInAMinute = 4 }, loud: summary { $0.errorsInAMinute = 5 },
      evidence: ["error_rate_1m": 5, "threshold": 5]),
    Case(
      key: .latencySpike, severity: "medium", quiet: summary { $0.highLatencyMilliseconds = 499.9 },
      loud: summary { $0.highLatencyMilliseconds = 500 }, evidence: ["latency_ms_p95": 500.0, "threshold": 500.0]),
    Case(
      key: .drawdownLimit, severity: "high", quiet: summary { $0.dayDrawdown = 49.9 }, loud: summary { $0.dayDrawdown = 50 },
      evidence: ["drawdown_day": 50.0, "threshold": 50.0]),
    Case(
      key: .drawdownLimit, severity: "high", quiet: summary { $0.dayDrawdown = -49.9 }, loud: summary { $0.dayDrawdown = -50 },
      evidence: ["drawdown_day": 50.0, "threshold": 50.0]),
    Case(
      key: .drawdownLimit, severity: "high", quiet: summary { $0.dayProfit = 20 }, loud: summary { $0.dayProfit = -20 },
      evidence: ["pnl_day": -20.0, "threshold": 20.0]),
    safeMode("POLICY_MISSING_OR_EXPIRED"), safeMode("POLICY_EXPIRED"), safeMode("POLICY_NOT_READY|LLM_OK"),
  ]

  private static func safeMode(_ reason: String) -> Case {
    Case(
      key: .policySafeMode, severity: "medium",
      quiet: summary {
        $0.policyAllowsTrading = true
        $0.policyReason = reason
      },
      loud: summary {
        $0.policyAllowsTrading = false
        $0.policyReason = reason
      }, evidence: ["policy_allow_trading": false, "policy_reason": .text(reason)])
  }

  @Test(arguments: cases.indices)
  func `Each alert begins at its threshold, and its shape is the reference's`(index: Int) {
    let it = Self.cases[index]
    var alerts = Alerts(thresholds: Self.thresholds)
    #expect(alerts.judge(it.quiet, at: noon).isEmpty && alerts.recent.isEmpty)
    let begun = alerts.judge(it.loud, at: noon + 1500)
    #expect(begun.count == 1 && begun == alerts.active && begun == alerts.recent)
    let seconds = JSONNode.real(Double(noon + 1500) / 1000)
    #expect(
      begun.first?.json == [
        "key": .text(it.key.rawValue), "severity": .text(it.severity), "message": .text(begun.first?.message ?? ""), "first_seen": seconds,
        "last_seen": seconds, "active": true, "evidence": it.evidence,
      ])
    #expect(begun.first?.message.isEmpty == false)
  }

  @Test func `Without alerts there are two empty lists`() throws {
    #expect(Alerts().json == (try node(#"{"active": [], "recent": []}"#)))
  }

  @Test func `A policy that is off for another reason, or of which nothing is known, is no alert`() {
    var alerts = Alerts()
    let off = Self.summary {
      $0.policyAllowsTrading = false
      $0.policyReason = "DAILY_LOSS_LIMIT:pnl_day=-210.0"
    }
    #expect(alerts.judge(off, at: noon).isEmpty)
    #expect(alerts.judge(Self.summary { $0.policyAllowsTrading = false }, at: noon).isEmpty)
    #expect(alerts.judge(Self.summary { $0.policyReason = "POLICY_NOT_READY" }, at: noon).isEmpty)
  }

  @Test func `Amounts raise nothing where there is no threshold, and a threshold of 0 is reached by the first and not by none`() {
    var alerts = Alerts()
    let fallen = Self.summary {
      $0.dayDrawdown = 1e9
      $0.dayProfit = -1e9
    }
    #expect(alerts.judge(fallen, at: noon).isEmpty)
    alerts = Alerts(thresholds: AlertThresholds(restartsPerHour: 0, errorsPerMinute: 0, latencyMilliseconds: 0, drawdown: 0, dailyLoss: 0))
    let nothing = Self.summary {
      $0.restartsPerHour = 0
      $0.highLatencyMilliseconds = 0
      $0.dayDrawdown = 0
      $0.dayProfit = 0
    }
    #expect(alerts.judge(nothing, at: noon).isEmpty)
    let first = Self.summary {
      $0.restartsPerHour = 0.5
      $0.errorsInAMinute = 1
      $0.highLatencyMilliseconds = 0.1
      $0.dayProfit = -0.01
    }
    #expect(alerts.judge(first, at: noon).map(\.key) == [.restartLoop, .errorSpike, .latencySpike, .drawdownLimit])
  }

  @Test func `An alert lives as long as its cause, and comes back as itself within the cool-down`() {
    var alerts = Alerts(cooldownSeconds: 120)
    func errors(_ count: Int) -> TelemetrySummary { Self.summary { $0.errorsInAMinute = count } }
    func times() -> [[Int64]] { alerts.recent.map { [($0.firstSeen - noon) / 1000, ($0.lastSeen - noon) / 1000, $0.isActive ? 1 : 0] } }
    #expect(alerts.judge(errors(5), at: noon).count == 1)
    #expect(alerts.judge(errors(9), at: noon + 10_000).isEmpty, "it is told already")
    #expect(times() == [[0, 10, 1]] && alerts.active.first?.evidence["error_rate_1m"] == 9)
    #expect(alerts.judge(errors(0), at: noon + 20_000).isEmpty)
    #expect(times() == [[0, 10, 0]] && alerts.active.isEmpty)
    #expect(alerts.judge(errors(5), at: noon + 119_999).isEmpty, "within the cool-down nobody is told")
    #expect(times() == [[0, 119, 1]], "and yet it is active")
    #expect(alerts.judge(errors(5), at: noon + 500_000).isEmpty, "one that goes on is the same, however long")
    _ = alerts.judge(errors(0), at: noon + 501_000)
    #expect(alerts.judge(errors(6), at: noon + 502_000).count == 1)
    #expect(times() == [[0, 500, 0], [502, 502, 1]])
    _ = alerts.judge(errors(6), at: noon)
    #expect(times() == [[0, 500, 0], [502, 502, 1]], "a clock that is set back makes nothing unseen")
  }

  @Test func `Exactly the cool-down later it is another one, and kinds cool down apart`() {
    var alerts = Alerts(cooldownSeconds: 120)
    _ = alerts.judge(Self.summary { $0.errorsInAMinute = 5 }, at: noon)
    #expect(alerts.judge(Self.summary { $0.restartsPerHour = 5 }, at: noon + 1000).map(\.key) == [.restartLoop])
    #expect(alerts.judge(Self.summary { $0.errorsInAMinute = 5 }, at: noon + 120_000).map(\.key) == [.errorSpike])
    #expect(alerts.active.map(\.key) == [.errorSpike] && alerts.recent.map(\.key) == [.errorSpike, .restartLoop, .errorSpike])
    var restless = Alerts(cooldownSeconds: 0)
    for _ in 0..<3 {
      #expect(restless.judge(Self.summary { $0.errorsInAMinute = 5 }, at: noon).count == 1)
      _ = restless.judge(TelemetrySummary(), at: noon)
    }
    #expect(restless.recent.count == 3)
  }

  @Test func `The history is the newest hundred, and what is active is always in it`() {
    var alerts = Alerts(cooldownSeconds: 0)
    _ = alerts.judge(Self.summary { $0.restartsPerHour = 5 }, at: noon)
    for second in 1...250 as ClosedRange<Int64> {
      let on = Self.summary {
        $0.restartsPerHour = 5
        $0.errorsInAMinute = 5
      }
      #expect(alerts.judge(on, at: noon + second * 1000).map(\.key) == [.errorSpike])
      _ = alerts.judge(Self.summary { $0.restartsPerHour = 5 }, at: noon + second * 1000)
    }
    let recent = alerts.recent
    #expect(recent.count == 100 && recent.first?.key == .restartLoop && alerts.active == [recent[0]])
    #expect(recent.dropFirst().map { ($0.firstSeen - noon) / 1000 } == Array(152...250))
  }
}
