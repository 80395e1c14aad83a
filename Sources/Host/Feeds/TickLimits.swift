import Market

/// The scales and bounds that rows are held to.
struct TickLimits {
  /// Where no instrument is known: leaves room to add in 64 bits.
  static let unbounded: Int64 = 1_000_000_000_000_000_000

  var priceScale: Int
  var quantityScale: Int
  /// Raw.
  var maximumPrice: Int64
  /// Raw.
  var maximumQuantity: Int64

  init(_ spec: InstrumentSpec) {
    priceScale = Int(spec.priceScale)
    quantityScale = Int(spec.quantityScale)
    maximumPrice = spec.maximumPrice
    maximumQuantity = spec.maximumQuantity
  }

  init(priceScale: Int, quantityScale: Int) {
    self.priceScale = priceScale
    self.quantityScale = quantityScale
    maximumPrice = TickLimits.unbounded
    maximumQuantity = TickLimits.unbounded
  }
}
