import JSONTree
import Market
import Portfolio

/// Counts since the start, in Prometheus's text format: names and units are in docs/SUPERVISOR.md.
struct Metrics: Sendable {
  /// Upper bounds of the evaluations' times, seconds.
  private static let bounds = [0.00005, 0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.1]
  var heartbeats: UInt64 = 0
  var refusedTokens: UInt64 = 0
  private var decisions: [Verdict.Code: UInt64] = [:]
  private var buckets = [UInt64](repeating: 0, count: bounds.count)
  private var nanoseconds: Int64 = 0

  mutating func decided(_ code: Verdict.Code, nanoseconds: Int64) {
    decisions[code, default: 0] += 1
    self.nanoseconds += nanoseconds
    let seconds = Double(nanoseconds) / 1e9
    for (index, bound) in Self.bounds.enumerated() where seconds <= bound { buckets[index] += 1 }
  }

  /// A family with its help and its samples.
  struct Family {
    var name: String
    var type: String
    var help: String
    var samples: [(labels: String, value: String)]

    var text: String {
      "# HELP \(name) \(help)\n# TYPE \(name) \(type)\n" + samples.map { "\(name)\($0.labels) \($0.value)\n" }.joined()
    }
  }

  /// A label's value, quoted.
  static func label(_ pairs: (name: String, value: String)...) -> String {
    "{"
      + pairs.map { pair in
        "\(pair.name)=\""
          + pair.value.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"").replacing("\n", with: "\\n") + "\""
      }.joined(separator: ",") + "}"
  }

  var own: String {
    var text = Family(
      name: "quantumedge_supervisor_heartbeats_total", type: "counter", help: "Heartbeats that were taken.", samples: [("", "\(heartbeats)")]
    ).text
    text +=
      Family(
        name: "quantumedge_supervisor_tokens_refused_total", type: "counter", help: "Requests without the right token.",
        samples: [("", "\(refusedTokens)")]
      ).text
    text +=
      Family(
        name: "quantumedge_supervisor_decisions_total", type: "counter", help: "Answers about orders, by code.",
        samples: Verdict.Code.allCases.map { (Self.label(("code", $0.rawValue)), "\(decisions[$0] ?? 0)") }
      ).text
    let name = "quantumedge_supervisor_evaluate_seconds"
    let count = decisions.values.reduce(0, +)
    text += "# HELP \(name) Time from a question that was read to its answer.\n# TYPE \(name) histogram\n"
    for (bound, value) in zip(Self.bounds, buckets) { text += "\(name)_bucket\(Self.label(("le", "\(bound)"))) \(value)\n" }
    text += "\(name)_bucket\(Self.label(("le", "+Inf"))) \(count)\n\(name)_sum \(Double(nanoseconds) / 1e9)\n\(name)_count \(count)\n"
    return text
  }
}

extension Agent {
  /// `GET /metrics`
  func metrics() -> APIAnswer {
    let now = clock()
    let text = shared.withLock { shared in
      var text = shared.metrics.own
      func gauge(_ name: String, _ help: String, _ samples: [(String, String)]) {
        text += Metrics.Family(name: "quantumedge_supervisor_\(name)", type: "gauge", help: help, samples: samples.map { ($0.0, $0.1) }).text
      }
      func money(_ amount: Money) -> String { DecimalText.format(amount, decimals: 8) }
      let modes = shared.portfolios.sorted { $0.key < $1.key }
      gauge("halted", "1 where nothing opens.", modes.map { (Metrics.label(("mode", $0.key)), $0.value.state.halt == nil ? "0" : "1") })
      gauge("paused", "1 where the operator has paused.", modes.map { (Metrics.label(("mode", $0.key)), $0.value.state.pause == nil ? "0" : "1") })
      gauge(
        "pnl_today", "Of all hosts since the UTC day's begin, in the currency of risk.yaml.",
        modes.map { (Metrics.label(("mode", $0.key)), money($0.value.profit)) })
      gauge(
        "drawdown", "From the day's highest point, in the currency of risk.yaml.",
        modes.map { (Metrics.label(("mode", $0.key)), money($0.value.drawdown)) })
      gauge(
        "exposure", "Open or reserved notional, in the currency of risk.yaml.",
        modes.map { (Metrics.label(("mode", $0.key)), money($0.value.taken(nil))) })
      gauge(
        "heartbeat_age_seconds", "Since the last heartbeat of a host.",
        shared.hosts.sorted { $0.key < $1.key }.map {
          (Metrics.label(("host", $0.key), ("mode", $0.value.mode)), "\(Double(max(0, now - $0.value.at)) / 1000)")
        })
      gauge("events_lost", "Events that no file took.", [("", "\(shared.events.lost)")])
      gauge("state_unwritten", "1 while the state cannot be written.", [("", shared.trouble == nil ? "0" : "1")])
      return text
    }
    return APIAnswer(contentType: "text/plain; version=0.0.4; charset=utf-8", text: text)
  }
}
