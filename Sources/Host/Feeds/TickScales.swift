import Market

/// What a tick file needs of an instrument that nobody has described.
public struct TickScales: Sendable, Hashable {
  /// Decimals that are not trailing zeros, 0...9.
  public var priceDecimals: Int
  /// Decimals that are not trailing zeros, 0...9.
  public var quantityDecimals: Int
  /// Largest price of the file, raw at `priceDecimals`.
  public var largestPrice: Int64
  /// Largest quantity of the file, raw at `quantityDecimals`.
  public var largestQuantity: Int64

  public init(priceDecimals: Int, quantityDecimals: Int, largestPrice: Int64, largestQuantity: Int64) {
    self.priceDecimals = priceDecimals
    self.quantityDecimals = quantityDecimals
    self.largestPrice = largestPrice
    self.largestQuantity = largestQuantity
  }

  /// An instrument that holds the data: tick and step of one unit in the last decimal, bounds of 10^9 or the data's own
  /// largest value, whichever is more.
  ///
  /// - Throws: `Instrument.Invalid` if price and quantity together do not fit (10^18 quote units).
  public func instrument(id: InstrumentID, baseAsset: String, quoteAsset: String) throws(Instrument.Invalid) -> Instrument {
    let maximumQuantity = max(largestQuantity, 1_000_000_000 * PowerOfTen[quantityDecimals])
    // What the bound on money leaves for a price, so that a coin of 10^12 units still gets an instrument.
    let multiplier = Int128(PowerOfTen[Money.scale - priceDecimals - quantityDecimals])
    let left = Money.bound / (Int128(maximumQuantity) * multiplier)
    // Not below the data: if that is too much, the instrument's own check says so.
    let maximumPrice = max(min(Int128(1_000_000_000 * PowerOfTen[priceDecimals]), left), Int128(largestPrice))
    return try Instrument(
      id: id, baseAsset: baseAsset, quoteAsset: quoteAsset, priceScale: priceDecimals, quantityScale: quantityDecimals,
      maximumQuantity: maximumQuantity, maximumPrice: Int64(maximumPrice))
  }
}
