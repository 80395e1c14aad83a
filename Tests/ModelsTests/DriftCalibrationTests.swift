import Engine
import Foundation
import Models
import PluginABI
import TestKit
import Testing

@Suite struct DriftCalibrationTests {
  static func feed(horizonSeconds: Int64, windowBars: Int = 600, riseBps: Double = 0) -> DriftFeed {
    DriftFeed(
      [ModelMonitor.Place(columns: [], horizonSeconds: horizonSeconds, baseline: nil, riseBps: riseBps)], windowBars: windowBars)
  }

  @Test func `Forecasts are held against the close a horizon later, figures as worked by hand`() throws {
    let feed = Self.feed(horizonSeconds: 2)
    let closes: [Double] = [100, 101, 102, 100, 102, 99]
    let forecasts = [0.9, 0.8, 0.3, 0.25, 0.6, 0.6]
    for (close, pUp) in zip(closes, forecasts) { feed.close([], pUp: pUp, price: close) }
    // 100 -> 102 up, 101 -> 100 not, 102 -> 102 a tie and not up, 100 -> 99 not; the last two wait.
    let seen = try #require(feed.figures().calibration)
    #expect(seen.count == 4)
    #expect((seen.shareUp - 0.25).magnitude < 1e-12)
    #expect((seen.meanPredicted - (0.9 + 0.8 + 0.3 + 0.25) / 4).magnitude < 1e-12)
    #expect((seen.brier - (0.01 + 0.64 + 0.09 + 0.0625) / 4).magnitude < 1e-12)
    #expect((seen.logLoss - -(Foundation.log(0.9) + Foundation.log(0.2) + Foundation.log(0.7) + Foundation.log(0.75)) / 4).magnitude < 1e-12)
    // Each alone in its tenth: |0.9 - 1|, |0.8 - 0|, |0.3 - 0|, |0.25 - 0|, a quarter each.
    #expect((seen.expectedCalibrationError - (0.1 + 0.8 + 0.3 + 0.25) / 4).magnitude < 1e-12)
    #expect(seen.bins.map(\.count) == [0, 0, 1, 1, 0, 0, 0, 0, 1, 1])
    #expect(seen.bins[9].meanPredicted == 0.9 && seen.bins[9].shareUp == 1 && seen.bins[8].shareUp == 0 && seen.bins[0].shareUp == nil)
  }

  @Test func `A gap in the seconds voids what waits, and the next horizon counts again`() throws {
    let feed = Self.feed(horizonSeconds: 3)
    for price in [100.0, 101, 102] { feed.close([], pUp: 0.9, price: price) }
    feed.second += 1
    for price in [103.0, 104, 105] { feed.close([], pUp: 0.2, price: price) }
    #expect(feed.figures().calibration == nil)
    feed.close([], pUp: 0.2, price: 106)
    let seen = try #require(feed.figures().calibration)
    #expect(seen.count == 1 && seen.shareUp == 1 && (seen.meanPredicted - 0.2).magnitude < 1e-12)
    // The same second twice, and one that lies back.
    feed.second -= 1
    feed.close([], pUp: 0.2, price: 107)
    feed.second -= 10
    for price in [1.0, 2, 3] { feed.close([], pUp: 0.2, price: price) }
    #expect(feed.figures().calibration?.count == 1)
  }

  @Test func `An answer that does not count is no forecast, and its second's close still is an outcome`() throws {
    let feed = Self.feed(horizonSeconds: 1)
    feed.close([], pUp: 0.7, price: 100)
    feed.close([], pUp: 0.7, price: 101, status: QE_ERROR)
    feed.close([], pUp: .nan, price: 102)
    feed.close([], pUp: 0.4, price: 103)
    feed.close([], pUp: 0.4, price: 102)
    let seen = try #require(feed.figures().calibration)
    #expect(seen.count == 2 && (seen.shareUp - 0.5).magnitude < 1e-12 && (seen.meanPredicted - 0.55).magnitude < 1e-12)
  }

  @Test func `Labels that want costs earned are up only beyond them`() throws {
    let feed = Self.feed(horizonSeconds: 1, riseBps: 10)
    for price in [100.0, 100.09, 100.2, 100.1] { feed.close([], pUp: 0.5, price: price) }
    let seen = try #require(feed.figures().calibration)
    #expect(seen.count == 3 && (seen.shareUp - 1.0 / 3).magnitude < 1e-12)
  }

