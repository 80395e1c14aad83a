import Engine
import Foundation
import Models
import PluginABI
import TestKit
import Testing

func logarithm(_ value: Double) -> Double { Foundation.log(value) }

@Suite struct DriftTests {
  static func place(_ columns: [String], _ baseline: DriftBaseline?, horizonSeconds: Int64 = 5) -> ModelMonitor.Place {
    ModelMonitor.Place(columns: columns, horizonSeconds: horizonSeconds, baseline: baseline)
  }

  @Test func `Values spread as in training have an index near zero and alert nobody, whatever the seed`() throws {
    var source = Chance.seeded("Values spread as in training")
    var indices: [Double] = []
    for _ in 0..<20 {
      var chance = Chance(seed: source.next())
      let training = (0..<5000).map { _ in chance.normal() }
      let scores = (0..<5000).map { _ in chance.unit() }
      let baseline = DriftBaseline(features: ["x": .deciles(training)], scores: .deciles(scores))
      let feed = DriftFeed([Self.place(["x"], baseline)])
      for _ in 0..<2000 {
        feed.close([chance.normal()], pUp: chance.unit())
        #expect(feed.monitor.changedAlerts(model: 0).isEmpty)
      }
      let figures = feed.figures()
      #expect(figures.alerts.isEmpty && figures.bars == 600)
      let psi = try #require(figures.columns.first?.psi)
      let score = try #require(figures.scorePSI)
      #expect(psi < 0.1 && score < 0.1)
      indices += [psi, score]
    }
    // Of independent values it is chi-square with 9 degrees of freedom times 1/600 + 1/5000: 0.0168 in the mean, 0.0079 its deviation.
    let mean = indices.reduce(0, +) / Double(indices.count)
    #expect(mean > 0.0168 - 5 * 0.0079 / 40.0.squareRoot() && mean < 0.0168 + 5 * 0.0079 / 40.0.squareRoot(), "\(mean)")
  }

  @Test func `A shift is told once, stands in the figures, and its end is told once`() throws {
    var chance = Chance.seeded("A shift is told once")
    let baseline = DriftBaseline(features: [
      "x": .deciles((0..<5000).map { _ in chance.normal() }), "y": .deciles((0..<5000).map { _ in chance.normal() }),
    ])
    let feed = DriftFeed([Self.place(["x", "y"], baseline)])
    var told: [DriftAlert] = []
    func run(_ bars: Int, shift: Double) {
      for _ in 0..<bars {
        feed.close([chance.normal(), chance.normal() + shift])
        told += feed.monitor.changedAlerts(model: 0)
      }
    }
    run(600, shift: 0)
    #expect(told.isEmpty)
    run(600, shift: 2)
    #expect(told.map(\.column) == ["y"] && told.map(\.began) == [true])
    let figures = feed.figures()
    #expect(figures.columns.map(\.name) == ["y", "x"], "the worst first")
    #expect(try #require(figures.columns[0].psi) > 1)
    #expect(figures.alerts.count == 1 && figures.alerts[0].hasPrefix("y drifted: PSI "), "\(figures.alerts)")
    #expect(figures.alerts[0].contains("over the last 600 bars, alert above 0.25; median ") && figures.alerts[0].contains(", in training "))
    run(1200, shift: 0)
    #expect(told.map(\.began) == [true, false] && told[1].column == "y")
    #expect(told[1].text.hasPrefix("y is as in training again: PSI 0."))
    #expect(feed.figures().alerts.isEmpty)
  }

  @Test func `An alert begins above its threshold and ends only below four fifths of it`() throws {
    // One edge, half below it: a share of 0.5 + d has the index d ln((0.5 + d) / (0.5 - d)).
    let baseline = DriftBaseline(features: ["x": DriftBaseline.Spread(edges: [0], counts: [1, 1])])
    let feed = DriftFeed([Self.place(["x"], baseline)], alertIndex: 0.125, windowBars: 1000, minimumBars: 1000)
    var seen: [(psi: Double, stands: Bool)] = []
    func step(up: Int) {
      for bar in 0..<1000 { feed.close([bar < up ? 1 : -1]) }
      let figures = feed.figures()
      seen.append((figures.columns[0].psi ?? -1, !figures.alerts.isEmpty))
    }
    let steps = [670, 680, 670, 660, 650, 670, 680]
    for up in steps { step(up: up) }
    for (row, up) in zip(seen, steps) {
      let d = Double(up) / 1000 - 0.5
      #expect((row.psi - d * logarithm((0.5 + d) / (0.5 - d))).magnitude < 1e-12)
    }
    // 0.120, 0.136, 0.120, 0.106, 0.093, 0.120, 0.136.
    #expect(seen.map(\.stands) == [false, true, true, true, false, false, true], "\(seen)")
  }

