/// Rows of 32-bit features as libxgboost keeps them (a DMatrix). Copied in; NaN is a missing value.
public final class FeatureMatrix {
  let library: XGBoost
  let handle: UnsafeMutableRawPointer
  public let rowCount: Int
  public let columnCount: Int

  /// - Parameters:
  ///   - rows: row by row.
  ///   - names: of the columns; empty = none. They are written into a model that is trained on the matrix.
  ///   - labels: one per row; nil for rows to be predicted.
  /// - Precondition: the counts fit together, and there is at least one row and one column.
  public init(
    _ library: XGBoost, rows: UnsafeBufferPointer<Float>, columnCount: Int, names: [String] = [], labels: UnsafeBufferPointer<Float>? = nil
  ) throws(XGBoostError) {
    precondition(columnCount > 0 && rows.count >= columnCount && rows.count % columnCount == 0, "whole rows")
    precondition(names.isEmpty || names.count == columnCount, "one name per column")
    rowCount = rows.count / columnCount
    precondition(labels == nil || labels?.count == rowCount, "one label per row")
    var made: UnsafeMutableRawPointer?
    try library.check(
      library.functions.matrix_create(rows.baseAddress, UInt64(rowCount), UInt64(columnCount), .nan, &made, 1), "take \(rowCount) rows")
    guard let made else { throw .failed("take \(rowCount) rows", "") }
    self.library = library
    self.columnCount = columnCount
    handle = made
    if let labels {
      try library.check(library.functions.matrix_set_floats(handle, "label", labels.baseAddress, UInt64(labels.count)), "take the labels")
    }
    if !names.isEmpty { try setNames(names) }
  }

  deinit {
    // A failure here could only be a handle that is none.
    _ = library.functions.matrix_free(handle)
  }

  private func setNames(_ names: [String]) throws(XGBoostError) {
    try CTexts.lend(names) { texts throws(XGBoostError) in
      try library.check(library.functions.matrix_set_texts(handle, "feature_name", texts, UInt64(names.count)), "take the names")
    }
  }
}
