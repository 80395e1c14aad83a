/// Reads XGBoost's own JSON (`save_model`) of versions 1 to 3 into a forest: gbtree, one output, a logistic objective.
///
/// Keys may stand in any order; what does not bear on predictions is stepped over. After early stopping the trees up to
/// `best_iteration` count, as in Python's XGBClassifier, which models are made and judged with; its Booster.predict takes all.
struct ForestReader {
  /// Of all trees, an eightfold of the largest models that people train.
  static let nodeLimit = 50_000_000
  static let featureLimit: Int64 = 100_000
  static let majorVersions: ClosedRange<Int64> = 1...3

  var reader: JSONReader
  var nodes: [Forest.Node] = []
  var trees: [Forest.Tree] = []
  /// One tree's columns; kept, so that their memory is used again.
  var columns = TreeColumns()
  /// The highest feature that a threshold looks at, and where its tree begins: what bounds it may come later in the file.
  var highestFeature: (index: UInt32, tree: Int, offset: Int)?

  // What the file says, in whatever order; nil = not yet.
  private var version: Int64?
  private var booster: String?
  private var objective: String?
  private var baseScore: (value: Float, count: Int)?
  private var classCount: Int64 = 0
  private var targetCount: Int64 = 1
  private var featureCount: Int64?
  private var claimedTrees: Int64?
  private var groupCount: Int?
  private var parallelTrees: Int64 = 1
  /// The best round of early stopping, from 0.
  private var bestIteration: Int64?
  private var highestGroup: Int64 = 0
  private var hasTrees = false

  private init(_ bytes: UnsafeRawBufferPointer) { reader = JSONReader(bytes) }

  static func read(_ bytes: UnsafeRawBufferPointer) throws(MalformedFile) -> Forest {
    var file = ForestReader(bytes)
    try file.readRoot()
    try file.reader.end()
    return try file.forest()
  }

  private mutating func readRoot() throws(MalformedFile) {
    if try reader.next("the model") != 0x7B { throw reader.unexpected("the model's object, as save_model writes it to a .json file,") }
    var root = try reader.enterObject("the model")
    var hasLearner = false
    while let key = try reader.nextKey(&root) {
      switch key {
      case "learner":
        hasLearner = true
        try readLearner()
      case "version": try readVersion()
      default: try reader.skip(key)
      }
    }
    if !hasLearner { throw reader.fault("the key 'learner' is missing: this is no model that save_model wrote as JSON") }
  }

  private mutating func readVersion() throws(MalformedFile) {
    var array = try reader.enterArray("version")
    while try reader.nextItem(&array) {
      let part = try reader.integer("version", in: 0...1_000_000)
      if array.count == 1 { version = part }
    }
  }

  private mutating func readLearner() throws(MalformedFile) {
    var learner = try reader.enterObject("learner")
    while let key = try reader.nextKey(&learner) {
      switch key {
      case "gradient_booster": try readBooster()
      case "learner_model_param": try readParameters()
      case "attributes":
        var object = try reader.enterObject(key)
        while let key = try reader.nextKey(&object) {
          if key == "best_iteration" { bestIteration = try quotedInteger(key, in: 0...Int64(Int32.max)) } else { try reader.skip(key) }
        }
      case "objective":
        var object = try reader.enterObject("objective")
        while let key = try reader.nextKey(&object) {
          if key == "name" { objective = try reader.text("the objective's name") } else { try reader.skip(key) }
        }
      default: try reader.skip(key)
      }
    }
  }

  private mutating func readParameters() throws(MalformedFile) {
    var object = try reader.enterObject("learner_model_param")
    while let key = try reader.nextKey(&object) {
      switch key {
      case "base_score": baseScore = try readBaseScore()
      case "num_class": classCount = try quotedInteger("num_class", in: 0...Int64(Int32.max))
      case "num_target": targetCount = try quotedInteger("num_target", in: 0...Int64(Int32.max))
      case "num_feature": featureCount = try quotedInteger("num_feature", in: 1...ForestReader.featureLimit)
      default: try reader.skip(key)
      }
    }
  }

  /// "5E-1" before version 3.1, "[5E-1]" since; numbers without the quotes are taken too.
  private mutating func readBaseScore() throws(MalformedFile) -> (value: Float, count: Int) {
    let isQuoted = try reader.opens(0x22, "base_score")
    var score = (value: Float.nan, count: 0)
    if try reader.next("base_score") == 0x5B {
      var array = try reader.enterArray("base_score")
      while try reader.nextItem(&array) { score = (try reader.finiteFloat("base_score"), array.count) }
    } else {
      score = (try reader.finiteFloat("base_score"), 1)
    }
    if isQuoted { try reader.expect(0x22, "the quote after base_score") }
    return score
  }

