import Engine
import Foundation
import JSONTree
import PluginABI
import TestKit
import Testing

@testable import Models

/// Slow columns: what training's own windows reached is no drift.
@Suite struct DriftUsualTests {
  /// The mean of the last 60 of independent values: nothing about it ever changes, and ten minutes have ten of them.
  struct SlowColumn {
    var chance: Chance
    private var last: [Double] = []
    private var next = 0
    private var sum = 0.0

    init(_ chance: Chance) {
      self.chance = chance
      for _ in 0..<60 { last.append(self.chance.normal()) }
      sum = last.reduce(0, +)
    }

    mutating func value() -> Double {
      sum -= last[next]
      last[next] = chance.normal()
      sum += last[next]
      next = (next + 1) % 60
      return Double(Float(sum / 60))
    }
  }

  static func alerts(_ spread: DriftBaseline.Spread, bars: Int, _ value: () -> Double) -> [DriftAlert] {
    let feed = DriftFeed([DriftTests.place(["slow"], DriftBaseline(features: ["slow": spread]))])
    var told: [DriftAlert] = []
    for bar in 0..<bars {
      feed.close([value()])
      if bar % 10 == 9 { told += feed.monitor.changedAlerts(model: 0) }
    }
    return told
  }

  @Test func `A column over 60 seconds alerts by chance where training was not measured, and seldom where it was; a stuck one still does`() throws {
    var source = Chance.seeded("A column over 60 seconds")
    var (blind, measured) = (0, 0)
    for _ in 0..<5 {
      var column = SlowColumn(Chance(seed: source.next()))
      let training = (0..<20_000).map { _ in column.value() }
      var spread = DriftBaseline.Spread.deciles(training)
      let live = (0..<6000).map { _ in column.value() }
      var bar = 0
      func next() -> Double {
        defer { bar += 1 }
        return live[bar]
      }
      blind += Self.alerts(spread, bars: live.count, next).count { $0.began }
      spread.measureUsual(training.map(Float.init), windowBars: 600)
      bar = 0
      measured += Self.alerts(spread, bars: live.count, next).count { $0.began }
      let stuck = Self.alerts(spread, bars: 700) { training[0] }
      #expect(stuck.count == 1 && stuck[0].began, "\(stuck)")
    }
    #expect(blind >= 10, "\(blind) in 50 minutes, five times")
    #expect(measured * 5 <= blind, "\(measured) against \(blind)")
  }

  @Test func `What training reached is the largest index of its windows, counted one by one`() throws {
    var chance = Chance.seeded("What training reached")
    for window in [1, 7, 50, 300] {
      let values = (0..<300).map { _ in chance.chance(10) ? Double.nan : Double(Float(chance.normal())) }
      var spread = DriftBaseline.Spread.deciles(values)
      spread.measureUsual(values.map(Float.init), windowBars: window)
      let starts = stride(from: 0, through: 300 - window, by: max(1, window / 10))
      let largest = starts.map { spread.stabilityIndex(values[$0..<$0 + window]) }.max() ?? -1
      let usual = try #require(spread.usual)
      #expect((usual.index - largest).magnitude < 1e-12 && usual.windowBars == window)
      if window == 300 { #expect(usual.index < 1e-12, "the whole against itself") }
    }
    var spread = DriftBaseline.Spread.deciles((0..<100).map(Double.init))
    spread.measureUsual([Float](repeating: 1, count: 100), windowBars: 101)
    #expect(spread.usual == nil, "fewer values than a window")
  }

  @Test func `The threshold is the larger of the two, and higher while the window has fewer values than training's had`() throws {
    let usual = DriftBaseline.Usual(index: 0.5, windowBars: 100)
    let baseline = DriftBaseline(features: [
      "x": DriftBaseline.Spread(edges: [0], counts: [1, 1], usual: usual), "y": DriftBaseline.Spread(edges: [0], counts: [1, 1]),
    ])
    let feed = DriftFeed([DriftTests.place(["x", "y"], baseline)], windowBars: 200, minimumBars: 50)
    func thresholds() -> [String: Double?] {
      Dictionary(uniqueKeysWithValues: feed.figures().columns.map { ($0.name, $0.alertAbove) })
    }
    for bar in 0..<50 { feed.close([bar % 2 == 0 ? 1 : -1, 1]) }
    #expect(thresholds() == ["x": 1, "y": 0.25])
    for bar in 0..<150 { feed.close([bar % 2 == 0 ? 1 : -1, 1]) }
    #expect(thresholds() == ["x": 0.5, "y": 0.25])
    #expect(feed.figures().alerts.count == 1 && feed.figures().alerts[0].contains("alert above 0.25; median 0 or more, in training "))
  }

  @Test func `A baseline is read as it was written, with and without what training reached`() throws {
    let known = DriftBaseline.Spread(edges: [0.1, 0.2], counts: [1, 2, 3], missing: 4, usual: DriftBaseline.Usual(index: 0.75, windowBars: 600))
    let baseline = DriftBaseline(features: ["x": known, "y": DriftBaseline.Spread(edges: [], counts: [1])], scores: known)
    #expect(try DriftBaseline(baseline.node) == baseline)
    let broken: [JSONNode] = [
      5, ["psi": 1], ["psi": -1, "window_bars": 600], ["psi": .number("NaN"), "window_bars": 600], ["psi": 1, "window_bars": 0],
      ["psi": 1, "window_bars": 86_401], ["psi": 1, "window_bars": 1.5],
    ]
    for usual in broken {
      let node: JSONNode = ["features": ["x": ["edges": [0], "counts": [1, 1], "usual": usual]]]
      let failure = #expect(throws: DriftBaseline.Failure.self) { try DriftBaseline(node) }
      #expect(failure?.what == "baseline.features.x.usual")
    }
  }
}
