import PluginKit

/// What the user chose, checked.
struct Rules {
  static let parameters: [Parameter] =
    [
      .text("mode", default: "normal", "normal: market orders and wide brackets; scalp: limit orders, guards and brackets by volatility"),
      .quantity("order_quantity", default: 0, in: 0...1_000_000_000, "size of an entry in base currency; 0 = by position_pct"),
      .real("position_pct", default: 0.02, in: 0...100, "size of an entry as a fraction of equity (0.02 is 2 %), where order_quantity is 0"),
      .text("primary_horizons", default: "1,5", "horizons in seconds that must all be fresh and agree"),
      .integer("anchor_horizon", default: 30, in: 0...86_400, "horizon in seconds that must not oppose; 0 = none"),
      .real("min_conf_primary", default: 0.52, in: 0...1, "least probability of each primary horizon on its side"),
      .real("strong_conf_anchor", default: 0.6, in: 0...1, "probability of the anchor on the other side from which it opposes"),
      .real("min_conf_long", default: 0.55, in: 0...1, "least confidence of a long: 0.5 + the mean edge"),
      .real("min_conf_short", default: 0.55, in: 0...1, "the same of a short"),
      .real("min_edge", default: 0.02, in: 0...0.5, "least mean edge of an entry: p - 0.5 over all fresh horizons"),
      .real("exit_edge", default: 0.02, in: 0...0.5, "mean edge against a position at which it is left; 0 = any"),
      .real("max_return_1s", default: 0.01, in: 0...1, "return of a second, either way, above which nothing is entered; 0 = any"),
      .real("min_volatility_30s", default: 0.00001, in: 0...1, "volatility of one second's returns below which nothing is entered"),
    ] + RegimeRule.parameters("flat", long: true, short: true, confidence: 0.57)
    + RegimeRule.parameters("trending_up", long: true, short: false, confidence: 0.52)
    + RegimeRule.parameters("trending_down", long: false, short: true, confidence: 0.52)
    + RegimeRule.parameters("high_vol", long: true, short: true, confidence: 0.58) + [
      .real("base_stop_bps", default: 40, in: 0...5000, "normal: stop from the entry in basis points, at least 10"),
      .real("tp_rr", default: 1.5, in: 0.01...100, "take profit as a multiple of the stop (in scalp: of stop / sl_rr)"),
      .real("cost_bps", default: 12, in: 0...1000, "fees and spread of both ways; an entry whose take profit is no further away is not made"),
      .integer("max_hold_seconds", default: 0, in: 0...86_400, "normal: longest time in a position; 0 = any"),
      .integer("pause_ms", default: 1000, in: 0...3_600_000, "rest after a position or a failed wish; longer after refusals in a row"),
    ] + ScalpRules.parameters

  let quantity: Int64
  /// Of equity; where `quantity` is 0.
  let positionFraction: Double
  let primary: Horizons
  /// 0 = none.
  let anchorSeconds: Int64
  let minimumPrimaryProbability: Double
  let strongAnchorProbability: Double
  let minimumLongConfidence: Double
  let minimumShortConfidence: Double
  let minimumEdge: Double
  let exitEdge: Double
  /// 0 = any.
  let maximumReturn: Double
  let minimumVolatility: Double
  let flat: RegimeRule
  let trendingUp: RegimeRule
  let trendingDown: RegimeRule
  let highVolatility: RegimeRule
  let stopBps: Double
  let profitRatio: Double
  let costBps: Double
  /// 0 = any.
  let longestHoldSeconds: Int64
  let pauseNanoseconds: Int64
  /// Nil in normal mode.
  let scalp: ScalpRules?

  // Of the instrument and the instance.
  /// 0 = every event.
  let cadenceSeconds: Int64
  let minimumQuantity: Int64
  let maximumQuantity: Int64
  /// In quote currency.
  let minimumNotional: Double
  let isSpot: Bool

  /// The reference system's floor of a stop.
  private static let leastStopBps = 10.0

