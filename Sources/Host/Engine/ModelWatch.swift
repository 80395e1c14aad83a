/// Looks at what models are asked and say, for people: drift, calibration. Called on the engine's thread, once a model and closed second.
public protocol ModelWatch: AnyObject {
  /// - Parameters:
  ///   - features: the row, lent for the call.
  ///   - second: the closed one, epoch seconds.
  ///   - close: its last price, in quote currency.
  func predicted(_ answer: ModelAnswer, features: UnsafeBufferPointer<Double>, second: Int64, close: Double)
}
