/// "did you mean", by edit distance.
enum Suggestion {
  /// - Parameter manual: the file that lists what there is.
  static func text(for word: String, among candidates: [String], manual: String) -> String {
    let word = word.lowercased()
    let best = candidates.map { ($0, distance(Array(word.utf8), Array($0.lowercased().utf8))) }.min { $0.1 < $1.1 }
    if word.utf8.count <= 100, let best, best.1 <= max(2, word.utf8.count / 4) { return "did you mean '\(best.0)'?" }
    // The right name in the wrong section: the most usual slip after a typing error.
    let last = word.split(separator: ".").last
    if let same = candidates.first(where: { $0.split(separator: ".").last == last }) { return "did you mean '\(same)'?" }
    return "\(manual) lists those that exist"
  }

  /// Levenshtein's, by rows.
  private static func distance(_ a: [UInt8], _ b: [UInt8]) -> Int {
    var row = Array(0...b.count)
    for i in a.indices {
      var diagonal = row[0]
      row[0] = i + 1
      for j in b.indices {
        let substituted = diagonal + (a[i] == b[j] ? 0 : 1)
        diagonal = row[j + 1]
        row[j + 1] = min(substituted, row[j] + 1, diagonal + 1)
      }
    }
    return row[b.count]
  }
}
