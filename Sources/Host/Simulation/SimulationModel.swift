import Market

/// How the practice venue fills and what it charges.
public struct SimulationModel: Sendable, Hashable {
  public enum FillPrice: String, Sendable, Hashable, CaseIterable {
    /// A taker fills at the last trade's price.
    case trade
    /// A taker buys at the ask and sells at the bid.
    case quote
  }

  public var fillPrice: FillPrice
  public var takerFee: BasisPoints
  public var makerFee: BasisPoints
  /// Full spread of the quotes that are made from trades where data has none. 0: bid = ask = last trade.
  public var syntheticSpread: BasisPoints
  /// Quote currency at the start.
  public var initialCash: Money

  public init(
    fillPrice: FillPrice = .quote, takerFee: BasisPoints = BasisPoints(raw: 5_000_000), makerFee: BasisPoints = BasisPoints(raw: 2_000_000),
    syntheticSpread: BasisPoints = BasisPoints(raw: 2_000_000), initialCash: Money = Money(units: 10_000)
  ) {
    self.fillPrice = fillPrice
    self.takerFee = takerFee
    self.makerFee = makerFee
    self.syntheticSpread = syntheticSpread
    self.initialCash = initialCash
  }
}
