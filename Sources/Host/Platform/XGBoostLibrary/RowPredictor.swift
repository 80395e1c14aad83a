/// Asks a model of libxgboost about one row at a time, by the library's shortest way: in place, without a matrix.
public final class RowPredictor {
  private let booster: Booster
  private let row: UnsafeMutableBufferPointer<Float>
  /// Where the row lies, in the words of numpy's array interface: made once, because only the row's content changes.
  private let place: [CChar]
  private let configuration: [CChar]

  /// - Parameter columnCount: of a row; 1 and more.
  public init(_ booster: Booster, columnCount: Int) {
    precondition(columnCount >= 1, "a row has a column")
    self.booster = booster
    // Unsafe: one row, owned here; the library reads it during a call alone.
    row = .allocate(capacity: columnCount)
    row.initialize(repeating: 0)
    let address = row.baseAddress.map { UInt(bitPattern: $0) } ?? 0
    place = Array(#"{"data": [\#(address), true], "shape": [1, \#(columnCount)], "typestr": "<f4", "version": 3}"#.utf8CString)
    configuration = Array(
      #"{"type": 0, "training": false, "iteration_begin": 0, "iteration_end": 0, "strict_shape": false, "missing": NaN, "cache_id": 0}"#.utf8CString)
  }

  deinit { row.deallocate() }

  /// What the model gives for a row: for a logistic objective the probability of class 1.
  ///
  /// - Parameter values: as many as there are columns; NaN = missing.
  public func predict(_ values: UnsafePointer<Float>) throws(XGBoostError) -> Float {
    row.baseAddress?.update(from: values, count: row.count)
    var shape: UnsafePointer<UInt64>?
    var dimensions: UInt64 = 0
    var answer: UnsafePointer<Float>?
    let library = booster.library
    try library.check(
      library.functions.booster_predict_dense(booster.handle, place, configuration, nil, &shape, &dimensions, &answer), "predict a row")
    // Unsafe: lent until the model's next call; the library says how many there are.
    let count = UnsafeBufferPointer(start: shape, count: shape == nil ? 0 : Int(dimensions)).reduce(1) { $0 * Int($1) }
    guard let answer, dimensions > 0, count == 1 else { throw .failed("predict a row", "it gives \(count) values for one row") }
    return answer.pointee
  }
}
