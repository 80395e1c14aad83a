/// Whether a new model is worth publishing by itself, and why.
public struct PublishVerdict: Sendable, Hashable {
  public var isPublished: Bool
  /// One line.
  public var reason: String

  /// - Parameters:
  ///   - rival: what is published, on the same test rows; nil = nothing is.
  ///   - trials: trainings of this symbol and horizon, with this one. Who trains a hundred times finds five that a 95 % interval takes for
  ///     good: the level is divided by them (Bonferroni).
  public init(_ new: Evaluation, rival: Evaluation?, trials: Int) {
    let level = "95 % interval"
    let which = trials > 1 ? "\(level) of all \(trials) trainings together" : level
    guard let interval = new.interval else {
      self.init(false, "MCC \(Self.text(new.matthews)) shows no predictive value: \(new.intervalNote ?? "it has no interval")")
      return
    }
    let low = interval.bounds(alpha: 0.05 / Double(max(1, trials))).low
    guard low > 0 else {
      self.init(false, "MCC \(Self.text(new.matthews)) shows no predictive value: its \(which) begins at \(Self.text(low))")
      return
    }
    // What is published may be worse than saying the share alone; a model that is better than that alone is still none.
    let isRivalBetter = rival.map { $0.logLoss <= new.baseLogLoss } ?? false
    let bound = isRivalBetter ? rival?.logLoss ?? new.baseLogLoss : new.baseLogLoss
    let isBetter = new.logLoss < bound
    let whose = isRivalBetter ? "of the published one on the same \(new.rows) rows" : "of saying the share alone"
    self.init(
      isBetter,
      "\(rival == nil ? "nothing is published yet; " : "")MCC is above 0 (its \(which) begins at \(Self.text(low))), log loss "
        + "\(Self.text(new.logLoss, 5)) is \(isBetter ? "below" : "not below") \(Self.text(bound, 5)) \(whose)")
  }

  public init(_ isPublished: Bool, _ reason: String) {
    self.isPublished = isPublished
    self.reason = reason
  }

  private static func text(_ value: Double, _ decimals: Int = 3) -> String { PageNumber.text(value, decimals: decimals) }
}
