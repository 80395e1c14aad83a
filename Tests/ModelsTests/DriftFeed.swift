import Engine
import Models
import PluginABI
import TestKit

/// Tells a monitor of closed seconds as the engine does.
final class DriftFeed {
  let monitor: ModelMonitor
  var second: Int64 = 1_700_000_000

  init(_ places: [ModelMonitor.Place?], alertIndex: Double = 0.25, windowBars: Int = 600, minimumBars: Int = 300) {
    var options = ModelMonitor.Options()
    options.alertIndex = alertIndex
    options.windowBars = windowBars
    options.minimumBars = minimumBars
    monitor = ModelMonitor(places: places, options: options)
  }

  /// The next second of model `model`.
  func close(_ row: [Double], pUp: Double = 0.5, price: Double = 100, status: qe_status = QE_OK, model: Int32 = 0) {
    second += 1
    let answer = ModelAnswer(model: model, instrument: 0, status: status, pUp: pUp, pDown: 1 - pUp, edge: pUp - 0.5)
    row.withUnsafeBufferPointer { monitor.predicted(answer, features: $0, second: second, close: price) }
  }

  func figures(_ model: Int = 0) -> ModelFigures { monitor.figures(model: model)! }
}

extension Chance {
  mutating func unit() -> Double { Double.random(in: 0..<1, using: &self) }

  /// About normal, mean 0 and deviation 1.
  mutating func normal() -> Double {
    var sum = -6.0
    for _ in 0..<12 { sum += unit() }
    return sum
  }
}

extension DriftBaseline.Spread {
  /// Deciles of these values, counted one by one.
  static func deciles(_ values: [Double]) -> DriftBaseline.Spread {
    let present = values.filter { !$0.isNaN }.sorted()
    let edges = (1...9).map { present[present.count * $0 / 10] }
    var counts = [Double](repeating: 0, count: 10)
    for value in present { counts[edges.count { value >= $0 }] += 1 }
    return DriftBaseline.Spread(edges: edges, counts: counts, missing: Double(values.count - present.count))
  }

  /// The index by its definition, of values that are counted anew.
  func stabilityIndex(_ values: ArraySlice<Double>) -> Double {
    var now = [Double](repeating: 0, count: counts.count + 1)
    for value in values { now[value.isNaN ? counts.count : edges.count { value >= $0 }] += 1 }
    let then = counts + [missing]
    return zip(now, then).reduce(0) { sum, pair in
      let a = max(pair.0 / Double(values.count), 0.0001)
      let e = max(pair.1 / then.reduce(0, +), 0.0001)
      return sum + (a - e) * (logarithm(a) - logarithm(e))
    }
  }
}
