/// One tree as the file has it: a column for each property of its nodes.
struct TreeColumns {
  /// What XGBoost writes as the feature of a node that pruning took away.
  static let deleted: Int32 = 2_147_483_647

  var left: [Int32] = []
  var right: [Int32] = []
  var features: [Int32] = []
  var conditions: [Float] = []
  var missingGoesLeft: [Bool] = []
  /// The first node whose split_type is not 0.
  var categorical: Int?
  /// Lengths of the columns that do not bear on predictions, and of split_type.
  var others: [(name: String, count: Int)] = []
  var claimedNodes: Int64?
  var leafSize: Int64 = 1

  mutating func removeAll() {
    left.removeAll(keepingCapacity: true)
    right.removeAll(keepingCapacity: true)
    features.removeAll(keepingCapacity: true)
    conditions.removeAll(keepingCapacity: true)
    missingGoesLeft.removeAll(keepingCapacity: true)
    others.removeAll(keepingCapacity: true)
    categorical = nil
    claimedNodes = nil
    leafSize = 1
  }

  /// What kind of tree this reader cannot walk, or which lengths disagree; nil if it can.
  var defect: String? {
    if leafSize > 1 { return "its leaves have \(leafSize) values: only models of one target are supported" }
    if let categorical { return "node \(categorical) is a categorical split: only numerical ones are supported" }
    guard let claimedNodes else { return "tree_param.num_nodes is missing" }
    let needed = [
      ("left_children", left.count), ("right_children", right.count), ("split_indices", features.count), ("split_conditions", conditions.count),
      ("default_left", missingGoesLeft.count),
    ]
    for (name, count) in needed + others where count != claimedNodes {
      return "num_nodes is \(claimedNodes), \(name) has \(count) entries"
    }
    return claimedNodes == 0 ? "it has no nodes" : nil
  }
}
