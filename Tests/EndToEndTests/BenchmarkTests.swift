import Foundation
import TestKit
import Testing

/// `make bench` reads these figures; here they are held to what was fed.
@Suite struct BenchmarkTests {
  @Test func `The workload measures every event after its warm-up and wishes on every tenth tick`() throws {
    var chance = Chance.seeded("The workload measures every event")
    let host = try Host()
    let ticks = try host.folder.write(Ticks(11_000, chance: &chance).csv, to: "ticks.csv")
    let outcome = try host.succeed(["benchmark", "workload", "--config", Host.oracle, "--ticks-path", ticks, "--rounds", "2", "--json"])
    let events = try outcome.integer("events")
    #expect(events >= 20_000 && events % 10_000 == 0, "a quote and a trade for each of 10,000 ticks, and whatever comes with them")
    let refusals = (try outcome.json["refusals"] as? [String: Int]) ?? [:]
    #expect(try outcome.integer("orders") + refusals.values.reduce(0, +) >= 900, "\(outcome)")
    #expect(try outcome.json["allocations"] is NSNull, "nobody counts without the counter")
    #expect(try outcome.json["ns_per_event"] as? Double ?? 0 > 0)
  }

  @Test func `The workload counts allocations where the counter is loaded`() throws {
    var chance = Chance.seeded("The workload counts allocations")
    let host = try Host()
    let ticks = try host.folder.write(Ticks(2000, chance: &chance).csv, to: "ticks.csv")
    let outcome = try host.run(
      ["benchmark", "workload", "--config", Host.oracle, "--ticks-path", ticks, "--rounds", "1", "--json"],
      environment: ["LD_PRELOAD": Workplace.plugin("AllocationCounter").path])
    try #require(outcome.exitCode == 0, "\(outcome)")
    // A debug build allocates; that it is counted is what is shown here.
    #expect(try outcome.integer("allocations") >= 0)
  }
}
