import Glibc

/// Numbers for people.
enum PageNumber {
  /// Fixed decimals, rounded half away from zero.
  static func text(_ value: Double, decimals: Int) -> String {
    guard value.isFinite else { return "-" }
    let power = pow(10, Double(decimals))
    let scaled = (value.magnitude * power).rounded()
    guard scaled < 9e15 else { return "\(value)" }
    let whole = Int64(scaled)
    let unit = Int64(power)
    let sign = value < 0 && whole > 0 ? "-" : ""
    guard decimals > 0 else { return "\(sign)\(whole)" }
    let fraction = String(whole % unit)
    return "\(sign)\(whole / unit).\(String(repeating: "0", count: decimals - fraction.count))\(fraction)"
  }

  static func text(_ value: Double?, decimals: Int) -> String { value.map { text($0, decimals: decimals) } ?? "-" }

  /// With thin gaps between thousands.
  static func count(_ value: Int) -> String {
    var digits = String(value.magnitude)
    var groups: [Substring] = []
    while digits.count > 3 {
      groups.insert(digits.suffix(3), at: 0)
      digits = String(digits.dropLast(3))
    }
    return (value < 0 ? "-" : "") + ([Substring(digits)] + groups).joined(separator: "\u{2009}")
  }

  static func percent(_ value: Double, decimals: Int = 1) -> String { text(value * 100, decimals: decimals) + " %" }
}
