import Features
import Foundation
import Market

/// The formulas of both schemas, over whole arrays and from the beginning for each row; shares nothing with Features.
struct Oracle {
  /// Seconds from the first trade to the last of one series, its last and unfinished second left out.
  private(set) var seconds: [Int64] = []
  private var P: [Double] = []
  private var H: [Double] = []
  private var L: [Double] = []
  private var Q: [Double] = []
  private var bought: [Double] = []
  private var trades: [Double] = []
  private var buys: [Double] = []
  private var quotes: [BarQuote] = []
  private let ticks: Ticks

  /// One for each series: it ends where two trades are further apart than the bound.
  static func series(of ticks: Ticks, maximumGapSeconds: Int64 = 3600, closingLast: Bool = false) -> [Oracle] {
    var groups: [[(second: Int64, tick: TestTick)]] = []
    for tick in ticks.ticks {
      // A late trade is the open second's.
      let second = max(tick.milliseconds / 1000, groups.last?.last?.second ?? .min)
      if let last = groups.last?.last, second - last.second <= maximumGapSeconds {
        groups[groups.count - 1].append((second, tick))
      } else {
        groups.append([(second, tick)])
      }
    }
    return groups.enumerated().map { Oracle(ticks, $0.element, closingLast: closingLast && $0.offset == groups.count - 1) }
  }

  private init(_ ticks: Ticks, _ group: [(second: Int64, tick: TestTick)], closingLast: Bool) {
    self.ticks = ticks
    let inSecond = Dictionary(grouping: group) { $0.second }
    for second in group[0].second..<(group[group.count - 1].second + (closingLast ? 1 : 0)) {
      let own = (inSecond[second] ?? []).map(\.tick)
      seconds.append(second)
      P.append(own.last.map { ticks.price($0.price) } ?? P.last!)
      H.append(own.map { ticks.price($0.price) }.max() ?? P.last!)
      L.append(own.map { ticks.price($0.price) }.min() ?? P.last!)
      // Summed as integers, as the exact sum of decimal numbers.
      Q.append(ticks.quantity(own.map(\.quantity).reduce(0, +)))
      bought.append(ticks.quantity(own.filter { $0.side == .buy }.map(\.quantity).reduce(0, +)))
      trades.append(Double(own.count))
      buys.append(Double(own.filter { $0.side == .buy }.count))
      quotes.append(own.last?.quote ?? quotes.last!)
    }
  }

  private func ret(_ t: Int, _ k: Int) -> Double { P[t] / P[t - k] - 1 }

  private func window(_ values: [Double], _ t: Int, _ k: Int) -> ArraySlice<Double> { values[(t - k + 1)...t] }

  private func sum(_ values: [Double], _ t: Int, _ k: Int) -> Double { window(values, t, k).reduce(0, +) }

  private func vol(_ t: Int, _ k: Int) -> Double {
    let returns = ((t - k + 1)...t).map { ret($0, 1) }
    let mean = returns.reduce(0, +) / Double(k)
    return sqrt(returns.map { pow($0 - mean, 2) }.reduce(0, +) / Double(k - 1))
  }

  private func rms(_ t: Int, _ k: Int) -> Double { sqrt(((t - k + 1)...t).map { pow(ret($0, 1), 2) }.reduce(0, +) / Double(k)) }

  private func vwap(_ prices: [Double], _ t: Int, _ k: Int) -> Double {
    let quantity = sum(Q, t, k)
    return quantity == 0 ? P[t] : ((t - k + 1)...t).map { prices[$0] * Q[$0] }.reduce(0, +) / quantity
  }

  // MARK: feat.v1

