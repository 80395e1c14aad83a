/// Which way a price goes to the tick grid.
public enum TickRounding: Sendable {
  case down
  case up
}

/// The units of an instrument: how raw integers become decimal values and back.
public struct Scales: Sendable, BitwiseCopyable {
  /// 10^price scale: price in quote currency = raw / priceUnit.
  public let priceUnit: Double
  /// 10^quantity scale: quantity in base currency = raw / quantityUnit.
  public let quantityUnit: Double
  /// Raw; every order price is a multiple of it.
  public let tickSize: Int64
  /// Raw; every order quantity is floored to a multiple of it.
  public let stepSize: Int64

  /// - Parameters:
  ///   - priceScale: decimals of a price, 0...18.
  ///   - quantityScale: decimals of a quantity, 0...18.
  /// - Throws: `Refusal` for a scale over 18 or a size below 1.
  public init(priceScale: UInt32, quantityScale: UInt32, tickSize: Int64, stepSize: Int64) throws {
    guard priceScale <= 18, quantityScale <= 18 else {
      throw Refusal("scales are 0...18 decimals, not \(priceScale) and \(quantityScale)")
    }
    guard tickSize > 0, stepSize > 0 else { throw Refusal("tick and step must be above 0, not \(tickSize) and \(stepSize)") }
    priceUnit = Scales.powerOfTen(priceScale)
    quantityUnit = Scales.powerOfTen(quantityScale)
    self.tickSize = tickSize
    self.stepSize = stepSize
  }

  /// In quote currency. Divided, never multiplied by 0.1: that gives the double nearest to the decimal value.
  @inlinable public func price(_ raw: Int64) -> Double { Double(raw) / priceUnit }

  /// In base currency.
  @inlinable public func quantity(_ raw: Int64) -> Double { Double(raw) / quantityUnit }

  /// The raw price on the tick grid; nil for NaN, infinity and what does not fit.
  @inlinable public func rawPrice(_ price: Double, rounding rule: FloatingPointRoundingRule = .toNearestOrAwayFromZero) -> Int64? {
    Scales.onGrid(price * priceUnit, tickSize, rule)
  }

  /// The raw quantity on the step grid, by default never more than `quantity`; nil for NaN, infinity and what does not fit.
  ///
  /// What is within a billionth of a step of the grid counts as on it, so that 0.3 is 3 steps of 0.1 although its double is a little less.
  @inlinable public func rawQuantity(_ quantity: Double, rounding rule: FloatingPointRoundingRule = .towardZero) -> Int64? {
    Scales.onGrid(quantity * quantityUnit, stepSize, rule)
  }

  /// `raw` on the tick grid, down or up; nil for what does not fit.
  @inlinable public func onTick(_ raw: Int64, rounding rule: TickRounding) -> Int64? {
    let remainder = raw % tickSize
    if remainder == 0 { return raw }
    // Division cuts towards zero: below zero the remainder is negative, and cutting it off goes up.
    let cut = raw - remainder
    let step = rule == .up ? (remainder > 0 ? tickSize : 0) : (remainder < 0 ? -tickSize : 0)
    let (value, overflow) = cut.addingReportingOverflow(step)
    return overflow ? nil : value
  }

  /// The raw price `millionths` of itself away (100 = one basis point, below zero = lower), on the tick grid: for stops,
  /// profits and offsets, in integers and exact before it is rounded.
  ///
  /// - Returns: nil unless the price and the result are above 0 and fit.
  @inlinable public func price(_ raw: Int64, movedByMillionths millionths: Int64, rounding rule: TickRounding) -> Int64? {
    guard raw > 0 else { return nil }
    // raw x millionths / 10^6 in two parts, so that nothing wider than 64 bits is needed.
    let (whole, part) = raw.quotientAndRemainder(dividingBy: 1_000_000)
    let (coarse, tooCoarse) = whole.multipliedReportingOverflow(by: millionths)
    let (fine, tooFine) = part.multipliedReportingOverflow(by: millionths)
    let (below, over) = coarse.addingReportingOverflow(fine / 1_000_000 - (fine % 1_000_000 < 0 ? 1 : 0))
    let (floor, out) = raw.addingReportingOverflow(below)
    let (exact, past) = floor.addingReportingOverflow(rule == .up && fine % 1_000_000 != 0 ? 1 : 0)
    guard !tooCoarse, !tooFine, !over, !out, !past, let price = onTick(exact, rounding: rule), price > 0 else { return nil }
    return price
  }

  /// `Int64(exactly:)` because `Int64(_:)` traps on NaN, and a trap in a plugin is a crash of the host.
  @inlinable static func onGrid(_ raw: Double, _ size: Int64, _ rule: FloatingPointRoundingRule) -> Int64? {
    let steps = raw / Double(size)
    let nearest = steps.rounded()
    let chosen = (steps - nearest).magnitude <= 1e-9 ? nearest : steps.rounded(rule)
    guard let count = Int64(exactly: chosen) else { return nil }
    let product = count.multipliedReportingOverflow(by: size)
    return product.overflow ? nil : product.partialValue
  }

  /// Exact up to 10^22.
  private static func powerOfTen(_ exponent: UInt32) -> Double {
    var value: Int64 = 1
    for _ in 0..<exponent { value &*= 10 }
    return Double(value)
  }
}
