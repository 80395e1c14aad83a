extension FeatureSchema {
  /// The reference system's 18 features, exactly: with raw prices, with an imbalance that divides a count by a quantity,
  /// and with a constant column. For its models; new ones are better trained on `v2`.
  public static let v1 = FeatureSchema(
    name: "feat.v1",
    columns: [
      "ret_1s", "ret_5s", "ret_30s", "ret_60s", "vol_5s", "vol_30s", "vol_60s", "vwap_1s", "vwap_5s", "vwap_30s", "vwap_60s", "ema_slope_5s",
      "ema_slope_30s", "imb_5s", "imb_30s", "vol_spike_5s", "vol_spike_30s", "regime_tag",
    ],
    hash: [
      0x64, 0x1A, 0x2B, 0xCA, 0x15, 0x7B, 0x17, 0x8F, 0xA0, 0x40, 0xA4, 0x0C, 0x34, 0x17, 0x2E, 0xD6,
      0x98, 0x53, 0xE3, 0xAE, 0x94, 0x7D, 0x49, 0x08, 0x81, 0x49, 0x3A, 0xD7, 0x09, 0x7E, 0x3F, 0x59,
    ],
    minimumBars: FeaturesV1.minimumBars,
    builder: { FeaturesV1() })
}

/// `feat.v1` from closed bars. The formulas are in docs/FEATURES.md.
final class FeaturesV1: FeatureBuilder {
  /// 60 returns and the price before them.
  static var minimumBars: Int { 61 }

  private var prices = RollingWindow()
  private var quantities = RollingWindow()
  /// Of a bar: how many of its trades' takers bought, less how many sold.
  private var signs = RollingWindow()
  private var returns = RollingWindow()
  private var fastEMA = 0.0
  private var slowEMA = 0.0
  private var barCount = 0

  /// Above it a second's returns over 30 s mark a market of high volatility: 20 basis points.
  private static let highVolatility = 0.002

  func reset() { barCount = 0 }

  var memory: [Double] {
    [Double(barCount), fastEMA, slowEMA] + prices.remembered + quantities.remembered + signs.remembered + returns.remembered
  }

  func restore(_ memory: [Double]) -> Bool {
    let size = RollingWindow.capacity
    guard memory.count == 3 + 4 * size, let count = Int(exactly: memory[0]), (0...Self.minimumBars).contains(count) else { return false }
    (barCount, fastEMA, slowEMA) = (count, memory[1], memory[2])
    let windows = memory.dropFirst(3)
    prices.restore(windows.prefix(size))
    quantities.restore(windows.dropFirst(size).prefix(size))
    signs.restore(windows.dropFirst(2 * size).prefix(size))
    returns.restore(windows.dropFirst(3 * size))
    return true
  }

  func close(_ bar: FeatureBar, into row: UnsafeMutablePointer<Double>) -> Bool {
    let price = bar.close
    // Not adjusted: seeded with the first bar of the series, and so with a memory of all of them.
    let fastBefore = barCount == 0 ? price : fastEMA
    let slowBefore = barCount == 0 ? price : slowEMA
    let fastSlope = (price - fastBefore) * (2.0 / 6)
    let slowSlope = (price - slowBefore) * (2.0 / 31)
    fastEMA = fastBefore + fastSlope
    slowEMA = slowBefore + slowSlope
    returns.push(barCount == 0 ? 0 : price / prices[0] - 1)
    prices.push(price)
    quantities.push(bar.quantity)
    signs.push(2 * Double(bar.buyCount) - Double(bar.tradeCount))
    barCount = min(barCount + 1, Self.minimumBars)
    guard barCount == Self.minimumBars else { return false }

    row[0] = returns[0]
    row[1] = price / prices[5] - 1
    row[2] = price / prices[30] - 1
    row[3] = price / prices[60] - 1
    writeVolatilities(into: row + 4)
    writeVolumes(price, into: row + 7)
    row[11] = fastSlope
    row[12] = slowSlope
    row[17] = row[5] > Self.highVolatility ? 2 : row[12] > 0 ? 1 : row[12] < 0 ? -1 : 0
    var isComplete = true
    for column in 0..<18 where !row[column].isFinite { isComplete = false }
    return isComplete
  }

  /// Sample standard deviations (n - 1) of the last 5, 30 and 60 returns.
  @inline(__always)
  private func writeVolatilities(into row: UnsafeMutablePointer<Double>) {
    var sum = 0.0
    var sum5 = 0.0
    var sum30 = 0.0
    for age in 0..<60 {
      if age == 5 { sum5 = sum }
      if age == 30 { sum30 = sum }
      sum += returns[age]
    }
    row[0] = returns.deviation(5, mean: sum5 / 5)
    row[1] = returns.deviation(30, mean: sum30 / 30)
    row[2] = returns.deviation(60, mean: sum / 60)
  }

  /// vwap_1s to vwap_60s, then (two columns on) imb_5s to vol_spike_30s: all of them sums over the same windows.
  @inline(__always)
  private func writeVolumes(_ price: Double, into row: UnsafeMutablePointer<Double>) {
    var notional = 0.0
    var quantity = 0.0
    var sign = 0.0
    var quantity5 = 0.0
    var quantity30 = 0.0
    for age in 0..<60 {
      notional += prices[age] * quantities[age]
      quantity += quantities[age]
      sign += signs[age]
      if age == 4 {
        quantity5 = quantity
        row[1] = quantity == 0 ? price : notional / quantity
        row[6] = quantity == 0 ? .nan : sign / quantity
      }
      if age == 29 {
        quantity30 = quantity
        row[2] = quantity == 0 ? price : notional / quantity
        row[7] = quantity == 0 ? .nan : sign / quantity
      }
    }
    row[0] = price
    row[3] = quantity == 0 ? price : notional / quantity
    row[8] = (quantity5 / 5) / (quantity30 / 30)
    row[9] = quantity30 == 0 ? .nan : 1
  }
}
