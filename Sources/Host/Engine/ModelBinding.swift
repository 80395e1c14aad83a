import PluginABI

/// One active model as the engine sees it: a C function and the plugin's own state.
///
/// The owner keeps everything alive for as long as the engine runs.
public struct ModelBinding: BitwiseCopyable, @unchecked Sendable {
  // Unchecked: the pointers are used by the one engine thread alone, which the owner of the instance guarantees.
  public typealias Predict =
    @convention(c) (UnsafeMutableRawPointer, UnsafePointer<Double>, UInt32, UnsafeMutablePointer<qe_prediction>) -> qe_status

  public var instance: UnsafeMutableRawPointer
  public var predict: Predict
  /// What it was trained to foresee is a rise that pays, and not its opposite: it never says that the price falls.
  public var isOneSided = false

  public init(instance: UnsafeMutableRawPointer, predict: @escaping Predict) {
    self.instance = instance
    self.predict = predict
  }
}
