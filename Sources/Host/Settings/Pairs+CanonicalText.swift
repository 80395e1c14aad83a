import Market

extension Pairs {
  /// One line per instrument, and one each for the venue and the default market, sorted: equal texts mean that every figure is equal.
  ///
  /// Sizes are effective ones, with the instrument's own decimals, so that a default and the same value written out are equal.
  public var canonicalText: String {
    let lines = instruments.map { instrument in
      let rows = Self.figures(instrument) + limits(of: instrument.id)
      return "instruments.\(instrument.id)=\(rows.map { "\($0.name):\($0.text)" }.joined(separator: ","))"
    }
    return (lines + ["venue=\(venue)", "default_market=\(defaultMarket.rawValue)"]).sorted().joined(separator: "\n")
  }

  /// The limits that a symbol has of its own.
  func limits(of id: InstrumentID) -> [(name: String, text: String)] {
    func money(_ amount: Money) -> String { DecimalText.formatShort(amount.raw, scale: Money.scale) }
    func bps(_ points: BasisPoints) -> String { DecimalText.formatShort(Int128(points.raw), scale: BasisPoints.scale) }
    let own = symbolLimits[id]
    let rows: [(name: String, text: String?)] = [
      ("max_exposure_notional", maximumExposures[id].map(money)), ("max_order_notional", own?.maximumOrderNotional.map(money)),
      ("max_spread_bps", own?.maximumSpread.map(bps)), ("price_collar_bps", own?.priceCollar.map(bps)),
    ]
    return rows.compactMap { row in row.text.map { (row.name, $0) } }
  }

  static func figures(_ instrument: Instrument) -> [(name: String, text: String)] {
    let spec = instrument.spec
    func price(_ raw: Int64) -> String { DecimalText.format(raw, scale: Int(spec.priceScale)) }
    func quantity(_ raw: Int64) -> String { DecimalText.format(raw, scale: Int(spec.quantityScale)) }
    return [
      ("base", instrument.baseAsset), ("quote", instrument.quoteAsset), ("contract", instrument.contract.rawValue),
      ("tick", price(spec.tickSize)), ("step", quantity(spec.stepSize)), ("min_quantity", quantity(spec.minimumQuantity)),
      ("max_quantity", quantity(spec.maximumQuantity)), ("max_price", price(spec.maximumPrice)),
      ("min_notional", DecimalText.formatShort(spec.minimumNotional.raw, scale: Money.scale)), ("leverage", "\(spec.leverage)"),
      ("maintenance_margin_bps", DecimalText.formatShort(Int128(spec.maintenanceMargin.raw), scale: BasisPoints.scale)),
    ]
  }
}
