import Features
import Foundation
import Kernel
import Market
import Research
import TestKit
import Testing
import XGBoostLibrary

/// Minutes of real trades: too few for the default, and whatever is found in them is said honestly.
@Suite(.enabled(if: Workplace.shared != nil, Comment(rawValue: Workplace.sharedIsAbsent))) struct RecordedTicksTests {
  @Test(arguments: ["usdm_BTCUSDT_2024-08-08_2354", "usdm_ETHUSDT_2024-07-18_2357", "spot_BTCUSDT_2024-08-08_2354"])
  func `minutes of real trades are refused by name, and with fewer rows asked for the report says what was found`(name: String) throws {
    let shared = try #require(Workplace.shared)
    let folder = try TemporaryFolder()
    try FileManager.default.copyItem(
      at: shared.appendingPathComponent("data/trades/\(name).trades.csv"), to: folder.url.appendingPathComponent("REALUSDT_1.csv"))
    var options = TrainingOptions()
    func outcome() throws -> TrainingRun.Outcome {
      let plan = TrainingRun.Plan(
        subjects: [TrainingRun.Subject(symbol: "REALUSDT", market: .usdm, spec: nil)], horizonsSeconds: [1], dataFolder: folder.url.path, schema: .v2,
        options: options, maximumGapSeconds: 3600,
        place: ArtefactPlace(artefacts: folder.path("artifacts"), registryFolder: folder.path("storage")), jobs: 1)
      return try #require(try TrainingRun(try XGBoost.load(), plan).run(progress: { _ in }, rival: { _, _ in nil }, done: { _ in }).first)
    }
    guard case .failure(let failure) = try outcome().result else {
      Issue.record("minutes were taken for enough")
      return
    }
    #expect(failure.description.hasPrefix("rows_too_few: ") && failure.description.contains("--min-rows is 1000"))
    options.minimumRows = 100
    switch try outcome().result {
    case .success(let trained):
      print("\(name): \(trained.model.labelledRows) rows: \(trained.model.finding)")
      // A minute of test rows cannot show more than its interval.
      let finds = (trained.model.evaluation.interval?.low ?? -1) > 0
      #expect(
        trained.model.finding.hasPrefix(finds ? "The model foresees" : (trained.model.evaluation.interval?.high ?? 1) < 0 ? "Worse" : "No evidence"))
    case .failure(let failure):
      // Nothing but a name for it will do.
      #expect(failure.description.hasPrefix("one_class") || failure.description.hasPrefix("rows_too_few"), "\(failure)")
      print("\(name): \(failure)")
    }
  }
}
