extension FeatureSchema {
  /// Free of scale: prices in another currency and quantities in another unit give the same rows. No column is constant,
  /// and imbalances lie in -1...1. A row depends on the last 61 bars alone, so that a host that has just warmed up sees
  /// what training saw.
  ///
  /// Where there is no real quote the four columns of the quote are missing. Nothing else ever is.
  public static let v2 = FeatureSchema(
    name: "feat.v2",
    columns: [
      "ret_1s", "ret_5s", "ret_30s", "ret_60s", "vol_5s", "vol_30s", "vol_60s", "vol_ratio_5s_60s", "ret_z_5s", "autocorr_60s", "trend_30s",
      "range_30s", "range_position_30s", "ema_dev_5s", "ema_dev_30s", "vwap_dev_5s", "vwap_dev_30s", "vwap_dev_60s", "imb_1s", "imb_5s", "imb_30s",
      "count_imb_5s", "count_imb_30s", "volume_ratio_5s_60s", "count_ratio_5s_60s", "spread_bps", "touch_imb", "microprice_dev_bps",
      "touch_depth_60s",
    ],
    hash: [
      0xC5, 0x83, 0xC5, 0x75, 0x0F, 0x87, 0xEA, 0x52, 0xCB, 0x6E, 0xB4, 0x4A, 0x45, 0x6A, 0xEF, 0xFA,
      0x55, 0x7D, 0x53, 0x28, 0x20, 0x1B, 0xD7, 0xD3, 0x36, 0x03, 0x56, 0x03, 0x23, 0x24, 0xC9, 0x48,
    ],
    minimumBars: FeaturesV2.minimumBars,
    mayBeMissing: ["spread_bps", "touch_imb", "microprice_dev_bps", "touch_depth_60s"],
    builder: { FeaturesV2() })
}

/// `feat.v2` from closed bars. The formulas, their units and sources are in docs/FEATURES.md.
final class FeaturesV2: FeatureBuilder {
  /// 60 returns and the price before them.
  static var minimumBars: Int { 61 }

  private var prices = RollingWindow()
  private var highs = RollingWindow()
  private var lows = RollingWindow()
  private var returns = RollingWindow()
  private var quantities = RollingWindow()
  /// Of a bar: typical price times quantity, the nearest to its notional that a bar knows.
  private var notionals = RollingWindow()
  /// Bought less sold, by the taker's side: in base units, and in trades.
  private var signedQuantities = RollingWindow()
  private var signedCounts = RollingWindow()
  private var counts = RollingWindow()
  private var barCount = 0

  func reset() { barCount = 0 }

  var memory: [Double] {
    [Double(barCount)] + prices.remembered + highs.remembered + lows.remembered + returns.remembered + quantities.remembered + notionals.remembered
      + signedQuantities.remembered + signedCounts.remembered + counts.remembered
  }

  func restore(_ memory: [Double]) -> Bool {
    let size = RollingWindow.capacity
    guard memory.count == 1 + 9 * size, let count = Int(exactly: memory[0]), (0...Self.minimumBars).contains(count) else { return false }
    barCount = count
    func window(_ index: Int) -> ArraySlice<Double> { memory[(1 + index * size)..<(1 + (index + 1) * size)] }
    prices.restore(window(0))
    highs.restore(window(1))
    lows.restore(window(2))
    returns.restore(window(3))
    quantities.restore(window(4))
    notionals.restore(window(5))
    signedQuantities.restore(window(6))
    signedCounts.restore(window(7))
    counts.restore(window(8))
    return true
  }

  func close(_ bar: FeatureBar, into row: UnsafeMutablePointer<Double>) -> Bool {
    let price = bar.close
    // Not price / before - 1: the difference of near prices is exact, and so is then a small return.
    returns.push(barCount == 0 ? 0 : (price - prices[0]) / prices[0])
    prices.push(price)
    highs.push(bar.high)
    lows.push(bar.low)
    quantities.push(bar.quantity)
    notionals.push((bar.high + bar.low + price) / 3 * bar.quantity)
    signedQuantities.push(2 * bar.buyQuantity - bar.quantity)
    counts.push(Double(bar.tradeCount))
    signedCounts.push(2 * Double(bar.buyCount) - Double(bar.tradeCount))
    barCount = min(barCount + 1, Self.minimumBars)
    guard barCount == Self.minimumBars else { return false }

    writeReturns(price, into: row)
    writePath(price, into: row + 10)
    let quantityPerSecond = writeVolumes(price, into: row + 15)
    writeQuote(bar, quantityPerSecond: quantityPerSecond, into: row + 25)
    var isComplete = true
    for column in 0..<25 where !row[column].isFinite { isComplete = false }
    return isComplete
  }

