import PluginKit

/// The functions of LightGBM's C API that one row's prediction needs, by the names and types of its documentation. Each returns 0, or
/// another number and a text in `lastError`.
struct LightGBMFunctions {
  typealias Handle = UnsafeMutableRawPointer

  let loadModel: @convention(c) (UnsafePointer<CChar>, UnsafeMutablePointer<Int32>, UnsafeMutablePointer<Handle?>) -> Int32
  let freeBooster: @convention(c) (Handle) -> Int32
  let featureCount: @convention(c) (Handle, UnsafeMutablePointer<Int32>) -> Int32
  let classCount: @convention(c) (Handle, UnsafeMutablePointer<Int32>) -> Int32
  /// Booster, kind of prediction, first tree, number of trees, type of numbers, columns, options, out.
  let prepareRow: @convention(c) (Handle, Int32, Int32, Int32, Int32, Int32, UnsafePointer<CChar>, UnsafeMutablePointer<Handle?>) -> Int32
  /// What `prepareRow` gave, a row, how many numbers were written, the numbers.
  let predictRow: @convention(c) (Handle, UnsafePointer<Double>, UnsafeMutablePointer<Int64>, UnsafeMutablePointer<Double>) -> Int32
  let freeRow: @convention(c) (Handle) -> Int32
  let lastError: @convention(c) () -> UnsafePointer<CChar>?

  /// With the objective's transformation: a probability.
  static let normalPrediction: Int32 = 0
  static let doubles: Int32 = 1

  /// - Throws: `Refusal` naming the first function that the library does not have.
  init(_ library: RuntimeLibrary) throws {
    loadModel = try library.function("LGBM_BoosterLoadModelFromString")
    freeBooster = try library.function("LGBM_BoosterFree")
    featureCount = try library.function("LGBM_BoosterGetNumFeature")
    classCount = try library.function("LGBM_BoosterGetNumClasses")
    prepareRow = try library.function("LGBM_BoosterPredictForMatSingleRowFastInit")
    predictRow = try library.function("LGBM_BoosterPredictForMatSingleRowFast")
    freeRow = try library.function("LGBM_FastConfigFree")
    lastError = try library.function("LGBM_GetLastError")
    silence(library)
  }

  /// Its warnings would go to the host's standard output. Versions without the function write there.
  private func silence(_ library: RuntimeLibrary) {
    typealias Callback = @convention(c) (UnsafePointer<CChar>?) -> Void
    typealias Register = @convention(c) (Callback) -> Int32
    if let register = try? library.function("LGBM_RegisterLogCallback", as: Register.self) { _ = register { _ in } }
  }

  /// - Throws: `Refusal` with what the library says.
  func check(_ status: Int32, _ what: String) throws {
    guard status != 0 else { return }
    // One line: its texts may have several.
    let words = (lastError().map { String(cString: $0) } ?? "").split(whereSeparator: \.isNewline).joined(separator: " ")
    throw Refusal("LightGBM: \(what) failed\(words.isEmpty ? "" : ": \(words)")")
  }
}
