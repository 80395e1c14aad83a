import TestKit
import Testing

@testable import Research

/// Figures against what was worked out by hand or by another program.
@Suite struct MeasuresTests {
  @Test func `the counts give accuracy, precision, recall and Matthews' correlation`() throws {
    let counts = ConfusionCounts(truePositives: 6, trueNegatives: 3, falsePositives: 1, falseNegatives: 2)
    #expect(counts.accuracy == 0.75)
    #expect(counts.precision == 6.0 / 7)
    #expect(counts.recall == 0.75)
    // (6 x 3 - 1 x 2) / sqrt(7 x 8 x 4 x 5) = 16 / sqrt(1120)
    #expect(abs(try #require(counts.matthews) - 0.4780914437) < 1e-9)
    #expect(ConfusionCounts(truePositives: 0, trueNegatives: 5, falsePositives: 0, falseNegatives: 5).matthews == nil)
    #expect(ConfusionCounts(truePositives: 4, trueNegatives: 4).matthews == 1)
    #expect(ConfusionCounts(falsePositives: 4, falseNegatives: 4).matthews == -1)
    #expect(ConfusionCounts(trueNegatives: 4).precision == nil)
  }

  @Test func `log loss, Brier score, area and calibration are what a pencil gives`() throws {
    let scores: [Float] = [0.9, 0.2, 0.6, 0.6, 0.1]
    let labels = [true, false, true, false, false]
    let evaluation = Evaluation(scores: scores, labels: labels[...], cut: 0.5, baseShare: 0.5, horizonSeconds: 1)
    // -(ln .9 + ln .8 + ln .6 + ln .4 + ln .9) / 5
    #expect(abs(evaluation.logLoss - 0.3721962) < 1e-6)
    #expect(abs(evaluation.baseLogLoss - 0.6931472) < 1e-6)
    // (.01 + .04 + .16 + .36 + .01) / 5
    #expect(abs(evaluation.brier - 0.116) < 1e-6)
    // Pairs: .9 beats three; .6 beats two and ties with one: 5.5 of 6.
    #expect(abs(try #require(evaluation.areaUnderCurve) - 5.5 / 6) < 1e-12)
    #expect(evaluation.counts == ConfusionCounts(truePositives: 2, trueNegatives: 2, falsePositives: 1))
    #expect(evaluation.calibration[6].rows == 2 && evaluation.calibration[6].shareObserved == 0.5)
    #expect(evaluation.calibration[9].rows == 1 && evaluation.calibration.map(\.rows).reduce(0, +) == 5)
    #expect(evaluation.interval == nil && evaluation.intervalNote?.contains("too few rows") == true)
  }

  @Test func `a sure mistake costs much and not everything`() {
    #expect(Evaluation.logLoss([0, 1], [true, false]).isFinite)
    #expect(Evaluation.logLoss([0], [true]) > 16)
  }

