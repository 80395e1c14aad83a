/// One tree of a text model: `Tree=0` and lines `key=value`.
struct TextTree {
  private let bytes: UnsafeRawBufferPointer
  private let index: Int
  private let featureCount: Int

  init(_ bytes: UnsafeRawBufferPointer, index: Int, featureCount: Int) {
    self.bytes = bytes
    self.index = index
    self.featureCount = featureCount
  }

  // Lists that may be missing, of nodes and of leaves.
  private static let nodeReals = ["split_gain", "internal_value", "internal_weight"]
  private static let nodeIntegers = ["decision_type", "internal_count"]

  /// Why the library should not get it; nil for a whole tree.
  var objection: String? {
    guard let values = lines else { return "its lines are not as LightGBM writes them" }
    guard let leaves = values["num_leaves"].flatMap(Self.integers)?.first, leaves >= 1, leaves <= bytes.count else {
      return "num_leaves is not right"
    }
    guard let categories = values["num_cat"].flatMap(Self.integers)?.first, categories >= 0, categories <= bytes.count else {
      return "num_cat is not right"
    }
    if values["is_linear"] ?? "0" != "0" { return "it has linear leaves, which this adapter does not take" }
    guard let leaf = values["leaf_value"].flatMap(Self.reals), leaf.count == leaves, leaf.allSatisfy(\.isFinite) else {
      return "leaf_value is not right"
    }
    if let shrinkage = values["shrinkage"], Self.reals(shrinkage)?.count != 1 { return "shrinkage is not right" }
    if leaves == 1 { return nil }
    for name in Self.nodeReals where values[name] != nil && values[name].flatMap(Self.reals)?.count != leaves - 1 { return "\(name) is not right" }
    for name in Self.nodeIntegers where values[name] != nil && values[name].flatMap(Self.integers)?.count != leaves - 1 {
      return "\(name) is not right"
    }
    if let weights = values["leaf_weight"], Self.reals(weights)?.count != leaves { return "leaf_weight is not right" }
    if let counts = values["leaf_count"], Self.integers(counts)?.count != leaves { return "leaf_count is not right" }
    guard let thresholds = values["threshold"].flatMap(Self.reals), thresholds.count == leaves - 1 else { return "threshold is not right" }
    guard let features = values["split_feature"].flatMap(Self.integers), features.count == leaves - 1,
      features.allSatisfy((0..<featureCount).contains)
    else { return "split_feature is not right" }
    for name in ["left_child", "right_child"] {
      guard let children = values[name].flatMap(Self.integers), children.count == leaves - 1 else { return "\(name) is not right" }
      // LightGBM numbers nodes as it makes them: a child that came before its parent would be a circle. Below 0 are leaves.
      for (node, child) in children.enumerated() where child >= 0 ? child <= node || child >= leaves - 1 : ~child >= leaves {
        return "\(name) leads nowhere"
      }
    }
    return categories == 0 ? nil : categoryObjection(values, categories, thresholds)
  }

  /// Nodes that split by category have a place in these lists instead of a threshold.
  private func categoryObjection(_ values: [String: String], _ categories: Int, _ thresholds: [Double]) -> String? {
    guard let bounds = values["cat_boundaries"].flatMap(Self.integers), bounds.count == categories + 1, bounds.first == 0,
      zip(bounds, bounds.dropFirst()).allSatisfy({ $0 <= $1 }), let words = values["cat_threshold"].flatMap(Self.words),
      words.count == bounds.last
    else { return "cat_boundaries is not right" }
    guard let kinds = values["decision_type"].flatMap(Self.integers) else { return "decision_type is not right" }
    for (kind, threshold) in zip(kinds, thresholds) where kind & 1 == 1 && !(threshold >= 0 && threshold < Double(categories)) {
      return "threshold leads to no category"
    }
    return nil
  }

  /// What the lines say, each key once; nil where the library would read something else.
  private var lines: [String: String]? {
    // A control character or an empty line in between would end the tree for the library.
    guard bytes.allSatisfy({ $0 == 0x0A || ($0 >= 0x20 && $0 < 0x7F) }) else { return nil }
    var lines = bytes.split(separator: 0x0A, omittingEmptySubsequences: false).map { String(decoding: $0, as: UTF8.self) }
    while lines.last == "" { lines.removeLast() }
    guard lines.first == "Tree=\(index)" else { return nil }
    var values: [String: String] = [:]
    for line in lines.dropFirst() {
      guard let equals = line.firstIndex(of: "="),
        values.updateValue(String(line[line.index(after: equals)...]), forKey: String(line[..<equals])) == nil
      else { return nil }
    }
    return values
  }

  /// Numbers between single spaces; nil for anything else.
  static func integers(_ text: String) -> [Int]? {
    numbers(text) { word in word.utf8.allSatisfy { isDigit($0) || $0 == UInt8(ascii: "-") } ? Int32(word).map(Int.init) : nil }
  }

  /// Sets of categories, 32 in a word: its highest bit is one of them.
  private static func words(_ text: String) -> [UInt32]? { numbers(text) { word in word.utf8.allSatisfy(isDigit) ? UInt32(word) : nil } }

  private static func reals(_ text: String) -> [Double]? {
    numbers(text) { word in
      if ["inf", "-inf", "nan", "-nan"].contains(word) { return word == "inf" ? .infinity : word == "-inf" ? -.infinity : .nan }
      return word.utf8.allSatisfy { isDigit($0) || "+-.eE".utf8.contains($0) } ? Double(word) : nil
    }
  }

  private static func isDigit(_ byte: UInt8) -> Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) }

  private static func numbers<Number>(_ text: String, _ read: (Substring) -> Number?) -> [Number]? {
    var numbers: [Number] = []
    for word in text.split(separator: " ", omittingEmptySubsequences: false) {
      guard let number = read(word) else { return nil }
      numbers.append(number)
    }
    return numbers
  }
}
