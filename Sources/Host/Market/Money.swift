/// An exact amount of a currency: `raw / 10^18`.
///
/// Price times quantity is exact at this scale (an instrument's two scales add up to at most 18); only a fee is ever
/// rounded. Instrument bounds keep every single amount under 10^18 currency units (raw 10^36), so that sums of a
/// hundred such amounts still fit into 128 bits.
public struct Money: Sendable, BitwiseCopyable, Hashable, Comparable, Codable {
  public var raw: Int128
  public init(raw: Int128) { self.raw = raw }

  public static let scale = 18
  public static var zero: Money { Money(raw: 0) }
  /// No single amount may reach this: 10^18 currency units.
  public static let bound = Int128(1_000_000_000_000_000_000) * 1_000_000_000_000_000_000

  /// Whole currency units.
  public init(units: Int64) { raw = Int128(units) * 1_000_000_000_000_000_000 }

  public static func < (a: Money, b: Money) -> Bool { a.raw < b.raw }
  public static func + (a: Money, b: Money) -> Money { Money(raw: a.raw + b.raw) }
  public static func - (a: Money, b: Money) -> Money { Money(raw: a.raw - b.raw) }
  public static func += (a: inout Money, b: Money) { a.raw += b.raw }
  public static func -= (a: inout Money, b: Money) { a.raw -= b.raw }
  public static prefix func - (a: Money) -> Money { Money(raw: -a.raw) }

  /// For display and statistics only; exact work stays in `raw`.
  public var doubleValue: Double {
    // Two halves by hand: the library's generic conversion from 128 bits costs a microsecond.
    (Double(Int64(truncatingIfNeeded: raw >> 64)) * 18_446_744_073_709_551_616.0 + Double(UInt64(truncatingIfNeeded: raw))) / 1e18
  }

  /// `self * numerator / denominator`, rounded towards zero; exact over the full width, and held at the ends of `Money`
  /// where the result would not fit (a multiple of an absurd equity is still a limit).
  ///
  /// - Precondition: `denominator > 0`.
  public func scaled(by numerator: Int64, over denominator: Int64) -> Money {
    let negative = (raw < 0) != (numerator < 0)
    let divisor = UInt128(denominator.magnitude)
    let product = raw.magnitude.multipliedFullWidth(by: UInt128(numerator.magnitude))
    // The quotient fits into 128 bits exactly when the upper half is below the divisor.
    let quotient = product.high < divisor ? (product.high == 0 ? product.low / divisor : divisor.dividingFullWidth(product).quotient) : .max
    let magnitude = Int128(clamping: quotient)
    return Money(raw: negative ? -magnitude : magnitude)
  }

  /// The same for a wide fraction, e.g. of two amounts.
  public func scaled(byWide numerator: Int128, over denominator: Int128) -> Money {
    let negative = (raw < 0) != (numerator < 0)
    let divisor = denominator.magnitude
    let product = raw.magnitude.multipliedFullWidth(by: numerator.magnitude)
    let quotient = product.high < divisor ? divisor.dividingFullWidth(product).quotient : .max
    let magnitude = Int128(clamping: quotient)
    return Money(raw: negative ? -magnitude : magnitude)
  }

  /// `a * b / c` over the full width.
  static func divide(_ a: UInt128, _ b: UInt128, _ c: UInt128) -> (quotient: UInt128, remainder: UInt128) {
    let product = a.multipliedReportingOverflow(by: b)
    if !product.overflow { return product.partialValue.quotientAndRemainder(dividingBy: c) }
    return c.dividingFullWidth(a.multipliedFullWidth(by: b))
  }
}

/// A proportional rate in basis points: `raw / 10^6` bps. Negative = rebate.
public struct BasisPoints: Sendable, BitwiseCopyable, Hashable, Codable {
  public var raw: Int64
  public init(raw: Int64) { self.raw = raw }
  public static let scale = 6
  public static var zero: BasisPoints { BasisPoints(raw: 0) }

  /// The fee on `notional`: rounded half up, away from zero, to `assetScale` decimals (at most 18).
  public func fee(on notional: Money, assetScale: Int = 8) -> Money {
    if raw == 0 { return .zero }
    let unit = UInt128(PowerOfTen[Money.scale - assetScale])
    // bps are 10^-4 and raw has 6 decimals: one part in 10^10.
    let denominator = 10_000_000_000 * unit
    var (quotient, remainder) = Money.divide(notional.raw.magnitude, UInt128(raw.magnitude), denominator)
    if remainder >= denominator - remainder { quotient += 1 }
    let magnitude = Int128(quotient * unit)
    return Money(raw: (raw < 0) != (notional.raw < 0) ? -magnitude : magnitude)
  }
}
