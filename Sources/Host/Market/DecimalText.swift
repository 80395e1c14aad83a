/// Exact decimal text to scaled integers and back. No floating point on the way.
public enum DecimalText {
  public enum Failure: Error, Equatable, Sendable {
    /// Not a decimal number.
    case malformed
    /// More decimals than the scale holds, and they are not zeros.
    case tooPrecise
    /// Does not fit into the integer.
    case overflow
  }

  /// Reads `[+-]digits[.digits][e[+-]digits]` as `value * 10^scale`.
  ///
  /// Digits past the scale are accepted only if they are zeros: nothing is rounded. The exponent form is what Python
  /// writes for small numbers (`1e-05`).
  public static func parse(_ text: UnsafeBufferPointer<UInt8>, scale: Int) throws(Failure) -> Int64 {
    var digits: UInt64 = 0
    var decimals = 0
    var seenDigit = false
    var seenPoint = false
    var trailingZeros = 0
    var index = 0
    var negative = false
    if index < text.count, text[index] == 0x2B || text[index] == 0x2D {
      negative = text[index] == 0x2D
      index += 1
    }
    // Zeros are held back and written only when a digit follows, so that "1.50000000000000000000" does not overflow.
    scan: while index < text.count {
      let byte = text[index]
      switch byte {
      case 0x30...0x39:
        seenDigit = true
        if seenPoint { decimals += 1 }
        if byte == 0x30 {
          trailingZeros += 1
        } else {
          try shift(&digits, by: trailingZeros + 1)
          trailingZeros = 0
          let sum = digits.addingReportingOverflow(UInt64(byte - 0x30))
          if sum.overflow { throw .overflow }
          digits = sum.partialValue
        }
      case 0x2E where !seenPoint: seenPoint = true
      default: break scan
      }
      index += 1
    }
    guard seenDigit else { throw .malformed }
    var exponent = 0
    if index < text.count {
      guard text[index] == 0x65 || text[index] == 0x45 else { throw .malformed }
      exponent = try parseExponent(UnsafeBufferPointer(rebasing: text[(index + 1)...]))
    }
    if digits == 0 { return 0 }
    // value = digits * 10^(trailingZeros - decimals + exponent)
    let power = scale + trailingZeros - decimals + exponent
    guard power >= 0 else { throw .tooPrecise }
    try shift(&digits, by: power)
    guard digits <= UInt64(Int64.max) else { throw .overflow }
    return negative ? -Int64(digits) : Int64(digits)
  }

  public static func parse(_ text: String, scale: Int) throws(Failure) -> Int64 {
    var copy = text
    let result = copy.withUTF8 { bytes -> Result<Int64, Failure> in
      do throws(Failure) { return .success(try parse(bytes, scale: scale)) } catch { return .failure(error) }
    }
    return try result.get()
  }

  /// Decimals that are not trailing zeros: what a scale must have to hold the text. Nil if it is no number.
  public static func decimals(of text: UnsafeBufferPointer<UInt8>) -> Int? {
    for scale in 0...18 {
      do throws(Failure) {
        _ = try parse(text, scale: scale)
        return scale
      } catch {
        if error != .tooPrecise { return nil }
      }
    }
    return nil
  }

  /// `raw / 10^scale` in plain decimal notation with exactly `scale` decimals.
  public static func format(_ raw: Int64, scale: Int) -> String { format(Int128(raw), scale: scale) }

  public static func format(_ raw: Int128, scale: Int) -> String {
    var digits = String(raw.magnitude)
    if scale > 0 {
      if digits.utf8.count <= scale { digits = String(repeating: "0", count: scale + 1 - digits.utf8.count) + digits }
      digits.insert(".", at: digits.index(digits.endIndex, offsetBy: -scale))
    }
    return raw < 0 ? "-" + digits : digits
  }

  /// Without trailing zeros: `0.001`, `12`.
  public static func formatShort(_ raw: Int128, scale: Int) -> String {
    var text = format(raw, scale: scale)
    guard scale > 0 else { return text }
    while text.hasSuffix("0") { text.removeLast() }
    if text.hasSuffix(".") { text.removeLast() }
    return text
  }

  /// An amount rounded half away from zero to `decimals` for people and JSON; the books keep the exact value.
  public static func format(_ money: Money, decimals: Int) -> String {
    let unit = UInt128(PowerOfTen[Money.scale - decimals])
    var (quotient, remainder) = money.raw.magnitude.quotientAndRemainder(dividingBy: unit)
    if remainder >= unit - remainder { quotient += 1 }
    return format(money.raw < 0 ? -Int128(quotient) : Int128(quotient), scale: decimals)
  }

  private static func shift(_ digits: inout UInt64, by power: Int) throws(Failure) {
    if digits == 0 { return }
    guard power <= 19 else { throw .overflow }
    for _ in 0..<power {
      let product = digits.multipliedReportingOverflow(by: 10)
      if product.overflow { throw .overflow }
      digits = product.partialValue
    }
  }

  private static func parseExponent(_ text: UnsafeBufferPointer<UInt8>) throws(Failure) -> Int {
    var index = 0
    var negative = false
    if index < text.count, text[index] == 0x2B || text[index] == 0x2D {
      negative = text[index] == 0x2D
      index += 1
    }
    guard index < text.count, text.count - index <= 4 else { throw .malformed }
    var value = 0
    while index < text.count {
      guard case 0x30...0x39 = text[index] else { throw .malformed }
      value = value * 10 + Int(text[index] - 0x30)
      index += 1
    }
    return negative ? -value : value
  }
}
