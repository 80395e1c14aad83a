/// The boosted trees of a model, laid out to be walked: no allocation, no reference counting, no branch that depends on data.
///
/// A walk goes left where the feature is below the threshold, in single precision as the trees were grown; a missing
/// feature (NaN) goes where the tree's default says. Infinities compare like numbers.
public struct Forest: ~Copyable {
  /// A place in a tree, as a reader hands it over.
  struct Node {
    /// A leaf's is the number that it adds.
    var threshold: Float
    /// Of the row; a leaf's holds what is above any number, so that a leaf leads to itself and a walk needs no end.
    /// Where that is follows from the number of features, which a reader may learn last: till then it is `leaf`.
    var slot: UInt32
    /// The right child's index, which is even, and the left one's is the next; a leaf's own.
    var right: UInt32

    static let leaf = UInt32.max
    /// Takes up a place that no walk comes to.
    static let filler = Node(threshold: -0.0, slot: leaf, right: 0)
  }

  struct Tree {
    /// Even.
    let root: UInt32
    /// Steps to the deepest leaf.
    let depth: UInt32
  }

  /// Trees walked side by side: each step waits for memory, and these wait together.
  static let width = 8

  /// Values that a row must have.
  public let featureCount: Int
  public let treeCount: Int

  private let baseMargin: Float
  // Unsafe: these are this value's own, made in init and freed in deinit. Children and slots were checked by the reader, so
  // that no index leads out of them.
  /// Two siblings are six words: both thresholds' bits, both slots, both right children. So a step to a child is one addition,
  /// without a multiplication by a node's size, and two siblings share a cache line but for one pair in four.
  private let words: UnsafeMutablePointer<UInt32>
  private let trees: UnsafeMutablePointer<Tree>
  private let groupCount: Int
  /// Each feature twice, for thresholds where a missing one goes right and where it goes left; then the leaves' value.
  private let row: UnsafeMutablePointer<Float>

  /// Where a feature lies in the row.
  static func slot(feature: UInt32, missingGoesLeft: Bool) -> UInt32 { feature &* 2 &+ (missingGoesLeft ? 1 : 0) }

  /// Where a node's first word lies.
  private static func word(_ node: UInt32) -> UInt32 { node / 2 * 6 + node % 2 }

  /// The reader answers for the indices.
  init(featureCount: Int, baseMargin: Float, nodes read: [Node], trees grown: [Tree]) {
    self.featureCount = featureCount
    self.baseMargin = baseMargin
    treeCount = grown.count
    groupCount = (grown.count + Forest.width - 1) / Forest.width
    // Then a leaf of -0, which changes no sum: the root of the trees that fill up the last group.
    let filler = UInt32(read.count + read.count % 2)
    let wordCount = Int(filler) * 3 + 6
    words = .allocate(capacity: wordCount)
    words.initialize(repeating: 0, count: wordCount)
    let leafSlot = UInt32(featureCount * 2)
    for index in 0...Int(filler) {
      let node = index < read.count ? read[index] : Node(threshold: -0.0, slot: Node.leaf, right: UInt32(index))
      let place = words.advanced(by: Int(Forest.word(UInt32(index))))
      place[0] = node.threshold.bitPattern
      place[2] = node.slot == Node.leaf ? leafSlot : node.slot
      place[4] = Forest.word(node.right)
    }
    trees = .allocate(capacity: max(groupCount * Forest.width, 1))
    for index in 0..<groupCount * Forest.width {
      let tree = index < grown.count ? grown[index] : Tree(root: filler, depth: 0)
      trees.advanced(by: index).initialize(to: Tree(root: Forest.word(tree.root), depth: tree.depth))
    }
    row = .allocate(capacity: featureCount * 2 + 1)
    row.initialize(repeating: 0, count: featureCount * 2)
    row.advanced(by: featureCount * 2).initialize(to: .infinity)
  }

  /// From the bytes of a file that XGBoost's save_model wrote as JSON; nothing of them is kept.
  public static func read(_ file: UnsafeRawBufferPointer) throws(MalformedFile) -> Forest { try ForestReader.read(file) }

  deinit {
    words.deallocate()
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
      for lane in 0..<Forest.width { sum += Float(bitPattern: words[Int(places[lane])]) }
    }
    return sum
  }

  @inline(__always) private func next(_ place: UInt32) -> UInt32 {
    let node = words.advanced(by: Int(place))
    // Neither is NaN, so this asks whether it is below; put so, the answer is the processor's carry, ready to be added.
    return node[4] &+ (!(row[Int(node[2])] >= Float(bitPattern: node[0])) ? 1 : 0)
  }
}
