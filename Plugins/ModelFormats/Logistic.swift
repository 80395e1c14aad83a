/// The logistic function and its inverse, out of additions, multiplications and divisions alone: libm picks its code by the
/// processor, and a replay on another machine must give the same bits.
public enum Logistic {
  /// 1 / (1 + e^-x), within 2 units in the last place; NaN for NaN.
  public static func probability(_ margin: Double) -> Double { 1 / (1 + exponential(-margin)) }

  /// ln(x) for a finite x above 0.
  static func logarithm(_ x: Double) -> Double {
    // Halley's step trebles the digits that are right; the start has one.
    var y = (Double(x.exponent) + x.significand - 1) * 0.693147180559945309
    for _ in 0..<5 {
      let power = exponential(y)
      y += 2 * (x - power) / (x + power)
    }
    return y
  }

  /// e^x; 0 below -708 and infinite above 708, where the last doubles are.
  static func exponential(_ x: Double) -> Double {
    if x.isNaN { return x }
    if x > 708 { return .infinity }
    if x < -708 { return 0 }
    // Adding and taking away 1.5 x 2^52 rounds to a whole number: rounded() is a call into libm on older processors.
    let shifter = 0x1.8p52
    let shifted = x * 1.442695040888963407 + shifter
    let whole = shifted - shifter
    // ln 2 in two parts, so that the first product is exact (Cody and Waite).
    let rest = x - whole * 6.93147180369123816490e-01 - whole * 1.90821492927058770002e-10
    // Taylor's series; |rest| <= 0.35, so the first term left out is below 2^-58.
    var sum = 1.0 / 6_227_020_800
    let factors = inverseFactorials
    for index in factors.indices { sum = sum * rest + factors[index] }
    // 2^whole by its bits: whole is within +-1022, where doubles are normal.
    return sum * Double(bitPattern: UInt64(bitPattern: Int64(whole) + 1023) << 52)
  }

  /// 1/12! down to 1/0!.
  private static var inverseFactorials: InlineArray<13, Double> {
    [
      1.0 / 479_001_600, 1.0 / 39_916_800, 1.0 / 3_628_800, 1.0 / 362_880, 1.0 / 40_320, 1.0 / 5040, 1.0 / 720, 1.0 / 120, 1.0 / 24, 1.0 / 6,
      0.5, 1, 1,
    ]
  }
}
