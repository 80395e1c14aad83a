/// Reads one file window by window, so that none is too long, and finds lines and columns.
struct FileScan {
  private let path: FilePath
  private let kind: FileKind
  private(set) var findings: [Finding] = []
  private(set) var isCut = false
  /// A certificate or a public key stands in it.
  private(set) var hasPublicArmour = false

  /// A window, and how much of it is seen again in the next: a leak is whole in one of them.
  static let windowBytes = 8 << 20
  static let overlapBytes = 64 << 10

  init(_ path: FilePath) {
    self.path = path
    kind = FileKind(path.name)
  }

  /// - Parameter count: what a file gets meanwhile is its next check's.
  /// - Returns: how many bytes there were.
  mutating func run(_ descriptor: Int32, offset: Int, count: Int) throws(OpenFile.Refusal) -> Int {
    var (position, line, column) = (0, 1, 1)
    var encoding: TextEncoding?
    while true {
      let window = min(Self.windowBytes, count - position)
      let raw = try OpenFile.read(descriptor, at: offset + position, count: window)
      let known = encoding ?? TextEncoding(raw)
      encoding = known
      if position == 0, SecretContainerMark.isOne(raw), SensitiveName.meaning(path) == nil {
        let rule = Rule.secretContainer
        findings.append(Finding(path: path, line: 1, column: 1, rule: rule, what: rule.summary, value: Array(raw.prefix(SecretContainerMark.count))))
      }
      let isLast = raw.count < window || position + raw.count >= count
      let bytes = known.decode(raw)
      look(at: bytes, isBinary: known == .binary, line: line, column: column)
      if isLast { return position + raw.count }
      // An even step keeps the halves of UTF-16 together.
      let step = raw.count - Self.overlapBytes
      (line, column) = Self.advance(known.decode(Array(raw[..<step])), line, column)
      position += step
    }
  }

  private mutating func look(at bytes: [UInt8], isBinary: Bool, line: Int, column: Int) {
    var place = (offset: 0, line: line, column: column)
    let leaks = ContentScan.leaks(in: bytes, kind: kind, isBinary: isBinary)
    if path.name.suffix(4).elementsEqual(".pem".utf8) {
      hasPublicArmour = hasPublicArmour || bytes.containsFolded("begin certificate") || bytes.containsFolded("begin public key")
    }
    if leaks.count >= ContentScan.mostLeaks { isCut = true }
    for leak in leaks {
      let before = bytes[place.offset..<leak.range.lowerBound]
      (place.line, place.column) = Self.advance(before, place.line, place.column)
      place.offset = leak.range.lowerBound
      let finding = Finding(path: path, line: place.line, column: place.column, rule: leak.rule, what: leak.what, value: leak.value)
      // Seen in the window before.
      if !findings.contains(where: { $0.line == finding.line && $0.column == finding.column }) || line == 1 && column == 1 {
        findings.append(finding)
      }
    }
  }

  private static func advance(_ bytes: some Sequence<UInt8>, _ line: Int, _ column: Int) -> (Int, Int) {
    var (line, column) = (line, column)
    for byte in bytes {
      if byte == Byte.newline {
        line += 1
        column = 1
      } else if byte & 0xC0 != 0x80 {
        column += 1
      }
    }
    return (line, column)
  }
}
