/// Keys that tell by their shape.
extension ContentScan {
  mutating func shape(_ shape: ProviderShape, at start: Int) {
    let prefixBytes = shape.prefix.utf8.count
    guard startsWord(start), bytes[start..<(start + prefixBytes)].elementsEqual(shape.prefix.utf8) else { return }
    var end = start + prefixBytes
    while end < bytes.count, end - start < shape.lengths.upperBound + prefixBytes + 1, shape.allows(bytes[end]) { end += 1 }
    if end - start - prefixBytes < shape.lengths.lowerBound {
      if !isInner { split(shape, start, end) }
      return
    }
    guard shape.lengths.upperBound > 400 || end - start - prefixBytes <= shape.lengths.upperBound else { return }
    // The alphabet of some is wider than that of their neighbours: a name goes on.
    if shape.lengths.lowerBound == shape.lengths.upperBound, end < bytes.count, Byte.isAlphanumeric(bytes[end]) { return }
    let rest = bytes[(start + prefixBytes)..<end]
    guard isKey(rest, shape) else { return }
    add(shape.rule, start..<end, bytes[start..<end])
  }

  private func isKey(_ rest: ArraySlice<UInt8>, _ shape: ProviderShape) -> Bool {
    let profile = Profile(rest)
    guard !profile.isTrivial, profile.distinct >= 6, !profile.isWordy else { return false }
    if shape.alphabet == .capitals, profile.digits == 0 { return profile.distinct >= 9 && !Placeholder.isOne(rest, profile) }
    return !Placeholder.isOne(rest, profile)
  }

  /// The rest of it is in the next piece of the text, or on the next line.
  private mutating func split(_ shape: ProviderShape, _ start: Int, _ end: Int) {
    guard end < bytes.count else { return }
    let isQuoteNext = Byte.isQuote(bytes[end])
    guard isQuoteNext || bytes[end] == Byte.backslash else { return }
    let quote: UInt8 = isQuoteNext ? bytes[end] : openQuote(before: start)
    let literal = quote == 0 ? plainRest(start) : reader.rest(from: start, quote: quote)
    guard let literal, literal.isJoined else { return }
    guard let leak = ContentScan.leaks(in: literal.text, kind: .code, isInner: true).first else { return }
    add(leak.rule, literal.range, leak.value, what: leak.what)
  }

  private func plainRest(_ start: Int) -> Literal? { reader.literal(at: start, name: start) }

  private func openQuote(before start: Int) -> UInt8 { start > 0 && Byte.isQuote(bytes[start - 1]) ? bytes[start - 1] : 0 }

  /// Header, payload and signature; the first two are JSON objects, so both begin with `eyJ`.
  mutating func jsonWebToken(at start: Int) {
    guard bytes.has("eyJ", at: start), start == 0 || !Byte.isAlphanumeric(bytes[start - 1]) || startsWord(start) else { return }
    var place = start
    var parts: [Range<Int>] = []
    while parts.count < 5 {
      let first = place
      while place < bytes.count, place - first < 8192, Byte.isAlphanumeric(bytes[place]) || bytes[place] == 0x2D || bytes[place] == 0x5F {
        place += 1
      }
      parts.append(first..<place)
      guard place < bytes.count, bytes[place] == UInt8(ascii: ".") else { break }
      place += 1
    }
    guard parts.count >= 3, parts[0].count >= 12, parts[1].count >= 8, parts[2].count >= 16 else { return }
    guard bytes.has("eyJ", at: parts[1].lowerBound) || parts.count == 5 else { return }
    let signature = bytes[parts[2]]
    let profile = Profile(signature)
    guard !Placeholder.isOne(signature, profile), profile.distinct >= 8 else { return }
    let range = start..<parts[parts.count - 1].upperBound
    add(.jsonWebToken, range, bytes[range])
  }

  /// `123456789:AA` and 33 characters.
  mutating func telegram(colon: Int) {
    guard bytes.has(":AA", at: colon) else { return }
    var start = colon
    while start > 0, colon - start < 11, Byte.isDigit(bytes[start - 1]) { start -= 1 }
    guard (8...10).contains(colon - start),
      start == 0 || !Byte.isAlphanumeric(bytes[start - 1]) || startsWord(start) || bytes[start - 1] == UInt8(ascii: "t")
    else {
      return
    }
    var end = colon + 1
    while end < bytes.count, end - colon < 64, Byte.isAlphanumeric(bytes[end]) || bytes[end] == 0x2D || bytes[end] == 0x5F { end += 1 }
    guard (34...36).contains(end - colon - 1) else { return }
    let rest = bytes[(colon + 3)..<end]
    guard !Placeholder.isOne(rest, Profile(rest)) else { return }
    add(.telegramToken, start..<end, bytes[start..<end])
  }

  mutating func webhook(behind start: Int) {
    var end = start
    while end < bytes.count, end - start < 300, Byte.isBase64(bytes[end]) || bytes[end] == UInt8(ascii: "@") { end += 1 }
    let path = bytes[start..<end]
    guard let last = path.split(separator: UInt8(ascii: "/")).last, path.contains(UInt8(ascii: "/")), last.count >= 20 else { return }
    let profile = Profile(last)
    guard !Placeholder.isOne(last, profile), !profile.isWordy, profile.distinct >= 8 else { return }
    add(.webhook, start..<end, path)
  }

  /// `scheme://user:password@host`.
  mutating func url(schemeEnd: Int, behind start: Int) {
    guard schemeEnd > 0, Byte.isLetter(bytes[schemeEnd - 1]) || Byte.isDigit(bytes[schemeEnd - 1]) else { return }
    var (end, at, colon) = (start, -1, -1)
    while end < bytes.count, end - start < 512 {
      let byte = bytes[end]
      if byte <= 0x20 || "/?#\"'`<>\\(),|".utf8.contains(byte) { break }
      if byte == UInt8(ascii: "@") { at = end }
      if byte == UInt8(ascii: ":"), colon < 0 { colon = end }
      end += 1
    }
    guard at > start else { return }
    let hasName = colon > 0 && colon < at
    let value = bytes[(hasName ? colon + 1 : start)..<at]
    let profile = Profile(value)
    guard !value.isEmpty, !Placeholder.isOne(value, profile, ignoringTopics: profile.length >= 12 && !profile.isWordy) else { return }
    guard !value.contains(UInt8(ascii: "{")), !value.contains(UInt8(ascii: "$")) || profile.length >= 10 && profile.digits > 0 else { return }
    if hasName {
      guard value.count >= 6, !value.elementsEqual(bytes[start..<colon]), profile.letters > 0 else { return }
      let isMixed = profile.digits > 0 || profile.lowers > 0 && profile.uppers > 1 || profile.symbols > 0 && profile.length >= 8
      guard isMixed, !(profile.isWordy && profile.digits == 0) || profile.symbols > 0 else { return }
    } else {
      guard profile.isRandom else { return }
    }
    add(.urlCredentials, value.startIndex..<value.endIndex, value)
  }
}
