import PluginKit

extension Prediction {
  /// Fresh, and two probabilities: NaN is in no range.
  var isUsable: Bool { state == .fresh && (0...1).contains(pUp) && (0...1).contains(pDown) }
  /// How far the odds are from even; above 0 = up, -0.5...0.5. For p_down = 1 - p_up it is p_up - 0.5.
  var lean: Double { (pUp - pDown) / 2 }

  func probability(_ side: Side) -> Double { side == .buy ? pUp : pDown }
}

/// What all fresh predictions of the symbol say together, each with the same weight.
struct Outlook {
  /// The mean lean; 0 where nobody says anything.
  let edge: Double
  let count: Int

  init(_ context: borrowing Context) {
    var sum = 0.0
    var count = 0
    for index in 0..<context.predictionCount {
      guard let prediction = context.prediction(index), prediction.isUsable else { continue }
      sum += prediction.lean
      count += 1
    }
    edge = count == 0 ? 0 : sum / Double(count)
    self.count = count
  }

  /// As seen by one who would go to `side`.
  func edge(_ side: Side) -> Double { side == .buy ? edge : -edge }
}

/// The closed bar's features that are looked at here.
struct Conditions {
  let regime: Regime
  /// Of one second, a fraction.
  let lastReturn: Double
  /// Standard deviation of one-second returns, a fraction.
  let volatility: Double

  private static let columns = 18

  /// Nil while features are not warm, or where one of these is no number.
  init?(_ context: borrowing Context) {
    guard context.featureCount == Conditions.columns, let tag = context.feature(17), let regime = Regime(tag: tag),
      let lastReturn = context.feature(0), let volatility = context.feature(5), lastReturn.isFinite, volatility.isFinite, volatility >= 0
    else { return nil }
    self.regime = regime
    self.lastReturn = lastReturn
    self.volatility = volatility
  }
}

/// An entry that every rule of the ensemble agrees to.
struct Signal {
  let side: Side
  /// 0.5 + the mean edge on the side.
  let confidence: Double
  let volatility: Double
}
