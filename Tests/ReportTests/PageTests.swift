import Foundation
import FoundationXML
import Market
import Testing

@testable import Report

@Suite struct PageTests {
  private static let hostile = "</script><script>alert('1')</script>&\"\u{1}"

  /// Everything on the page at once, every text of the user's hostile.
  private func page(marks: Int = 5000) throws -> String {
    let scratch = try Scratch()
    var recorder = try ReportFixture.recorder(scratch.path + "/r", instances: [Self.hostile, "b"], codes: ["OFF_CADENCE"])
    var measures = RunMeasures(instrument: try ReportFixture.instrument(), instances: [Self.hostile, "b"], initialEquity: Money(units: 10_000))
    var last = RunMeasures.Moment(timeMilliseconds: 0, equity: Money(units: 10_000), bid: .zero, ask: .zero, last: .zero)
    for index in 0..<marks {
      let time = 1_704_067_200_000 + Int64(index) * 250
      measures.advance(to: time, last)
      last = RunMeasures.Moment(
        timeMilliseconds: time, equity: Money(units: 10_000), bid: .zero, ask: .zero, last: Price(raw: 600_000 + Int64(index % 91)))
      recorder.mark(timeMilliseconds: time, equity: Money(units: Int64(10_000 - index % 17)), price: Price(raw: 600_000 + Int64(index % 91)))
      if index % 50 == 0 {
        recorder.fill(ReportFixture.fill(index, .buy, price: 600_000, position: 1, time: time))
        measures.fill(ReportFixture.fill(index, .buy, price: 600_000, position: 1, time: time))
      }
      if index % 50 == 25 {
        var fill = ReportFixture.fill(index, .sell, price: 600_010, position: 0, time: time)
        fill.isMaker = true
        recorder.fill(fill)
        measures.fill(fill)
        measures.roundTrip(ReportFixture.trade(Int128(index % 7 - 3) * 10_000_000_000_000_000, at: time))
        recorder.roundTrip(ReportFixture.trade(Int128(index % 7 - 3) * 10_000_000_000_000_000, at: time))
      }
      if index % 1000 == 1 {
        recorder.refusal(code: 0, timeMilliseconds: time)
        measures.stop(index % 2000 == 1 ? Self.hostile : nil, timeMilliseconds: time)
      }
    }
    let strategy = ReportStrategy(id: Self.hostile, name: Self.hostile, digest: "00ff", parameters: [(Self.hostile, Self.hostile)])
    let settings = [
      ReportSetting(section: Self.hostile, name: Self.hostile, value: Self.hostile),
      ReportSetting(section: "Risk limits", name: "Gross exposure", value: "", isUnlimited: true),
    ]
    try recorder.finish(
      ReportFixture.summary(
        title: Self.hostile, strategies: [strategy], settings: settings, rejected: [ReportRefusal(code: Self.hostile, count: 1234)],
        limits: [
          ReportLimit(
            code: Self.hostile, scope: Self.hostile, value: "1234567.891", limit: "1000000", unit: "USDT", fraction: 1.234, timeMilliseconds: 5)
        ],
        halt: ReportHalt(reason: Self.hostile, timeMilliseconds: 1_704_067_200_007), warnings: ["Bad rows were skipped", Self.hostile],
        range: 1_704_067_200_000...1_704_067_300_000, syntheticSpread: "2 bps"), measures.finish(last))
    return try scratch.text("r/report.html")
  }

  @Test func `the page is well-formed`() throws {
    for marks in [0, 1, 2, 60, 5000] {
      let parser = XMLParser(data: Data(try page(marks: marks).utf8))
      let isWellFormed = parser.parse()
      #expect(isWellFormed, "\(marks) marks, line \(parser.lineNumber): \(String(describing: parser.parserError))")
    }
  }

  @Test func `text of the user's is never markup`() throws {
    let page = try page()
    #expect(!page.contains("<script>alert"))
    #expect(page.contains("&lt;/script&gt;&lt;script&gt;alert(&#39;1&#39;)&lt;/script&gt;&amp;&quot;\u{FFFD}"))
    // Ours: the data and the script.
    #expect(page.components(separatedBy: "<script").count == 3)
    #expect(page.components(separatedBy: "</script>").count == 3)
  }