  private static func grid(_ value: Double) -> Double { (value * 0x1p10).rounded() / 0x1p10 }

  @Test func `The ring gives what counting the last rows anew gives, at any moment`() throws {
    var chance = Chance.seeded("The ring gives what counting anew gives")
    for _ in 0..<30 {
      let columns = (0..<Int.random(in: 1...6, using: &chance)).map { "c\($0)" }
      // Live values lie on a grid and training's between its points: none is as near to an edge as the last digits of an adapter.
      let training = columns.map { _ in (0..<500).map { _ in chance.chance(5) ? Double.nan : Self.grid(chance.normal()) + 0x1p-11 } }
      let scores = (0..<500).map { _ in Self.grid(chance.unit()) + 0x1p-11 }
      let features = Dictionary(uniqueKeysWithValues: zip(columns, training.map(DriftBaseline.Spread.deciles)))
      let baseline = DriftBaseline(features: features, scores: .deciles(scores))
      let window = Int.random(in: 1...80, using: &chance)
      let feed = DriftFeed([Self.place(columns, baseline)], windowBars: window, minimumBars: 1)
      var rows: [[Double]] = []
      var said: [Double?] = []
      for bar in 1...300 {
        let row = columns.map { _ in chance.chance(20) ? Double.nan : Self.grid(chance.normal() * 2) }
        let isSound = !chance.chance(30)
        let score = Self.grid(chance.unit())
        rows.append(row)
        said.append(isSound ? score : nil)
        feed.close(row, pUp: isSound ? score : .nan)
        guard chance.chance(10) || bar == 300 else { continue }
        let figures = feed.figures()
        #expect(figures.bars == min(bar, window))
        for (column, name) in columns.enumerated() {
          let psi = try #require(figures.columns.first { $0.name == name }?.psi)
          let anew = features[name]!.stabilityIndex(rows.suffix(window).map { $0[column] }[...])
          #expect((psi - anew).magnitude < 1e-12)
        }
        #expect(zip(figures.columns, figures.columns.dropFirst()).allSatisfy { $0.psi! >= $1.psi! })
        let counted = said.suffix(window).compactMap { $0 }
        let anew = counted.isEmpty ? nil : baseline.scores!.stabilityIndex(counted[...])
        #expect((figures.scorePSI == nil) == (anew == nil))
        if let psi = figures.scorePSI, let anew { #expect((psi - anew).magnitude < 1e-12) }
      }
    }
  }

  @Test func `Values that go missing are drift, and missing as often as in training is none`() throws {
    let spread = DriftBaseline.Spread(edges: [0], counts: [40, 40], missing: 20)
    let feed = DriftFeed([Self.place(["quote"], DriftBaseline(features: ["quote": spread]))], windowBars: 100, minimumBars: 100)
    for bar in 0..<100 { feed.close([bar % 5 == 0 ? .nan : bar % 5 < 3 ? 1 : -1]) }
    #expect(try #require(feed.figures().columns[0].psi) < 1e-12)
    for _ in 0..<100 { feed.close([.nan]) }
    let figures = feed.figures()
    #expect(try #require(figures.columns[0].psi) > 1)
    #expect(figures.alerts.first?.contains("median none") == true, "\(figures.alerts)")
    #expect(figures.alerts.first?.contains("missing 100 %, in training 20 %") == true, "\(figures.alerts)")
  }

  @Test func `A value that many training rows have stays in its bin although single precision rounded it up`() throws {
    // Float(0.1) is above 0.1; a score is an edge that another library's last digits put below itself.
    let edge = Double(Float(0.1))
    try #require(edge > 0.1)
    let baseline = DriftBaseline(
      features: ["x": DriftBaseline.Spread(edges: [edge], counts: [1, 1])], scores: DriftBaseline.Spread(edges: [0.6], counts: [1, 1]))
    let feed = DriftFeed([Self.place(["x"], baseline)], windowBars: 100, minimumBars: 100)
    for bar in 0..<100 { feed.close([bar % 2 == 0 ? 0.1 : 0.099_999], pUp: bar % 2 == 0 ? 0.6 - 5e-7 : 0.599) }
    #expect(try #require(feed.figures().columns[0].psi) < 1e-12)
    #expect(try #require(feed.figures().scorePSI) < 1e-12)
  }

  @Test func `Too few bars say nothing, and neither does a column that training did not record`() throws {
    let baseline = DriftBaseline(features: ["x": DriftBaseline.Spread(edges: [0], counts: [1, 1])])
    let feed = DriftFeed([Self.place(["new", "x"], baseline)], windowBars: 100, minimumBars: 50)
    for _ in 0..<49 { feed.close([1, 1]) }
    #expect(feed.figures().columns.map(\.psi) == [nil, nil] && feed.figures().alerts.isEmpty && feed.figures().bars == 49)
    feed.close([1, 1])
    let figures = feed.figures()
    #expect(figures.columns.map(\.name) == ["x", "new"] && figures.columns[0].psi != nil && figures.columns[1].psi == nil)
    #expect(figures.scorePSI == nil && figures.alerts.count == 1)
  }

  @Test func `Without a baseline there is calibration and no drift`() throws {
    let feed = DriftFeed([Self.place(["x"], nil, horizonSeconds: 1)], windowBars: 10, minimumBars: 1)
    for bar in 0..<20 { feed.close([1e9], pUp: 0.75, price: 100 + Double(bar)) }
    let figures = feed.figures()
    #expect(figures.columns.isEmpty && figures.scorePSI == nil && figures.alerts.isEmpty && figures.bars == 10)
    #expect(figures.calibration?.count == 10 && figures.calibration?.shareUp == 1)
  }

  @Test func `Answers that do not count are in no figure of scores, and an alert of scores ends when there are none left`() throws {
    let baseline = DriftBaseline(features: [:], scores: DriftBaseline.Spread(edges: [0.5], counts: [1, 1]))
    let feed = DriftFeed([Self.place(["x"], baseline)], windowBars: 100, minimumBars: 50)
    for _ in 0..<100 { feed.close([0], pUp: 0.9) }
    #expect(feed.monitor.changedAlerts(model: 0).map(\.began) == [true])
    for _ in 0..<49 { feed.close([0], pUp: 0.1, status: QE_ERROR) }
    for _ in 0..<2 { feed.close([0], pUp: 1.5) }
    let ended = feed.monitor.changedAlerts(model: 0)
    #expect(ended.map(\.began) == [false] && ended.first?.psi == nil)
    #expect(ended.first?.text == "p_up: 49 values in the window, fewer than 50: nothing is said of drift")
    #expect(feed.figures().scorePSI == nil)
  }

  @Test func `A replaced model begins anew, and what was told of the one before is ended`() throws {
    let baseline = DriftBaseline(features: ["x": DriftBaseline.Spread(edges: [0], counts: [1, 1])])
    let feed = DriftFeed([nil, Self.place(["x"], baseline, horizonSeconds: 1)], windowBars: 100, minimumBars: 50)
    #expect(feed.monitor.figures(model: 0) == nil && feed.monitor.figures(model: 2) == nil)
    for bar in 0..<100 { feed.close([1], price: Double(bar), model: 1) }
    #expect(feed.monitor.changedAlerts(model: 1).map(\.began) == [true])
    feed.monitor.replace(model: 1, with: Self.place(["x", "y"], baseline, horizonSeconds: 1))
    #expect(feed.figures(1).bars == 0 && feed.figures(1).calibration == nil && feed.figures(1).alerts.isEmpty)
    let ended = feed.monitor.changedAlerts(model: 1)
    #expect(ended.map(\.began) == [false] && ended.first?.text == "x: the model that drifted was replaced")
    #expect(feed.monitor.changedAlerts(model: 1).isEmpty)
    // A row of the schema before is none of this model's.
    feed.close([1], model: 1)
    #expect(feed.figures(1).bars == 0)
    for _ in 0..<50 { feed.close([1, 1], model: 1) }
    #expect(feed.monitor.changedAlerts(model: 1).map(\.column) == ["x"])
    feed.monitor.replace(model: 1, with: nil)
    feed.close([1, 1], model: 1)
    #expect(feed.monitor.figures(model: 1) == nil && feed.monitor.changedAlerts(model: 1).map(\.began) == [false])
    // Places that nobody has.
    feed.close([1], model: 7)
    feed.close([1], model: -1)
    feed.monitor.replace(model: 9, with: nil)
    #expect(feed.monitor.changedAlerts(model: 9).isEmpty)
  }
}
