import PluginKit

/// The rules of an entry, in the order of the reference system's. None of them is asked about an exit.
extension Rules {
  /// The entry that all rules agree to; nil where one does not.
  func signal(_ context: borrowing Context) -> Signal? {
    guard let side = primarySide(context), !anchorOpposes(side, context) else { return nil }
    let edge = Outlook(context).edge(side)
    let confidence = min(1, 0.5 + edge)
    guard edge >= minimumEdge, confidence >= (side == .buy ? minimumLongConfidence : minimumShortConfidence) else { return nil }
    guard let conditions = Conditions(context), isOrdinary(conditions) else { return nil }
    let rule = self.rule(of: conditions.regime)
    guard rule.allows(side), confidence >= rule.minimumConfidence else { return nil }
    if let scalp, confidence < scalp.minimumProbability || edge < scalp.minimumEdge { return nil }
    return Signal(side: side, confidence: confidence, volatility: conditions.volatility)
  }

  /// The side of every primary horizon; nil unless each is there, fresh, sure enough, and of one mind with the others.
  private func primarySide(_ context: borrowing Context) -> Side? {
    var common: Side?
    for index in 0..<primary.count {
      guard let prediction = context.prediction(horizonSeconds: primary[index]), prediction.isUsable, prediction.pUp != prediction.pDown else {
        return nil
      }
      let side: Side = prediction.pUp > prediction.pDown ? .buy : .sell
      guard prediction.probability(side) >= minimumPrimaryProbability, common == nil || common == side else { return nil }
      common = side
    }
    return common
  }

  /// One that is not there, or not fresh, says nothing.
  private func anchorOpposes(_ side: Side, _ context: borrowing Context) -> Bool {
    guard anchorSeconds > 0, let anchor = context.prediction(horizonSeconds: anchorSeconds), anchor.isUsable else { return false }
    return anchor.probability(side.opposite) >= strongAnchorProbability
  }

  /// Neither asleep nor in a jump, where what a model learnt does not hold.
  private func isOrdinary(_ conditions: Conditions) -> Bool {
    (maximumReturn == 0 || conditions.lastReturn.magnitude <= maximumReturn) && conditions.volatility >= minimumVolatility
  }

  private func rule(of regime: Regime) -> RegimeRule {
    switch regime {
    case .flat: flat
    case .trendingUp: trendingUp
    case .trendingDown: trendingDown
    case .highVolatility: highVolatility
    }
  }
}
