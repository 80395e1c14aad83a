import Foundation
import Market
import Session
import Testing

@testable import Daemon

@Suite struct StatusTests {
  private var status: RunStatus {
    RunStatus(
      mode: "paper", uptimeSeconds: 3723, processID: 42, events: 1_000_000, quoteAsset: "USDT",
      equity: Figure(Money(raw: 12_345_678_900_000_000_000_000)), pnlToday: Figure(Money(units: -5)), pnl: Figure(Money(raw: 1)),
      drawdown: Figure(Money.zero), fees: Figure(Money(raw: 1_500_000_000_000_000_000)), fills: 3, trades: 1, refused: 9, blocked: "HALTED",
      blockedWhy: "HALTED by user 0: \"lunch\"",
      symbols: [
        .init(
          name: "BTCUSDT", priceDecimals: 1, quantityDecimals: 3, last: Figure(600_001, scale: 1), bid: nil, ask: nil, feedAgeMilliseconds: 120,
          isStale: true, lagMilliseconds: 7, position: Figure(-10, scale: 3), averagePrice: Figure(600_000, scale: 1),
          unrealized: Figure(Money(raw: -123_456_789_012_345_678)))
      ],
      instances: [
        .init(
          id: "EMACross@BTCUSDT/0", strategy: "EMACross", symbol: "BTCUSDT", digest: String(repeating: "ab", count: 32), state: .out,
          why: "process() returned status 5", workerID: 77, restarts: 3, position: Figure(-10, scale: 3), openOrders: 2, isShadow: false),
        .init(
          id: "EMACross@BTCUSDT/5", strategy: "EMACross", symbol: "BTCUSDT", digest: String(repeating: "cd", count: 32), state: .out,
          why: "its journal: no room", workerID: nil, restarts: 0, position: Figure(7, scale: 3), openOrders: 0, isShadow: true),
      ],
      shadows: [
        .init(
          id: "EMACross@BTCUSDT/5", equity: Figure(Money(units: 9_999)), pnl: Figure(Money(units: -1)), fees: Figure(Money(raw: 1)), fills: 11,
          trades: 5,
          refused: 2, blocked: "KILLED", journal: "state/shadow/EMACross@BTCUSDT-5/journal/1", decisionHash: nil)
      ],
      models: [
        .init(
          symbol: "BTCUSDT", horizonSeconds: 5, state: "stale", model: "XGBoostModel (xgboost_json)", digest: String(repeating: "cd", count: 32),
          source: "runtime/models/BTCUSDT/5/current", ageSeconds: 86_400, reason: "its last answer is older than its horizon", pUp: 0.53125,
          predictionAgeMilliseconds: 6200, asked: 512, failed: 3, featurePSI: 0.4375, scorePSI: nil, brier: 0.25,
          alerts: ["vol_30s is unlike training: PSI 0.44"]),
        .init(
          symbol: "BTCUSDT", horizonSeconds: 30, state: "missing", model: nil, digest: nil, source: nil, ageSeconds: nil,
          reason: "manifest_missing: nothing is published", pUp: nil, predictionAgeMilliseconds: nil, asked: 0, failed: 0, featurePSI: nil,
          scorePSI: nil, brier: nil, alerts: []),
      ],
      limits: [
        .init(
          code: "DAILY_LOSS_LIMIT", scope: "account", value: Figure(Money(units: 5)), limit: Figure(Money(units: 50)),
          usedPercent: Figure(100, scale: 1))
      ],
      refusals: [.init(ageMilliseconds: 61_000, instance: "EMACross@BTCUSDT/0", text: "HALTED")],
      queues: .init(control: 1, feedLagMilliseconds: 7, openOrders: 2))
  }

  @Test func `A status goes through JSON unchanged`() throws {
    let text = status.json.description
    #expect(!text.contains("\n"))
    #expect(try JSONDecoder().decode(RunStatus.self, from: Data(text.utf8)) == status)
    let object = try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
    #expect(object["halted"] as? String == "HALTED" && object["pid"] as? Int == 42)
    #expect(text.contains("\"equity\": 12345.67890000") && text.contains("\"position\": -0.010"))
  }

