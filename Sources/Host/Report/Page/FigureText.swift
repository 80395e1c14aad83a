import Glibc
import Market

/// Numbers for people: grouped thousands, a real minus sign, no more decimals than help.
enum FigureText {
  static let none = "–"

  /// `-1234567.89` as `−1,234,567.89`.
  static func grouped(_ decimal: String) -> String {
    var digits = decimal[...]
    var result = ""
    if digits.hasPrefix("-") {
      digits.removeFirst()
      result = "\u{2212}"
    }
    let point = digits.firstIndex(of: ".") ?? digits.endIndex
    var left = digits.distance(from: digits.startIndex, to: point)
    for digit in digits[..<point] {
      result.append(digit)
      left -= 1
      if left > 0, left % 3 == 0 { result.append(",") }
    }
    return result + digits[point...]
  }

  /// A decimal text with at most 2 decimals, or as many as show a small one.
  static func trimmed(_ decimal: String) -> String {
    guard let point = decimal.firstIndex(of: "."), let value = Double(decimal) else { return grouped(decimal) }
    let written = decimal.distance(from: point, to: decimal.endIndex) - 1
    return number(value, decimals: min(written, decimals(showing: value, significant: 2)))
  }

  static func count(_ value: Int) -> String { grouped(String(value)) }

  static func money(_ money: Money, decimals: Int) -> String { grouped(DecimalText.format(money, decimals: decimals)) }

  /// With a plus sign where it is above zero.
  static func signedMoney(_ value: Money, decimals: Int) -> String { (value > .zero ? "+" : "") + money(value, decimals: decimals) }

  static func price(_ price: Price, scale: Int) -> String { grouped(DecimalText.format(price.raw, scale: scale)) }

  static func quantity(_ quantity: Quantity, scale: Int) -> String { grouped(DecimalText.formatShort(Int128(quantity.raw), scale: scale)) }

  /// - Parameter value: for display only; rounded half away from zero.
  static func number(_ value: Double, decimals: Int) -> String {
    let scaled = (value * Double(PowerOfTen[decimals])).rounded()
    guard scaled.magnitude < 9e18 else { return value.isFinite ? "\(value)" : none }
    return grouped(DecimalText.format(Int64(scaled), scale: decimals))
  }

  /// `0.0412` as `4.12 %`; small ones get the decimals that show them.
  static func percent(_ fraction: Double) -> String {
    guard fraction.isFinite else { return none }
    return number(fraction * 100, decimals: decimals(showing: fraction * 100, significant: 2)) + " %"
  }

  /// Decimals that show `value` with so many significant digits, 2...8; none from ten millions on.
  static func decimals(showing value: Double, significant: Int = 3) -> Int {
    guard value != 0, value.isFinite else { return 2 }
    if value.magnitude >= 1e7 { return 0 }
    return min(8, max(2, significant - 1 - Int(log10(value.magnitude).rounded(.down))))
  }

  /// `850 ms`, `12.3 s`, `4 min 10 s`, `1 h 23 min`, `3 d 4 h`.
  static func duration(milliseconds: Int64) -> String {
    let seconds = milliseconds / 1000
    switch milliseconds {
    case ..<1000: return "\(milliseconds) ms"
    case ..<60_000: return number(Double(milliseconds) / 1000, decimals: 1) + " s"
    case ..<3_600_000: return "\(seconds / 60) min \(seconds % 60) s"
    case ..<86_400_000: return "\(seconds / 3600) h \(seconds / 60 % 60) min"
    default: return "\(seconds / 86_400) d \(seconds / 3600 % 24) h"
    }
  }
}