  init(_ configuration: Configuration) throws {
    guard configuration.contract == .linear else { throw Refusal("sizes are computed for linear contracts alone; use another instrument") }
    quantity = try configuration.quantity("order_quantity")
    positionFraction = try configuration.real("position_pct", in: 0...100)
    guard quantity > 0 || (quantity == 0 && positionFraction > 0) else {
      throw Refusal("order_quantity and position_pct are both 0: there is nothing to order; set one")
    }
    primary = try Horizons(try configuration.text("primary_horizons"))
    anchorSeconds = try configuration.integer("anchor_horizon", in: 0...86_400)
    guard !primary.contains(anchorSeconds) else { throw Refusal("anchor_horizon \(anchorSeconds) is one of primary_horizons already") }
    try Rules.check(primary, anchorSeconds, configuration.predictionHorizonsSeconds)
    minimumPrimaryProbability = try configuration.fraction("min_conf_primary")
    strongAnchorProbability = try configuration.fraction("strong_conf_anchor")
    minimumLongConfidence = try configuration.fraction("min_conf_long")
    minimumShortConfidence = try configuration.fraction("min_conf_short")
    minimumEdge = try configuration.fraction("min_edge")
    exitEdge = try configuration.fraction("exit_edge")
    maximumReturn = try configuration.fraction("max_return_1s")
    minimumVolatility = try configuration.fraction("min_volatility_30s")
    flat = try RegimeRule("flat", configuration)
    trendingUp = try RegimeRule("trending_up", configuration)
    trendingDown = try RegimeRule("trending_down", configuration)
    highVolatility = try RegimeRule("high_vol", configuration)
    stopBps = max(Rules.leastStopBps, try configuration.real("base_stop_bps", in: 0...5000))
    profitRatio = try configuration.real("tp_rr", in: 0.01...100)
    costBps = try configuration.real("cost_bps", in: 0...1000)
    let hold = try configuration.integer("max_hold_seconds", in: 0...86_400)
    pauseNanoseconds = try configuration.integer("pause_ms", in: 0...3_600_000) * 1_000_000
    switch try configuration.text("mode") {
    case "normal": scalp = nil
    case "scalp": scalp = try ScalpRules(configuration)
    case let other: throw Refusal("mode is normal or scalp, not '\(other)'")
    }
    longestHoldSeconds = scalp?.holdSeconds ?? hold
    let widestProfit = (scalp?.maximumStopBps ?? stopBps) * profitRatio / (scalp?.stopRatio ?? 1)
    guard widestProfit > costBps else {
      throw Refusal(
        "a take profit of at most \(widestProfit) bps never pays cost_bps, \(costBps): widen the stop or tp_rr, or set cost_bps to what you really pay"
      )
    }
    cadenceSeconds = max(0, configuration.horizonSeconds)
    minimumQuantity = max(1, configuration.minimumQuantity)
    maximumQuantity = configuration.maximumQuantity
    minimumNotional = configuration.minimumNotional
    isSpot = configuration.isSpot
  }
}

extension Rules {
  /// A primary horizon that no model is asked for would never agree, and an anchor never oppose: both without a word.
  private static func check(_ primary: Horizons, _ anchorSeconds: Int64, _ lent: [Int64]?) throws {
    // A host of ABI 1.0 does not say.
    guard let lent else { return }
    let all = lent.map { "\($0)" }.joined(separator: ", ")
    for index in 0..<primary.count where !lent.contains(primary[index]) {
      throw Refusal("primary_horizons has \(primary[index]), ml.horizons has \(all): choose from those, or add it there")
    }
    guard anchorSeconds == 0 || lent.contains(anchorSeconds) else {
      throw Refusal("anchor_horizon is \(anchorSeconds), ml.horizons has \(all): choose from those, add it there, or set 0 for none")
    }
  }
}

extension Configuration {
  /// The host has checked the bounds; a host that did not must not make anything overflow. Likewise below.
  func integer(_ name: String, in range: ClosedRange<Int64>) throws -> Int64 {
    let value = try integer(name)
    guard range.contains(value) else { throw Refusal("\(name) is out of bounds: \(value)") }
    return value
  }

  func real(_ name: String, in range: ClosedRange<Double>) throws -> Double {
    let value = try real(name)
    guard range.contains(value) else { throw Refusal("\(name) is out of bounds: \(value)") }
    return value
  }

  func fraction(_ name: String) throws -> Double { try real(name, in: 0...1) }
}
