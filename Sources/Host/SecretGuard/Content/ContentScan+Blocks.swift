/// Private keys in armour, in files and in strings.
extension ContentScan {
  private static let mostBytes = 32_768

  /// `-----BEGIN … PRIVATE KEY-----`, SSH2's `---- BEGIN`, PGP; what is public is only left in peace.
  mutating func block(at start: Int) {
    guard let labelEnd = labelEnd(start) else { return }
    let label = bytes[start..<labelEnd]
    guard label.contains(where: { Byte.isUpper($0) }) else { return }
    var end = labelEnd
    var body: [UInt8] = []
    let limit = min(bytes.count, labelEnd + Self.mostBytes)
    while end < limit {
      let byte = bytes[end]
      if bytes.has("-----END", at: end) || bytes.has("---- END", at: end) { break }
      if byte == Byte.backslash, end + 1 < limit, "nrt".utf8.contains(bytes[end + 1]) {
        end += 2
        continue
      }
      if byte == 0 || body.count > 64 && !isArmour(byte) { break }
      if Byte.isAlphanumeric(byte) || byte == 0x2B || byte == 0x2F { body.append(byte) }
      end += 1
    }
    quiet.append(start..<end)
    guard label.containsFolded("private key") || label.containsFolded("private-key") else { return }
    let profile = Profile(body.prefix(512))
    guard body.count >= 48, profile.distinct >= 16, !profile.isWordy, !bytes[labelEnd..<min(end, labelEnd + 200)].containsFolded("...") else {
      return
    }
    let isEncrypted = label.containsFolded("encrypted") || bytes[labelEnd..<end].containsFolded("proc-type: 4,encrypted")
    add(.privateKey, start..<end, body, what: isEncrypted ? "an encrypted private key block" : Rule.privateKey.summary)
  }

  /// PuTTY's own format has no armour: `Private-Lines: 14`, then so many lines of base64.
  mutating func puttyKey(at start: Int) {
    let file = bytes[start..<min(bytes.count, start + Self.mostBytes)]
    guard file.hasPrefix("PuTTY-User-Key-File-"), let place = file.firstFolded("private-lines:") else { return }
    var line = place + 14
    while line < file.endIndex, Byte.isBlank(bytes[line]) || Byte.isDigit(bytes[line]) { line += 1 }
    line = reader.skipSpaces(line)
    let body = file[min(line, file.endIndex)...].prefix { Byte.isBase64($0) || Byte.isSpace($0) }
    guard body.count >= 24, !Profile(body).isWordy, Profile(body).distinct >= 16 else { return }
    add(.privateKey, start..<body.endIndex, body)
  }

  private func labelEnd(_ start: Int) -> Int? {
    var place = start + 5
    while place < bytes.count, place - start < 80 {
      if bytes.has("----", at: place), place > start + 10 {
        while place < bytes.count, bytes[place] == 0x2D { place += 1 }
        return place
      }
      if bytes[place] == Byte.newline || bytes[place] == Byte.backslash { return nil }
      place += 1
    }
    return nil
  }

  /// Base64, and what stands around its lines in a string, a comment, a quotation or a header.
  private func isArmour(_ byte: UInt8) -> Bool { Byte.isAlphanumeric(byte) || Byte.isSpace(byte) || "+/=\"'`,.;:()[]{}-_*#|>\\&".utf8.contains(byte) }
}