  /// XGBoost writes its parameters as texts.
  mutating func quotedInteger(_ what: String, in range: ClosedRange<Int64>) throws(MalformedFile) -> Int64 {
    let isQuoted = try reader.opens(0x22, what)
    let value = try reader.integer(what, in: range)
    if isQuoted { try reader.expect(0x22, "the quote after \(what)") }
    return value
  }

  private mutating func readBooster() throws(MalformedFile) {
    var object = try reader.enterObject("gradient_booster")
    while let key = try reader.nextKey(&object) {
      switch key {
      case "name": booster = try reader.text("the booster's name")
      case "model": try readModel()
      default: try reader.skip(key)
      }
    }
  }

  private mutating func readModel() throws(MalformedFile) {
    var object = try reader.enterObject("model")
    while let key = try reader.nextKey(&object) {
      switch key {
      case "gbtree_model_param":
        var parameters = try reader.enterObject(key)
        while let key = try reader.nextKey(&parameters) {
          switch key {
          case "num_trees": claimedTrees = try quotedInteger(key, in: 0...Int64(Int32.max))
          case "num_parallel_tree": parallelTrees = try quotedInteger(key, in: 0...Int64(Int32.max))
          default: try reader.skip(key)
          }
        }
      case "tree_info":
        var array = try reader.enterArray(key)
        while try reader.nextItem(&array) { highestGroup = max(highestGroup, try reader.integer("a tree's group", in: 0...Int64(Int32.max))) }
        groupCount = array.count
      case "trees":
        hasTrees = true
        var array = try reader.enterArray(key)
        while try reader.nextItem(&array) { try readTree(array.count - 1) }
      default: try reader.skip(key)
      }
    }
  }

  /// Judges what the whole file says: first what kind of model it is, then whether its parts agree.
  private func forest() throws(MalformedFile) -> Forest {
    func required<T>(_ value: T?, _ key: String) throws(MalformedFile) -> T {
      guard let value else { throw reader.fault("the key '\(key)' is missing") }
      return value
    }
    let major = try required(version, "version")
    guard ForestReader.majorVersions.contains(major) else {
      throw reader.fault("it was written by XGBoost \(major), this reads 1 to 3")
    }
    let booster = try required(booster, "learner.gradient_booster.name")
    guard booster == "gbtree" else { throw reader.fault("booster '\(booster)' is not supported, only gbtree is") }
    let objective = try required(objective, "learner.objective.name")
    guard ["binary:logistic", "reg:logistic"].contains(objective) else {
      throw reader.fault("objective '\(objective)' is not supported, only binary:logistic and reg:logistic are")
    }
    guard classCount <= 1 else { throw reader.fault("num_class is \(classCount): only models of one probability are supported") }
    guard targetCount <= 1 else { throw reader.fault("num_target is \(targetCount): only models of one target are supported") }
    guard highestGroup == 0 else { throw reader.fault("tree_info has group \(highestGroup): only models of one group are supported") }
    let featureCount = try required(featureCount, "learner.learner_model_param.num_feature")
    let baseScore = try required(baseScore, "learner.learner_model_param.base_score")
    guard baseScore.count == 1 else {
      throw reader.fault("base_score has \(baseScore.count) values: only models of one target are supported")
    }
    let baseMargin = try margin(baseScore.value)
    guard hasTrees else { throw reader.fault("the key 'learner.gradient_booster.model.trees' is missing") }
    let claimed = try required(claimedTrees, "learner.gradient_booster.model.gbtree_model_param.num_trees")
    guard claimed == trees.count else { throw reader.fault("num_trees is \(claimed), trees has \(trees.count)") }
    let groups = try required(groupCount, "learner.gradient_booster.model.tree_info")
    guard groups == trees.count else { throw reader.fault("tree_info has \(groups) entries, trees has \(trees.count)") }
    if let highest = highestFeature, highest.index >= featureCount {
      throw MalformedFile(
        at: highest.offset, "tree \(highest.tree) splits on feature \(highest.index), but num_feature is \(featureCount)")
    }
    return Forest(featureCount: Int(featureCount), baseMargin: baseMargin, nodes: nodes, trees: Array(trees.prefix(try treesInUse())))
  }

  /// The rounds after the best one are in the file and not in the model.
  private func treesInUse() throws(MalformedFile) -> Int {
    guard let bestIteration else { return trees.count }
    let wanted = (bestIteration + 1) * max(1, parallelTrees)
    guard wanted <= trees.count else {
      throw reader.fault("best_iteration is \(bestIteration), which needs \(wanted) trees, and trees has \(trees.count)")
    }
    return Int(wanted)
  }

  /// In single precision and by libxgboost's own formula: near 1 its rounding is felt.
  private func margin(_ score: Float) throws(MalformedFile) -> Float {
    let odds = 1 / score - 1
    guard score > 0, score < 1, odds > 0, odds.isFinite else {
      throw reader.fault("base_score is \(score): a logistic objective needs one between 0 and 1")
    }
    return Float(-Logistic.logarithm(Double(odds)))
  }
}
