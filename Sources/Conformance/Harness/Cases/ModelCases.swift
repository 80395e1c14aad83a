import PluginABI

extension Catalogue {
  /// What only models do.
  static let modelCases: [Case] = [
    Case("predict-in-bounds", "probabilities are 0...1 and the edge is finite", .model, isSeeded: true) { trial in
      try trial.plugin().require(.model)
      let instance = try trial.active()
      var player = try trial.player(instance)
      player.inspectPrediction = { prediction, _ in if let objection = objection(prediction) { throw Finding.fails(objection) } }
      try player.play(trial.size(20_000, quick: 2000))
      try instance.end()
      return "\(player.calls) predictions"
    },
    Case(
      "batch-equals-single", "a batch gives each row the answer of a single call", .model,
      after: ["predict-in-bounds", "deterministic", "extension-tables"],
      isSeeded: true
    ) { trial in
      let plugin = try trial.plugin()
      try plugin.require(.model)
      guard let batch = plugin.batch, let model = plugin.descriptor.pointee.model else { throw Finding.skips("it has no predict_batch") }
      let (rows, columns) = (64, trial.options.featureCount)
      var random = trial.random(6)
      let features = (0..<rows * columns).map { _ in random.normal() }
      var together = [qe_prediction](repeating: qe_prediction(), count: rows)
      let instance = try trial.active()
      let status = batch.pointee.predict_batch(instance.memory, features, UInt32(rows), UInt32(columns), &together)
      guard status == QE_OK else { throw Finding.fails("predict_batch returned \(status)") }
      // A model with a memory would see each row twice.
      try instance.reset()
      for row in 0..<rows {
        var single = qe_prediction()
        let one = Array(features[row * columns..<(row + 1) * columns])
        guard model.pointee.predict(instance.memory, one, UInt32(columns), &single) == QE_OK else {
          throw Finding.fails("predict failed at row \(row)")
        }
        guard single.p_up.bitPattern == together[row].p_up.bitPattern, single.p_down.bitPattern == together[row].p_down.bitPattern,
          single.edge.bitPattern == together[row].edge.bitPattern
        else { throw Finding.fails("row \(row): \(together[row].p_up) in the batch, \(single.p_up) alone") }
      }
      try instance.end()
      return "\(rows) rows"
    },
  ]
}
