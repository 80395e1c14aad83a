import Market

/// Sums over hosts, symbols and orders, which no host may bring to overflow: whoever asks next would find no Supervisor.
extension Money {
  /// 10^15 units: nobody's amount reaches it, and thousands of them are still exact together.
  static let single = Money(units: 1_000_000_000_000_000)

  /// Within ±10^15.
  var bounded: Money { min(max(self, -Self.single), Self.single) }
  /// The same of what may not be below zero: a negative exposure would be room for others.
  var boundedWorth: Money { min(max(self, .zero), Self.single) }

  /// Held at the ends, which are each other's opposites: nothing here is the one number that has none.
  func adding(_ other: Money) -> Money {
    let (sum, overflows) = raw.addingReportingOverflow(other.raw)
    if overflows { return Money(raw: raw < 0 ? -Int128.max : .max) }
    return Money(raw: max(sum, -Int128.max))
  }

  static func sum<Element>(_ elements: some Sequence<Element>, _ amount: (Element) -> Money) -> Money {
    elements.reduce(.zero) { $0.adding(amount($1)) }
  }

  /// With two decimals, as the reference writes amounts.
  var short: String { DecimalText.format(self, decimals: 2) }
}
