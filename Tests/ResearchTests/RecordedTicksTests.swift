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
  /// A recording, the rows with a label of its bars (60 s to the first, 1 s from the last), and whether a fifth of them is enough for an interval.
  @Test(arguments: [
    ("usdm_BTCUSDT_2024-08-08_2354", 282, false), ("usdm_ETHUSDT_2024-07-18_2357", 419, false), ("spot_BTCUSDT_2024-08-08_2354", 589, true),
  ])
  func `minutes of real trades are refused by name, and with fewer rows asked for nobody is promised anything`(
    name: String, rows: Int, hasInterval: Bool
  ) throws {
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
    let model = try outcome().result.get().model
    #expect(model.labelledRows == rows && (model.evaluation.interval != nil) == hasInterval)
    // In a minute or two of test rows there is nothing to be found, and an MCC of -0.26 is said to be nothing, too.
    #expect(
      model.finding.hasPrefix("No evidence of predictive value: ") && model.finding.contains("\(model.evaluation.rows) test rows"), "\(model.finding)"
    )
  }
}
