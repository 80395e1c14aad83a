import Glibc

/// What a child is told by its parent: one case, in words of a command line.
struct ChildOrder {
  /// The first word; no person needs it, so no help shows it.
  static let word = "__conformance-case"

  var caseID: String
  var options: Options
  var parent: Int32

  var words: [String] {
    [
      Self.word, caseID, "\(parent)", "\(options.seed)", "\(options.strictness)", "\(options.horizonSeconds)", "\(options.featureCount)",
      options.isQuick ? "quick" : "full",
    ] + options.parameters.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
  }

  init(caseID: String, options: Options) {
    self.caseID = caseID
    self.options = options
    parent = getpid()
  }

  /// nil for what no parent writes.
  init?(_ words: [String]) {
    guard words.count >= 8, words[0] == Self.word, let parent = Int32(words[2]), let seed = UInt64(words[3]), let strictness = Int(words[4]),
      let horizon = Int64(words[5]), let features = Int(words[6])
    else { return nil }
    caseID = words[1]
    self.parent = parent
    options = Options()
    options.seed = seed
    options.strictness = strictness
    options.horizonSeconds = horizon
    options.featureCount = features
    options.isQuick = words[7] == "quick"
    for word in words[8...] {
      guard let equals = word.firstIndex(of: "=") else { return nil }
      options.parameters[String(word[..<equals])] = String(word[word.index(after: equals)...])
    }
  }
}
