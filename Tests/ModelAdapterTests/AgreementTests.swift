import Foundation
import PluginABI
import TestKit
import Testing

/// Our reading of XGBoost's files against libxgboost itself.
@Suite struct AgreementTests {
  struct Shape: Sendable, CustomTestStringConvertible {
    let depth: Int
    let parameters: [String: String]
    var testDescription: String { "depth \(depth), \(parameters.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }.joined(separator: ", "))" }
  }

  static let rowsPerShape = 10_000
  /// 10 models, 100,000 rows in all.
  static let shapes: [Shape] = [
    Shape(depth: 1, parameters: ["tree_method": "hist", "base_score": "0.5"]),
    Shape(depth: 2, parameters: ["tree_method": "exact", "base_score": "0.01"]),
    Shape(depth: 3, parameters: ["tree_method": "exact", "base_score": "0.5", "gamma": "4"]),
    Shape(depth: 4, parameters: ["tree_method": "hist", "base_score": "0.731", "objective": "reg:logistic"]),
    Shape(depth: 5, parameters: ["tree_method": "hist", "base_score": "0.5", "subsample": "0.85", "colsample_bytree": "0.85"]),
    Shape(depth: 5, parameters: ["tree_method": "hist", "base_score": "0.999999", "min_child_weight": "0", "lambda": "0", "max_delta_step": "3"]),
    Shape(depth: 6, parameters: ["tree_method": "approx", "base_score": "0.25", "num_parallel_tree": "3"]),
    Shape(depth: 7, parameters: ["tree_method": "hist", "base_score": "0.5", "grow_policy": "lossguide", "max_leaves": "40"]),
    Shape(depth: 8, parameters: ["tree_method": "exact", "base_score": "0.9", "gamma": "1", "eta": "1"]),
    Shape(
      depth: 8,
      parameters: [
        "tree_method": "hist", "base_score": "1e-6", "scale_pos_weight": "3", "min_child_weight": "0", "lambda": "0", "max_delta_step": "3",
      ]),
  ]

  @Test(.enabled(if: ReferenceLibrary.shared != nil, Comment(rawValue: ReferenceLibrary.isAbsent)), arguments: shapes)
  func `100,000 random rows with missing values get libxgboost's probabilities to 1e-6`(_ shape: Shape) throws {
    let library = try #require(ReferenceLibrary.shared)
    var chance = Chance.seeded("libxgboost's probabilities, \(shape.testDescription)")
    let training = TrainingData(1500, columns: 18, &chance)
    let parameters = ["objective": "binary:logistic", "max_depth": "\(shape.depth)", "seed": "7", "eta": "0.3"]
    let booster = try ReferenceBooster(
      library, rows: training.rows, columns: 18, labels: training.labels, rounds: 37,
      parameters.merging(shape.parameters, uniquingKeysWith: { $1 }))
    let instance = try ModelInstance(try ModelPlugin("XGBoostModel"), try booster.json())
    let rows = TrainingData(Self.rowsPerShape, columns: 18, missingPercent: 25, &chance)
    let expected = try booster.probabilities(rows.rows, columns: 18)
    let found = try instance.predictBatch(rows.rows.map(Double.init), columns: 18)
    var largest = 0.0
    for row in 0..<Self.rowsPerShape {
      let difference = abs(found[row].p_up - Double(expected[row]))
      largest = max(largest, difference)
      if !(difference <= 1e-6) { Issue.record("row \(row) \(rows.row(row)): \(found[row].p_up), libxgboost says \(expected[row])") }
    }
    // Else the rows would prove little.
    #expect(Set(expected).count > 10)
    print("\(shape.testDescription): largest difference \(largest) over \(Self.rowsPerShape) rows")
  }

  @Test(.enabled(if: ReferenceLibrary.shared != nil, Comment(rawValue: ReferenceLibrary.isAbsent)))
  func `a value exactly on a threshold goes right, as there, and a double is rounded to a float first`() throws {
    let library = try #require(ReferenceLibrary.shared)
    let json = ModelText(features: 1, trees: [.stump(feature: 0, threshold: 0.1, missingGoesLeft: true, left: -1.5, right: 2.5)]).json
    let booster = try ReferenceBooster(library, json: Array(json.utf8))
    let instance = try ModelInstance(try ModelPlugin("XGBoostModel"), json: json)
    let threshold = Float(0.1)
    // 0.1 as a double is below the float, and rounds to it.
    for value in [Double(threshold), 0.1, Double(threshold.nextDown), Double(threshold.nextUp), 0, -0.0, .nan, 1e30, -1e30] {
      let expected = try booster.probabilities([Float(value)], columns: 1)[0]
      #expect(abs(try instance.predict([value]).p_up - Double(expected)) <= 1e-6, "\(value)")
    }
    #expect(try instance.predict([0.1]).p_up > 0.9 && instance.predict([.nan]).p_up < 0.2)
    #expect(try instance.predict([.infinity]).p_up > 0.9 && instance.predict([-.infinity]).p_up < 0.2)
  }
}
