extension ForestReader {
  /// Levels of one tree; a walk takes as many steps.
  static let depthLimit = 1000

  /// Reads a tree's columns and lays its nodes out.
  mutating func readTree(_ index: Int) throws(MalformedFile) {
    _ = try reader.next("tree \(index)")
    let start = reader.position
    columns.removeAll()
    var object = try reader.enterObject("tree \(index)")
    while let key = try reader.nextKey(&object) {
      switch key {
      case "left_children": try readChildren(\.left, "tree \(index), left_children")
      case "right_children": try readChildren(\.right, "tree \(index), right_children")
      case "split_indices":
        var array = try reader.enterArray("tree \(index), split_indices")
        while try reader.nextItem(&array) {
          try bound(array.count)
          columns.features.append(Int32(truncatingIfNeeded: try reader.integer(array.item, in: 0...Int64(Int32.max))))
        }
      case "split_conditions":
        var array = try reader.enterArray("tree \(index), split_conditions")
        while try reader.nextItem(&array) {
          try bound(array.count)
          columns.conditions.append(try reader.finiteFloat(array.item))
        }
      case "default_left": try readDefaults(index)
      case "split_type":
        var array = try reader.enterArray("tree \(index), split_type")
        while try reader.nextItem(&array) {
          if try reader.integer(array.item, in: 0...255) != 0, columns.categorical == nil { columns.categorical = array.count - 1 }
        }
        columns.others.append((key, array.count))
      case "loss_changes", "parents", "sum_hessian": columns.others.append((key, try reader.skipArray("tree \(index), \(key)")))
      case "tree_param":
        var parameters = try reader.enterObject("tree \(index), tree_param")
        while let key = try reader.nextKey(&parameters) {
          switch key {
          case "num_nodes": columns.claimedNodes = try quotedInteger("tree \(index), num_nodes", in: 0...Int64(Int32.max))
          case "size_leaf_vector": columns.leafSize = try quotedInteger("tree \(index), size_leaf_vector", in: 0...Int64(Int32.max))
          default: try reader.skip(key)
          }
        }
      default: try reader.skip("tree \(index), \(key)")
      }
    }
    if let defect = columns.defect { throw MalformedFile(at: start, "tree \(index): \(defect)") }
    try layOut(index, start)
  }

  private mutating func readChildren(_ column: WritableKeyPath<TreeColumns, [Int32]>, _ what: String) throws(MalformedFile) {
    var array = try reader.enterArray(what)
    while try reader.nextItem(&array) {
      try bound(array.count)
      columns[keyPath: column].append(Int32(truncatingIfNeeded: try reader.integer(array.item, in: -1...Int64(Int32.max))))
    }
  }

  /// Numbers; in the first files of version 1 they are truths.
  private mutating func readDefaults(_ index: Int) throws(MalformedFile) {
    var array = try reader.enterArray("tree \(index), default_left")
    while try reader.nextItem(&array) {
      try bound(array.count)
      switch try reader.next(array.item) {
      case 0x74:
        try reader.word("true", array.item)
        columns.missingGoesLeft.append(true)
      case 0x66:
        try reader.word("false", array.item)
        columns.missingGoesLeft.append(false)
      default: columns.missingGoesLeft.append(try reader.integer(array.item, in: 0...1) == 1)
      }
    }
  }

  private func bound(_ count: Int) throws(MalformedFile) {
    guard nodes.count + count <= ForestReader.nodeLimit else {
      throw reader.fault("the model has more than \(ForestReader.nodeLimit) nodes")
    }
  }

  /// From the root level by level, which puts siblings together and reaches each node once or finds that it is no tree.
  /// The root has a filler for a sibling, so that all right children lie at even places.
  private mutating func layOut(_ index: Int, _ start: Int) throws(MalformedFile) {
    func fault(_ reason: String) -> MalformedFile { MalformedFile(at: start, "tree \(index): \(reason)") }
    let base = nodes.count
    func spot(_ place: Int) -> UInt32 { UInt32(base + place + (place == 0 ? 0 : 1)) }
    let count = columns.left.count
    var order: [Int] = [0]
    var isReached = [Bool](repeating: false, count: count)
    isReached[0] = true
    var depth = 0
    var levelEnd = 1
    var place = 0
    while place < order.count {
      if place == levelEnd {
        depth += 1
        levelEnd = order.count
        guard depth <= ForestReader.depthLimit else { throw fault("it is deeper than \(ForestReader.depthLimit) levels") }
      }
      let node = order[place]
      let children = [Int(columns.right[node]), Int(columns.left[node])]
      if children == [-1, -1] {
        nodes.append(Forest.Node(threshold: columns.conditions[node], slot: Forest.Node.leaf, right: spot(place)))
      } else {
        let feature = UInt32(columns.features[node])
        if feature > highestFeature?.index ?? 0 || highestFeature == nil { highestFeature = (feature, index, start) }
        nodes.append(
          Forest.Node(
            threshold: columns.conditions[node], slot: Forest.slot(feature: feature, missingGoesLeft: columns.missingGoesLeft[node]),
            right: spot(order.count)))
        for child in children {
          guard child != -1 else { throw fault("node \(node) has only one child") }
          guard child < count else { throw fault("node \(node) has the child \(child), but the nodes are 0 to \(count - 1)") }
          guard !isReached[child] else { throw fault("node \(node) has the child \(child), which another node or itself leads to already") }
          isReached[child] = true
          order.append(child)
        }
      }
      if place == 0 { nodes.append(Forest.Node.filler) }
      place += 1
    }
    if let lost = isReached.indices.first(where: { !isReached[$0] && columns.features[$0] != TreeColumns.deleted }) {
      throw fault("no node leads to node \(lost), and it is not marked as deleted")
    }
    trees.append(Forest.Tree(root: UInt32(base), depth: UInt32(depth)))
  }
}
