import Kernel

/// A dataset as CSV for other programs: second, the schema's columns, and a label.
public enum FeatureExport {
  /// Floats as their shortest text that reads back as the same; a missing value is an empty field.
  ///
  /// - Throws: `rowsTooFew` without a row that has a label, `outputFailed`.
  public static func write(_ dataset: Dataset, horizonSeconds: Int, rule: LabelRule, to path: String) throws(ResearchError) -> Int {
    let labelled = dataset.labelled(horizonSeconds: horizonSeconds, rule: rule)
    guard labelled.count > 0 else { throw ResearchError(.rowsTooFew, "no row with a label to export; give more data") }
    var text = "second,\(dataset.schema.columns.joined(separator: ",")),label\n"
    for (row, label) in zip(labelled.rows, labelled.labels) {
      text += "\(dataset.second(ofRow: Int(row)))"
      for value in dataset.features(ofRow: Int(row)) { text += value.isNaN ? "," : ",\(value)" }
      text += label ? ",1\n" : ",0\n"
    }
    do throws(KernelError) { try Files.writeAtomically(Array(text.utf8), to: path) } catch { throw ResearchError(error) }
    return labelled.count
  }
}
