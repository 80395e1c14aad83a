/// Looks for leaks in one text, already UTF-8.
struct ContentScan {
  /// A leak by its place in the bytes.
  struct Leak {
    var rule: Rule
    var what: String
    /// The value with all its pieces.
    var range: Range<Int>
    var value: [UInt8]
  }

  let bytes: [UInt8]
  let kind: FileKind
  /// Within something that was decoded: not decoded again.
  let isInner: Bool
  let reader: LiteralReader
  var leaks: [Leak] = []
  /// Where no random string means anything: key blocks, public ones included.
  var quiet: [Range<Int>] = []
  /// Names of secrets, by place, for what stands beside them.
  var secretNames: [Range<Int>] = []

  init(_ bytes: [UInt8], kind: FileKind, isInner: Bool = false) {
    (self.bytes, self.kind, self.isInner) = (bytes, kind, isInner)
    reader = LiteralReader(bytes: bytes, kind: kind)
  }

  /// Every leak, in order; where two rules see the same bytes, the one that tells more.
  ///
  /// - Parameter isBinary: key blocks alone are looked for.
  static func leaks(in bytes: [UInt8], kind: FileKind, isBinary: Bool = false, isInner: Bool = false) -> [Leak] {
    var scan = ContentScan(bytes, kind: kind, isInner: isInner)
    let sight = TriggerAutomaton.shared.look(at: bytes)
    var behindName = 0
    for hit in sight.hits {
      let start = hit.end - hit.length
      switch hit.trigger {
      case .block: scan.block(at: start)
      case .puttyKey: scan.puttyKey(at: start)
      case _ where isBinary: continue
      case .name:
        if start >= behindName { behindName = scan.name(around: start..<hit.end) }
      case .shape(let index): scan.shape(ProviderShape.all[index], at: start)
      case .url: scan.url(schemeEnd: start, behind: hit.end)
      case .jsonWebToken: scan.jsonWebToken(at: start)
      case .telegram: scan.telegram(colon: start)
      case .webhook: scan.webhook(behind: hit.end)
      }
    }
    if !isBinary { scan.runs(sight.runs) }
    return scan.merged()
  }

  private func merged() -> [Leak] {
    var result: [Leak] = []
    for leak in leaks.sorted(by: { ($0.range.lowerBound, $0.rule.rank) < ($1.range.lowerBound, $1.rule.rank) }) {
      if let last = result.last, last.range.overlaps(leak.range) {
        if leak.rule.rank < last.rule.rank { result[result.count - 1] = leak }
      } else {
        result.append(leak)
      }
    }
    return result
  }

  /// Of one window; whoever has so many knows what to do.
  static let mostLeaks = 1000

  mutating func add(_ rule: Rule, _ range: Range<Int>, _ value: some Collection<UInt8>, what: String? = nil) {
    guard leaks.count < Self.mostLeaks else { return }
    leaks.append(Leak(rule: rule, what: what ?? rule.summary, range: range, value: Array(value)))
  }

  /// Whether a shape may begin here: not within a word, unless the letter before is an escape's.
  func startsWord(_ place: Int) -> Bool {
    guard place > 0 else { return true }
    let before = bytes[place - 1]
    if place > 1, bytes[place - 2] == Byte.backslash, "nrt".utf8.contains(before) { return true }
    return !Byte.isAlphanumeric(before) && before != 0x5F && before != 0x2D
  }
}