  @Test func `the normal distribution is that of the tables`() {
    #expect(abs(NormalDistribution.cumulative(1.959963985) - 0.975) < 1e-9)
    #expect(abs(NormalDistribution.quantile(0.975) - 1.959963984540054) < 1e-12)
    #expect(abs(NormalDistribution.quantile(0.001) + 3.090232306167813) < 1e-12)
    #expect(NormalDistribution.quantile(0.5) == 0)
    for p in stride(from: 0.0005, to: 1, by: 0.0117) { #expect(abs(NormalDistribution.cumulative(NormalDistribution.quantile(p)) - p) < 1e-13) }
  }

  @Test func `more trials deflate a Sharpe ratio`() throws {
    // Alternating 3 and -1: mean 1, deviation 2.
    let returns = (0..<100).map { $0 % 2 == 0 ? 3.0 : -1.0 }
    let one = try #require(DeflatedSharpe(returns: returns, trials: 1))
    let thousand = try #require(DeflatedSharpe(returns: returns, trials: 1000))
    // Without trials it is the probabilistic Sharpe ratio. Ratio 0.49749 (n - 1 deviation), skewness 0, kurtosis 1: Phi(0.49749 sqrt(99)).
    #expect(abs(one.probability - NormalDistribution.cumulative(0.4974937186 * 99.0.squareRoot())) < 1e-9)
    #expect(one.expectedMaximum == 0)
    // (1 - gamma) z(.999) + gamma z(1 - 1/(1000 e)) = 3.2551 (Bailey and Lopez de Prado's equation 1), by 1/sqrt(99).
    #expect(abs(thousand.expectedMaximum * 99.0.squareRoot() - 3.2551) < 2e-3)
    #expect(thousand.probability < one.probability)
    #expect(DeflatedSharpe(returns: [1, 2, 3], trials: 1) == nil)
    #expect(DeflatedSharpe(returns: [Double](repeating: 1, count: 50), trials: 1) == nil)
  }

  @Test func `Student's quantiles are those of the tables`() {
    for (degrees, tail, value) in [
      (1, 0.025, 12.7062), (2, 0.025, 4.3027), (5, 0.025, 2.5706), (19, 0.025, 2.0930), (4, 0.0005, 8.6103), (19, 0.0005, 3.8834),
    ] {
      #expect(abs(StudentDistribution.upperQuantile(tail, degreesOfFreedom: degrees) - value) < 5e-5, "\(degrees), \(tail)")
    }
    // Far out, where a thousand trials are judged: of many degrees it is the normal's, of four it is not.
    #expect(abs(StudentDistribution.upperQuantile(2.5e-5, degreesOfFreedom: 2001) + NormalDistribution.quantile(2.5e-5)) < 0.02)
    #expect(StudentDistribution.upperQuantile(2.5e-5, degreesOfFreedom: 4) > 15)
  }

  @Test func `a model is published by itself only where so many trainings would not find it by luck, and it beats the share and the published one`()
    throws
  {
    var chance = Chance(seed: 8)
    let labels = (0..<1000).map { _ in chance.chance(50) }
    let scores = labels.map { chance.chance(57) == $0 ? Float(0.56) : 0.44 }
    var new = Evaluation(scores: scores, labels: labels[...], cut: 0.5, baseShare: 0.5, horizonSeconds: 1)
    #expect(new.logLoss < new.baseLogLoss && (new.interval?.low ?? 0) > 0)
    let one = PublishVerdict(new, rival: nil, trials: 1)
    #expect(one.isPublished, "\(one.reason)")
    let thousand = PublishVerdict(new, rival: nil, trials: 10_000)
    #expect(!thousand.isPublished && thousand.reason.contains("of all 10000 trainings together begins at -"), "\(thousand.reason)")
    // The published one is worse than no model; to be better than that is not enough.
    var rival = new
    (rival.logLoss, new.logLoss, new.baseLogLoss) = (0.75, 0.70, 0.69)
    let weak = PublishVerdict(new, rival: rival, trials: 1)
    #expect(!weak.isPublished && weak.reason.contains("not below 0.69000 of saying the share alone"), "\(weak.reason)")
    new.logLoss = 0.68
    #expect(PublishVerdict(new, rival: rival, trials: 1).isPublished)
    rival.logLoss = 0.67
    let second = PublishVerdict(new, rival: rival, trials: 1)
    #expect(!second.isPublished && second.reason.contains("of the published one"), "\(second.reason)")
  }

  @Test func `the interval holds the truth about as often as it says`() {
    var chance = Chance.seeded("coverage of the interval")
    // Two series without any relation, each with a memory of about a horizon: 5 s labels over 700 rows.
    var outside = 0
    let rounds = 200
    for _ in 0..<rounds {
      let (x, y) = (overlapping(700, 5, &chance), overlapping(700, 5, &chance))
      guard let interval = MatthewsInterval(predicted: x, actual: y, horizonSeconds: 5) else { continue }
      if interval.low > 0 || interval.high < 0 { outside += 1 }
    }
    // 5 % of 200 is 10, with a deviation of 3.1: 24 would be a wrong interval, none at all a useless one.
    #expect((1...23).contains(outside), "\(outside) of \(rounds)")
  }

  @Test func `the interval of related series is where their relation is`() throws {
    var chance = Chance(seed: 5)
    let y = overlapping(2000, 1, &chance)
    // Says the truth in 70 of 100 rows: a correlation of 0.4.
    let x = y.map { chance.chance(70) ? $0 : !$0 }
    let interval = try #require(MatthewsInterval(predicted: x, actual: y, horizonSeconds: 1))
    #expect(interval.low < 0.4 && interval.high > 0.4)
    #expect(interval.low > 0.3 && interval.high < 0.5)
    #expect(interval.blocks == 20 && interval.blockRows == 100)
  }

  /// Whether a random walk is higher after `memory` steps.
  private func overlapping(_ count: Int, _ memory: Int, _ chance: inout Chance) -> [Bool] {
    let steps = (0..<count + memory).map { _ in Double.random(in: -1...1, using: &chance) }
    return (0..<count).map { steps[$0..<$0 + memory].reduce(0, +) > 0 }
  }

  @Test func `labels of one part look at no price of the next`() {
    let dataset = MadeMarket.dataset(MadeMarket().ticks(seconds: 1000, seed: 2))
    for horizon in [1, 5, 30] {
      let rows = dataset.labelled(horizonSeconds: horizon, rule: .direction)
      for split in [TimeSplit(rows)] + TimeSplit.walkForward(rows, folds: 4) {
        for (part, next) in [(split.training, split.validation), (split.validation, split.test)] {
          let last = dataset.second(ofRow: Int(rows.rows[part.upperBound - 1]))
          let first = dataset.second(ofRow: Int(rows.rows[next.lowerBound]))
          #expect(last + Int64(horizon) < first)
          // And not more is given away than must be.
          #expect(last + Int64(horizon) + 1 == first)
        }
        #expect(split.training.lowerBound == 0)
        #expect(split.purged == 2 * horizon)
      }
      #expect(TimeSplit(rows).test.upperBound == rows.count)
    }
  }

  @Test func `trades of the proxy do not overlap and pay their cost`() throws {
    // 61 bars without a row, then prices that rise by 1 % each second.
    var prices: [Double] = (0..<60).map { 100 + Double($0 % 3) }
    for second in 0..<21 { prices.append(100 + Double(second)) }
    let ticks = prices.indices.map { MadeMarket().tick(second: $0, price: prices[$0]) }
    let rows = MadeMarket.dataset(ticks).labelled(horizonSeconds: 3, rule: .direction)
    let scores = [Float](repeating: 0.9, count: rows.count)
    let proxy = TradeProxy(scores: scores, labelled: rows, range: 0..<rows.count, rule: .direction, threshold: 0.55, costBps: 10, trials: 1)
    #expect(rows.count == 17)
    #expect(proxy.trades == 6)
    let earned: Double = [0, 3, 6, 9, 12, 15].reduce(0) { $0 + rows.returns[$1] }
    let mean = try #require(proxy.meanBps)
    #expect(abs(mean - (earned / 6 * 10_000 - 10)) < 1e-9)
    #expect(proxy.winShare == 1)
    #expect(proxy.sharpePerTrade == nil, "six trades say nothing")
    let none = TradeProxy(
      scores: scores.map { _ in 0.5 }, labelled: rows, range: 0..<rows.count, rule: .direction, threshold: 0.55, costBps: 10, trials: 1)
    #expect(none.trades == 0 && none.meanBps == nil)
    let short = TradeProxy(
      scores: scores.map { _ in 0.1 }, labelled: rows, range: 0..<rows.count, rule: .direction, threshold: 0.55, costBps: 10, trials: 1)
    #expect(short.winShare == 0 && short.trades == 6)
    // A model of costly rises says nothing about falls.
    let rule = LabelRule.costAware(bps: 10)
    #expect(
      TradeProxy(scores: scores.map { _ in 0.1 }, labelled: rows, range: 0..<rows.count, rule: rule, threshold: 0.55, costBps: 10, trials: 1).trades
        == 0)
  }
}
