/// Reads a file of `linear.v1`. A key that the format does not have is refused: it is more likely a misspelt one.
struct LinearWeightsReader {
  static let format = "linear.v1"
  static let featureLimit = 100_000

  private var reader: JSONReader
  private var format: String?
  private var bias: Double?
  private var columns: [String: [Double]] = [:]

  private init(_ bytes: UnsafeRawBufferPointer) { reader = JSONReader(bytes) }

  static func read(_ bytes: UnsafeRawBufferPointer) throws(MalformedFile) -> LinearWeights {
    var file = LinearWeightsReader(bytes)
    try file.readRoot()
    try file.reader.end()
    return try file.weights()
  }

  private mutating func readRoot() throws(MalformedFile) {
    var root = try reader.enterObject("the model")
    while let key = try reader.nextKey(&root) {
      switch key {
      case "format": format = try reader.text("format")
      case "bias": bias = try reader.finiteDouble("bias")
      case "weights", "means", "missing", "scales": columns[key] = try readColumn(key)
      default: throw reader.fault("the key '\(key)' is not one of format, bias, weights, means, scales, missing")
      }
    }
  }

  private mutating func readColumn(_ key: String) throws(MalformedFile) -> [Double] {
    var column: [Double] = []
    var array = try reader.enterArray(key)
    while try reader.nextItem(&array) {
      guard column.count < LinearWeightsReader.featureLimit else {
        throw reader.fault("\(key) has more than \(LinearWeightsReader.featureLimit) entries")
      }
      _ = try reader.next(key)
      let place = reader.position
      let value = try reader.finiteDouble("\(key)[\(column.count)]")
      guard key != "scales" || value > 0 else { throw MalformedFile(at: place, "scales[\(column.count)] is \(value), it must be above 0") }
      column.append(value)
    }
    return column
  }

  private func weights() throws(MalformedFile) -> LinearWeights {
    guard let format else { throw reader.fault("the key 'format' is missing") }
    guard format == LinearWeightsReader.format else {
      throw reader.fault("the format is '\(format)', this reads \(LinearWeightsReader.format)")
    }
    guard let bias else { throw reader.fault("the key 'bias' is missing") }
    guard let weights = columns["weights"] else { throw reader.fault("the key 'weights' is missing") }
    guard !weights.isEmpty else { throw reader.fault("weights is empty") }
    for name in ["means", "missing", "scales"] {
      if let count = columns[name]?.count, count != weights.count {
        throw reader.fault("weights has \(weights.count) entries, \(name) has \(count)")
      }
    }
    let means = columns["means"]
    return LinearWeights(
      bias: bias,
      terms: weights.indices.map { index in
        let mean = means?[index] ?? 0
        return LinearWeights.Term(
          weight: weights[index], mean: mean, scale: columns["scales"]?[index] ?? 1, missing: columns["missing"]?[index] ?? mean)
      })
  }
}
