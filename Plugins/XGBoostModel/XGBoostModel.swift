import ModelFormats
import PluginKit

/// Evaluates a model that XGBoost saved as JSON, itself: no libxgboost is needed where models only run.
///
/// The file is the manifest's "model". Missing features are NaN.
struct XGBoostModel: ModelAdapter, ~Copyable {
  static let name = "XGBoostModel"
  static let summary = "A gbtree model of one probability, saved by XGBoost 1 to 3 as JSON"

  private var forest: Forest

  init(_ configuration: Configuration) throws {
    guard let file = configuration.file("model") else { throw Refusal("the manifest has no files.model: name XGBoost's JSON file there") }
    do throws(MalformedFile) { forest = try Forest.read(file.bytes) } catch { throw Refusal("the model file is refused: \(error)") }
  }

  mutating func predict(_ features: Span<Double>) throws -> Forecast {
    guard let probability = forest.probability(features) else {
      throw Refusal("the model has \(forest.featureCount) features, the vector \(features.count)")
    }
    return Forecast(pUp: probability)
  }
}

@c @implementation public func quantumedge_plugin_entry(
  _ major: UInt32, _ minor: UInt32, _ error: UnsafeMutablePointer<CChar>, _ capacity: Int
) -> UnsafePointer<qe_descriptor>? { export(XGBoostModel.self, major, minor, error, capacity) }
