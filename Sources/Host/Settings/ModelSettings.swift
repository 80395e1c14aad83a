/// ml.*: which models a run wants, where they come from, and what their absence means.
public struct ModelSettings: Sendable, Hashable {
  /// ml.require_models_scope: what a missing or invalid model blocks.
  public enum Scope: String, Sendable, Hashable, CaseIterable {
    /// Every symbol.
    case all
    /// Its own symbol alone.
    case symbol
  }

  /// ml.model_source
  public enum Source: String, Sendable, Hashable, CaseIterable {
    /// Published ones, models below app.runtime_path.
    case runtime
    /// The registry of `legacyFolder`.
    case legacy
  }

  /// ml.drift.*: when a distribution is told as another one than that of training.
  public struct Drift: Sendable, Hashable {
    /// ml.drift.alert_psi: population stability index; 0.001...10.
    public var alertIndex = 0.25
    /// ml.drift.window_bars: the last closed bars that are looked at; 10...86400.
    public var windowBars: Int64 = 3600
    /// ml.drift.min_bars: fewer say nothing; 10...86400, at most `windowBars`.
    public var minimumBars: Int64 = 1800

    public init() {}
  }

  /// ml.require_models: a configured model that is missing or invalid blocks opening.
  public var requireModels = true
  public var requireScope = Scope.all
  /// ml.horizons: seconds ahead, each once; 1...86400.
  public var horizonsSeconds: [Int64] = [1, 5, 30]
  /// ml.warmup_seconds: of data before the first prediction; 0...86400.
  public var warmUpSeconds: Int64 = 600
  public var source = Source.runtime
  /// ml.ml_compat_strict: an artefact of another platform or library version is refused rather than warned of.
  public var strictCompatibility = false
  /// ml.thresholds.p_up: what training writes into manifests; 0...1.
  public var pUpThreshold = 0.55
  /// ml.adapters: the plugin that evaluates a model_format, for manifests that name none.
  public var adapters = [
    "xgboost_json": "XGBoostModel", "linear_json": "LinearModel", "compiled": "CompiledModel", "lightgbm_text": "LightGBMModel", "onnx": "ONNXModel",
  ]
  /// ml.keep_versions: of a model that stay, the current one included; 1...1000.
  public var keepVersions: Int64 = 5
  /// ml.legacy_models_dir; relative to the settings' root.
  public var legacyFolder = "storage/models"
  public var drift = Drift()

  public init() {}
}