  func rowV1(_ t: Int) -> [Double]? {
    guard t >= 60 else { return nil }
    let sign = (0...t).map { buys[$0] - (trades[$0] - buys[$0]) }
    func emaSlope(_ span: Double) -> Double {
      var values = [P[0]]
      for price in P[1...t] { values.append(2 / (span + 1) * price + (1 - 2 / (span + 1)) * values.last!) }
      return values[t] - values[t - 1]
    }
    let slope30 = emaSlope(30)
    let row =
      [1, 5, 30, 60].map { ret(t, $0) } + [5, 30, 60].map { vol(t, $0) } + [1, 5, 30, 60].map { vwap(P, t, $0) } + [emaSlope(5), slope30]
      + [5, 30].map { sum(Q, t, $0) == 0 ? .nan : sum(sign, t, $0) / sum(Q, t, $0) }
      + [sum(Q, t, 5) / 5 / (sum(Q, t, 30) / 30), sum(Q, t, 30) / sum(Q, t, 30)]
      // Below what the difference of two rounded averages can tell, the slope is zero.
      + [vol(t, 30) > 0.002 ? 2 : abs(slope30) < 1e-14 * P[t] ? 0 : slope30 > 0 ? 1 : -1]
    return row.contains(where: \.isNaN) ? nil : row
  }

  // MARK: feat.v2

  func rowV2(_ t: Int) -> [Double]? {
    guard t >= 60 else { return nil }
    let typical = (0...t).map { (H[$0] + L[$0] + P[$0]) / 3 }
    let signed = (0...t).map { bought[$0] - (Q[$0] - bought[$0]) }
    let signedCounts = (0...t).map { buys[$0] - (trades[$0] - buys[$0]) }
    func bounded(_ ratio: Double) -> Double { ratio.isNaN ? 0.5 : ratio / (1 + ratio) }
    func orZero(_ value: Double) -> Double { value.isNaN ? 0 : value }
    func ema(_ span: Double) -> Double {
      let weights = (0..<60).map { pow(1 - 2 / (span + 1), Double($0)) }
      return (0..<60).map { weights[$0] * P[t - $0] }.reduce(0, +) / weights.reduce(0, +)
    }
    let returns = ((t - 59)...t).map { ret($0, 1) }
    let path = ((t - 29)...t).map { abs(P[$0] - P[$0 - 1]) }.reduce(0, +)
    let (high, low) = (window(H, t, 30).max()!, window(L, t, 30).min()!)
    var row = [1, 5, 30, 60].map { ret(t, $0) } + [5, 30, 60].map { vol(t, $0) }
    row.append(bounded(rms(t, 5) / rms(t, 60)))
    row.append(orZero(returns.suffix(5).reduce(0, +) / rms(t, 60) / sqrt(5)))
    row.append(orZero(zip(returns, returns.dropFirst()).map { $0 * $1 }.reduce(0, +) / returns.map { $0 * $0 }.reduce(0, +)))
    row += [orZero((P[t] - P[t - 30]) / path), high / P[t] - low / P[t], high == low ? 0.5 : (P[t] - low) / (high - low)]
    row += [P[t] / ema(5) - 1, P[t] / ema(30) - 1]
    row += [5, 30, 60].map { P[t] / vwap(typical, t, $0) - 1 }
    row += [1, 5, 30].map { orZero(sum(signed, t, $0) / sum(Q, t, $0)) }
    row += [5, 30].map { orZero(sum(signedCounts, t, $0) / sum(trades, t, $0)) }
    row += [Q, trades].map { bounded(sum($0, t, 5) / 5 / (sum($0, t, 60) / 60)) }
    return row + quoteColumns(t)
  }

  private func quoteColumns(_ t: Int) -> [Double] {
    let quote = quotes[t]
    guard quote.bid > 0, quote.ask >= quote.bid else { return [.nan, .nan, .nan, .nan] }
    let (bid, ask) = (ticks.price(quote.bid), ticks.price(quote.ask))
    let (bidSize, askSize) = (ticks.quantity(quote.bidQuantity), ticks.quantity(quote.askQuantity))
    let spread = 2e4 * (ask - bid) / (ask + bid)
    guard bidSize > 0, askSize > 0 else { return [spread, .nan, .nan, .nan] }
    let depth = bidSize + askSize
    let microprice = (bid * askSize + ask * bidSize) / depth
    return [spread, (bidSize - askSize) / depth, 1e4 * (microprice / P[t] - 1), depth / (depth + sum(Q, t, 60) / 60)]
  }
}
