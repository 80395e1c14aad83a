import ModelFormats

/// Any bytes are a model that answers with a probability, or a refusal with a place; nothing else. All readers see each input.
@c public func LLVMFuzzerTestOneInput(_ data: UnsafePointer<UInt8>, _ size: Int) -> Int32 {
  // Unsafe: libFuzzer lends `size` bytes for the call, and no reader keeps them.
  let bytes = UnsafeRawBufferPointer(start: data, count: size)
  do throws(MalformedFile) {
    var forest = try Forest.read(bytes)
    precondition(forest.treeCount <= size, "more trees than bytes")
    for value in rows {
      let row = [Double](repeating: value, count: forest.featureCount)
      guard let probability = forest.probability(row.span) else { fatalError("a row of the model's own length is refused") }
      precondition(probability >= 0 && probability <= 1)
    }
    precondition(forest.probability([Double](repeating: 0, count: forest.featureCount + 1).span) == nil)
  } catch { check(error, size) }
  do throws(MalformedFile) {
    let weights = try LinearWeights.read(bytes)
    for value in rows {
      let row = [Double](repeating: value, count: weights.featureCount)
      guard let probability = weights.probability(row.span) else { fatalError("a row of the model's own length is refused") }
      precondition(probability.isNaN || probability >= 0 && probability <= 1)
    }
  } catch { check(error, size) }
  // What it lets through goes to LightGBM's library, which believes it.
  do throws(MalformedFile) { try TextModel(bytes).check() } catch { check(error, size) }
  return 0
}

private let rows: [Double] = [0, 1, -1, .nan, .infinity, -.infinity, 1e300, .leastNonzeroMagnitude]

private func check(_ fault: MalformedFile, _ size: Int) {
  precondition(fault.offset >= 0 && fault.offset <= size && !fault.reason.isEmpty && !fault.reason.contains("\n"), "a refusal without a place")
}
