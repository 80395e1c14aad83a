/// What a child leaves behind, as text in a memory file: a crash would lose what is in a stream's buffer.
struct ChildRecord {
  var outcome: Outcome
  var fingerprint: UInt64 = 0
  var detail: String

  private static let mark = "conformance/1"
  static let limit = 16 << 10

  var bytes: [UInt8] { Array("\(Self.mark)\n\(outcome.rawValue)\n\(String(fingerprint, radix: 16))\n\(detail.prefix(4000))\nend".utf8) }

  init(outcome: Outcome, fingerprint: UInt64 = 0, detail: String) {
    self.outcome = outcome
    self.fingerprint = fingerprint
    self.detail = detail
  }

  /// nil when the child did not come to its end.
  init?(_ bytes: [UInt8]) {
    let lines = String(decoding: bytes, as: UTF8.self).split(separator: "\n", omittingEmptySubsequences: false)
    guard lines.count >= 5, lines[0] == Self.mark, lines.last == "end", let outcome = Outcome(rawValue: String(lines[1])),
      let fingerprint = UInt64(lines[2], radix: 16)
    else { return nil }
    self.outcome = outcome
    self.fingerprint = fingerprint
    detail = lines[3..<(lines.count - 1)].joined(separator: " ")
  }
}
