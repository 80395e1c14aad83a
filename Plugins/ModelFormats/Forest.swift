/// The boosted trees of a model, laid out to be walked: no allocation, no reference counting, no branch that depends on data.
///
/// A walk goes left where the feature is below the threshold, in single precision as the trees were grown; a missing
/// feature (NaN) goes where the tree's default says. Infinities compare like numbers.
public struct Forest: ~Copyable {
  /// A place in a tree. Siblings lie side by side, the left one first.
  struct Node {
    /// A leaf's is the number that it adds.
    var threshold: Float
    /// Of the row; a leaf's holds what is below any number, so that a leaf leads to itself and a walk needs no end.
    /// Where that is follows from the number of features, which a reader may learn last: till then it is `leaf`.
    var slot: UInt32
    /// The left child's index; a leaf's own.
    var left: UInt32

    static let leaf = UInt32.max
  }

  struct Tree {
    let root: UInt32
    /// Steps to the deepest leaf.
    let depth: UInt32
  }

  /// Trees walked side by side: each step waits for memory, and these wait together.
  static let width = 8

  /// Values that a row must have.
  public let featureCount: Int
  public let treeCount: Int
  public let nodeCount: Int

  private let baseMargin: Float
  // Unsafe: these are this value's own, made in init and freed in deinit. Children and slots were checked by the reader, so
  // that no index leads out of them.
  private let nodes: UnsafeMutablePointer<Node>
  private let trees: UnsafeMutablePointer<Tree>
  private let groupCount: Int
  /// Each feature twice, for thresholds where a missing one goes right and where it goes left; then the leaves' value.
  private let row: UnsafeMutablePointer<Float>

  /// Where a feature lies in the row.
  static func slot(feature: UInt32, missingGoesLeft: Bool) -> UInt32 { feature &* 2 &+ (missingGoesLeft ? 1 : 0) }

  /// The reader answers for the indices.
  init(featureCount: Int, baseMargin: Float, nodes read: [Node], trees grown: [Tree]) {
    self.featureCount = featureCount
    self.baseMargin = baseMargin
    treeCount = grown.count
    nodeCount = read.count
    groupCount = (grown.count + Forest.width - 1) / Forest.width
    nodes = .allocate(capacity: read.count + 1)
    let leafSlot = UInt32(featureCount * 2)
    for index in read.indices {
      var node = read[index]
      if node.slot == Node.leaf { node.slot = leafSlot }
      nodes.advanced(by: index).initialize(to: node)
    }
    // What fills up the last group: a tree that adds -0, which changes no sum.
    let filler = UInt32(read.count)
    nodes.advanced(by: read.count).initialize(to: Node(threshold: -0.0, slot: leafSlot, left: filler))
    trees = .allocate(capacity: max(groupCount * Forest.width, 1))
    for index in 0..<groupCount * Forest.width {
      trees.advanced(by: index).initialize(to: index < grown.count ? grown[index] : Tree(root: filler, depth: 0))
    }
    row = .allocate(capacity: featureCount * 2 + 1)
    row.initialize(repeating: 0, count: featureCount * 2)
    row.advanced(by: featureCount * 2).initialize(to: -.infinity)
  }

  /// From the bytes of a file that XGBoost's save_model wrote as JSON; nothing of them is kept.
  public static func read(_ file: UnsafeRawBufferPointer) throws(MalformedFile) -> Forest { try ForestReader.read(file) }

  deinit {
    nodes.deallocate()
    trees.deallocate()
    row.deallocate()
  }

  /// The probability of class 1; nil for a row of another length.
  public mutating func probability(_ features: Span<Double>) -> Double? {
    guard features.count == featureCount else { return nil }
    for index in 0..<featureCount {
      let value = Float(features[index])
      row[index * 2] = value.isNaN ? .infinity : value
      row[index * 2 + 1] = value.isNaN ? -.infinity : value
    }
    return Logistic.probability(Double(margin()))
  }

  /// The sum over the trees in their order, in single precision: as libxgboost adds.
  private func margin() -> Float {
    var sum = baseMargin
    for group in 0..<groupCount {
      let trees = trees.advanced(by: group * Forest.width)
      var steps: UInt32 = 0
      var places = InlineArray<8, UInt32>(repeating: 0)
      for lane in 0..<Forest.width {
        places[lane] = trees[lane].root
        steps = max(steps, trees[lane].depth)
      }
      for _ in 0..<steps {
        for lane in 0..<Forest.width { places[lane] = next(places[lane]) }
      }
      for lane in 0..<Forest.width { sum += nodes[Int(places[lane])].threshold }
    }
    return sum
  }

  @inline(__always) private func next(_ place: UInt32) -> UInt32 {
    let node = nodes[Int(place)]
    return node.left &+ (row[Int(node.slot)] < node.threshold ? 0 : 1)
  }
}
