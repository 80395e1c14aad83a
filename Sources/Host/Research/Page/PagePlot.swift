import Glibc
import Markup

/// A small line chart as SVG with its own axes; coordinates are numbers, nothing in it comes from outside.
struct PagePlot {
  let x: ClosedRange<Double>
  let y: ClosedRange<Double>
  private var shapes = ""
  private static let width = 640.0
  private static let height = 260.0
  private static let left = 58.0
  private static let bottom = 30.0
  private static let top = 10.0

  /// Ranges without an extent are widened.
  init(x: ClosedRange<Double>, y: ClosedRange<Double>) {
    self.x = Self.wide(x)
    self.y = Self.wide(y)
  }

  private static func wide(_ range: ClosedRange<Double>) -> ClosedRange<Double> {
    guard range.upperBound - range.lowerBound <= 1e-9 * max(1, abs(range.upperBound)) else { return range }
    let half = max(1e-3, 0.05 * abs(range.upperBound))
    return range.lowerBound - half...range.upperBound + half
  }

  private func px(_ value: Double) -> String {
    PageNumber.text(Self.left + (value - x.lowerBound) / (x.upperBound - x.lowerBound) * (Self.width - Self.left - 12), decimals: 1)
  }
  private func py(_ value: Double) -> String {
    PageNumber.text(Self.top + (y.upperBound - value) / (y.upperBound - y.lowerBound) * (Self.height - Self.top - Self.bottom), decimals: 1)
  }

  mutating func line(_ style: String, _ points: [(x: Double, y: Double)]) {
    guard points.count > 1 else { return }
    shapes += "<polyline class=\"\(style)\" points=\"\(points.map { "\(px($0.x)),\(py($0.y))" }.joined(separator: " "))\"/>"
  }

  /// - Parameter radius: in units of the drawing.
  mutating func dot(_ style: String, _ at: (x: Double, y: Double), radius: Double = 3.5) {
    shapes += "<circle class=\"\(style)\" cx=\"\(px(at.x))\" cy=\"\(py(at.y))\" r=\"\(PageNumber.text(radius, decimals: 1))\"/>"
  }

  /// From `low` to `high` at one place.
  mutating func bar(_ style: String, at: Double, low: Double, high: Double) {
    shapes += "<line class=\"\(style)\" x1=\"\(px(at))\" x2=\"\(px(at))\" y1=\"\(py(low))\" y2=\"\(py(high))\"/>"
  }

  /// - Parameters:
  ///   - label: what it shows, for those who do not see it.
  ///   - decimals: of the axes' numbers.
  func markup(label: String, xName: String, decimals: (x: Int, y: Int)) -> Markup {
    var axes = ""
    for tick in Self.ticks(y) {
      axes += "<line class=\"grid\" x1=\"\(px(x.lowerBound))\" x2=\"\(px(x.upperBound))\" y1=\"\(py(tick))\" y2=\"\(py(tick))\"/>"
      axes += "<text class=\"y\" x=\"\(Self.left - 8)\" y=\"\(py(tick))\" dy=\"4\">\(PageNumber.text(tick, decimals: decimals.y))</text>"
    }
    for tick in Self.ticks(x) {
      axes += "<text class=\"x\" x=\"\(px(tick))\" y=\"\(Self.height - 12)\">\(PageNumber.text(tick, decimals: decimals.x))</text>"
    }
    return
      "<svg class=\"plot\" viewBox=\"0 0 640 260\" role=\"img\" aria-label=\"\(label)\">\(.verbatim(axes + shapes))</svg><p class=\"axis\">\(xName)</p>"
  }

  /// Some round numbers within a range.
  private static func ticks(_ range: ClosedRange<Double>) -> [Double] {
    let rough = (range.upperBound - range.lowerBound) / 7
    let power = pow(10, log10(rough).rounded(.down))
    let step = ([1.0, 2, 5].first { $0 * power >= rough } ?? 10) * power
    let first = (range.lowerBound / step).rounded(.up)
    return (0..<12).map { (first + Double($0)) * step }.filter { $0 <= range.upperBound + step * 1e-9 }
  }
}
