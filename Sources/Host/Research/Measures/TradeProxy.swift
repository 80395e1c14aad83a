/// What following the model's probabilities would have earned on rows that it was not fitted to, roughly.
///
/// A model is followed from a probability of `threshold` on: bought at the row's close and sold at the close one horizon
/// later, or the other way round at 1 - `threshold` and below (only where the label is the direction). Nothing else is
/// begun meanwhile, so the trades do not overlap. Each pays a round trip's cost. Trades at the close ignore the spread and
/// the delay: it is a measure to compare models with, not a backtest.
public struct TradeProxy: Sendable, Hashable, Encodable {
  public var threshold: Double
  public var costBps: Double
  public var trades: Int
  /// Share of trades that earned more than they cost; nil without trades.
  public var winShare: Double?
  /// Net of cost, per trade.
  public var meanBps: Double?
  public var deviationBps: Double?
  /// Mean by deviation of a trade, not annualised; nil for fewer than `DeflatedSharpe.minimumTrades`.
  public var sharpePerTrade: Double?
  public var deflated: DeflatedSharpe?
  /// Of each trade, net of cost, basis points.
  private var results: [Double] = []

  private enum CodingKeys: String, CodingKey {
    case threshold
    case costBps = "cost_bps"
    case trades
    case winShare = "win_share"
    case meanBps = "mean_bps"
    case deviationBps = "deviation_bps"
    case sharpePerTrade = "sharpe_per_trade"
    case deflated = "deflated_sharpe"
  }

  /// - Parameters:
  ///   - range: rows of `labelled` that the scores belong to.
  ///   - trials: trainings of this symbol and horizon so far, with this one.
  init(scores: [Float], labelled: LabelledRows, range: Range<Int>, rule: LabelRule, threshold: Double, costBps: Double, trials: Int) {
    self.threshold = threshold
    self.costBps = costBps
    var freeFrom = Int32.min
    for (index, score) in zip(range, scores) where labelled.bars[index] >= freeFrom {
      let isLong = Double(score) >= threshold
      guard isLong || (rule == .direction && Double(score) <= 1 - threshold) else { continue }
      results.append((isLong ? labelled.returns[index] : -labelled.returns[index]) * 10_000 - costBps)
      freeFrom = labelled.bars[index] + Int32(labelled.horizonSeconds)
    }
    trades = results.count
    guard !results.isEmpty else { return }
    let mean = results.reduce(0, +) / Double(results.count)
    winShare = Double(results.count { $0 > 0 }) / Double(results.count)
    meanBps = mean
    guard results.count >= DeflatedSharpe.minimumTrades else { return }
    let variance = results.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(results.count - 1)
    deviationBps = variance.squareRoot()
    guard variance > 0 else { return }
    sharpePerTrade = mean / variance.squareRoot()
    deflate(trials: trials)
  }

  /// Judges its ratio by another number of trials.
  mutating func deflate(trials: Int) { if sharpePerTrade != nil { deflated = DeflatedSharpe(returns: results, trials: trials) } }
}