  /// ret_1s to autocorr_60s.
  @inline(__always)
  private func writeReturns(_ price: Double, into row: UnsafeMutablePointer<Double>) {
    var sum = 0.0
    var squares = 0.0
    var products = 0.0
    var sum5 = 0.0
    var sum30 = 0.0
    var squares5 = 0.0
    var newer = 0.0
    for age in 0..<60 {
      let value = returns[age]
      sum += value
      squares += value * value
      products += value * newer
      newer = value
      if age == 4 {
        sum5 = sum
        squares5 = squares
      }
      if age == 29 { sum30 = sum }
    }
    let size5 = (squares5 / 5).squareRoot()
    let size60 = (squares / 60).squareRoot()
    row[0] = returns[0]
    row[1] = (price - prices[5]) / prices[5]
    row[2] = (price - prices[30]) / prices[30]
    row[3] = (price - prices[60]) / prices[60]
    row[4] = returns.deviation(5, mean: sum5 / 5)
    row[5] = returns.deviation(30, mean: sum30 / 30)
    row[6] = returns.deviation(60, mean: sum / 60)
    row[7] = Self.share(size5, size60)
    // Against the size of the returns and not their deviation, which is nearly zero in a steady trend.
    row[8] = size60 == 0 ? 0 : sum5 / (size60 * 5.0.squareRoot())
    row[9] = squares == 0 ? 0 : products / squares
  }

  /// trend_30s to ema_dev_30s.
  @inline(__always)
  private func writePath(_ price: Double, into row: UnsafeMutablePointer<Double>) {
    var path = 0.0
    var high = highs[0]
    var low = lows[0]
    for age in 0..<30 {
      path += (prices[age] - prices[age + 1]).magnitude
      high = max(high, highs[age])
      low = min(low, lows[age])
    }
    // Rounding alone can make the path shorter than its ends are apart.
    row[0] = path == 0 ? 0 : max(-1, min(1, (price - prices[30]) / path))
    row[1] = (high - low) / price
    row[2] = high == low ? 0.5 : (price - low) / (high - low)

    // Means of the distances and not of the prices: nothing cancels.
    var weight5 = 1.0
    var weight30 = 1.0
    var weights5 = 0.0
    var weights30 = 0.0
    var distance5 = 0.0
    var distance30 = 0.0
    for age in 0..<60 {
      let distance = price - prices[age]
      weights5 += weight5
      weights30 += weight30
      distance5 += weight5 * distance
      distance30 += weight30 * distance
      weight5 *= 4.0 / 6
      weight30 *= 29.0 / 31
    }
    distance5 /= weights5
    distance30 /= weights30
    row[3] = distance5 / (price - distance5)
    row[4] = distance30 / (price - distance30)
  }

  /// vwap_dev_5s to count_ratio_5s_60s.
  ///
  /// - Returns: base units traded per second over the last 60.
  @inline(__always)
  private func writeVolumes(_ price: Double, into row: UnsafeMutablePointer<Double>) -> Double {
    var notional = 0.0
    var quantity = 0.0
    var signedQuantity = 0.0
    var count = 0.0
    var signedCount = 0.0
    var quantity5 = 0.0
    var count5 = 0.0
    for age in 0..<60 {
      notional += notionals[age]
      quantity += quantities[age]
      signedQuantity += signedQuantities[age]
      count += counts[age]
      signedCount += signedCounts[age]
      switch age {
      case 0: row[3] = Self.imbalance(signedQuantity, of: quantity)
      case 4:
        quantity5 = quantity
        count5 = count
        row[0] = Self.distance(price, fromMean: notional, of: quantity)
        row[4] = Self.imbalance(signedQuantity, of: quantity)
        row[6] = Self.imbalance(signedCount, of: count)
      case 29:
        row[1] = Self.distance(price, fromMean: notional, of: quantity)
        row[5] = Self.imbalance(signedQuantity, of: quantity)
        row[7] = Self.imbalance(signedCount, of: count)
      default: break
      }
    }
    row[2] = Self.distance(price, fromMean: notional, of: quantity)
    row[8] = Self.share(quantity5 / 5, quantity / 60)
    row[9] = Self.share(count5 / 5, count / 60)
    return quantity / 60
  }

  /// spread_bps to touch_depth_60s; a crossed quote is no market's, and a size of zero is an unknown one.
  @inline(__always)
  private func writeQuote(_ bar: FeatureBar, quantityPerSecond: Double, into row: UnsafeMutablePointer<Double>) {
    let isQuote = bar.bidPrice > 0 && bar.askPrice >= bar.bidPrice
    let spread = bar.askPrice - bar.bidPrice
    row[0] = isQuote ? spread / ((bar.bidPrice + bar.askPrice) / 2) * 10_000 : .nan
    let hasSizes = isQuote && bar.bidQuantity > 0 && bar.askQuantity > 0
    let depth = bar.bidQuantity + bar.askQuantity
    row[1] = hasSizes ? (bar.bidQuantity - bar.askQuantity) / depth : .nan
    let microprice = bar.bidPrice + spread * (bar.bidQuantity / depth)
    row[2] = hasSizes ? (microprice - bar.close) / bar.close * 10_000 : .nan
    row[3] = hasSizes ? depth / (depth + quantityPerSecond) : .nan
  }

  /// How much of both the part is: a ratio in a bounded form, one half where it is as ever or nothing happened.
  @inline(__always)
  private static func share(_ part: Double, _ usual: Double) -> Double { usual == 0 ? 0.5 : part / (part + usual) }

  @inline(__always)
  private static func imbalance(_ signed: Double, of total: Double) -> Double { total == 0 ? 0 : signed / total }

  /// Of the price from a volume-weighted one, as a fraction of the latter; 0 where nothing was traded.
  @inline(__always)
  private static func distance(_ price: Double, fromMean notional: Double, of quantity: Double) -> Double {
    quantity == 0 ? 0 : (price - notional / quantity) / (notional / quantity)
  }
}
