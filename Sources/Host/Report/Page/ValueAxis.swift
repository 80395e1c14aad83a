import Glibc

/// A vertical axis: a range a little wider than its values, with round ticks inside it.
struct ValueAxis {
  let minimum: Double
  let maximum: Double
  let ticks: [Double]
  /// Decimals that tell the ticks apart.
  let decimals: Int
  /// What labels of large values are in: thousands of millions have no room beside a chart.
  private let unit: (size: Double, name: String)

  /// Units of the drawing's height and width.
  static let extent = 10_000.0

  /// - Parameters:
  ///   - isFromTop: the greatest value stays at the very top (a drawdown hangs from zero).
  init(from least: Double, to greatest: Double, tickCount: Int, isFromTop: Bool = false) {
    var low = least
    var high = greatest
    if low == high {
      // A flat line sits in the middle of something.
      let half = max(low.magnitude * 1e-4, 1e-6)
      low -= half
      if !isFromTop { high += half }
    }
    let margin = (high - low) * 0.06
    minimum = low - margin
    maximum = isFromTop ? high : high + margin
    let rough = (maximum - minimum) / Double(tickCount)
    let exponent = log10(rough).rounded(.down)
    let power = pow(10, exponent)
    let multiple = [1.0, 2, 2.5, 5, 10].first { $0 * power >= rough } ?? 10
    let step = multiple * power
    let farthest = max(minimum.magnitude, maximum.magnitude)
    unit = [(1e13, "T"), (1e10, "B"), (1e7, "M")].first { farthest >= $0.0 }.map { ($0.0 / 10, " " + $0.1) } ?? (1, "")
    decimals = min(9, max(0, Int(-exponent + log10(unit.size)) + (multiple == 2.5 ? 1 : 0) - (multiple == 10 ? 1 : 0)))
    var found: [Double] = []
    var index = (minimum / step).rounded(.up)
    while index * step <= maximum + step * 1e-9, found.count < 4 * tickCount {
      found.append(index * step)
      index += 1
    }
    ticks = found
  }

  /// 0 at the top.
  func position(_ value: Double) -> Double { (maximum - value) / (maximum - minimum) }

  /// In the drawing's units.
  func y(_ value: Double) -> Int { Int((position(value) * Self.extent).rounded()) }

  func label(_ tick: Double) -> String { FigureText.number(tick / unit.size, decimals: decimals) + (tick == 0 ? "" : unit.name) }
}
