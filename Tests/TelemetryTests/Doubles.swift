import JSONTree
import Telemetry

/// A day's noon: ms, and whole seconds, since 1970 UTC.
let noon: Int64 = 1_770_033_600_000
let noonSecond = noon / 1000

func node(_ text: String) throws -> JSONNode { try JSONReader.read(Array(text.utf8)) }

extension TelemetryEvent {
  /// - Parameter second: relative to noon.
  static func sample(_ type: String, _ data: [String: JSONNode] = [:], at second: Int64 = 0) throws -> TelemetryEvent {
    try TelemetryEvent(
      reading: ["type": .text(type), "ts": .integer(noonSecond + second), "data": .object(data)], arrivedAt: noon + second * 1000)
  }
}

extension TelemetryStore {
  /// It comes when it happens.
  mutating func take(_ type: String, _ data: [String: JSONNode] = [:], at second: Int64 = 0) throws {
    take(try .sample(type, data, at: second), at: noon + second * 1000)
  }

  func summary(atSecond second: Int64) -> TelemetrySummary { summary(at: noon + second * 1000) }
}
