/// Log loss by round.
public struct LearningCurve: Sendable, Hashable, Encodable {
  /// Of the validation rows, after each round.
  public var validation: [Double] = []
  /// Of the training rows, after every tenth round: they are many, and decide nothing.
  public var training: [Double] = []
  public static let trainingStep = 10
  /// Rounds that the model keeps.
  public var bestRounds = 0

  private enum CodingKeys: String, CodingKey {
    case validation
    case training = "training_every_10"
    case bestRounds = "best_rounds"
  }
}
