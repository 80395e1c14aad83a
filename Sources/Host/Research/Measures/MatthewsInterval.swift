/// A 95 % interval for Matthews' correlation on rows in time order.
///
/// The correlation is linearised: each row adds psi = xy - r (x^2 + y^2) / 2, with x and y the standardised prediction and
/// label, and the estimate's error is the mean of psi. Neighbouring rows are not independent (labels overlap over the
/// horizon, predictions last for seconds), so that mean is judged by whole stretches: the rows are cut into blocks of at
/// least `horizonsPerBlock` horizons, and the spread of the blocks' means gives a Student interval with (blocks - 1)
/// degrees of freedom (batch means, R. W. Conway 1963). What labels share over the blocks' borders would make the variance
/// too small by horizon / (3 x block); it is put back.
///
/// It is never narrower than what predictions that know nothing would show: 1.96 times the root of
/// (1 + 2 sum over lags below the horizon of rho_x rho_y) / n, Bartlett's variance for the correlation of two independent
/// series with these autocorrelations. The spread of a few blocks is itself a matter of luck, most of all where a model says
/// yes in a few rows only. Few rows make a wide interval, not a wrong one.
public struct MatthewsInterval: Sendable, Hashable, Encodable {
  public var low: Double
  public var high: Double
  /// Stretches that were compared, and the rows of one.
  public var blocks: Int
  public var blockRows: Int
  /// The correlation itself.
  private let estimate: Double
  /// Standard errors: of the blocks' mean, and of predictions that know nothing.
  private let blockError: Double
  private let chanceError: Double

  private enum CodingKeys: String, CodingKey {
    case low
    case high
    case blocks
    case blockRows = "block_rows"
  }

  static let horizonsPerBlock = 3
  /// Shorter stretches would not be independent where predictions last for seconds.
  static let minimumBlockRows = 20
  static let blockRange = 5...20

  /// Nil when prediction or label never changes, or when there are rows for fewer than five blocks.
  init?(predicted: [Bool], actual: [Bool], horizonSeconds: Int) {
    let count = predicted.count
    let blocks = min(Self.blockRange.upperBound, count / max(Self.minimumBlockRows, Self.horizonsPerBlock * horizonSeconds))
    guard blocks >= Self.blockRange.lowerBound, count == actual.count else { return nil }
    let (meanX, meanY) = (Self.share(predicted), Self.share(actual))
    let (deviationX, deviationY) = ((meanX * (1 - meanX)).squareRoot(), (meanY * (1 - meanY)).squareRoot())
    guard deviationX > 0, deviationY > 0 else { return nil }
    var x: [Double] = []
    var y: [Double] = []
    for index in 0..<count {
      x.append(((predicted[index] ? 1 : 0) - meanX) / deviationX)
      y.append(((actual[index] ? 1 : 0) - meanY) / deviationY)
    }
    let r = zip(x, y).reduce(0) { $0 + $1.0 * $1.1 } / Double(count)
    let means = (0..<blocks).map { block in
      let range = block * count / blocks..<(block + 1) * count / blocks
      return range.reduce(0.0) { $0 + x[$1] * y[$1] - r * (x[$1] * x[$1] + y[$1] * y[$1]) / 2 } / Double(range.count)
    }
    let mean = means.reduce(0, +) / Double(blocks)
    let variance = means.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(blocks - 1)
    let shared = Double(horizonSeconds) / (3 * Double(count) / Double(blocks))
    estimate = r
    blockError = (variance / (1 - shared) / Double(blocks)).squareRoot()
    chanceError = Self.varianceOfChance(x, y, horizonSeconds).squareRoot()
    self.blocks = blocks
    blockRows = count / blocks
    (low, high) = (0, 0)
    (low, high) = bounds(alpha: 0.05)
  }

  /// The interval at another level.
  ///
  /// - Parameter alpha: how often it may miss the truth, 0 < alpha < 1; 0.05 is `low` and `high`.
  func bounds(alpha: Double) -> (low: Double, high: Double) {
    let spread = StudentDistribution.upperQuantile(alpha / 2, degreesOfFreedom: blocks - 1) * blockError
    let half = max(spread, -NormalDistribution.quantile(alpha / 2) * chanceError)
    return (max(-1, estimate - half), min(1, estimate + half))
  }

  /// More lags are taken at even distances: autocorrelations of such series are smooth.
  private static let maximumLags = 200

  /// Of the correlation of two standardised series that have nothing to do with each other.
  private static func varianceOfChance(_ x: [Double], _ y: [Double], _ horizon: Int) -> Double {
    let step = max(1, (horizon - 1) / maximumLags)
    var sum = 0.0
    for lag in stride(from: step, to: min(horizon, x.count - 1), by: step) {
      var (ofX, ofY) = (0.0, 0.0)
      for index in lag..<x.count {
        ofX += x[index] * x[index - lag]
        ofY += y[index] * y[index - lag]
      }
      sum += Double(step) * (ofX / Double(x.count)) * (ofY / Double(x.count))
    }
    return max(1, 1 + 2 * sum) / Double(x.count - 1)
  }

  private static func share(_ values: [Bool]) -> Double { Double(values.count { $0 }) / Double(values.count) }
}
