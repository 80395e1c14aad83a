import Testing

/// An exact decimal with 18 places: the tests' own arithmetic, which shares nothing with the host's.
struct Decimal18: Equatable, CustomStringConvertible {
  var units: Int128

  static let one: Int128 = 1_000_000_000_000_000_000

  init(units: Int128) { self.units = units }

  init(_ text: some StringProtocol) throws {
    let isNegative = text.hasPrefix("-")
    let parts = text.drop { $0 == "-" }.split(separator: ".", omittingEmptySubsequences: false)
    try #require((1...2).contains(parts.count), "'\(text)' is no decimal")
    let fraction = parts.count == 2 ? String(parts[1]) : ""
    try #require(fraction.count <= 18, "'\(text)' has more than 18 decimals")
    let digits = String(parts[0]) + fraction + String(repeating: "0", count: 18 - fraction.count)
    let magnitude = try #require(Int128(digits), "'\(text)' is no decimal")
    units = isNegative ? -magnitude : magnitude
  }

  static func + (a: Decimal18, b: Decimal18) -> Decimal18 { Decimal18(units: a.units + b.units) }
  static func - (a: Decimal18, b: Decimal18) -> Decimal18 { Decimal18(units: a.units - b.units) }

  /// Exact, or the test is wrong: prices and quantities have 9 decimals at most.
  static func * (a: Decimal18, b: Decimal18) -> Decimal18 {
    let half: Int128 = 1_000_000_000
    precondition(a.units % half == 0 && b.units % half == 0, "\(a) * \(b) is not exact")
    return Decimal18(units: (a.units / half) * (b.units / half))
  }

  var description: String {
    let digits = String(units.magnitude % UInt128(Self.one))
    return "\(units < 0 ? "-" : "")\(units.magnitude / UInt128(Self.one)).\(String(repeating: "0", count: 18 - digits.count))\(digits)"
  }
}
