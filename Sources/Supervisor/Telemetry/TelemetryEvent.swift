import JSONTree

/// What a host tells of itself: `telemetry.v1`.
///
/// Only what is no object is refused. What is missing or of another kind gets its default: a host of another version is better heard in part
/// than not at all.
public struct TelemetryEvent: Sendable, Hashable {
  /// Why something is no event: one line for whoever sent it.
  public struct Refusal: Error, Hashable, CustomStringConvertible {
    public var description: String
  }

  /// How far a host's clock may be ahead; what is dated later would be new for ever, and gets the time of its arrival.
  public static let maximumAheadSeconds: Int64 = 300

  /// As the host gave it; `telemetry.v1` where it gave none.
  public var version: String
  /// When it happened by the host's clock, whole seconds since 1970 UTC.
  public var second: Int64
  /// Who tells; `unknown` where it does not say.
  public var source: String
  /// What it is about: status, policy, order, fill, pnl, latency, error, or what the host likes; `unknown` where it does not say.
  public var type: String
  /// Nil = of none in particular.
  public var symbol: String?
  /// As it was sent, digits and all.
  public var data: [String: JSONNode]

  /// - Parameter now: of its arrival, ms since 1970 UTC: the time of an event that gives none, or none that can be.
  public init(reading node: JSONNode, arrivedAt now: Int64) throws(Refusal) {
    guard let members = node.object else { throw Refusal(description: "an event is an object") }
    func text(_ name: String) -> String? { members[name]?.text.flatMap { $0.isEmpty ? nil : $0 } }
    version = text("event_version") ?? "telemetry.v1"
    second = Self.second(members["ts"], arrivedAt: now)
    source = text("source") ?? "unknown"
    type = text("type") ?? "unknown"
    symbol = text("symbol")
    data = members["data"]?.object ?? [:]
  }

  /// Seconds, or milliseconds where they could be nothing else; parts of a second are cut.
  private static func second(_ node: JSONNode?, arrivedAt now: Int64) -> Int64 {
    let arrival = wholeSecond(now)
    guard let given = node?.real, given.isFinite else { return arrival }
    let seconds = (given > 1e12 ? given / 1000 : given).rounded(.down)
    guard seconds > 0, seconds <= Double(arrival + maximumAheadSeconds) else { return arrival }
    return Int64(seconds)
  }

  /// As the reference gives it back.
  public var json: JSONNode {
    .object([
      "event_version": .text(version), "ts": .integer(second), "source": .text(source), "type": .text(type),
      "symbol": symbol.map(JSONNode.text) ?? .null, "data": .object(data),
    ])
  }

  /// A figure of its data: finite and of magnitude below 10^15, so that sums and means of many are finite too; else nil.
  func figure(_ name: String) -> Double? { data[name]?.real.flatMap { $0.isFinite && abs($0) < 1e15 ? $0 : nil } }
}

/// The second that a millisecond lies in, also before 1970.
func wholeSecond(_ milliseconds: Int64) -> Int64 {
  let (quotient, remainder) = milliseconds.quotientAndRemainder(dividingBy: 1000)
  return remainder < 0 ? quotient - 1 : quotient
}
