import Market

/// A mean of basis points in which each fill counts by its notional: the sum of what it cost over the sum of what was traded.
struct WeightedMean {
  private var sum = 0.0
  private var weight = 0.0
  private var count = 0

  /// - Parameter weight: the fill's notional, above zero.
  mutating func add(bps: Double, weight: Double) {
    sum += bps * weight
    self.weight += weight
    count += 1
  }

  static func += (mean: inout WeightedMean, other: WeightedMean) {
    mean.sum += other.sum
    mean.weight += other.weight
    mean.count += other.count
  }

  var figure: BpsFigure { BpsFigure(bps: weight > 0 ? sum / weight : nil, count: count) }
}

/// A volume-weighted mean in basis points, with how many fills it is made of.
public struct BpsFigure: Sendable, Equatable {
  /// Nil: of no fill.
  public var bps: Double?
  public var count: Int

  public init(bps: Double?, count: Int) {
    self.bps = bps
    self.count = count
  }
}