  @Test(arguments: [
    (Int128(0), 8, 2, "0.00"), (123_456, 5, 2, "1.23"), (-123_556, 5, 2, "-1.24"), (5, 1, 0, "1"), (-5, 1, 0, "-1"), (4, 1, 0, "0"),
    (12, 0, 3, "12.000"), (Int128.max / 4, 18, 2, "42535295865117307932.92"),
  ])
  func `Figures are rounded half away from zero`(raw: Int128, scale: Int, decimals: Int, text: String) {
    #expect(Figure(raw, scale: scale).text(decimals: decimals) == text)
  }

  @Test(arguments: [
    (Int64(599), false, "599 of 600 closed seconds in a row (ml.warmup_seconds)"),
    (4000, false, "its row of feat.v1 has a feature without a value: without trades in the last seconds some have none"),
    (4000, true, "it is asked when the next second closes"),
  ])
  func `A model that has said nothing yet waits for what is missing`(bars: Int64, hasRow: Bool, text: String) {
    #expect(RunStatus.Model.warming(bars: bars, needed: 600, hasRow: hasRow, schema: "feat.v1") == text)
  }

  @Test func `Every digit of a figure comes back`() throws {
    for text in ["0", "-0.00000001", "1000000000000.00000001", "98765432109876543210.12345678"] {
      let figure = try JSONDecoder().decode([Figure].self, from: Data("[\(text)]".utf8))
      #expect(figure[0].shortText == text)
    }
  }

  @Test(arguments: [10, 20, 33, 40, 60, 80, 120, 300]) func `No line is wider than the terminal`(width: Int) {
    let lines = StatusScreen.lines(status, width: width)
    for line in lines { #expect(line.count <= width, "\(line)") }
    #expect(lines.contains { $0.hasPrefix("BTCUSDT".prefix(width)) })
    for height in 1...10 { #expect(StatusScreen.lines(status, width: width, height: height).count == height) }
  }

  @Test func `A wide screen shows everything`() {
    let text = StatusScreen.lines(status, width: 200).joined(separator: "\n")
    for word in [
      "paper", "STOPPED HALTED", "up 1h2m", "nothing opens: HALTED by user 0: \"lunch\"", "equity 12345.68 USDT", "today -5.00", "60000.1",
      "0.1s STALE", "-0.010", "-0.1235", "abababababab", "out", "process() returned status 5", "DAILY_LOSS_LIMIT", "10.0 %", "1m1s ago",
      "feed 7 ms behind",
      "commands 1", "out shadow", "9999.00", "-1.0000", "KILLED", "its journal: no room",
    ] {
      #expect(text.contains(word), "'\(word)' in\n\(text)")
    }
    #expect(!text.contains("ababababababa"), "twelve digits of the digest")
  }

  @Test func `The line says what is stopped, stale and out`() {
    #expect(status.line.hasPrefix("paper 3723s  BTCUSDT 60000.1 pos -0.010 STALE  pnl 0.0000  equity 12345.68  fills 3  refused 9"))
    #expect(status.line.hasSuffix("out 1/1  models 1/2  STOPPED HALTED"))
  }

  @Test func `A feed is stale after its time and late while it has more`() {
    var health = FeedHealth(now: 0)
    let second: Int64 = 1_000_000_000
    /// Whether there was news.
    func look(_ now: Int64, due: Int64?) -> Bool { health.look(at: now, due: due, staleAfter: 5 * second) }
    var news = look(5 * second, due: nil)
    #expect(!news)
    news = look(5 * second + 1, due: nil)
    #expect(news && health.isStale, "never anything is stale too")
    health.received(at: 6 * second)
    news = look(6 * second, due: 7 * second)
    #expect(news && !health.isStale)
    news = look(11 * second, due: 11 * second)
    #expect(!news)
    news = look(11 * second, due: 11 * second - 49_999_999)
    #expect(!news, "less than it can know is none")
    news = look(20 * second, due: 12 * second)
    #expect(news && !health.isStale && health.lagNanoseconds == 8 * second, "late data is not missing data")
    #expect(health.ageNanoseconds(at: 20 * second) == 14 * second)
  }
}
