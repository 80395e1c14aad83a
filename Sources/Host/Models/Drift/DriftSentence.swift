import Glibc

/// Says in one line how a column's values differ from training.
struct DriftSentence {
  private let name: String
  private let index: Double?
  private let threshold: Double
  private let minimumBars: Int
  private let spread: DriftBaseline.Spread
  private let now: [Double]

  /// - Parameter counts: by bin, what is missing last.
  init(_ column: DriftWindow.Column, counts: ArraySlice<Int>, index: Double?, threshold: Double, minimumBars: Int) {
    name = column.name
    spread = column.spread
    now = counts.map(Double.init)
    self.index = index
    self.threshold = threshold
    self.minimumBars = minimumBars
  }

  func text(stands: Bool) -> String {
    let bars = Int(now.reduce(0, +))
    guard let index else { return "\(name): \(bars) values in the window, fewer than \(minimumBars): nothing is said of drift" }
    let then = spread.counts + [spread.missing]
    var text =
      "\(name) \(stands ? "drifted" : "is as in training again"): PSI \(Self.hundredths(index)) over the last \(bars) bars, alert above \(Self.hundredths(threshold))"
    text += "; median \(median(now)), in training \(median(then))"
    let (missingNow, missingThen) = (Self.share(now), Self.share(then))
    if (missingNow - missingThen).magnitude >= 0.01 {
      text += "; missing \(Int((missingNow * 100).rounded())) %, in training \(Int((missingThen * 100).rounded())) %"
    }
    return text
  }

  /// Of what is last, among all.
  private static func share(_ counts: [Double]) -> Double { (counts.last ?? 0) / counts.reduce(0, +) }

  /// As near as bins tell: between their bounds in proportion, beyond the outermost only on which side.
  private func median(_ counts: [Double]) -> String {
    let half = counts.dropLast().reduce(0, +) / 2
    guard half > 0 else { return "none" }
    var below = 0.0
    for (bin, count) in counts.dropLast().enumerated() {
      if below + count >= half, count > 0 {
        guard let first = spread.edges.first, let last = spread.edges.last else { return "unknown" }
        if bin == 0 { return "below \(Self.digits(first))" }
        if bin == spread.edges.count { return "\(Self.digits(last)) or more" }
        let (from, to) = (spread.edges[bin - 1], spread.edges[bin])
        return Self.digits(from + (to - from) * (half - below) / count)
      }
      below += count
    }
    return "unknown"
  }

  private static func hundredths(_ value: Double) -> String {
    let whole = Int((value * 100).rounded())
    return "\(whole / 100).\(whole % 100 < 10 ? "0" : "")\(whole % 100)"
  }

  /// Four that count; prices of one day differ in the third.
  static func digits(_ value: Double) -> String {
    guard value != 0, value.isFinite else { return value == 0 ? "0" : "\(value)" }
    let places = 3 - Int(log10(value.magnitude).rounded(.down))
    let scale = pow(10, Double(places.magnitude))
    // By a whole power of ten either way: the result is the double nearest to the decimal, which prints short.
    let rounded = places >= 0 ? (value * scale).rounded() / scale : (value / scale).rounded() * scale
    let text = "\(rounded.isFinite ? rounded : value)"
    return text.hasSuffix(".0") ? String(text.dropLast(2)) : text
  }
}
