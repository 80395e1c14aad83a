import PluginKit

/// A model that was compiled to machine code: the first library of `files.runtime[]` has a function whose form the manifest
/// describes, so that what a model compiler writes loads without any code of its own.
///
/// What is described is what is called: nothing can hold a description against machine code, and a wrong one is a crash.
struct CompiledModel: Model, ~Copyable {
  static let name = "CompiledModel"
  static let summary = "Calls a model that was compiled to a shared library, by the signature that its manifest describes"
  /// Any schema: the model's manifest says which.
  static let featureSchemaHash = [UInt8](repeating: 0, count: 32)
  // The defaults are what m2cgen writes for a classifier of two classes.
  static let parameters: [Parameter] = [
    .text("function", default: "score", "the name that the library exports"),
    .text("signature", default: "void(f64*,f64*)", "how it is called: f64(f64*), void(f64[18],f64[2]), f32(f32*,u64), f64(f64 x 18)"),
    .text("answer", default: "p_down,p_up", "what its numbers mean: p_up, margin, or p_down,p_up"),
  ]

  private let call: PreparedCall
  private let answer: Answer
  /// nil = as many as come.
  private let featureCount: Int?

  init(_ configuration: Configuration) throws {
    let signature = try Signature(try configuration.text("signature"))
    let word = try configuration.text("answer")
    guard let answer = Answer(rawValue: word) else {
      throw Refusal("answer '\(word)' is none of \(Answer.allCases.map(\.rawValue).joined(separator: "; "))")
    }
    let given = signature.answer == nil ? signature.answerRoom?.count : 1
    if let given, given < answer.count { throw Refusal("answer \(answer.rawValue) is \(answer.count) numbers, the signature has room for \(given)") }
    let library = try RuntimeLibrary(configuration, wanted: "the compiled model's library")
    let name = try configuration.text("function")
    guard !name.isEmpty, let function = library.address(name) else {
      throw Refusal("\(library.name) exports no function '\(name)': name the one that it has in the parameter function")
    }
    call = try PreparedCall(function, signature)
    self.answer = answer
    featureCount = signature.featureCount
  }

  mutating func predict(_ features: Span<Double>) throws -> Forecast {
    guard features.count <= Signature.featureLimit, featureCount == nil || featureCount == features.count else {
      throw Refusal("\(features.count) features came, the signature takes \(featureCount ?? Signature.featureLimit)")
    }
    let (first, second) = call(features)
    return try answer.forecast(first, second)
  }
}

@c @implementation public func quantumedge_plugin_entry(
  _ major: UInt32, _ minor: UInt32, _ error: UnsafeMutablePointer<CChar>, _ capacity: Int
) -> UnsafePointer<qe_descriptor>? { export(CompiledModel.self, major, minor, error, capacity) }
