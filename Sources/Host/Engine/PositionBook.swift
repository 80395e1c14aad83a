import Market

/// A position with its exact cost: realized and unrealized profit always add up to the money that moved.
///
/// `cost` is what the open position cost, signed like it (a short's proceeds are negative). A partial close takes a
/// proportional share, rounded towards zero to 10^-18; the rest stays in `cost`, so nothing is lost.
public struct PositionBook: Sendable, BitwiseCopyable {
  public private(set) var position: Int64 = 0
  public private(set) var cost: Money = .zero
  /// Before fees.
  public private(set) var realized: Money = .zero
  public private(set) var fees: Money = .zero

  public init() {}

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
    let share = closing == held ? cost : cost.scaled(by: closing, over: held)
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

  /// Profit if the position were closed at `price`, before fees.
  func unrealized(at price: Price, spec: InstrumentSpec) -> Money {
    Money(raw: spec.notional(price, Quantity(raw: position)).raw - cost.raw)
  }

  /// Entry price in quote currency per base unit; 0 when flat.
  func averagePrice(spec: InstrumentSpec) -> Double {
    position == 0 ? 0 : cost.doubleValue / spec.value(of: Quantity(raw: position))
  }
}
