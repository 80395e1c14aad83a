import JSONTree

/// What a host tells of itself between heartbeats: `telemetry.v1` of the Python system.
public struct TelemetryEvent: Sendable, Hashable {
  public var version: String
  /// Seconds since 1970.
  public var seconds: Int64
  public var source: String
  public var type: String
  public var symbol: String?
  public var data: [String: JSONNode]

  /// Takes what is there; what is missing, or of another kind, has the reference's default.
  ///
  /// - Parameter arrival: seconds since 1970, for an event without a time of its own.
  public init(_ members: [String: JSONNode], arrival: Int64) {
    func line(_ name: String) -> String? {
      guard let text = members[name]?.text, !text.isEmpty else { return nil }
      return String(text.unicodeScalars.prefix(64).map { $0.value < 0x20 || (0x7F...0x9F).contains($0.value) ? "?" : Character($0) })
    }
    version = line("event_version") ?? "telemetry.v1"
    source = line("source") ?? "unknown"
    type = line("type") ?? "unknown"
    symbol = line("symbol")
    data = members["data"]?.object ?? [:]
    // Hosts of another kind send milliseconds.
    let given = members["ts"]?.real.flatMap { $0.isFinite && $0 > 0 && $0 < 1e16 ? Int64($0 > 1e12 ? $0 / 1000 : $0) : nil }
    seconds = given ?? arrival
  }

  public var node: JSONNode {
    [
      "event_version": .text(version), "ts": .integer(seconds), "source": .text(source), "type": .text(type),
      "symbol": symbol.map(JSONNode.text) ?? .null, "data": .object(data),
    ]
  }
}
