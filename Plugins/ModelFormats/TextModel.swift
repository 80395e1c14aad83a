/// A LightGBM text model, as far as the library trusts it: it reads trees in threads of its own, in which a cut or altered text ends the
/// process instead of being an error. So all that it would believe is held against the text first.
public struct TextModel {
  private let bytes: UnsafeRawBufferPointer

  /// Lent for the life of the value.
  public init(_ bytes: UnsafeRawBufferPointer) { self.bytes = bytes }

  static let treeLimit = 100_000
  static let featureLimit = 4096
  private static let objectives: Set<String> = ["binary", "cross_entropy", "xentropy"]

  /// - Throws: for what is no whole text model, or one whose answer is no probability of one outcome.
  public func check() throws(MalformedFile) {
    // It goes to the library as a C string: a zero byte would silently cut it.
    guard bytes.starts(with: Array("tree\n".utf8)), !bytes.contains(0) else {
      throw MalformedFile(at: 0, "files.model is no LightGBM text model: write it with Booster.save_model")
    }
    let (head, start) = try head()
    let objective = head["objective"]?.split(separator: " ").first.map(String.init) ?? "none"
    guard Self.objectives.contains(objective) else {
      throw MalformedFile(at: 0, "the model's objective is \(objective), whose answer is no probability: train with binary or cross_entropy")
    }
    // Another number writes more answers than there is room for.
    guard head["num_class"] == "1", head["num_tree_per_iteration"] == "1" else {
      throw MalformedFile(
        at: 0, "the model's text says \(head["num_class"] ?? "no number of") classes, one probability is wanted: train with objective binary")
    }
    guard let last = head["max_feature_idx"].flatMap(TextTree.integers)?.first, (0..<Self.featureLimit).contains(last) else {
      throw MalformedFile(at: 0, "the model's text has no max_feature_idx of 0...\(Self.featureLimit - 1)")
    }
    guard let sizes = head["tree_sizes"].flatMap(TextTree.integers), !sizes.isEmpty, sizes.count <= Self.treeLimit else {
      throw MalformedFile(at: 0, "the model's text has no tree_sizes, or more than \(Self.treeLimit) trees: write it with LightGBM 3 or 4")
    }
    var offset = start
    for (index, size) in sizes.enumerated() {
      guard size > 0, size <= bytes.count - offset else {
        throw MalformedFile(at: offset, "the model's text ends inside tree \(index): it was cut or altered")
      }
      let text = UnsafeRawBufferPointer(rebasing: bytes[offset..<(offset + size)])
      if let reason = TextTree(text, index: index, featureCount: last + 1).objection {
        throw MalformedFile(at: offset, "tree \(index) of the model's text: \(reason): it was cut or altered")
      }
      offset += size
    }
    guard bytes[offset...].starts(with: Array("end of trees".utf8)) else {
      throw MalformedFile(at: offset, "the model's text does not end after its trees: it was cut or altered")
    }
  }

  /// The lines `key=value` in front of the trees, and where the first tree begins.
  private func head() throws(MalformedFile) -> ([String: String], Int) {
    var head: [String: String] = [:]
    var start = 0
    while start < bytes.count {
      let end = bytes[start...].firstIndex(of: 0x0A) ?? bytes.count
      let line = bytes[start..<end]
      if line.starts(with: Array("Tree=".utf8)) { return (head, start) }
      if let equals = line.firstIndex(of: 0x3D) {
        let key = String(decoding: line[..<equals], as: UTF8.self)
        guard head.updateValue(String(decoding: line[(equals + 1)...], as: UTF8.self), forKey: key) == nil else {
          throw MalformedFile(at: start, "the model's text says \(key.prefix(32)) twice: it was altered")
        }
      }
      start = end + 1
    }
    return (head, bytes.count)
  }
}
