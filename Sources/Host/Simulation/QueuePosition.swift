import Market

/// Where a resting order stands in the queue of its price level, as far as the level's totals tell.
///
/// Both models are hftbacktest's (version 2.4, `RiskAdverseQueueModel` and `ProbQueueModel` with `PowerProbQueueFunc3`;
/// https://hftbacktest.readthedocs.io/en/latest/order_fill.html), the second after
/// https://rigtorp.se/2013/06/08/estimating-order-queue-position.html. Doubles hold every quantity below 2^53 exactly,
/// and only + - * / touch them, so that every machine computes the same.
struct QueuePosition {
  /// Raw quantity before the order; nil = the level is not known.
  private(set) var front: Double?
  /// Traded at the price since the level last changed: that change contains it, and must not count twice.
  private var traded: Double = 0

  /// - Parameter displayed: what rests at the order's price when it arrives; nil = unknown.
  init(displayed: Int64?) { front = displayed.map(Double.init) }

  /// A trade at the price; returns how much of it reached the order.
  mutating func trade(_ quantity: Int64) -> Int64 {
    guard let before = front else { return 0 }
    traded += Double(quantity)
    let after = before - Double(quantity)
    // A part of a unit fills nothing, and is not lost either.
    if after > -1 {
      front = after
      return 0
    }
    front = 0
    return min(quantity, Int64((-after).rounded(.down)))
  }

  /// The level now shows `new` where it showed `previous`.
  mutating func levelChanged(_ model: SimulationModel.QueueModel, power: Int64, previous: Int64, new: Int64) {
    guard let before = front else {
      front = Double(new)
      return
    }
    let (previous, new) = (Double(previous), Double(new))
    let decrease = previous - new - traded
    traded = 0
    guard model == .probabilistic, decrease >= 0, previous > 0 else {
      front = min(before, new)
      return
    }
    let back = previous - before
    // The chance that what left had stood behind the order: 1 - (front / (front + back))^n.
    var ahead = 1.0
    for _ in 0..<power { ahead *= before / previous }
    let behind = 1 - ahead
    let estimate = before - ahead * decrease + min(0, back - behind * decrease)
    front = min(estimate, new)
  }
}
