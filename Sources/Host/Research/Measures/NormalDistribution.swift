import Glibc

/// The standard normal distribution.
enum NormalDistribution {
  static func cumulative(_ x: Double) -> Double { 0.5 * erfc(-x / 2.0.squareRoot()) }

  /// Of 0 < p < 1; to about 1e-15.
  ///
  /// Acklam's rational approximation (relative error 1.2e-9), then one step of Halley's method on `cumulative`.
  static func quantile(_ p: Double) -> Double {
    precondition(p > 0 && p < 1, "a quantile is asked for between 0 and 1")
    let a = [-3.969683028665376e+01, 2.209460984245205e+02, -2.759285104469687e+02, 1.383577518672690e+02, -3.066479806614716e+01, 2.506628277459239]
    let b = [-5.447609879822406e+01, 1.615858368580409e+02, -1.556989798598866e+02, 6.680131188771972e+01, -1.328068155288572e+01]
    let c = [-7.784894002430293e-03, -3.223964580411365e-01, -2.400758277161838, -2.549732539343734, 4.374664141464968, 2.938163982698783]
    let d = [7.784695709041462e-03, 3.224671290700398e-01, 2.445134137142996, 3.754408661907416]
    func polynomial(_ coefficients: [Double], _ x: Double) -> Double { coefficients.reduce(0) { $0 * x + $1 } }
    let tail = 0.02425
    var x: Double
    if p < tail || p > 1 - tail {
      let q = (-2 * log(min(p, 1 - p))).squareRoot()
      x = polynomial(c, q) / (polynomial(d, q) * q + 1)
      if p > 0.5 { x = -x }
    } else {
      let q = p - 0.5
      let r = q * q
      x = polynomial(a, r) * q / (polynomial(b, r) * r + 1)
    }
    let error = cumulative(x) - p
    let step = error * (2 * Double.pi).squareRoot() * exp(x * x / 2)
    return x - step / (1 + x * step / 2)
  }
}
