import Market

/// How the practice venue fills, what it charges, and how long messages take to it and back.
public struct SimulationModel: Sendable, Hashable {
  public enum FillPrice: String, Sendable, Hashable, CaseIterable {
    /// A taker fills at the last trade's price.
    case trade
    /// A taker buys at the ask and sells at the bid, and walks the book where one is known.
    case quote
  }

  /// Who stands before a resting order, and how that changes.
  public enum QueueModel: String, Sendable, Hashable, CaseIterable {
    /// Nobody is looked at: a trade strictly through the price fills, and so does the opposite touch on reaching it.
    case none
    /// Only trades at the price bring the order forward.
    case riskAverse = "risk_averse"
    /// Orders that leave the level were before or behind it with a probability.
    case probabilistic
  }

  /// In what commission is charged.
  public enum FeeAsset: String, Sendable, Hashable, CaseIterable {
    /// As the venue does: spot out of what is received (base on buys, quote on sells), perpetuals in quote.
    case venue
    case quote
    /// In a third asset while its balance lasts, then as `venue`.
    case third
  }

  public var fillPrice: FillPrice
  public var takerFee: BasisPoints
  public var makerFee: BasisPoints
  /// Full spread of the quotes that are made from trades where data has none. 0: bid = ask = last trade.
  public var syntheticSpread: BasisPoints
  /// Quote currency at the start.
  public var initialCash: Money

  /// Against every taker, on top of the price at hand; both are added up.
  public var slippage = BasisPoints.zero
  public var slippageTicks: Int64 = 0
  public var queue = QueueModel.none
  /// Exponent of the probabilistic queue; 1...8.
  public var queuePower: Int64 = 3
  /// Whether a trade fills a resting order only as far as it goes; else any excess fills it whole.
  public var partialFills = true
  /// Of each order, in millionths.
  public var rejectProbability: Int64 = 0
  /// Of rejects and of jitter.
  public var seed: Int64 = 42

  public var feeAsset = FeeAsset.venue
  public var thirdAsset = ThirdAsset()

  /// Per 8 hours, for perpetuals whose data has no mark prices.
  public var fundingRate = BasisPoints.zero
  public var latency = LatencyModel()

  /// The third asset that commission may be charged in, e.g. BNB.
  public struct ThirdAsset: Sendable, Hashable {
    /// nil = none.
    public var name: String?
    /// At the start, in that asset.
    public var balance = Money.zero
    /// One unit in quote currency; at most 10 decimals, so that a charge's value is exact.
    public var price = Money.zero
    /// What is taken off the rate, in millionths.
    public var discount: Int64 = 0

    public init(name: String? = nil, balance: Money = .zero, price: Money = .zero, discount: Int64 = 0) {
      self.name = name
      self.balance = balance
      self.price = price
      self.discount = discount
    }
  }

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

  /// `rejectProbability` and `ThirdAsset.discount` are out of this.
  public static let probabilityScale = 6
}
