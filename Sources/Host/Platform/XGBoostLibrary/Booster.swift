/// A gradient-boosted model of libxgboost. Not for use by two threads at once.
public final class Booster {
  let library: XGBoost
  let handle: UnsafeMutableRawPointer

  /// A new model.
  ///
  /// - Parameters:
  ///   - matrices: what it will be trained on and asked for again and again: their margins are kept from round to round.
  ///   - parameters: by the library's names; later ones win.
  public init(_ library: XGBoost, matrices: [FeatureMatrix], parameters: [(name: String, value: String)]) throws(XGBoostError) {
    let handles: [UnsafeMutableRawPointer?] = matrices.map(\.handle)
    var made: UnsafeMutableRawPointer?
    try library.check(library.functions.booster_create(handles, UInt64(handles.count), &made), "make a model")
    guard let made else { throw .failed("make a model", "") }
    self.library = library
    handle = made
    for parameter in parameters {
      try library.check(
        library.functions.booster_set(handle, parameter.name, parameter.value), "take the parameter \(parameter.name)=\(parameter.value)")
    }
  }

  /// One that was saved.
  ///
  /// - Parameter bytes: JSON or the library's binary form.
  public convenience init(_ library: XGBoost, model bytes: [UInt8]) throws(XGBoostError) {
    try self.init(library, matrices: [], parameters: [("nthread", "1")])
    let code = bytes.withUnsafeBytes { library.functions.booster_load(handle, $0.baseAddress, UInt64($0.count)) }
    try library.check(code, "read the model")
  }

  private init(_ library: XGBoost, handle: UnsafeMutableRawPointer) {
    self.library = library
    self.handle = handle
  }

  deinit {
    // A failure here could only be a handle that is none.
    _ = library.functions.booster_free(handle)
  }

  /// One more round of boosting.
  ///
  /// - Parameter round: from 0; the library's random numbers depend on it.
  public func update(round: Int, on matrix: FeatureMatrix) throws(XGBoostError) {
    try library.check(library.functions.booster_update(handle, Int32(round), matrix.handle), "train round \(round)")
  }

  /// What the model gives for each row: for a logistic objective the probability of class 1.
  public func predict(_ matrix: FeatureMatrix) throws(XGBoostError) -> [Float] {
    var shape: UnsafePointer<UInt64>?
    var dimensions: UInt64 = 0
    var values: UnsafePointer<Float>?
    let configuration = #"{"type": 0, "training": false, "iteration_begin": 0, "iteration_end": 0, "strict_shape": false}"#
    try library.check(library.functions.booster_predict(handle, matrix.handle, configuration, &shape, &dimensions, &values), "predict")
    // Unsafe: lent until the model's next call, copied here; the library says how many there are.
    let count = UnsafeBufferPointer(start: shape, count: shape == nil ? 0 : Int(dimensions)).reduce(1) { $0 * Int($1) }
    guard let values, dimensions > 0, count == matrix.rowCount else {
      throw .failed("predict", "it gives \(count) values for \(matrix.rowCount) rows: the model has more than one output")
    }
    return Array(UnsafeBufferPointer(start: values, count: count))
  }

  /// The model with its first `rounds` rounds alone.
  ///
  /// - Parameter names: of the columns, which the library does not carry over; empty = none.
  public func prefix(rounds: Int, names: [String]) throws(XGBoostError) -> Booster {
    var slice: UnsafeMutableRawPointer?
    try library.check(library.functions.booster_slice(handle, 0, Int32(rounds), 1, &slice), "cut the model after \(rounds) rounds")
    guard let slice else { throw .failed("cut the model", "") }
    let booster = Booster(library, handle: slice)
    if !names.isEmpty {
      try CTexts.lend(names) { texts throws(XGBoostError) in
        try library.check(library.functions.booster_set_texts(slice, "feature_name", texts, UInt64(names.count)), "take the names")
      }
    }
    return booster
  }

  /// The model as JSON, as `save_model` writes it.
  public func json() throws(XGBoostError) -> [UInt8] {
    var length: UInt64 = 0
    var bytes: UnsafePointer<CChar>?
    try library.check(library.functions.booster_save(handle, #"{"format": "json"}"#, &length, &bytes), "write the model")
    guard let bytes else { throw .failed("write the model", "") }
    // Unsafe: lent until the next call of this thread, copied here.
    return Array(UnsafeRawBufferPointer(start: bytes, count: Int(length)))
  }

  /// The mean gain of the splits that use a feature, by its name; features that no split uses are absent.
  public func gains() throws(XGBoostError) -> [String: Double] {
    var count: UInt64 = 0
    var features: UnsafePointer<UnsafePointer<CChar>?>?
    var dimensions: UInt64 = 0
    var shape: UnsafePointer<UInt64>?
    var scores: UnsafePointer<Float>?
    let code = library.functions.booster_scores(handle, #"{"importance_type": "gain"}"#, &count, &features, &dimensions, &shape, &scores)
    try library.check(code, "weigh the features")
    // Unsafe: lent until the model's next call, copied here; both lists have `count` entries.
    var gains: [String: Double] = [:]
    for index in 0..<Int(count) {
      guard let name = features?[index], let score = scores?[index] else { throw .failed("weigh the features", "") }
      gains[String(cString: name)] = Double(score)
    }
    return gains
  }
}
