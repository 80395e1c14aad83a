import Glibc

/// Student's t for whole degrees of freedom.
enum StudentDistribution {
  /// The value that is exceeded with probability `tail`, 0 < tail < 0.5.
  ///
  /// By bisection: a hundred steps of a sum of at most ten terms, where a table would hold one level alone.
  static func upperQuantile(_ tail: Double, degreesOfFreedom: Int) -> Double {
    precondition(tail > 0 && tail < 0.5 && degreesOfFreedom >= 1, "a tail is below one half")
    // In the angle, whose range is finite whatever the tail.
    var (low, high) = (0.0, Double.pi / 2)
    for _ in 0..<100 {
      let middle = (low + high) / 2
      if upperTail(angle: middle, degreesOfFreedom) > tail { low = middle } else { high = middle }
    }
    return tan(low) * Double(degreesOfFreedom).squareRoot()
  }

  /// Of t = tan(angle) times the root of the degrees of freedom: Abramowitz and Stegun, 26.7.3 and 26.7.4.
  private static func upperTail(angle: Double, _ degreesOfFreedom: Int) -> Double {
    let (sine, cosine) = (sin(angle), cos(angle))
    let isOdd = degreesOfFreedom % 2 == 1
    var term = isOdd ? cosine : 1
    var sum = degreesOfFreedom == 1 ? 0 : term
    for power in stride(from: isOdd ? 3 : 2, to: degreesOfFreedom, by: 2) {
      term *= cosine * cosine * Double(power - 1) / Double(power)
      sum += term
    }
    let within = isOdd ? 2 / Double.pi * (angle + sine * sum) : sine * sum
    return (1 - within) / 2
  }
}
