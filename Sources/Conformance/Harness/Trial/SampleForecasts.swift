import PluginABI

/// What the models of a made-up market say: mostly what its trend is, now and then nothing that one may trade on.
final class SampleForecasts {
  private let horizonsSeconds: [Int64]
  private var random: Random
  private var said: [qe_prediction]
  private var closedNanoseconds: [Int64]
  private var turn = 0

  init(_ horizonsSeconds: [Int64], seed: UInt64) {
    self.horizonsSeconds = horizonsSeconds
    random = Random(seed: seed)
    said = horizonsSeconds.map {
      qe_prediction(horizon_s: $0, p_up: .nan, p_down: .nan, edge: .nan, age_ns: -1, state: QE_PREDICTION_WARMING, reserved: 0)
    }
    closedNanoseconds = horizonsSeconds.map { _ in 0 }
  }

  /// Each model answers on each closed second.
  func close(_ bar: qe_bar, _ trend: Double) {
    for index in said.indices {
      closedNanoseconds[index] = (bar.open_ms + 1000) * 1_000_000
      if random.chance(0.02) {
        said[index].state = QE_PREDICTION_FAILED
        (said[index].p_up, said[index].p_down, said[index].edge, said[index].age_ns) = (.nan, .nan, .nan, -1)
        continue
      }
      let up = min(1, max(0, 0.5 + 0.3 * trend + 0.03 * random.normal()))
      said[index].state = random.chance(0.02) ? QE_PREDICTION_STALE : QE_PREDICTION_FRESH
      (said[index].p_up, said[index].p_down, said[index].edge) = (up, 1 - up, up - 0.5)
    }
  }

  /// All of them, as a context lends them.
  func write(to room: UnsafeMutablePointer<qe_prediction>, at now: Int64) -> UInt32 {
    for index in said.indices { (room + index).initialize(to: aged(index, now)) }
    return UInt32(said.count)
  }

  /// Of an event: each horizon by turns.
  func next(at now: Int64) -> qe_prediction {
    turn = (turn + 1) % said.count
    return aged(turn, now)
  }

  private func aged(_ index: Int, _ now: Int64) -> qe_prediction {
    var prediction = said[index]
    if prediction.state == QE_PREDICTION_FRESH || prediction.state == QE_PREDICTION_STALE {
      prediction.age_ns = max(0, now - closedNanoseconds[index])
    }
    return prediction
  }
}
