import PluginKit

/// What an entry looks like: its size, price and bracket, all on the instrument's grids.
extension Rules {
  /// Opening intents of an instance with a horizon are taken on the bars of its cadence alone.
  func isOnCadence(_ bar: borrowing Bar) -> Bool { cadenceSeconds == 0 || bar.openMilliseconds / 1000 % cadenceSeconds == 0 }

  /// Nil where there is no price, the size is below what the venue takes, or the take profit would not pay its costs.
  func order(_ signal: Signal, _ context: borrowing Context) -> Order? {
    let scales = context.scales
    let side = signal.side
    guard let price = reference(side, context), let quantity = size(at: price, context) else { return nil }
    let stop = scalp?.stopBps(signal.volatility) ?? stopBps
    let profit = stop * profitRatio / (scalp?.stopRatio ?? 1)
    guard profit > costBps, let stopMillionths = Rules.millionths(stop), let profitMillionths = Rules.millionths(profit),
      // Away from the entry on both sides: neither is ever nearer than asked for, or on it.
      let stopPrice = scales.price(price, movedByMillionths: -side.sign * stopMillionths, rounding: side == .buy ? .down : .up),
      let profitPrice = scales.price(price, movedByMillionths: side.sign * profitMillionths, rounding: side == .buy ? .up : .down)
    else { return nil }
    var order = Order(side, quantity: quantity)
    if let scalp, scalp.prefersLimit {
      order.price = price
      order.postOnly = scalp.postOnly
      order.timeInForce = .milliseconds(scalp.lifeMilliseconds)
    }
    order.stopPrice = stopPrice
    order.takeProfitPrice = profitPrice
    order.timeStopMilliseconds = longestHoldSeconds == 0 ? nil : longestHoldSeconds * 1000
    order.confidence = signal.confidence
    order.edge = expectedGain(signal)
    return order
  }

  /// Where a limit order rests, or what a market order meets; nil where nobody can say.
  private func reference(_ side: Side, _ context: borrowing Context) -> Int64? {
    let bid = context.rawBidPrice
    let ask = context.rawAskPrice
    let hasQuote = bid > 0 && ask >= bid
    if let scalp, scalp.prefersLimit {
      guard hasQuote else { return nil }
      // Behind the touch: a buy lower, a sell higher.
      return context.scales.price(
        side == .buy ? bid : ask, movedByMillionths: -side.sign * scalp.offsetMillionths, rounding: side == .buy ? .down : .up)
    }
    if hasQuote { return side == .buy ? ask : bid }
    return context.rawLastPrice > 0 ? context.rawLastPrice : nil
  }

  /// On the step, within the instrument's bounds, and never rounded up to them.
  private func size(at price: Int64, _ context: borrowing Context) -> Int64? {
    let scales = context.scales
    var raw = quantity - quantity % scales.stepSize
    if quantity == 0 {
      guard let share = scales.rawQuantity(context.equity * positionFraction / scales.price(price)) else { return nil }
      raw = min(share, maximumQuantity - maximumQuantity % scales.stepSize)
    }
    guard raw > 0, raw >= minimumQuantity, scales.quantity(raw) * scales.price(price) >= minimumNotional else { return nil }
    return raw
  }

  /// What the models expect over the longest primary horizon, as a fraction of the price: how far the odds are from even,
  /// times the mean size of a move of that length at the market's volatility. Before fees.
  private func expectedGain(_ signal: Signal) -> Double {
    // Mean of |x| of a normal distribution with a deviation of 1.
    let meanMove = 0.7978845608028654
    return (2 * signal.confidence - 1) * signal.volatility * Double(primary.longest).squareRoot() * meanMove
  }

  /// 100 = one basis point.
  private static func millionths(_ bps: Double) -> Int64? { Int64(exactly: (bps * 100).rounded()) }
}
