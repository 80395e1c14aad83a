import PluginABI

/// What a model says of one row of features.
public struct Forecast: Sendable, Equatable {
  /// 0...1.
  public var pUp: Double
  /// 0...1.
  public var pDown: Double
  /// pUp - 0.5, or what the model defines as its edge.
  public var edge: Double

  /// - Parameter subject: the model, for the error.
  /// - Throws: `prediction_invalid:<what>` for what is no probability or no number.
  init(_ prediction: qe_prediction, _ subject: String) throws(PluginError) {
    for (name, value) in [("p_up", prediction.p_up), ("p_down", prediction.p_down)] where !(value >= 0 && value <= 1) {
      throw PluginError(.predictionInvalid("\(name) is \(value)"), subject, "probabilities are 0...1; the model or its adapter is broken")
    }
    guard prediction.edge.isFinite else {
      throw PluginError(.predictionInvalid("edge is \(prediction.edge)"), subject, "a finite number is wanted; the model or its adapter is broken")
    }
    (pUp, pDown, edge) = (prediction.p_up, prediction.p_down, prediction.edge)
  }
}
