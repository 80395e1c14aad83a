import TestKit
import Testing

@Suite struct StreamingTests {
  @Test func `Five times the data take no more memory`() throws {
    let host = try Host()
    let peaks = try [40_000, 200_000].map { rows in
      let path = host.folder.path("\(rows).csv")
      let made = try host.succeed(["ticks", "generate", "--rows", "\(rows)", "--seed", "7", "--out", path, "--json"])
      #expect(try made.integer("rows") == rows)
      let outcome = try host.backtest(path, report: "R\(rows)")
      #expect(try outcome.integer("ticks") == rows)
      return try outcome.integer("peak_rss_bytes")
    }
    print("peak RSS: \(peaks[0]) bytes, five times the data: \(peaks[1]) bytes")
    // The bounded tables of a report fill up; the data alone, 160,000 more ticks in memory, would be 5 MB and more.
    #expect(peaks[1] - peaks[0] < 4_000_000, "\(peaks)")
    // A debug build's own code is a good part of it; `make bench` holds the release build to 100 MB for ten million ticks.
    #expect(peaks[1] < 120_000_000, "\(peaks)")
  }
}
