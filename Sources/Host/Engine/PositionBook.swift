import Market

/// A position with its exact cost: realized and unrealized profit always add up to the money that moved.
///
/// `cost` is what the open position cost, signed like it (a short's proceeds are negative). A partial close takes a
/// proportional share, rounded towards zero to 10^-18; the rest stays in `cost`, so nothing is lost.
public struct PositionBook: Sendable, BitwiseCopyable, Codable {
  public private(set) var position: Int64 = 0
  public private(set) var cost: Money = .zero
  /// Before fees.
  public private(set) var realized: Money = .zero
  public private(set) var fees: Money = .zero
  /// Paid (below zero: received) for holding.
  public private(set) var funding: Money = .zero
  /// Base held beyond whole raw units, x 10^18: a commission in the base asset is finer than the instrument's grid.
  public private(set) var fraction: Int128 = 0

  public init() {}

  public var isEmpty: Bool { position == 0 && fraction == 0 }
  /// Net of all that was paid for trading and holding.
  public var realizedNet: Money { realized - fees - funding }

  /// Books a fill; returns what it realized, before its fee.
  mutating func apply(side: Side, quantity: Quantity, price: Price, fee: Money, spec: InstrumentSpec) -> Money {
    let sign = Int128(side.sign)
    let signed = side.sign * quantity.raw
    fees += fee
    if position == 0 || (position > 0) == (signed > 0) {
      position += signed
      cost.raw += sign * spec.notional(price, quantity).raw
      return .zero
    }
    let held = abs(position)
    let closing = min(held, quantity.raw)
    let share = costShare(closing, of: held, spec)
    let gain = Money(raw: -(share.raw + sign * spec.notional(price, Quantity(raw: closing)).raw))
    realized += gain
    cost -= share
    position += side.sign * closing
    let rest = quantity.raw - closing
    if rest > 0 {
      position = side.sign * rest
      cost = Money(raw: sign * spec.notional(price, Quantity(raw: rest)).raw)
    }
    return gain
  }

  private func costShare(_ closing: Int64, of held: Int64, _ spec: InstrumentSpec) -> Money {
    if fraction == 0 { return closing == held ? cost : cost.scaled(by: closing, over: held) }
    return cost.scaled(byWide: Int128(closing) * spec.baseUnit, over: Int128(held) * spec.baseUnit + fraction)
  }

  /// A commission of `amount` base (x 10^18), worth `value`, leaves the position at no gain: its cost goes with it.
  ///
  /// - Returns: the whole raw units that are gone; what is less than one is kept in `fraction`.
  mutating func debit(_ amount: Int128, value: Money, spec: InstrumentSpec) -> Int64 {
    cost -= value
    let missing = amount - fraction
    if missing <= 0 {
      fraction -= amount
      return 0
    }
    let units = Int64((missing + spec.baseUnit - 1) / spec.baseUnit)
    position -= units
    fraction += Int128(units) * spec.baseUnit - amount
    return units
  }

  /// The same for the account's book, which is the sum of its instances': as many units go as theirs did.
  mutating func debit(_ amount: Int128, value: Money, units: Int64, spec: InstrumentSpec) {
    cost -= value
    position -= units
    fraction += Int128(units) * spec.baseUnit - amount
  }

  mutating func fund(_ payment: Money) { funding += payment }

  /// What the holding is worth at `price`.
  func value(at price: Price, spec: InstrumentSpec) -> Money {
    value(at: price, multiplier: spec.notionalMultiplier, priceScale: spec.priceScale)
  }

  /// The same with the two figures of the specification that it needs: a mark comes with every tick, and the whole of it is
  /// too large to be copied that often.
  @inline(__always)
  func value(at price: Price, multiplier: Int128, priceScale: Int32) -> Money {
    let whole = Int128(price.raw) &* Int128(position) &* multiplier
    // Exact: a commission has at most 8 decimals and a price at most 9.
    return Money(raw: fraction == 0 ? whole : whole + fraction * Int128(price.raw) / Int128(PowerOfTen[Int(priceScale)]))
  }

  /// Profit if the position were closed at `price`, before fees.
  func unrealized(at price: Price, spec: InstrumentSpec) -> Money { value(at: price, spec: spec) - cost }

  /// Entry price in quote currency per base unit; 0 when flat.
  func averagePrice(spec: InstrumentSpec) -> Double {
    position == 0 ? 0 : cost.doubleValue / spec.value(of: Quantity(raw: position))
  }
}
