import Glibc
import YAMLDocument

/// A YAML file with this target's errors.
enum SettingsFile {
  static func document(_ path: String) throws(SettingsError) -> YAMLNode? {
    guard let file = fopen(path, "re") else {
      let code = errno
      throw SettingsError(.missingInput, ["\(path): cannot be opened: \(String(cString: strerror(code)))"])
    }
    defer { fclose(file) }
    // One byte over the limit, so that the parser can refuse what is too large.
    var bytes = [UInt8](repeating: 0, count: YAMLDocument.sizeLimit + 1)
    let count = fread(&bytes, 1, bytes.count, file)
    guard ferror(file) == 0 else { throw SettingsError(.missingInput, ["\(path): cannot be read; is it a folder?"]) }
    bytes.removeLast(bytes.count - count)
    return try parse(bytes, path)
  }

  static func parse(_ bytes: [UInt8], _ path: String) throws(SettingsError) -> YAMLNode? {
    do { return try YAMLDocument(bytes: bytes, path: path).root } catch { throw SettingsError([error.description]) }
  }

  /// A value as it was written; nil for a mapping or a list of anything but words.
  static func written(_ node: YAMLNode) -> SettingsField.Written? {
    switch node.content {
    case .scalar(let text, let isPlain): return isPlain && ["", "~", "null"].contains(text) ? .null : .text(text)
    case .mapping: return nil
    case .sequence(let items):
      var words: [String] = []
      for item in items {
        guard case .scalar(let text, _) = item.content else { return nil }
        words.append(text)
      }
      return .list(words)
    }
  }
}

/// "did you mean", by edit distance.
enum Suggestion {
  static func text(for word: String, among candidates: [String]) -> String {
    let best = candidates.map { ($0, distance(Array(word.utf8), Array($0.utf8))) }.min { $0.1 < $1.1 }
    // Also the same last part in another section: the most usual slip.
    if let best, best.1 <= max(2, word.utf8.count / 4) { return "; did you mean \(best.0)?" }
    let last = word.split(separator: ".").last
    if let same = candidates.first(where: { $0.split(separator: ".").last == last }) { return "; did you mean \(same)?" }
    return "; see config/settings.yaml for those that exist"
  }

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
