import Compression

/// A dataset as CSV for other programs: second, the schema's columns, and a label.
public enum FeatureExport {
  /// Some hundred rows.
  private static let pieceBytes = 1 << 16

  /// Floats as their shortest text that reads back as the same; a missing value is an empty field. Packed where the name says so.
  ///
  /// Whole or not at all; in pieces, because the text of all rows is several times as large as they are.
  /// - Throws: `rowsTooFew` without a row that has a label, `outputFailed`.
  public static func write(_ dataset: Dataset, horizonSeconds: Int, rule: LabelRule, to path: String) throws(ResearchError) -> Int {
    let labelled = dataset.labelled(horizonSeconds: horizonSeconds, rule: rule)
    guard labelled.count > 0 else { throw ResearchError(.rowsTooFew, "no row with a label to export; give more data") }
    do throws(CompressionError) {
      let writer = try ByteWriter(path: path, replaces: true)
      var text = "second,\(dataset.schema.columns.joined(separator: ",")),label\n"
      for index in 0..<labelled.count {
        let row = Int(labelled.rows[index])
        text += "\(dataset.second(ofRow: row))"
        for value in dataset.features(ofRow: row) { text += value.isNaN ? "," : ",\(value)" }
        text += labelled.labels[index] ? ",1\n" : ",0\n"
        if text.utf8.count >= pieceBytes { try flush(&text, to: writer) }
      }
      try flush(&text, to: writer)
      try writer.commit()
    } catch {
      throw ResearchError(.outputFailed, "\(error.path): \(error.reason)")
    }
    return labelled.count
  }

  private static func flush(_ text: inout String, to writer: ByteWriter) throws(CompressionError) {
    let bytes = Array(text.utf8)
    // Unsafe: the bytes live through the call, which copies or writes them.
    try bytes.withUnsafeBufferPointer { buffer throws(CompressionError) in try writer.write(UnsafeRawBufferPointer(buffer)) }
    text.removeAll(keepingCapacity: true)
  }
}
