import PluginKit

/// An input or an output of a model: its name, what it is, and of a tensor its elements and shape.
struct Port {
  enum Side: String { case input, output }

  var name: String
  var kind: ORT.Kind?
  /// nil for other elements than real numbers, and for what is no tensor.
  var element: ORT.Element?
  /// Below 1 = any.
  var dimensions: [Int64] = []

  private static let dimensionLimit = 8
  static let countLimit = 64

  /// What the session has at that index.
  init(_ ort: ORT, _ session: ORT.Handle, _ side: Side, _ index: Int) throws {
    let allocator = try ort.make(.defaultAllocator, "the allocator")
    let name = try ort.withName(session, side == .input ? .inputName : .outputName, index, allocator)
    self.name = name
    let type = try ort.make(side == .input ? .inputType : .outputType, of: session, at: index, "the type of \(side.rawValue) \(name)")
    defer { ort.release(type, .releaseType) }
    kind = ORT.Kind(rawValue: try ort.code(.kindOfType, of: type, "the kind of \(name)"))
    guard kind == .tensor else { return }
    // The type's own: it goes with it.
    let tensor = try ort.make(.castTypeToTensor, of: type, "the tensor \(name)")
    element = ORT.Element(rawValue: try ort.code(.elementType, of: tensor, "the elements of \(name)"))
    let count = try ort.count(.dimensionCount, of: tensor, "the shape of \(name)")
    guard count <= Self.dimensionLimit else { throw Refusal("\(name) has \(count) dimensions") }
    dimensions = [Int64](repeating: 0, count: count)
    let read: @convention(c) (ORT.Handle, UnsafeMutablePointer<Int64>, Int) -> ORT.Status = try ort.function(.dimensions)
    try ort.check(read(tensor, &dimensions, count), "the shape of \(name)")
  }

  /// All of a session's inputs or outputs.
  static func all(_ ort: ORT, _ session: ORT.Handle, _ side: Side) throws -> [Port] {
    let count = try ort.count(side == .input ? .inputCount : .outputCount, of: session, "counting \(side.rawValue)s")
    guard count <= countLimit else { throw Refusal("the model has \(count) \(side.rawValue)s") }
    return try (0..<count).map { try Port(ort, session, side, $0) }
  }
}

extension ORT {
  /// The name of an input or output, which the runtime allocates for the caller.
  fileprivate func withName(_ session: Handle, _ call: Call, _ index: Int, _ allocator: Handle) throws -> String {
    let read: @convention(c) (Handle, Int, Handle, UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>) -> Status = try function(call)
    var text: UnsafeMutablePointer<CChar>?
    try check(read(session, index, allocator, &text), "a name")
    guard let text else { throw Refusal("ONNX Runtime: a name is missing") }
    defer {
      if let free = try? function(.allocatorFree, as: (@convention(c) (Handle, UnsafeMutableRawPointer) -> Status).self) {
        release(free(allocator, text), .releaseStatus)
      }
    }
    return String(cString: text)
  }
}
