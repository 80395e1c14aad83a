import ModelFormats
import PluginKit

/// A logistic regression whose weights are a small JSON file, the manifest's "model"; `LinearWeights` says what is in it.
struct LinearModel: ModelAdapter, ~Copyable {
  static let name = "LinearModel"
  static let summary = "A logistic regression, its weights in a linear.v1 JSON file"

  private let weights: LinearWeights

  init(_ configuration: Configuration) throws {
    guard let file = configuration.file("model") else { throw Refusal("the manifest has no files.model: name the file of weights there") }
    do throws(MalformedFile) { weights = try LinearWeights.read(file.bytes) } catch { throw Refusal("the model file is refused: \(error)") }
  }

  mutating func predict(_ features: Span<Double>) throws -> Forecast {
    guard let probability = weights.probability(features) else {
      throw Refusal("the model has \(weights.featureCount) features, the vector \(features.count)")
    }
    return Forecast(pUp: probability)
  }
}

@c @implementation public func quantumedge_plugin_entry(
  _ major: UInt32, _ minor: UInt32, _ error: UnsafeMutablePointer<CChar>, _ capacity: Int
) -> UnsafePointer<qe_descriptor>? { export(LinearModel.self, major, minor, error, capacity) }
