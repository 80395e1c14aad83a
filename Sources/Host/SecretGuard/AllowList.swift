import Kernel

/// Findings that were looked at and may stay: `path-glob[:rule] [sha256-prefix]  # reason`, one a line.
struct AllowList {
  struct Entry {
    var line: Int
    var text: String
    var glob: PathGlob
    var rule: String?
    var digest: String?
    var isUsed = false
  }

  static let fileName = ".secretguardallow"
  private static let limitBytes = 1 << 20

  let path: String
  private(set) var entries: [Entry] = []

  /// - Parameter isOptional: whether its absence is an empty list.
  init(_ path: String, isOptional: Bool) throws(GuardError) {
    self.path = path
    if isOptional, !Files.isPresent(path) { return }
    let bytes: [UInt8]
    do { bytes = try Files.read(path, limit: Self.limitBytes) } catch { throw GuardError(error.isMissing ? .missingInput : .badData, "\(error)") }
    for (index, row) in bytes.split(separator: Byte.newline, omittingEmptySubsequences: false).enumerated() {
      let text = String(decoding: row, as: UTF8.self)
      let fields = text.split(whereSeparator: \.isWhitespace)
      guard let first = fields.first, first.first != "#" else { continue }
      entries.append(try Self.entry(text, fields, "\(path):\(index + 1)", line: index + 1))
    }
  }

  /// Whether an entry lets it pass; the entry is used then.
  mutating func allows(_ finding: Finding) -> Bool {
    for index in entries.indices {
      let entry = entries[index]
      guard entry.rule == nil || entry.rule == finding.rule.id else { continue }
      if let digest = entry.digest, finding.fullDigest?.hasPrefix(digest) != true { continue }
      guard entry.glob.matches(finding.path) else { continue }
      entries[index].isUsed = true
      return true
    }
    return false
  }

  private static func entry(_ text: String, _ fields: [Substring], _ place: String, line: Int) throws(GuardError) -> Entry {
    let end = fields.firstIndex { $0.hasPrefix("#") } ?? fields.endIndex
    let reason = fields[end...].joined(separator: " ").drop { $0 == "#" || $0 == " " }
    guard !reason.isEmpty else { throw GuardError(.badData, "\(place): an entry needs its reason; write it behind a #") }
    guard end <= 2 else {
      throw GuardError(.badData, "\(place): write path-glob[:rule] [sha256-prefix]  # reason; a space in a path is written as ?")
    }
    var pattern = fields[0]
    var rule: String?
    if let colon = pattern.lastIndex(of: ":") {
      let name = String(pattern[pattern.index(after: colon)...])
      guard Rule.all.contains(where: { $0.id == name }) else {
        throw GuardError(.badData, "\(place): there is no rule '\(name)'; quantumedge secrets check --rules lists them")
      }
      (rule, pattern) = (name, pattern[..<colon])
    }
    let digest = end == 2 ? fields[1].lowercased() : nil
    if let digest, !(8...64).contains(digest.utf8.count) || !digest.utf8.allSatisfy(Byte.isHex) {
      throw GuardError(.badData, "\(place): '\(fields[1])' is not the first 8 to 64 digits of a SHA-256")
    }
    while pattern.first == "/" { pattern = pattern.dropFirst() }
    guard pattern.contains(where: { $0 != "*" && $0 != "/" && $0 != "?" }) || rule != nil && digest != nil else {
      throw GuardError(.badData, "\(place): '\(fields[0])' lets everything pass; name a folder or a file, or a rule and a digest")
    }
    return Entry(line: line, text: String(fields[0]), glob: PathGlob(pattern.utf8), rule: rule, digest: digest)
  }
}
