import PluginKit

/// A model in ONNX, evaluated by the libonnxruntime.so.1 that its manifest names in `files.runtime[]`.
struct ONNXModel: Model, NativeRuntime, ~Copyable {
  static let name = "ONNXModel"
  static let summary = "Evaluates ONNX models by the ONNX Runtime that the manifest names"
  /// Any schema: the model's manifest says which.
  static let featureSchemaHash = [UInt8](repeating: 0, count: 32)
  static let parameters: [Parameter] = [
    .text("output", default: "", "the output that has the probabilities; empty = the only tensor of real numbers")
  ]

  private let session: Session

  init(_ configuration: Configuration) throws {
    let library = try RuntimeLibrary(configuration, wanted: "libonnxruntime.so.1 of ONNX Runtime")
    guard let model = configuration.file("model"), model.bytes.count > 0 else {
      throw Refusal("no model was lent: name an ONNX file in files.model of the manifest")
    }
    session = try Session(try ORT(library), model.bytes, output: try configuration.text("output"))
  }

  mutating func predict(_ features: Span<Double>) throws -> Forecast { try session.forecast(features) }
}

@c @implementation public func quantumedge_plugin_entry(
  _ major: UInt32, _ minor: UInt32, _ error: UnsafeMutablePointer<CChar>, _ capacity: Int
) -> UnsafePointer<qe_descriptor>? { export(ONNXModel.self, major, minor, error, capacity) }
