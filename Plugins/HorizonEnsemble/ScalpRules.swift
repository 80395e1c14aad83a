import PluginKit

/// What mode = scalp adds: guards of each entry and of the day, limit entries, and stops that follow volatility.
///
/// The reference system's stop of 2 bps with a take profit of 1.33 loses before any fee; the defaults here pay cost_bps.
struct ScalpRules {
  static let parameters: [Parameter] = [
    .real("scalp_min_prob", default: 0.55, in: 0...1, "scalp: least confidence of an entry"),
    .real("scalp_min_edge", default: 0, in: 0...0.5, "scalp: least mean edge of an entry"),
    .real("max_spread_bps", default: 2, in: 0...1000, "scalp: widest quote that is entered into; without a quote nothing is"),
    .real("min_depth_quote", default: 5000, in: 0...1e12, "scalp: least value of the best bid and ask together; unknown sizes fail; 0 = any"),
    .real("min_stop_distance_bps", default: 10, in: 0.01...5000, "scalp: nearest stop"),
    .real("max_stop_distance_bps", default: 50, in: 0.01...5000, "scalp: furthest stop"),
    .real("sl_vol_multiplier", default: 1.5, in: 0...100, "scalp: stop in expected moves over the longest hold, within both distances"),
    .real("sl_rr", default: 1, in: 0.01...100, "scalp: take profit = stop x tp_rr / sl_rr"),
    .integer("max_position_hold_seconds", default: 60, in: 1...86_400, "scalp: time stop"),
    .integer("max_daily_trades", default: 200, in: 1...1_000_000, "scalp: positions that are entered in one UTC day"),
    .real("max_daily_loss_pct", default: 3, in: 0.001...100, "scalp: loss in one UTC day, in percent of equity, after which nothing is entered"),
    .boolean("prefer_limit", default: true, "scalp: enter by a limit order at the touch; false: at the market"),
    .boolean("post_only", default: false, "scalp: the limit order never takes"),
    .real("near_touch_offset_bps", default: 0, in: 0...100, "scalp: how far behind the touch the limit order rests"),
    .integer("cancel_timeout_ms", default: 1500, in: 1...3_600_000, "scalp: life of the limit order"),
  ]

  let minimumProbability: Double
  let minimumEdge: Double
  let maximumSpreadBps: Double
  /// In quote currency; 0 = any.
  let minimumDepth: Double
  let minimumStopBps: Double
  let maximumStopBps: Double
  let volatilityMultiplier: Double
  let stopRatio: Double
  let holdSeconds: Int64
  let maximumDailyTrades: Int64
  /// Of the equity at the day's begin.
  let maximumDailyLoss: Double
  let prefersLimit: Bool
  let postOnly: Bool
  /// 100 = one basis point.
  let offsetMillionths: Int64
  let lifeMilliseconds: Int64

  init(_ configuration: Configuration) throws {
    minimumProbability = try configuration.fraction("scalp_min_prob")
    minimumEdge = try configuration.fraction("scalp_min_edge")
    maximumSpreadBps = try configuration.real("max_spread_bps", in: 0...1000)
    minimumDepth = try configuration.real("min_depth_quote", in: 0...1e12)
    minimumStopBps = try configuration.real("min_stop_distance_bps", in: 0.01...5000)
    maximumStopBps = try configuration.real("max_stop_distance_bps", in: 0.01...5000)
    guard minimumStopBps <= maximumStopBps else {
      throw Refusal("min_stop_distance_bps \(minimumStopBps) is above max_stop_distance_bps \(maximumStopBps)")
    }
    volatilityMultiplier = try configuration.real("sl_vol_multiplier", in: 0...100)
    stopRatio = try configuration.real("sl_rr", in: 0.01...100)
    holdSeconds = try configuration.integer("max_position_hold_seconds", in: 1...86_400)
    maximumDailyTrades = try configuration.integer("max_daily_trades", in: 1...1_000_000)
    maximumDailyLoss = try configuration.real("max_daily_loss_pct", in: 0.001...100) / 100
    prefersLimit = try configuration.boolean("prefer_limit")
    postOnly = try configuration.boolean("post_only")
    offsetMillionths = Int64((try configuration.real("near_touch_offset_bps", in: 0...100) * 100).rounded())
    lifeMilliseconds = try configuration.integer("cancel_timeout_ms", in: 1...3_600_000)
  }

  /// - Parameter volatility: of one second.
  func stopBps(_ volatility: Double) -> Double {
    let move = volatility * Double(holdSeconds).squareRoot() * 10_000 * volatilityMultiplier
    return min(maximumStopBps, max(minimumStopBps, move))
  }
}
