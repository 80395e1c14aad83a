/// How thoroughly a plugin is tried, and with what.
public struct Options: Sendable {
  /// 1...10; each case has the strictness from which its failure fails.
  public var strictness = 5
  public var seed: UInt64 = 1
  /// Given parameters, by name; missing ones take the plugin's default.
  public var parameters: [String: String] = [:]
  /// Seconds between opening decisions.
  public var horizonSeconds: Int64 = 0
  /// Of a model's vector.
  public var featureCount = 18
  /// Of the predictions that a strategy is lent; rising. The default is that of ml.horizons.
  public var predictionHorizonsSeconds: [Int64] = [1, 5, 30]
  /// The manifest that was given; nil = the library itself.
  public var manifest: String?
  /// What the manifest of a model lends to its adapter.
  public var files: [LentFile] = []
  /// Empty = all.
  public var only: [String] = []
  /// Fewer events in each case: for the harness's own tests.
  public var isQuick = false
  /// Cases that run at the same time; those that take times run alone.
  public var parallel = 2

  public init() {}

  public static let strictnessRange = 1...10
  public static let featureLimit = 128
  /// As many as ml.horizons may have.
  public static let predictionHorizonLimit = 16
}
