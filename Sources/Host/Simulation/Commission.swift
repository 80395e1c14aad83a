import Engine
import Market

/// What a fill costs: in its asset, rounded half up, away from zero, to 8 decimals, and valued in quote without rounding.
struct Commission {
  var asset: ExecutionReport.FeeAsset
  /// In `asset` x 10^18.
  var amount: Money
  /// In quote currency.
  var value: Money

  static let decimals = 8

  /// In quote: the rate of the notional.
  static func quote(_ rate: BasisPoints, notional: Money) -> Commission {
    let fee = rate.fee(on: notional, assetScale: decimals)
    return Commission(asset: .quote, amount: fee, value: fee)
  }

  /// Out of the base asset that was bought, valued at the fill's price.
  static func base(_ rate: BasisPoints, _ quantity: Quantity, at price: Price, spec: InstrumentSpec) -> Commission {
    let bought = Money(raw: Int128(quantity.raw) * Int128(PowerOfTen[Money.scale - Int(spec.quantityScale)]))
    let amount = rate.fee(on: bought, assetScale: decimals)
    // An amount on 8 decimals times a price on at most 9 is exact on 18.
    let units = amount.raw / Int128(PowerOfTen[Money.scale - decimals])
    return Commission(
      asset: .base, amount: amount, value: Money(raw: units * Int128(price.raw) * Int128(PowerOfTen[Money.scale - decimals - Int(spec.priceScale)])))
  }

  /// In the third asset at its fixed price; one rounding, at the end. Nil for rebates and where the balance is too small.
  static func third(_ rate: BasisPoints, notional: Money, asset: SimulationModel.ThirdAsset, balance: Money) -> Commission? {
    guard asset.name != nil, asset.price.raw > 0, rate.raw > 0 else { return nil }
    let whole = UInt128(PowerOfTen[SimulationModel.probabilityScale])
    // units = notional x rate / 10^10 x (1 - discount) / price x 10^8
    let factor = UInt128(rate.raw) * (whole - UInt128(asset.discount))
    let divisor = asset.price.raw.magnitude * whole * 100
    let product = notional.raw.magnitude.multipliedFullWidth(by: factor)
    guard product.high < divisor else { return nil }
    var (units, remainder) = divisor.dividingFullWidth((product.high, product.low))
    if remainder >= divisor - remainder { units += 1 }
    let unit = Int128(PowerOfTen[Money.scale - decimals])
    guard units <= UInt128(Int128.max / unit), Int128(units) * unit <= balance.raw else { return nil }
    let amount = Money(raw: Int128(units) * unit)
    // price has at most 10 decimals: units (10^-8) x price stays whole on 18.
    return Commission(asset: .third, amount: amount, value: Money(raw: Int128(units) * (asset.price.raw / Int128(PowerOfTen[decimals]))))
  }
}

extension SimulatedVenue {
  mutating func commission(_ side: Side, _ quantity: Quantity, _ price: Price, spec: InstrumentSpec, rate: BasisPoints) -> Commission {
    let notional = spec.notional(price, quantity)
    if model.feeAsset == .third,
      let commission = Commission.third(rate, notional: notional, asset: model.thirdAsset, balance: thirdBalance)
    {
      thirdBalance -= commission.amount
      return commission
    }
    if model.feeAsset != .quote, spec.isSpot, side == .buy { return .base(rate, quantity, at: price, spec: spec) }
    return .quote(rate, notional: notional)
  }
}
