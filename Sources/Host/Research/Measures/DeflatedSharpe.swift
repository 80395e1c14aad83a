import Glibc

/// The probability that a Sharpe ratio above zero is no luck, after so many trials: D. H. Bailey and M. Lopez de Prado,
/// "The Deflated Sharpe Ratio", Journal of Portfolio Management 40 (5), 2014.
public struct DeflatedSharpe: Sendable, Hashable, Encodable {
  /// 0...1; 0.95 and more would be called significant.
  public var probability: Double
  /// The largest Sharpe ratio to be expected of so many worthless trials.
  public var expectedMaximum: Double
  public var trials: Int

  private enum CodingKeys: String, CodingKey {
    case probability
    case expectedMaximum = "expected_maximum"
    case trials
  }

  /// Below it skewness and kurtosis say nothing.
  static let minimumTrades = 10
  private static let eulerGamma = 0.5772156649015329

  /// Nil for fewer than `minimumTrades` returns or returns without spread.
  ///
  /// The spread of the trials' ratios is not kept; 1 / (n - 1) stands for it, what ratios of n worthless returns have
  /// (A. W. Lo 2002, at a ratio of 0).
  init?(returns: [Double], trials: Int) {
    let n = Double(returns.count)
    guard returns.count >= Self.minimumTrades, trials >= 1 else { return nil }
    let mean = returns.reduce(0, +) / n
    func moment(_ power: Double) -> Double { returns.reduce(0) { $0 + pow($1 - mean, power) } / n }
    let second = moment(2)
    guard second > 0 else { return nil }
    let ratio = mean / (second * n / (n - 1)).squareRoot()
    let skewness = moment(3) / pow(second, 1.5)
    let kurtosis = moment(4) / (second * second)
    expectedMaximum = Self.expectedMaximum(trials: trials, deviation: (1 / (n - 1)).squareRoot())
    let spread = 1 - skewness * ratio + (kurtosis - 1) / 4 * ratio * ratio
    guard spread > 0 else { return nil }
    probability = NormalDistribution.cumulative((ratio - expectedMaximum) * (n - 1).squareRoot() / spread.squareRoot())
    self.trials = trials
  }

  /// The false strategy theorem, equation 1 of the paper; 0 for one trial.
  static func expectedMaximum(trials: Int, deviation: Double) -> Double {
    guard trials > 1 else { return 0 }
    let count = Double(trials)
    return deviation
      * ((1 - eulerGamma) * NormalDistribution.quantile(1 - 1 / count) + eulerGamma * NormalDistribution.quantile(1 - 1 / (count * M_E)))
  }
}
