import TestKit

/// A model file in XGBoost's words, made by hand: a sound one whose parts a test can spoil.
struct ModelText {
  struct Tree {
    var left: [Int]
    var right: [Int]
    var features: [Int]
    var conditions: [String]
    var defaultLeft: [Int]
    var parameters: String?
    var splitType: [Int]?
    var more = ""

    static func stump(feature: Int, threshold: Double, missingGoesLeft: Bool, left: Double, right: Double) -> Tree {
      Tree(
        left: [1, -1, -1], right: [2, -1, -1], features: [feature, 0, 0], conditions: ["\(threshold)", "\(left)", "\(right)"],
        defaultLeft: [missingGoesLeft ? 1 : 0, 0, 0])
    }

    static func leaf(_ value: String) -> Tree { Tree(left: [-1], right: [-1], features: [0], conditions: [value], defaultLeft: [0]) }

    /// Every level full, with thresholds and leaves at random.
    static func complete(depth: Int, features: Int, _ chance: inout Chance) -> Tree {
      let inner = (1 << depth) - 1
      let all = inner * 2 + 1
      return Tree(
        left: (0..<all).map { $0 < inner ? $0 * 2 + 1 : -1 }, right: (0..<all).map { $0 < inner ? $0 * 2 + 2 : -1 },
        features: (0..<all).map { $0 < inner ? Int.random(in: 0..<features, using: &chance) : 0 },
        conditions: (0..<all).map { "\(Float.random(in: $0 < inner ? -1...1 : -0.05...0.05, using: &chance))" },
        defaultLeft: (0..<all).map { $0 < inner && chance.chance(50) ? 1 : 0 })
    }

    func json(_ id: Int) -> String {
      let parameters = parameters ?? #"{"num_deleted":"0","num_feature":"1","num_nodes":"\#(left.count)","size_leaf_vector":"0"}"#
      let types = splitType ?? left.map { _ in 0 }
      let nothing = left.map { _ in "0E0" }.joined(separator: ",")
      return
        #"{"base_weights":[\#(nothing)],"categories":[],"categories_nodes":[],"categories_segments":[],"categories_sizes":[],"default_left":\#(defaultLeft),"id":\#(id),"left_children":\#(left),"#
        + #""loss_changes":[\#(nothing)],"parents":\#(left.map { _ in 0 }),"right_children":\#(right),"#
        + #""split_conditions":[\#(conditions.joined(separator: ","))],"split_indices":\#(features),"split_type":\#(types),"#
        + #""sum_hessian":[\#(nothing)],\#(more)"tree_param":\#(parameters)}"#
    }
  }

  var features = 2
  var trees: [Tree] = [.stump(feature: 1, threshold: 0.5, missingGoesLeft: false, left: -0.25, right: 0.75)]
  var baseScore = #""5E-1""#
  var booster = "gbtree"
  var objective = "binary:logistic"
  var classes = "0"
  var targets = "1"
  var claimedTrees: String?
  var groups: [Int]?
  var version = "[1,7,4]"
  var featureText: String?
  /// Of early stopping, as a JSON value.
  var bestIteration: String?
  var parallelTrees = "1"

  var json: String {
    #"{"learner":{"attributes":{\#(bestIteration.map { "\"best_iteration\":\($0)," } ?? "")"note":"a \"quoted\" \u00e9"},"feature_names":[],"feature_types":[],"gradient_booster":{"model":{"#
      + #""gbtree_model_param":{"num_parallel_tree":"\#(parallelTrees)","num_trees":"\#(claimedTrees ?? "\(trees.count)")"},"#
      + #""tree_info":\#(groups ?? trees.map { _ in 0 }),"#
      + #""trees":[\#(trees.enumerated().map { $1.json($0) }.joined(separator: ","))]},"name":"\#(booster)"},"#
      + #""learner_model_param":{"base_score":\#(baseScore),"boost_from_average":"1","num_class":"\#(classes)","#
      + #""num_feature":"\#(featureText ?? "\(features)")","num_target":"\#(targets)"},"#
      + #""objective":{"name":"\#(objective)","reg_loss_param":{"scale_pos_weight":"1"}}},"version":\#(version)}"#
  }
}
