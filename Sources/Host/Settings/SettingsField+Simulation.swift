import Market
import Simulation

/// Keys of the practice venue beyond its prices and rates.
extension SettingsField {
  static let simulation: [SettingsField] = [
    bps("simulation.slippage_bps", \.simulation.slippage, 0...1000),
    integer("simulation.slippage_ticks", 0...1_000_000) {
      $0.simulation.slippageTicks
    } set: {
      $0.simulation.slippageTicks = $1
    },
    choice("simulation.queue", \.simulation.queue),
    integer("simulation.queue_power", 1...8) {
      $0.simulation.queuePower
    } set: {
      $0.simulation.queuePower = $1
    },
    flag("simulation.partial_fills", \.simulation.partialFills),
    scaled("simulation.reject_probability", \.simulation.rejectProbability, 0...1, scale: SimulationModel.probabilityScale, what: "a probability"),
    integer("simulation.seed", 0...Int64.max) {
      $0.simulation.seed
    } set: {
      $0.simulation.seed = $1
    },
    choice("simulation.fee_asset", \.simulation.feeAsset),
    optionalText("simulation.third_asset_name", \.simulation.thirdAsset.name),
    scaled("simulation.third_asset_balance", \.simulation.thirdAsset.balance, 0...1_000_000_000, scale: 8, what: "an amount of it"),
    scaled(
      "simulation.third_asset_price", \.simulation.thirdAsset.price, 0...maximumUnits / 1000, scale: moneyScale, what: "a price in quote currency"),
    scaled("simulation.third_asset_discount_pct", \.simulation.thirdAsset.discount, 0...100, scale: 4, what: "percent"),
    bps("simulation.funding_rate_bps", \.simulation.fundingRate, -1000...1000),
    milliseconds("simulation.feed_latency_ms", \.simulation.latency.feedNanoseconds),
    milliseconds("simulation.order_latency_ms", \.simulation.latency.orderNanoseconds),
    milliseconds("simulation.response_latency_ms", \.simulation.latency.responseNanoseconds),
    milliseconds("simulation.latency_jitter_ms", \.simulation.latency.jitterNanoseconds),
    optionalText("simulation.latency_file", \.simulation.latency.file),
  ]

  /// Nanoseconds are the grid, and a minute is the most: more is a slip of units.
  private static func milliseconds(_ name: String, _ path: Path<Int64>) -> SettingsField {
    scaled(name, path, 0...LatencyTable.maximumMilliseconds, scale: 6, what: "milliseconds")
  }
}
