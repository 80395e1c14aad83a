/// Whether a new model is worth publishing by itself, and why.
public struct PublishVerdict: Sendable, Hashable {
  public var isPublished: Bool
  /// One line.
  public var reason: String

  /// - Parameter rival: what is published, on the same test rows; nil = nothing is, and saying the share alone is the rival.
  public init(_ new: Evaluation, rival: Evaluation?) {
    func loss(_ value: Double) -> String { PageNumber.text(value, decimals: 5) }
    guard let interval = new.interval, interval.low > 0 else {
      let range =
        new.interval.map { "its 95 % interval begins at \(PageNumber.text($0.low, decimals: 3))" } ?? new.intervalNote ?? "it has no interval"
      self.init(false, "MCC \(PageNumber.text(new.matthews, decimals: 3)) shows no predictive value: \(range)")
      return
    }
    let found = "MCC is above 0 (interval from \(PageNumber.text(interval.low, decimals: 3)))"
    guard let rival else {
      let isBetter = new.logLoss < new.baseLogLoss
      self.init(
        isBetter,
        "nothing is published yet; \(found), log loss \(loss(new.logLoss)) is \(isBetter ? "below" : "not below") \(loss(new.baseLogLoss)) of saying the share alone"
      )
      return
    }
    let isBetter = new.logLoss < rival.logLoss
    self.init(
      isBetter,
      "\(found), log loss \(loss(new.logLoss)) is \(isBetter ? "below" : "not below") \(loss(rival.logLoss)) of the published one on the same \(new.rows) rows"
    )
  }

  public init(_ isPublished: Bool, _ reason: String) {
    self.isPublished = isPublished
    self.reason = reason
  }
}
