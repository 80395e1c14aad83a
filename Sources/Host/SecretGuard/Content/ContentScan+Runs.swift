/// Long runs of base64 characters: what they hold, and what stands beside them.
extension ContentScan {
  /// How far a word reaches within its statement.
  private static let reachBytes = 160

  mutating func runs(_ runs: [Range<Int>]) {
    var nextName = 0
    for (index, run) in runs.enumerated() {
      while nextName < secretNames.count, secretNames[nextName].upperBound + 2 * Self.reachBytes < run.lowerBound { nextName += 1 }
      if leaks.contains(where: { $0.range.overlaps(run) }) && !isNew(run) { continue }
      if quiet.contains(where: { $0.overlaps(run) }) { continue }
      if !isInner, run.count >= 24, let text = Base64Text.decode(bytes[run]) { decoded(text, run) }
      guard kind != .lock else { continue }
      beside(run, from: nextName, neighbours: runs[max(0, index - 2)..<min(runs.count, index + 3)])
    }
  }

  private func isNew(_ run: Range<Int>) -> Bool { !leaks.contains { $0.range.lowerBound <= run.lowerBound && $0.range.upperBound >= run.upperBound } }

  /// What base64 hid.
  mutating func decoded(_ text: [UInt8], _ range: Range<Int>) {
    guard let leak = ContentScan.leaks(in: text, kind: .environment, isInner: true).first else { return }
    add(.encodedSecret, range, bytes[range], what: "\(leak.what), in base64")
  }

  private mutating func beside(_ run: Range<Int>, from first: Int, neighbours: ArraySlice<Range<Int>>) {
    let value = bytes[run]
    // A path or an address.
    guard run.lowerBound == 0 || !".@%&".utf8.contains(bytes[run.lowerBound - 1]) else { return }
    let profile = Profile(value)
    guard profile.isRandom else { return }
    let isHex = profile.isHex && (profile.lowers == 0 || profile.uppers == 0)
    // 40 digits are git's, and those of many a list of packages.
    if isHex && (run.count == 40 || isListed(run)) || run.count == 36 && isUUID(value) { return }
    guard run.count >= 24, run.count <= 512 else { return }
    let statement = statement(around: run)
    guard !Placeholder.isOne(value, profile) else { return }
    let isMixed = profile.lowers > 0 && profile.uppers > 0 && profile.digits > 0 && profile.symbols == 0
    // `Client("…", "…")`: key and secret of Binance need no word beside them, and the one explains nothing of the other.
    if isMixed, run.count == 64, neighbours.contains(where: { $0 != run && statement.contains($0.lowerBound) && isExchangeKey($0) }) {
      add(.exchangeKey, run, value)
      return
    }
    guard !isExplained(statement, run) else { return }
    if isMixed, run.count == 64 || (60...90).contains(run.count) && bytes[statement].containsFolded("bingx") {
      let words: [StaticString] = ["binance", "bingx", "api", "key", "secret", "exchange", "bybit"]
      if words.contains(where: { bytes[statement].containsFolded($0) }) {
        add(.exchangeKey, run, value)
        return
      }
    }
    for name in secretNames[min(first, secretNames.count)...] {
      if name.lowerBound >= statement.upperBound { return }
      if statement.contains(name.lowerBound), !name.overlaps(run) {
        add(.highEntropy, run, value)
        return
      }
    }
  }

  private func isExchangeKey(_ run: Range<Int>) -> Bool {
    guard run.count == 64 else { return false }
    let profile = Profile(bytes[run])
    return profile.lowers > 0 && profile.uppers > 0 && profile.digits > 0 && profile.symbols == 0 && profile.isRandom
  }

  /// The row of a digest list: the digest, two spaces or a space and a star, a file's name.
  private func isListed(_ run: Range<Int>) -> Bool {
    (run.lowerBound == 0 || bytes[run.lowerBound - 1] == Byte.newline)
      && (bytes.has("  ", at: run.upperBound) || bytes.has(" *", at: run.upperBound))
  }

  /// The run's line, and those before it that go on; of long lines what is near.
  private func statement(around run: Range<Int>) -> Range<Int> {
    var start = run.lowerBound
    var lines = 0
    while start > 0, run.lowerBound - start < Self.reachBytes {
      if bytes[start - 1] == Byte.newline {
        guard lines < 2, goesOn(before: start - 1) else { break }
        lines += 1
      }
      start -= 1
    }
    var end = run.upperBound
    while end < bytes.count, end - run.upperBound < Self.reachBytes, bytes[end] != Byte.newline { end += 1 }
    return start..<end
  }

  private func goesOn(before newline: Int) -> Bool {
    var place = newline - 1
    while place >= 0, Byte.isBlank(bytes[place]) || bytes[place] == 0x0D { place -= 1 }
    return place >= 0 && "+(=:\\,".utf8.contains(bytes[place])
  }

  /// A word that says what the run is: a digest, something public, an address.
  private func isExplained(_ statement: Range<Int>, _ run: Range<Int>) -> Bool {
    // Beside it, not in it: a key may spell `MD5` by chance.
    let (before, behind) = (bytes[statement.lowerBound..<run.lowerBound], bytes[run.upperBound..<min(statement.upperBound, run.upperBound + 48)])
    if Self.explanations.contains(where: { before.containsFolded($0) || behind.containsFolded($0) }) { return true }
    var start = run.lowerBound
    while start > statement.lowerBound, !Byte.isSpace(bytes[start - 1]), !Byte.isQuote(bytes[start - 1]) { start -= 1 }
    let word = bytes[start..<run.upperBound]
    return word.containsFolded("://") && !word.contains(UInt8(ascii: "=")) || word.hasPrefix("h1:") || bytes[run].hasPrefix("AAAA")
  }

  private static let explanations: [StaticString] = [
    "sha1", "sha2", "sha3", "sha5", "sha-", "md5", "digest", "checksum", "integrity", "hash", "commit", "revision", "fingerprint", "thumbprint",
    "public", "trusted", "etag", "uuid", "data:", "certificate", "ssh-", "resolved", "vector", "expected", "signature",
  ]
}
