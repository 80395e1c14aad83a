/// venue.market.symbol, e.g. `binance.usdm.BTCUSDT`.
public struct InstrumentID: Sendable, Hashable, CustomStringConvertible {
  public var venue: String
  public var market: Market
  public var symbol: String

  public init(venue: String, market: Market, symbol: String) {
    self.venue = venue
    self.market = market
    self.symbol = symbol
  }

  public var description: String { "\(venue).\(market.rawValue).\(symbol)" }

  /// Reads the full form; nil if it is not three non-empty parts with a known market.
  public init?(_ text: String) {
    let parts = text.split(separator: ".", omittingEmptySubsequences: false)
    guard parts.count == 3, parts.allSatisfy({ !$0.isEmpty }), let market = Market(rawValue: String(parts[1])) else { return nil }
    self.init(venue: String(parts[0]), market: market, symbol: String(parts[2]))
  }
}

public enum Market: String, Sendable, Hashable, CaseIterable {
  /// The asset itself: no short positions, no leverage.
  case spot
  /// USD-margined perpetual futures.
  case usdm
  /// Coin-margined futures (inverse contracts): parsed, refused for trading.
  case coinm
}

public enum Contract: String, Sendable, Hashable {
  case linear
  case inverse
}

/// The numbers of an instrument that the hot path needs. All prices and quantities are raw.
public struct InstrumentSpec: Sendable, BitwiseCopyable, Hashable, Codable {
  public var priceScale: Int32
  public var quantityScale: Int32
  public var tickSize: Int64
  public var stepSize: Int64
  public var minimumQuantity: Int64
  /// Bound of one order and of a position.
  public var maximumQuantity: Int64
  public var maximumPrice: Int64
  public var minimumNotional: Money
  public var leverage: Int64
  /// Of the notional: the margin below which the venue liquidates a position.
  public var maintenanceMargin: BasisPoints
  public var isSpot: Bool
  /// What profit and fees are counted in.
  public var quoteAsset: AssetCode
  public var baseAsset: AssetCode
  /// 10^(18 - priceScale - quantityScale): raw price x raw quantity x this = raw money.
  public var notionalMultiplier: Int128
  /// 10^(18 - quantityScale): one raw unit of the base asset x 10^18.
  public var baseUnit: Int128
  /// 10^priceScale.
  public var priceUnit: Double
  /// 10^quantityScale.
  public var quantityUnit: Double

  /// Exact. - Precondition: both within this instrument's bounds, so that it cannot overflow.
  public func notional(_ price: Price, _ quantity: Quantity) -> Money {
    Money(raw: Int128(price.raw) &* Int128(quantity.raw) &* notionalMultiplier)
  }

  /// Exact, or nil when a value is outside the instrument's bounds.
  public func checkedNotional(_ price: Price, _ quantity: Quantity) -> Money? {
    guard price.raw.magnitude <= maximumPrice.magnitude, quantity.raw.magnitude <= maximumQuantity.magnitude else { return nil }
    return notional(price, quantity)
  }

  /// Never multiply by 0.1: division gives the nearest double of the decimal value.
  public func value(of price: Price) -> Double { Double(price.raw) / priceUnit }
  public func value(of quantity: Quantity) -> Double { Double(quantity.raw) / quantityUnit }
}

/// What can be traded, and in which units.
public struct Instrument: Sendable, Hashable {
  public var id: InstrumentID
  public var baseAsset: String
  public var quoteAsset: String
  public var contract: Contract
  public var spec: InstrumentSpec

  /// Leaves room to add a few such quantities in 64 bits.
  public static let quantityBound: Int64 = 1_000_000_000_000_000_000

  /// Why a definition is not usable.
  public struct Invalid: Error, Sendable, Equatable { public var reason: String }