  @Test func `nothing is fetched from anywhere`() throws {
    let page = try page()
    for word in ["http://", "https://", "//cdn", "@import", "url(", "src=", "<link", "<img"] { #expect(!page.contains(word), "\(word)") }
    #expect(page.contains("default-src 'none'"))
  }

  @Test func `warnings, the halt and unlimited limits stand above the figures`() throws {
    let page = try page()
    let figures = try #require(page.range(of: "Headline figures")).lowerBound
    for text in [
      "Quotes are synthetic: made from trades with a spread of 2 bps", "Bad rows were skipped", "Trading was halted at 2024-01-01 00:00:00.007 UTC",
      "Without a limit: Gross exposure",
    ] {
      let place = try #require(page.range(of: text), "\(text)").lowerBound
      #expect(place < figures)
    }
    #expect(page.contains("<span class=\"unlimited\">unlimited</span>"))
  }

  @Test func `the page says how much of a long list it shows`() throws {
    let page = try page()
    #expect(page.contains("200 of 200 fills shown"))
    #expect(page.contains("100 of 100 shown, all in roundtrips.csv"))
    #expect(page.contains("1,234"))
  }

  @Test func `each instance has its row, its executions theirs, and both together`() throws {
    let page = try page()
    let table = try #require(page.range(of: "<h2>Instances</h2>")).upperBound
    let end = try #require(page.range(of: "<h2>Trades</h2>")).lowerBound
    let section = page[table..<end]
    // Result: two instances and their sum. Execution: of the one that traded, and of the sum, each as taker, maker and both.
    #expect(section.components(separatedBy: "<tr>").count - 1 == 2 + 3 + 6)
    #expect(section.contains("data-l=\"Maker share\">50.0 %"))
    #expect(section.contains("data-l=\"Fills\">100<"))
    #expect(section.contains("data-l=\"Fills\">200<"))
    // All of its own decisions had no quote, and every markout of 0.1 s is inside the data.
    #expect(section.contains("data-l=\"Slippage\">–<"))
    #expect(section.contains("<small>100</small>"))
  }

  @Test func `a limit that was passed is full, and is said with its share`() throws {
    let page = try page()
    #expect(page.contains("<span class=\"meter full\"><i style=\"width:100.0%\"></i></span>123.4 %"))
    #expect(page.contains("1,234,567.89 USDT"))
  }

  @Test func `stops are shaded from their beginning to their end`() throws {
    #expect(try page().components(separatedBy: "<path class=\"stopped\"").count == 3)
    #expect(!(try page(marks: 1).contains("<path class=\"stopped\"")))
  }

  @Test func `refusals over time are bars that say what they count`() throws {
    var counts = RefusalCounts(codes: ["A", "B"])
    for offset: Int64 in [0, 10, 2_500, 127_999] { counts.add(0, 1_000_000 + offset) }
    let entry = try #require(counts.shown(with: []).first)
    // The run began 128 s before the first refusal: bars in the right half of 1000, the highest 100 high, the others half of it.
    let strip = RefusalStrip(times: counts.times, first: 1_000_000 - 128_000, last: 1_128_000).markup(entry).text
    #expect(strip.contains("<title>4 refusals, at most 2 in 1.0 s</title>"))
    #expect(strip.contains("d=\"M500 100V0H504V100zM507 100V50H511V100zM996 100V50H1000V100z\""), "\(strip)")
    #expect(RefusalStrip(times: counts.times, first: 0, last: 1).markup(RefusalCounts.Entry(code: "B", count: 3)).text == "–")
  }

  @Test func `too few days are said, not guessed`() throws {
    let page = try page()
    #expect(page.contains("Sharpe by the day</dt><dd><span class=\"\">–</span><small>not enough days (0)</small>"))
    #expect(page.contains("Sortino by the day</dt><dd><span class=\"\">–</span><small>not enough days (0)</small>"))
  }

  @Test func `refusals count the summary's numbers and the recorder's times`() {
    var counts = RefusalCounts(codes: ["A", "B", "C"])
    for time in 5...7 { counts.add(1, Int64(time)) }
    counts.add(0, 9)
    #expect(counts.shown(with: []).map(\.code) == ["B", "A"])
    let shown = counts.shown(with: [ReportRefusal(code: "A", count: 20), ReportRefusal(code: "D", count: 30), ReportRefusal(code: "E", count: 0)])
    #expect(shown.map(\.code) == ["D", "A"])
    #expect(shown.map(\.count) == [30, 20])
    #expect(shown.map(\.firstMilliseconds) == [nil, 9])
  }
}
