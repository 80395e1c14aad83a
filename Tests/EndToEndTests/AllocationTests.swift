import Foundation
import TestKit
import Testing

/// In steady state nothing allocates: a run over twice the ticks allocates as often as a run over them once.
///
/// A promise of the release build alone: an unoptimised one boxes what the optimiser keeps in registers (measured: some
/// three allocations per order), so without a release build there is nothing to count.
@Suite struct AllocationTests {
  /// The longer file begins as the shorter one, so that what is alike comes first in both.
  private static let files: [(csv: String, rows: Int)] = {
    var chance = Chance.seeded("Nothing allocates")
    let long = Ticks(100_000, chance: &chance)
    var lines = 0
    let end = long.csv.utf8.firstIndex { byte in
      if byte == 0x0A { lines += 1 }
      return lines > 50_000
    }
    return [(String(long.csv[...(end ?? long.csv.startIndex)]), 50_000), (long.csv, 100_000)]
  }()

  @Test(arguments: [
    ("per tick, flat", "EMACross", ["quantity=0.001", "slow=1000000"]),
    ("per tick with a position open, so that equity moves", "Churn", ["every=1000000000"]),
    ("per order and fill", "Churn", ["every=1", "mode=trade"]),
    ("per order now and then", "EMACross", ["quantity=0.001"]),
    ("per refusal", "Churn", ["every=1", "mode=refused"]),
    ("per limit order and its cancel", "Churn", ["every=1", "mode=limit_cancel"]),
    ("per tick of a strategy in C with bars", "BreakoutC", []),
    ("per resting entry, replacement and target", "OrderFlow", ["quantity=0.001", "enter_percent=10", "pause_ms=0"]),
    ("per taker's entry with its bracket", "OrderFlow", ["quantity=0.001", "enter_percent=10", "pause_ms=0", "entry=taker"]),
    ("per bracket and target", "Workload", ["quantity=0.001"]),
  ])
  func `Nothing allocates`(what: String, strategy: String, parameters: [String]) throws {
    guard let release = try Release.executable else { try Test.cancel(Comment(rawValue: Release.isAbsent)) }
    let host = try Host(executable: release)
    let counts = try Self.files.map { file in
      let ticks = try host.folder.write(file.csv, to: "ticks.csv")
      let counts = host.folder.path("counts")
      let outcome = try host.backtest(
        ticks, strategy: strategy, parameters: parameters,
        // Between bid and ask that are one, nothing can rest.
        more: strategy == "OrderFlow" ? ["--set", "simulation.synthetic_spread_bps=2"] : [],
        environment: [
          "LD_PRELOAD": release.deletingLastPathComponent().appendingPathComponent("libAllocationCounter.so").path,
          "QE_ALLOCATION_COUNT_FILE": counts,
        ])
      #expect(try outcome.integer("ticks") == file.rows)
      return (outcome: outcome, allocations: try allocations(counts))
    }
    #expect(counts[0].allocations > 100, "the counter counts")
    // At the end the figures are written, and a longer number may take a string from inline to the heap: a handful at most,
    // where one allocation per tick would be 50,000.
    #expect(
      abs(counts[1].allocations - counts[0].allocations) <= 16,
      "\(what): \(counts[1].allocations - counts[0].allocations) more over twice the ticks")
    // What is counted must have happened twice as often.
    let activity = try counts.map {
      try $0.outcome.integer("orders_sent") + ((try $0.outcome.json["orders_rejected"] as? [String: Int])?.values.reduce(0, +) ?? 0)
    }
    if parameters.contains("every=1") { #expect(activity[0] > 20_000 && activity[1] == 2 * activity[0], "\(activity)") }
  }

  private func allocations(_ path: String) throws -> Int {
    let text = try String(contentsOfFile: path, encoding: .utf8)
    let line = try #require(text.split(separator: "\n").first { $0.hasPrefix("allocations ") }, "\(text)")
    return try #require(Int(line.dropFirst("allocations ".count)))
  }
}
