import PluginKit

/// A loaded model, and its prediction of one row made ready.
struct Booster: ~Copyable {
  private let functions: LightGBMFunctions
  private let model: LightGBMFunctions.Handle
  private let row: LightGBMFunctions.Handle
  private let featureCount: Int

  /// One thread: a row is too small to be shared, and the host has its own.
  private static let options = "num_threads=1"

  init(_ functions: LightGBMFunctions, _ bytes: UnsafeRawBufferPointer) throws {
    self.functions = functions
    var model: LightGBMFunctions.Handle?
    var trees: Int32 = 0
    let text = bytes.map { CChar(bitPattern: $0) } + [0]
    try functions.check(functions.loadModel(text, &trees, &model), "the model's text")
    guard let model else { throw Refusal("LightGBM: it loaded the model and gave none") }
    let prepared: (row: LightGBMFunctions.Handle, count: Int)
    do { prepared = try Self.prepare(functions, model, trees) } catch {
      _ = functions.freeBooster(model)
      throw error
    }
    self.model = model
    row = prepared.row
    featureCount = prepared.count
  }

  private static func prepare(
    _ functions: LightGBMFunctions, _ model: LightGBMFunctions.Handle, _ trees: Int32
  ) throws -> (LightGBMFunctions.Handle, Int) {
    guard trees > 0 else { throw Refusal("the model has no trees") }
    var (classes, columns): (Int32, Int32) = (0, 0)
    try functions.check(functions.classCount(model, &classes), "counting classes")
    // Anything else writes more than the one number that there is room for.
    guard classes == 1 else { throw Refusal("the model has \(classes) classes, one probability is wanted: train with objective binary") }
    try functions.check(functions.featureCount(model, &columns), "counting features")
    guard columns > 0 else { throw Refusal("the model has no features") }
    var row: LightGBMFunctions.Handle?
    let status = functions.prepareRow(model, LightGBMFunctions.normalPrediction, 0, -1, LightGBMFunctions.doubles, columns, options, &row)
    try functions.check(status, "preparing a row")
    guard let row else { throw Refusal("LightGBM: it prepared a row and gave none") }
    return (row, Int(columns))
  }

  deinit {
    _ = functions.freeRow(row)
    _ = functions.freeBooster(model)
  }

  /// - Throws: `Refusal` for a row of another length, and with what the library says.
  func probability(_ features: Span<Double>) throws -> Double {
    guard features.count == featureCount else { throw Refusal("\(features.count) features came, the model has \(featureCount)") }
    var (count, answer): (Int64, Double) = (0, .nan)
    let status = features.withUnsafeBufferPointer { row in
      // The span is not empty: it has as many as the model.
      functions.predictRow(self.row, row.baseAddress!, &count, &answer)
    }
    try functions.check(status, "a prediction")
    guard count == 1 else { throw Refusal("LightGBM answered with \(count) numbers") }
    return answer
  }
}
