import PluginABI

/// What a model said of one row of features.
public struct ModelAnswer: Sendable, BitwiseCopyable {
  /// Index into the run's models.
  public var model: Int32
  public var instrument: Int32
  public var status: qe_status
  public var pUp: Double
  public var pDown: Double
  public var edge: Double

  public init(model: Int32, instrument: Int32, status: qe_status, pUp: Double, pDown: Double, edge: Double) {
    self.model = model
    self.instrument = instrument
    self.status = status
    self.pUp = pUp
    self.pDown = pDown
    self.edge = edge
  }

  /// As it counts for a model that foresees rises alone: below one half it has no view. Applied twice it is the same.
  var oneSided: ModelAnswer {
    var answer = self
    answer.pDown = min(pDown, pUp)
    answer.edge = max(0, pUp - 0.5)
    return answer
  }

  /// Probabilities within 0...1 and a finite edge.
  public var isSound: Bool { pUp >= 0 && pUp <= 1 && pDown >= 0 && pDown <= 1 && edge.isFinite }

  /// Why the prediction does not count; nil when it does.
  public var failure: ModelFailure? { status != QE_OK ? .status : isSound ? nil : .unsound }
}

/// Why a model's prediction does not count.
public enum ModelFailure: Int, Sendable, CaseIterable {
  /// It returned an error.
  case status = 0
  /// NaN, or a number outside of its range.
  case unsound = 1

  public var name: String {
    switch self {
    case .status: "status"
    case .unsound: "unsound_numbers"
    }
  }
}
