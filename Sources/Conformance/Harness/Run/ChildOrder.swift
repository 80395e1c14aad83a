import Cryptography
import Glibc

/// What a child is told by its parent: one case, in words of a command line.
struct ChildOrder {
  /// The first word; no person needs it, so no help shows it.
  static let word = "__conformance-case"

  // No parameter is written so: those have an equals sign.
  private static let modelWord = "--lent-model"
  private static let runtimeWord = "--lent-runtime"

  var caseID: String
  var options: Options
  var parent: Int32

  var words: [String] {
    [
      Self.word, caseID, "\(parent)", "\(options.seed)", "\(options.strictness)", "\(options.horizonSeconds)", "\(options.featureCount)",
      options.predictionHorizonsSeconds.map { "\($0)" }.joined(separator: ","), options.isQuick ? "quick" : "full",
    ] + options.parameters.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
      + options.files.flatMap { [$0.isRuntime ? Self.runtimeWord : Self.modelWord, $0.name, $0.digest.hex, $0.path] }
  }

  init(caseID: String, options: Options) {
    self.caseID = caseID
    self.options = options
    parent = getpid()
  }

  /// nil for what no parent writes.
  init?(_ words: [String]) {
    guard words.count >= 9, words[0] == Self.word, let parent = Int32(words[2]), let seed = UInt64(words[3]), let strictness = Int(words[4]),
      let horizon = Int64(words[5]), let features = Int(words[6]),
      case let horizons = words[7].split(separator: ",").compactMap({ Int64($0) }), (1...Options.predictionHorizonLimit).contains(horizons.count)
    else { return nil }
    caseID = words[1]
    self.parent = parent
    options = Options()
    options.seed = seed
    options.strictness = strictness
    options.horizonSeconds = horizon
    options.featureCount = features
    options.predictionHorizonsSeconds = horizons
    options.isQuick = words[8] == "quick"
    let files = words[9...].firstIndex { !$0.contains("=") } ?? words.endIndex
    for word in words[9..<files] {
      guard let equals = word.firstIndex(of: "=") else { return nil }
      options.parameters[String(word[..<equals])] = String(word[word.index(after: equals)...])
    }
    guard (words.count - files) % 4 == 0 else { return nil }
    for start in stride(from: files, to: words.count, by: 4) {
      guard let digest = Digest(hex: words[start + 2]), [Self.runtimeWord, Self.modelWord].contains(words[start]) else { return nil }
      options.files.append(
        LentFile(name: words[start + 1], path: words[start + 3], digest: digest, isRuntime: words[start] == Self.runtimeWord))
    }
  }
}
