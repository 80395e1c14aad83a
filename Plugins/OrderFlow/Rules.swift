import PluginKit

/// What the user chose, checked.
struct Rules {
  static let parameters: [Parameter] = [
    .quantity("quantity", default: 0.001, in: 0...1_000_000_000, "size of an entry, above 0, in base currency"),
    .text("entry", default: "passive", "passive: post-only at the touch; taker: a market order"),
    .integer("half_life_ms", default: 1000, in: 1...3_600_000, "time in which the weight of a trade halves"),
    .integer("min_trades", default: 20, in: 1...1_000_000, "faded trades without which there is no signal"),
    .integer("enter_percent", default: 60, in: 1...100, "excess of taker volume on a side that is entered, of all"),
    .integer("confirm_percent", default: 0, in: -100...100, "excess of the quote's size on that side, where sizes are known"),
    .integer("leave_percent", default: 20, in: 1...100, "excess on the other side at which a position is left"),
    .real("stop_bps", default: 10, in: 0.01...5000, "stop below (short: above) the entry, in basis points"),
    .real("take_profit_bps", default: 15, in: 0.01...5000, "take profit above (short: below) the entry"),
    .integer("time_stop_ms", default: 30_000, in: 0...86_400_000, "longest time in a position, 0 = any"),
    .integer("entry_life_ms", default: 2000, in: 1...3_600_000, "life of a resting entry"),
    .integer("max_replaces", default: 10, in: 0...1_000_000, "times that a resting entry follows the touch"),
    .integer("pause_ms", default: 1000, in: 0...3_600_000, "rest after a position or a failed wish; longer after refusals in a row"),
  ]

  let quantity: Int64
  let isPassive: Bool
  let halfLifeMilliseconds: Int64
  let minimumTrades: Int64
  let enterPercent: Int64
  let confirmPercent: Int64
  let leavePercent: Int64
  /// Of the price; 100 = one basis point.
  let stopMillionths: Int64
  let takeProfitMillionths: Int64
  /// 0 = none.
  let timeStopMilliseconds: Int64
  let entryLifeMilliseconds: Int64
  let maximumReplaces: Int64
  let pauseNanoseconds: Int64
  let minimumQuantity: Int64
  /// In quote currency.
  let minimumNotional: Double
  let isSpot: Bool

  init(_ configuration: Configuration) throws {
    func integer(_ name: String, atLeast minimum: Int64) throws -> Int64 {
      let value = try configuration.integer(name)
      // The host has checked the bounds; a host that did not must not make this overflow.
      guard value >= minimum, value <= 86_400_000 else { throw Refusal("\(name) is out of bounds: \(value)") }
      return value
    }
    func millionths(_ name: String) throws -> Int64 {
      let bps = try configuration.real(name)
      guard bps >= 0.01, bps <= 5000, let value = Int64(exactly: (bps * 100).rounded()) else { throw Refusal("\(name) is out of bounds: \(bps)") }
      return value
    }
    quantity = try configuration.quantity("quantity")
    guard quantity > 0 else { throw Refusal("quantity must be above 0") }
    switch try configuration.text("entry") {
    case "passive": isPassive = true
    case "taker": isPassive = false
    case let other: throw Refusal("entry is passive or taker, not '\(other)'")
    }
    halfLifeMilliseconds = try integer("half_life_ms", atLeast: 1)
    minimumTrades = try integer("min_trades", atLeast: 1)
    enterPercent = try integer("enter_percent", atLeast: 1)
    confirmPercent = try integer("confirm_percent", atLeast: -100)
    leavePercent = try integer("leave_percent", atLeast: 1)
    stopMillionths = try millionths("stop_bps")
    takeProfitMillionths = try millionths("take_profit_bps")
    timeStopMilliseconds = try integer("time_stop_ms", atLeast: 0)
    entryLifeMilliseconds = try integer("entry_life_ms", atLeast: 1)
    maximumReplaces = try integer("max_replaces", atLeast: 0)
    pauseNanoseconds = try integer("pause_ms", atLeast: 0) * 1_000_000
    minimumQuantity = max(0, configuration.minimumQuantity)
    minimumNotional = configuration.minimumNotional
    isSpot = configuration.isSpot
  }
}
