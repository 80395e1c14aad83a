import Features
import JSONTree
import Plugins

/// Columns that a model file names itself.
extension ResolvedModel {
  /// XGBoost keeps the names of the columns that it was trained on. In another order each feature would be taken for another one, and every
  /// answer would still look sound.
  ///
  /// - Throws: `schema_mismatch`.
  func checkColumns() throws(PluginError) {
    guard manifest.modelFormat == "xgboost_json",
      let named = JSONReader.member(["learner", "feature_names"], in: model.bytes)?.array?.compactMap(\.text), !named.isEmpty
    else { return }
    // What numbers its columns says nothing of what they are.
    if named == named.indices.map({ "f\($0)" }) { return }
    let columns = schema.columns
    let cure = "train it on that schema's columns in their order, or name the schema that it was trained on"
    if let index = zip(named, columns).enumerated().first(where: { $1.0 != $1.1 })?.offset {
      throw PluginError(
        .schemaMismatch, source,
        "column \(index) of the model is '\(named[index].prefix(64))', of \(schema.name) it is '\(columns[index])'; \(cure)")
    }
    guard named.count == columns.count else {
      throw PluginError(.schemaMismatch, source, "the model has \(named.count) columns, \(schema.name) has \(columns.count); \(cure)")
    }
  }
}