  @Test func `Sure forecasts that fail cost what is finite, and leave nothing behind when they leave the window`() throws {
    let feed = Self.feed(horizonSeconds: 1, windowBars: 4)
    for price in [100.0, 99, 98] { feed.close([], pUp: 1, price: price) }
    #expect((try #require(feed.figures().calibration).logLoss - -Foundation.log(1e-7)).magnitude < 1e-9)
    for _ in 0..<10 { feed.close([], pUp: 0, price: 98) }
    let seen = try #require(feed.figures().calibration)
    #expect(seen.count == 4 && seen.brier == 0 && seen.meanPredicted == 0 && seen.logLoss < 1.1e-7)
  }

  @Test func `The window of outcomes gives what the last ones give anew, over gaps, ties and failures`() throws {
    var chance = Chance.seeded("The window of outcomes")
    for _ in 0..<30 {
      let horizon = Int.random(in: 1...12, using: &chance)
      let window = Int.random(in: 1...50, using: &chance)
      let feed = Self.feed(horizonSeconds: Int64(horizon), windowBars: window)
      var past: [(second: Int64, pUp: Double?, close: Double)] = []
      var price = 100.0
      for _ in 0..<400 {
        if chance.chance(3) { feed.second += Int64.random(in: 1...20, using: &chance) }
        price += Double(Int.random(in: -1...1, using: &chance))
        let isSound = !chance.chance(10)
        let pUp = chance.unit()
        feed.close([], pUp: isSound ? pUp : 2, price: price)
        past.append((feed.second, isSound ? pUp : nil, price))
      }
      var known: [(pUp: Double, isUp: Bool)] = []
      for index in past.indices where index >= horizon {
        let made = past[index - horizon]
        // Seconds only rise here: that many entries apart and that many seconds apart means that none was left out.
        guard past[index].second - made.second == Int64(horizon), let pUp = made.pUp else { continue }
        known.append((pUp, past[index].close > made.close))
      }
      let last = known.suffix(window)
      let number = Double(last.count)
      let seen = try #require(feed.figures().calibration)
      #expect(seen.count == last.count)
      #expect((seen.brier - last.reduce(0) { $0 + pow($1.pUp - ($1.isUp ? 1 : 0), 2) } / number).magnitude < 1e-10)
      #expect((seen.logLoss - last.reduce(0) { $0 - Foundation.log(max(1e-7, $1.isUp ? $1.pUp : 1 - $1.pUp)) } / number).magnitude < 1e-6)
      var error = 0.0
      for tenth in 0..<10 {
        let rows = last.filter { min(9, Int($0.pUp * 10)) == tenth }
        error += (rows.reduce(0) { $0 + $1.pUp } - Double(rows.count { $0.isUp })).magnitude / number
        #expect(seen.bins[tenth].count == rows.count)
      }
      #expect((seen.expectedCalibrationError - error).magnitude < 1e-10)
      #expect((seen.shareUp - Double(last.count { $0.isUp }) / number).magnitude < 1e-12)
    }
  }

  @Test func `A calibrated source scores near its own noise, and one that is too sure is seen`() throws {
    var chance = Chance.seeded("A calibrated source")
    let honest = Self.feed(horizonSeconds: 1, windowBars: 5000)
    let sure = Self.feed(horizonSeconds: 1, windowBars: 5000)
    var price = 100.0
    for _ in 0..<5001 {
      let pUp = 0.3 + 0.4 * chance.unit()
      honest.close([], pUp: pUp, price: price)
      sure.close([], pUp: pUp > 0.5 ? 0.95 : 0.05, price: price)
      price += chance.unit() < pUp ? 1 : -1
    }
    // A tenth with 1250 rows errs by 0.014: their mean error is near 0.011.
    #expect(try #require(honest.figures().calibration).expectedCalibrationError < 0.04)
    #expect(try #require(sure.figures().calibration).expectedCalibrationError > 0.3)
    #expect(try #require(honest.figures().calibration).brier < 0.25 && sure.figures().calibration!.brier > 0.3)
  }
}