  /// All bounds are raw in the given scales.
  ///
  /// - Parameters:
  ///   - maximumQuantity: nil = 10^9 base units, or what the money bound leaves.
  ///   - maximumPrice: nil = 10^9 quote units.
  /// - Throws: `Invalid` for scales over 18 together, sizes below 1, or bounds whose product could overflow `Money`.
  public init(
    id: InstrumentID, baseAsset: String, quoteAsset: String, contract: Contract = .linear, priceScale: Int, quantityScale: Int,
    tickSize: Int64 = 1, stepSize: Int64 = 1, minimumQuantity: Int64? = nil, maximumQuantity: Int64? = nil,
    maximumPrice: Int64? = nil, minimumNotional: Money = .zero, leverage: Int64 = 1,
    maintenanceMargin: BasisPoints = BasisPoints(raw: 40_000_000)
  ) throws(Invalid) {
    guard priceScale >= 0, quantityScale >= 0, priceScale <= 9, quantityScale <= 9 else {
      throw Invalid(reason: "scales are 0...9 decimals, not \(priceScale) and \(quantityScale)")
    }
    guard tickSize > 0, stepSize > 0 else { throw Invalid(reason: "tick and step must be above 0") }
    let multiplier = Int128(PowerOfTen[Money.scale - priceScale - quantityScale])
    let maximumPrice = maximumPrice ?? 1_000_000_000 * PowerOfTen[priceScale]
    let maximumQuantity = maximumQuantity ?? 1_000_000_000 * PowerOfTen[quantityScale]
    let minimumQuantity = minimumQuantity ?? stepSize
    guard maximumQuantity <= Self.quantityBound else { throw Invalid(reason: "the maximum quantity is at most 10^18 raw units") }
    guard minimumQuantity > 0, maximumQuantity >= minimumQuantity, maximumPrice >= tickSize else {
      throw Invalid(reason: "0 < minimum quantity <= maximum quantity, and maximum price >= tick, must hold")
    }
    let product = (Int128(maximumPrice) * Int128(maximumQuantity)).multipliedReportingOverflow(by: multiplier)
    guard !product.overflow, product.partialValue <= Money.bound else {
      throw Invalid(reason: "maximum price x maximum quantity must stay under 10^18 \(quoteAsset)")
    }
    guard leverage >= 1, leverage <= 125 else { throw Invalid(reason: "leverage is 1...125, not \(leverage)") }
    guard maintenanceMargin.raw >= 0, maintenanceMargin.raw <= 10_000_000_000 else {
      throw Invalid(reason: "the maintenance margin is 0...10000 bps")
    }
    guard id.market != .spot || leverage == 1 else { throw Invalid(reason: "spot has leverage 1, not \(leverage)") }
    guard minimumNotional >= .zero else { throw Invalid(reason: "the minimum notional is not negative") }
    guard let quoteCode = AssetCode(quoteAsset), let baseCode = AssetCode(baseAsset) else {
      throw Invalid(reason: "base and quote are names of 1...15 bytes")
    }
    self.id = id
    self.baseAsset = baseAsset
    self.quoteAsset = quoteAsset
    self.contract = contract
    spec = InstrumentSpec(
      priceScale: Int32(priceScale), quantityScale: Int32(quantityScale), tickSize: tickSize, stepSize: stepSize,
      minimumQuantity: minimumQuantity, maximumQuantity: maximumQuantity, maximumPrice: maximumPrice,
      minimumNotional: minimumNotional, leverage: leverage, maintenanceMargin: maintenanceMargin, isSpot: id.market == .spot,
      quoteAsset: quoteCode, baseAsset: baseCode, notionalMultiplier: multiplier, baseUnit: Int128(PowerOfTen[Money.scale - quantityScale]),
      priceUnit: Double(PowerOfTen[priceScale]), quantityUnit: Double(PowerOfTen[quantityScale]))
  }

  /// Whether this host trades it; a refusal text otherwise.
  public var unsupportedReason: String? {
    if contract == .inverse { return "\(id) is an inverse contract; only linear instruments trade" }
    if id.market == .coinm { return "\(id) is coin-margined; only spot and usdm trade" }
    return nil
  }
}

extension InstrumentSpec {
  /// `notional / quantity`, rounded half up to a raw price: for people, since an average lies on no grid.
  /// - Parameter quantity: raw; wider than a position, since it may be a sum.
  public func averagePrice(_ notional: Money, _ quantity: Int128) -> Price {
    let product = quantity.multipliedReportingOverflow(by: notionalMultiplier)
    guard quantity != 0, !product.overflow else { return .zero }
    let denominator = product.partialValue
    return Price(raw: Int64(clamping: (notional.raw + denominator / 2) / denominator))
  }
}
