import Foundation
import TestKit
import Testing

@Suite struct DeterminismTests {
  @Test func equalTicksGiveEqualDecisionsWhateverPacksThemAndWhoeverWroteTheStrategy() throws {
    var chance = Chance.seeded("determinism")
    let host = try Host()
    let plain = try host.folder.write(TickText(rows: 30_000, chance: &chance).text, to: "ticks.csv")
    for suffix in ["gz", "zst"] {
      let packed = try host.run(["ticks", "import", plain, "--out", "\(plain).\(suffix)"])
      #expect(packed.code == 0, "\(packed.errors)")
    }
    var hashes: [String] = []
    for (ticks, strategy) in [
      (plain, "EMACross"), (plain, "EMACross"), ("\(plain).gz", "EMACross"), ("\(plain).zst", "EMACross"), (plain, "EMACrossC"),
    ] {
      let outcome = try host.backtest(ticks, strategy: strategy)
      #expect(outcome.code == 0, "\(outcome.errors)")
      #expect(outcome.json["fills"] as? Int ?? 0 > 100)
      hashes.append(outcome.json["decision_hash"] as? String ?? "none")
    }
    #expect(Set(hashes).count == 1, "\(hashes)")
    #expect(hashes[0].count == 64)
    // A hash that did not depend on the decisions would pass all of the above.
    #expect(try host.backtest(plain, ["--param", "fast=10"]).json["decision_hash"] as? String != hashes[0])
  }

  @Test func memoryDoesNotGrowWithTheFile() throws {
    let host = try Host()
    var peaks: [Int] = []
    for rows in [20_000, 160_000] {
      let file = host.folder.path("ticks-\(rows).csv")
      #expect(try host.run(["ticks", "generate", "--rows", "\(rows)", "--out", file]).code == 0)
      peaks.append(try host.backtest(file).json["peak_rss_bytes"] as? Int ?? .max)
    }
    #expect(peaks[1] - peaks[0] < 4 << 20, "\(peaks)")
  }
}
