import Foundation
import TestKit
import Testing

/// Tick files that must not be traded: file, line and reason, and no report.
@Suite struct TickFileRefusalTests {
  private let host: Host

  init() throws { host = try Host() }

  private static let good = "timestamp,price,qty,side\n1704067200000,60000.0,0.010,buy\n1704067200001,60000.1,0.010,S\n"

  @Test(arguments: [
    (good + "1704067200002,6000", 4, "ends inside"), (good + "1704067200002,60000.1,0.010,", 4, "side"),
    ("time,price,qty,side\n1704067200000,60000.0,0.010,buy\n", 1, "timestamp"),
    ("timestamp,qty,side\n1704067200000,0.010,buy\n", 1, "price"),
    ("timestamp,price,qty,side,price\n1704067200000,60000.0,0.010,buy,60000.0\n", 1, "price"),
    ("timestamp,ts,price,qty,side\n1704067200000,1704067200000,60000.0,0.010,buy\n", 1, "timestamp"),
    (good + "1704067199999,60000.1,0.010,sell\n", 4, "time goes back"),
    (good + "\u{0}\u{1}\u{2}\u{7F}\u{3}\n", 4, ""), ("\u{7F}ELF\u{2}\u{1}\u{1}\u{0}\u{0}\n\u{3}\u{0}\n", 1, ""),
    (good + "9300000000000,60000.0,0.010,buy\n", 4, "milliseconds"), ("", 1, "empty"), ("timestamp,price,qty,side\n", 1, "no rows"),
    ("timestamp,price,qty,side", 1, "no rows"), ("\n\n\n", 1, ""),
    (good + "1704067200002,60000.15,0.010,buy\n", 4, "decimals"), (good + "1704067200002,nan,0.010,buy\n", 4, "not a number"),
    (good + "1704067200002,-60000.1,0.010,buy\n", 4, "above 0"), (good + "1704067200002,60000.1,0,buy\n", 4, "above 0"),
    (good + "1704067200002,60000.1,0.010,hold\n", 4, "buy, sell"), (good + "\n1704067200002,60000.1,0.010,buy\n", 4, "blank line"),
    (good + "1704067200002,99999999999999999999,0.010,buy\n", 4, ""), (good + "1704067200002,60000.1,0.010,buy,more\n", 4, "5 fields"),
  ])
  func `A bad file is refused with its line and leaves no report`(text: String, line: Int, reason: String) throws {
    let path = try host.folder.write(text, to: "bad.csv")
    try host.refuseBacktest(path, exitCode: 65, naming: ["bad.csv:\(line): ", reason])
    // Without an instrument any number of decimals is good.
    if reason != "decimals" {
      try host.refuse(["ticks", "import", path, "--out", "out.csv", "--json"], exitCode: 65, naming: ["bad.csv:\(line): ", reason])
    }
  }

  @Test func `A packed file that was cut`() throws {
    var chance = Chance.seeded("A packed file that was cut")
    let ticks = try host.folder.write(Ticks(20_000, chance: &chance).csv, to: "ticks.csv")
    for suffix in ["gz", "zst"] {
      let packed = host.folder.url.appendingPathComponent("cut.csv.\(suffix)")
      _ = try host.succeed(["ticks", "import", ticks, "--out", packed.path])
      let bytes = try Data(contentsOf: packed)
      try bytes.prefix(bytes.count * 2 / 3).write(to: packed)
      try host.refuseBacktest(packed.path, exitCode: 65, naming: ["cut.csv.\(suffix)"])
      try Data("\(suffix) it is not".utf8).write(to: packed)
      try host.refuseBacktest(packed.path, exitCode: 65, naming: ["cut.csv.\(suffix)"])
    }
  }

  @Test func `A missing file and a folder are missing inputs`() throws {
    try host.refuseBacktest("absent.csv", exitCode: 66, naming: ["absent.csv"])
    try host.refuseBacktest(host.folder.url.path, exitCode: 66, naming: [host.folder.url.path])
    try host.refuse(["ticks", "info", "absent.csv", "--json"], exitCode: 66, naming: ["absent.csv"])
  }

  @Test func `Bad rows are skipped, counted and named when asked for`() throws {
    let path = try host.folder.write(
      Self.good + "1704067200002,oops,0.010,buy\n1704067200003,60000.2,0.010,buy\n1704067100000,60000.2,0.010,buy\n", to: "bad.csv")
    let outcome = try host.backtest(path, more: ["--skip-bad-rows"])
    #expect(try outcome.integer("ticks") == 3)
    #expect(try outcome.integer("bad_rows_skipped") == 2)
    #expect(outcome.errors.contains("bad.csv:4: ") && outcome.errors.contains("bad.csv:6: "), "\(outcome)")
    let warnings = try #require(try outcome.json["warnings"] as? [String])
    #expect(warnings.contains { $0.contains("bad.csv:4: ") } && warnings.contains { $0.contains("bad.csv:6: ") }, "\(warnings)")
  }

  @Test func `A file out of order decides as the one in order once it is sorted`() throws {
    var chance = Chance.seeded("A file out of order decides as the one in order once it is sorted")
    let ticks = Ticks(5_000, chance: &chance)
    let rows = ticks.csv.split(separator: "\n")
    // Equal times keep the file's order, so whole runs of them are moved.
    var groups: [[Substring]] = []
    for row in rows.dropFirst() {
      if let last = groups.last?.first, last.prefix(13) == row.prefix(13) { groups[groups.count - 1].append(row) } else { groups.append([row]) }
    }
    groups.shuffle(using: &chance)
    let inOrder = try host.folder.write(ticks.csv, to: "ordered.csv")
    let shuffled = try host.folder.write(rows[0] + "\n" + groups.joined().joined(separator: "\n") + "\n", to: "shuffled.csv")
    try host.refuseBacktest(shuffled, exitCode: 65, naming: ["shuffled.csv:", "time goes back", "--sort"])
    let sorted = try host.backtest(shuffled, more: ["--sort"])
    #expect(try sorted.integer("ticks") == 5_000)
    #expect(try sorted.text("decision_hash") == host.backtest(inOrder).text("decision_hash"), "seed \(chance.seed)")
  }
}
