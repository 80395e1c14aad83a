import Conformance
import Foundation
import TestKit
import Testing

@Suite struct CatalogueTests {
  @Test func idsAreUniqueAndPrerequisitesStandBeforeWhatNeedsThem() {
    var seen: Set<String> = []
    for test in Catalogue.cases {
      #expect(seen.isSuperset(of: test.prerequisites), "\(test.id) needs what comes later or is not there")
      #expect(seen.insert(test.id).inserted, "\(test.id) comes twice")
      #expect(Options.strictnessRange.contains(test.strictness), "\(test.id)")
      #expect(test.seconds > 0, "\(test.id)")
    }
    #expect(seen.count >= 25)
  }
}

@Suite struct SampleTests {
  private func verdict(_ plugin: String, _ parameters: [String: String] = [:]) throws -> Verdict {
    var options = Options()
    (options.strictness, options.isQuick, options.parameters) = (10, true, parameters)
    return try Runner(
      Subject.read(Workplace.plugin(plugin).path).file, options,
      executable: Workplace.buildFolder.appendingPathComponent("quantumedge-conformance").path
    ).run()
  }

  @Test func aSampleInCPassesEveryCase() throws {
    let verdict = try verdict("BreakoutC")
    #expect(verdict.results.filter { $0.outcome != .pass }.map(\.id) == ["predict-in-bounds", "batch-equals-single"], "those are for models")
    let runs = try #require(verdict.results.first { $0.id == "runs" })
    #expect(!runs.detail.contains(", 0 intents"), "the sample market makes it act: \(runs.detail)")
  }

  @Test func aFailedPrerequisiteSkipsWhatNeedsItByName() throws {
    let verdict = try verdict("Misbehaving", ["fault": "process_error"])
    #expect(verdict.results.first { $0.id == "runs" }?.outcome == .fail)
    let reset = try #require(verdict.results.first { $0.id == "reset" })
    #expect(reset.outcome == .skip)
    #expect(reset.detail == "prerequisite runs")
  }
}
