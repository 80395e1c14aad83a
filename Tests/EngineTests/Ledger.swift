import Engine
import Market
import Risk

/// The accountant of the generated runs: told of every fill, fee, payment and price by the test, never by the engine.
struct Ledger {
  /// A holding with its cost, by average cost; the part of the cost that a sale takes along is cut off at 10^-18.
  struct Holding {
    /// Whole steps of the grid, and base below one of them x 10^18.
    var position: Int128 = 0
    var fraction: Int128 = 0
    var cost = ExactDecimal.zero
    var realized = ExactDecimal.zero
    var fees = ExactDecimal.zero
    var funding = ExactDecimal.zero
  }

  struct Market {
    let isSpot: Bool
    /// What one raw unit at a raw price of one is worth, in 10^-18.
    private let multiplier: ExactDecimal
    let priceUnit: Int128
    /// One raw unit in base x 10^18.
    let unit: Int128
    var bid: Int64 = 0
    var ask: Int64 = 0
    var last: Int64 = 0
    var venueMark: Int64 = 0

    init(priceScale: Int, quantityScale: Int, isSpot: Bool) {
      self.isSpot = isSpot
      multiplier = ExactDecimal(units: Self.power(18 - priceScale - quantityScale))
      priceUnit = Self.power(priceScale)
      unit = Self.power(18 - quantityScale)
    }

    private static func power(_ exponent: Int) -> Int128 { (0..<exponent).reduce(Int128(1)) { result, _ in result * 10 } }

    /// Of so many raw units at a raw price, in money.
    func worth(_ quantity: Int128, at price: Int64) -> ExactDecimal {
      ExactDecimal(units: Int128(price)) * ExactDecimal(units: quantity) * multiplier
    }

    /// Of base x 10^18: a commission's 8 decimals leave room for a price's 9.
    func worth(base: Int128, at price: Int64) -> ExactDecimal {
      precondition(base % priceUnit == 0, "the price's decimals divide it")
      return ExactDecimal(units: Int128(price)) * ExactDecimal(units: base / priceUnit)
    }

    /// Longs at bid, shorts at ask, the last trade where there are no quotes; margined at the venue's mark where told.
    func mark(_ position: Int128) -> Int64 {
      if !isSpot, venueMark > 0 { return venueMark }
      if bid <= 0 || ask <= 0 { return last }
      return position >= 0 ? bid : ask
    }
  }

  var markets: [Market]
  /// The account's, by instrument.
  var account: [Holding]
  /// By instance.
  var own: [Holding]
  let instrumentOf: [Int]
  /// Spot: money in hand; margined: the wallet.
  var cash: ExactDecimal
  var third: ExactDecimal
  /// Value of what was paid in the third asset.
  var thirdFees = ExactDecimal.zero

  mutating func fill(instance: Int, side: Side, quantity: Int64, price: Int64, fee: Int128, feeAsset: ExecutionReport.FeeAsset, amount: Int128) {
    let index = instrumentOf[instance]
    let market = markets[index]
    let value = ExactDecimal(units: fee)
    let gain = trade(&account[index], market, side, quantity, price, value)
    _ = trade(&own[instance], market, side, quantity, price, value)
    if market.isSpot {
      let worth = market.worth(Int128(quantity), at: price)
      cash += side == .buy ? -worth : worth
    } else {
      cash += gain
    }
    switch feeAsset {
    case .quote: cash -= value
    case .third:
      third -= ExactDecimal(units: amount)
      thirdFees += value
    case .base:
      // What the instance loses of whole units the account loses too: its fraction is the sum of theirs.
      let before = own[instance].position
      take(&own[instance], market, amount, value)
      let units = before - own[instance].position
      account[index].position -= units
      account[index].fraction += units * market.unit - amount
      account[index].cost -= value
    }
  }

  private func trade(_ holding: inout Holding, _ market: Market, _ side: Side, _ quantity: Int64, _ price: Int64, _ fee: ExactDecimal) -> ExactDecimal
  {
    holding.fees += fee
    let signed = side == .buy ? Int128(quantity) : -Int128(quantity)
    let held = holding.position
    if held == 0 || (held > 0) == (signed > 0) {
      holding.position += signed
      holding.cost += market.worth(signed, at: price)
      return .zero
    }
    let closing = min(held.magnitude, signed.magnitude)
    let sold = held > 0 ? Int128(closing) : -Int128(closing)
    // The share of the cost: of all that is held, fractions included.
    let all = Int128(held.magnitude) * market.unit + holding.fraction
    let share = holding.cost * ExactDecimal(units: Int128(closing) * market.unit) / ExactDecimal(units: all)
    let gain = market.worth(sold, at: price) - share
    holding.realized += gain
    holding.cost -= share
    holding.position -= sold
    let rest = signed + sold
    if rest != 0 {
      holding.position = rest
      holding.cost = market.worth(rest, at: price)
    }
    return gain
  }

  private func take(_ holding: inout Holding, _ market: Market, _ amount: Int128, _ value: ExactDecimal) {
    let base = holding.position * market.unit + holding.fraction - amount
    holding.position = base / market.unit
    holding.fraction = base % market.unit
    holding.cost -= value
  }

  /// Half up, away from zero, to 8 decimals, for each instance by itself.
  mutating func fund(_ index: Int, rate: Int64, price: Int64) {
    for instance in own.indices where instrumentOf[instance] == index && own[instance].position != 0 {
      let notional = markets[index].worth(own[instance].position, at: price)
      // A rate's raw is 10^-10, eight decimals are 10^10 units: with half of the divisor added to the magnitude.
      let product = notional * ExactDecimal(units: Int128(rate))
      let unit = ExactDecimal(units: 10_000_000_000)
      let divisor = unit * unit
      let half = divisor / ExactDecimal(units: 2)
      let isNegative = (own[instance].position < 0) != (rate < 0)
      let payment = (isNegative ? product - half : product + half) / divisor * unit
      own[instance].funding += payment
      account[index].funding += payment
      cash -= payment
    }
  }

  mutating func transfer(_ amount: Int128) { cash += ExactDecimal(units: amount) }

  /// Money and coins, whatever they once cost.
  var equity: ExactDecimal {
    var sum = cash - thirdFees
    for (index, holding) in account.enumerated() {
      let mark = markets[index].mark(holding.position)
      let worth = markets[index].worth(holding.position, at: mark) + markets[index].worth(base: holding.fraction, at: mark)
      sum += markets[index].isSpot ? worth : worth - holding.cost
    }
    return sum
  }
}
