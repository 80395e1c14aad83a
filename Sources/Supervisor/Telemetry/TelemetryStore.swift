import JSONTree

/// The newest events, and what is left of those that had to go.
///
/// A summary does not depend on how many events are kept: trades and errors are counted by the second as they come, and the last event that
/// told profit, policy and state is kept beside the ring. Latencies have a ring of the same size: of more than that within a minute, the
/// newest count. Taking an event costs the same however many there are; a summary costs what its windows hold.
public struct TelemetryStore: Sendable {
  private struct Latency: Sendable {
    var arrival: Int64
    var second: Int64
    var milliseconds: Double
  }

  /// The latency window.
  private static let minute: Int64 = 60

  private var events: Ring<TelemetryEvent>
  private var latencies: Ring<Latency>
  private var trades = SecondCounts()
  private var errors = SecondCounts()
  private var profit: TelemetryEvent?
  private var policy: TelemetryEvent?
  private var status: TelemetryEvent?

  /// - Parameter capacity: of events; at least 1.
  public init(capacity: Int = 5000) {
    events = Ring(capacity: capacity)
    latencies = Ring(capacity: capacity)
  }

  /// Kept now.
  public var count: Int { events.count }

  /// - Parameter now: of its arrival, ms since 1970 UTC.
  public mutating func take(_ event: TelemetryEvent, at now: Int64) {
    let arrival = wholeSecond(now)
    events.append(event)
    // The newest is what came last: clocks of hosts differ, and one that is ahead must not hide the others.
    switch event.type {
    case "order", "fill": trades.note(event.second, at: arrival)
    case "error": errors.note(event.second, at: arrival)
    case "latency":
      guard let milliseconds = event.figure("loop_ms"), milliseconds >= 0 else { return }
      latencies.append(Latency(arrival: arrival, second: event.second, milliseconds: milliseconds))
    case "pnl": profit = event
    case "policy": policy = event
    case "status": status = event
    default: return
    }
  }

  /// The newest, oldest of them first; none for a limit of 0 or below.
  public func tail(_ limit: Int) -> [TelemetryEvent] { events.newest(limit) }

  /// - Parameter now: ms since 1970 UTC.
  public func summary(at now: Int64) -> TelemetrySummary {
    let second = wholeSecond(now)
    var summary = TelemetrySummary()
    summary.lastSeenSecond = count == 0 ? nil : events[age: 0].second
    summary.tradesInFiveMinutes = trades.count(back: 300, at: second)
    summary.tradesInAnHour = trades.count(back: 3600, at: second)
    summary.errorsInAMinute = errors.count(back: Self.minute, at: second)
    let recent = recentLatencies(at: second).sorted()
    if !recent.isEmpty {
      summary.meanLatencyMilliseconds = recent.reduce(0, +) / Double(recent.count)
      // Python rounds halves to the even neighbour.
      summary.highLatencyMilliseconds = recent[Int((0.95 * Double(recent.count - 1)).rounded(.toNearestOrEven))]
    }
    summary.dayProfit = profit?.figure("pnl_day")
    summary.dayDrawdown = profit?.figure("drawdown_day")
    summary.equity = profit?.figure("equity")
    summary.policyMode = policy?.data["mode"]?.text
    summary.policyAllowsTrading = policy?.data["allow_trading"]?.boolean
    summary.policyReason = policy?.data["reason"]?.text
    summary.state = status?.data["state"]?.text
    return summary
  }

  private func recentLatencies(at now: Int64) -> [Double] {
    var recent: [Double] = []
    for age in 0..<latencies.count {
      let latency = latencies[age: age]
      // None is dated further ahead of its arrival than that: what came before is older than the window.
      if latency.arrival < now - Self.minute - TelemetryEvent.maximumAheadSeconds { break }
      guard latency.second >= now - Self.minute, latency.second <= now + TelemetryEvent.maximumAheadSeconds else { continue }
      recent.append(latency.milliseconds)
    }
    return recent
  }
}
