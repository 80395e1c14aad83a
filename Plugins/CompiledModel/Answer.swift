import ModelFormats
import PluginKit

/// What a compiled model's numbers mean.
enum Answer: String, CaseIterable {
  /// The probability of a rise.
  case pUp = "p_up"
  /// The logarithm of the odds of a rise: the logistic of it is the probability.
  case margin
  /// Two numbers, the probabilities of a fall and of a rise, in that order.
  case both = "p_down,p_up"

  /// How many numbers it is.
  var count: Int { self == .both ? 2 : 1 }

  /// - Throws: `Refusal` for what are no probabilities: the description may be wrong, and nothing is repaired.
  func forecast(_ first: Double, _ second: Double) throws -> Forecast {
    switch self {
    case .pUp: return Forecast(pUp: first)
    case .margin: return Forecast(pUp: Logistic.probability(first))
    case .both:
      guard (first + second - 1).magnitude <= 1e-3 else { throw Refusal("the two probabilities are not 1 together") }
      return Forecast(pUp: second, pDown: first, edge: second - 0.5)
    }
  }
}
