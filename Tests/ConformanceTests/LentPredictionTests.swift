import PluginABI
import Plugins
import TestKit
import Testing

@testable import Conformance

/// What the harness lends to a strategy that reads models.
@Suite struct LentPredictionTests {
  private func player(_ options: Options = Options()) throws -> Player {
    let plugin = try Plugin(PluginLibrary.load(Workplace.plugin("HorizonEnsemble").path), LentFiles([]))
    let instance = try Instance(plugin, try InstanceSetting(plugin, options))
    try instance.initialise()
    try instance.activate()
    return try Player(
      instance, memory: LentMemory(.plain), market: SampleMarket(instance.setting.instrument, seed: 1), seed: 1, featureCount: options.featureCount)
  }

  @Test func `HorizonEnsemble enters and leaves on what the harness lends, already in a quick run`() throws {
    var player = try player()
    var kinds: [UInt32: Int] = [:]
    player.inspect = { intents, _ in for intent in intents { kinds[intent.kind, default: 0] += 1 } }
    try player.play(2000)
    #expect(kinds[QE_INTENT_SUBMIT, default: 0] > 0 && kinds[QE_INTENT_TARGET_POSITION, default: 0] > 0, "\(kinds)")
  }

  @Test func `Contexts have one prediction for each horizon that create was told, and a whole row of features`() throws {
    var options = Options()
    options.predictionHorizonsSeconds = [2, 7, 60, 300]
    options.parameters = ["primary_horizons": "2,7", "anchor_horizon": "300"]
    var player = try player(options)
    var rows = 0
    var states: Set<UInt32> = []
    player.alter = { context, event, features, _ in
      let context = context.pointee
      guard let predictions = context.predictions, context.prediction_count == 4 else { return }
      let horizons = (0..<4).map { predictions[$0].horizon_s }
      guard horizons == [2, 7, 60, 300] else { return }
      for index in 0..<4 { states.insert(predictions[index].state) }
      if context.feature_count == 18, [0, 1, -1, 2].contains(features[17]), features[5] > 0 { rows += 1 }
    }
    try player.play(2000)
    #expect(rows == player.calls && states.isSuperset(of: [QE_PREDICTION_FRESH, QE_PREDICTION_STALE, QE_PREDICTION_FAILED]), "\(states)")
  }
}
