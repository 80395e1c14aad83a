import Market

extension Pairs {
  /// One line per instrument, and one each for the venue and the default market, sorted: equal texts mean that every figure is equal.
  ///
  /// Sizes are effective ones, with the instrument's own decimals, so that a default and the same value written out are equal.
  public var canonicalText: String {
    let lines = instruments.map { instrument in
      let limit = maximumExposures[instrument.id].map { ",max_exposure_notional:\(DecimalText.formatShort($0.raw, scale: Money.scale))" } ?? ""
      return "instruments.\(instrument.id)=\(Self.figures(instrument).map { "\($0.name):\($0.text)" }.joined(separator: ","))\(limit)"
    }
    return (lines + ["venue=\(venue)", "default_market=\(defaultMarket.rawValue)"]).sorted().joined(separator: "\n")
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
