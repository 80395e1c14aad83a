import ModelFormats
import PluginKit

/// A model in LightGBM's own text format, evaluated by the lib_lightgbm.so that its manifest names in `files.runtime[]`.
struct LightGBMModel: Model, NativeRuntime, ~Copyable {
  static let name = "LightGBMModel"
  static let summary = "Evaluates LightGBM's text models by the LightGBM library that the manifest names"
  /// Any schema: the model's manifest says which.
  static let featureSchemaHash = [UInt8](repeating: 0, count: 32)

  private let booster: Booster

  init(_ configuration: Configuration) throws {
    let library = try RuntimeLibrary(configuration, wanted: "lib_lightgbm.so of LightGBM 4")
    guard let model = configuration.file("model"), model.bytes.count > 0 else {
      throw Refusal("no model was lent: name a LightGBM text file in files.model of the manifest")
    }
    do throws(MalformedFile) { try TextModel(model.bytes).check() } catch { throw Refusal("the model file is refused: \(error)") }
    booster = try Booster(try LightGBMFunctions(library), model.bytes)
  }

  mutating func predict(_ features: Span<Double>) throws -> Forecast { Forecast(pUp: try booster.probability(features)) }
}

@c @implementation public func quantumedge_plugin_entry(
  _ major: UInt32, _ minor: UInt32, _ error: UnsafeMutablePointer<CChar>, _ capacity: Int
) -> UnsafePointer<qe_descriptor>? { export(LightGBMModel.self, major, minor, error, capacity) }
