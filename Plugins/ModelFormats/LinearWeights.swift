/// A logistic regression: p = 1 / (1 + e^-(bias + sum of weight x (value - mean) / scale)).
///
/// Its file, version `linear.v1`, is one JSON object: `format`, `bias`, `weights`, and where they are given `means` (else 0),
/// `scales` (above 0, else 1) and `missing`, what stands for a missing value (else the mean, so that it adds nothing).
public struct LinearWeights: ~Copyable {
  struct Term {
    let weight: Double
    let mean: Double
    let scale: Double
    let missing: Double
  }

  /// Values that a row must have.
  public let featureCount: Int
  private let bias: Double
  // Unsafe: this value's own, made in init and freed in deinit; `featureCount` terms.
  private let terms: UnsafeMutablePointer<Term>

  init(bias: Double, terms read: [Term]) {
    self.bias = bias
    featureCount = read.count
    terms = .allocate(capacity: read.count)
    for index in read.indices { terms.advanced(by: index).initialize(to: read[index]) }
  }

  /// From the bytes of a `linear.v1` file; nothing of them is kept.
  public static func read(_ file: UnsafeRawBufferPointer) throws(MalformedFile) -> LinearWeights { try LinearWeightsReader.read(file) }

  deinit { terms.deallocate() }

  /// The probability of class 1; nil for a row of another length. NaN where the sum is none: infinite values that cancel.
  public func probability(_ features: Span<Double>) -> Double? {
    guard features.count == featureCount else { return nil }
    var sum = bias
    for index in 0..<featureCount {
      let term = terms[index]
      let value = features[index]
      sum += term.weight * (((value.isNaN ? term.missing : value) - term.mean) / term.scale)
    }
    return Logistic.probability(sum)
  }
}
