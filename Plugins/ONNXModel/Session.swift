import PluginKit

/// A loaded model and its one row. It answers by a tensor of one probability, or of two: of a fall and of a rise.
struct Session: ~Copyable {
  private let ort: ORT
  // Let go of in this order: what is made of others first.
  private let tensor: Owned
  private let session: Owned
  private let memory: Owned
  private let environment: Owned
  private let row: Row
  private let element: ORT.Element
  private let run: Run
  private let tensorData: TensorData

  private typealias TensorData = @convention(c) (ORT.Handle, ORT.Out) -> ORT.Status
  private typealias Run =
    @convention(c) (
      ORT.Handle, ORT.Handle?, UnsafePointer<UnsafePointer<CChar>?>, UnsafePointer<ORT.Handle?>, Int, UnsafePointer<UnsafePointer<CChar>?>, Int,
      ORT.Out
    ) -> ORT.Status

  private static let featureLimit: Int64 = 4096
  /// Only what ends the process is told: all else is answered with a status, in whose text it stands.
  private static let fatalOnly: Int32 = 4

  /// - Throws: `Refusal` for a model that does not take one row of reals, or does not answer with one tensor of probabilities.
  init(_ ort: ORT, _ model: UnsafeRawBufferPointer, output name: String) throws {
    let run: Run = try ort.function(.run)
    let data: TensorData = try ort.function(.tensorData)
    let environment = Owned(try ort.environment(level: Self.fatalOnly), of: ort, releasedBy: .releaseEnvironment)
    let session = Owned(try ort.session(environment.handle, model), of: ort, releasedBy: .releaseSession)
    let (input, count, type) = try Self.input(try Port.all(ort, session.handle, .input))
    let (output, element) = try Self.output(try Port.all(ort, session.handle, .output), named: name)
    let memory = Owned(try ort.memory(), of: ort, releasedBy: .releaseMemory)
    let row = Row(input, count: count, element: type, output: output)
    let tensor = Owned(try ort.tensor(row, memory.handle), of: ort, releasedBy: .releaseValue)
    (self.ort, self.run, tensorData, self.element) = (ort, run, data, element)
    self.environment = environment
    self.session = session
    self.memory = memory
    self.row = row
    self.tensor = tensor
  }

  private static func input(_ ports: [Port]) throws -> (Port, Int, ORT.Element) {
    guard ports.count == 1, let port = ports.first else { throw Refusal("the model has \(ports.count) inputs, one row of features is all there is") }
    guard let element = port.element, port.dimensions.count == 2, port.dimensions[0] <= 1, (1...featureLimit).contains(port.dimensions[1]) else {
      throw Refusal("input \(port.name) is no tensor of reals of shape [1, features]: export the model with a fixed number of features")
    }
    return (port, Int(port.dimensions[1]), element)
  }

  private static func output(_ ports: [Port], named name: String) throws -> (Port, ORT.Element) {
    let names = ports.map(\.name).joined(separator: ", ")
    let asked = name.isEmpty ? ports : ports.filter { $0.name == name }
    if asked.isEmpty { throw Refusal("the model has no output '\(name)'; it has \(names)") }
    let found = asked.filter { $0.element != nil }
    if found.count > 1 { throw Refusal("several outputs are tensors of reals (\(names)): name one in the parameter output") }
    if let port = found.first, let element = port.element { return (port, element) }
    if let map = asked.first(where: { $0.kind == .sequence || $0.kind == .map }) {
      throw Refusal("output \(map.name) is a sequence of maps: export the model without ZipMap (skl2onnx: options={'zipmap': False})")
    }
    throw Refusal("no output is a tensor of reals (\(names))")
  }

  /// - Throws: `Refusal` for a row of another length, an answer that is no probabilities, and with what the runtime says.
  func forecast(_ features: Span<Double>) throws -> Forecast {
    guard features.count == row.count else { throw Refusal("\(features.count) features came, the model has \(row.count)") }
    row.write(features)
    var value: ORT.Handle?
    var input: ORT.Handle? = tensor.handle
    try ort.check(run(session.handle, nil, row.inputNames, &input, 1, row.outputNames, 1, &value), "a run")
    guard let value else { throw Refusal("ONNX Runtime: a run gave nothing") }
    let answer = Owned(value, of: ort, releasedBy: .releaseValue)
    let numbers = try numbers(answer.handle)
    guard let second = numbers.1 else { return Forecast(pUp: numbers.0) }
    guard (numbers.0 + second - 1).magnitude <= 1e-3 else { throw Refusal("the model's two numbers are not 1 together") }
    return Forecast(pUp: second, pDown: numbers.0, edge: second - 0.5)
  }

  private func numbers(_ value: ORT.Handle) throws -> (Double, Double?) {
    let shape = Owned(try ort.make(.tensorTypeAndShape, of: value, "the answer's shape"), of: ort, releasedBy: .releaseTensorType)
    let count = try ort.count(.elementCount, of: shape.handle, "the answer's size")
    // The shape that a model declares may leave open how much it writes.
    guard count == 1 || count == 2 else { throw Refusal("the model answers with \(count) numbers, one or two are wanted") }
    guard try ort.code(.elementType, of: shape.handle, "the answer's type") == element.rawValue else { throw Refusal("the answer has another type") }
    var data: ORT.Handle?
    try ort.check(tensorData(value, &data), "the answer's numbers")
    guard let data else { throw Refusal("ONNX Runtime: the answer has no numbers") }
    // Unsafe: type and count were asked for just now.
    if element == .float {
      let floats = data.assumingMemoryBound(to: Float.self)
      return (Double(floats[0]), count == 2 ? Double(floats[1]) : nil)
    }
    let doubles = data.assumingMemoryBound(to: Double.self)
    return (doubles[0], count == 2 ? doubles[1] : nil)
  }
}
