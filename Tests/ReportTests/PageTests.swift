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
    for index in 0..<marks {
      let time = 1_704_067_200_000 + Int64(index) * 250
      recorder.mark(timeMilliseconds: time, equity: Money(units: Int64(10_000 - index % 17)), price: Price(raw: 600_000 + Int64(index % 91)))
      if index % 50 == 0 { recorder.fill(ReportFixture.fill(index, .buy, price: 600_000, position: 1, time: time)) }
      if index % 50 == 25 {
        recorder.fill(ReportFixture.fill(index, .sell, price: 600_010, position: 0, time: time))
        recorder.roundTrip(ReportFixture.trade(Int128(index % 7 - 3) * 10_000_000_000_000_000, at: time))
      }
      if index % 1000 == 1 { recorder.refusal(code: 0, timeMilliseconds: time) }
    }
    let strategy = ReportStrategy(id: Self.hostile, name: Self.hostile, digest: "00ff", parameters: [(Self.hostile, Self.hostile)])
    let settings = [
      ReportSetting(section: Self.hostile, name: Self.hostile, value: Self.hostile),
      ReportSetting(section: "Risk limits", name: "Gross exposure", value: "", isUnlimited: true),
    ]
    try recorder.finish(
      ReportFixture.summary(
        title: Self.hostile, strategies: [strategy], settings: settings, rejected: [ReportRefusal(code: Self.hostile, count: 1234)],
        halt: ReportHalt(reason: Self.hostile, timeMilliseconds: 1_704_067_200_007), warnings: ["Quotes are synthetic", Self.hostile],
        range: 1_704_067_200_000...1_704_067_300_000))
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
    for text in ["Quotes are synthetic", "Trading was halted at 2024-01-01 00:00:00.007 UTC", "Without a limit: Gross exposure"] {
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
